"""What may be told of watching without telling of a person: whole quarters, and no number small enough to point.

Sources: PPC guideline Q&A 5-7 (rules shown, use checked), GDPR art. 5(1)(c) and 88(2), BetrVG § 80(2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

FEW = 5
"""A count of fewer people or deeds than this, and more than none, points at somebody who knows the house."""
MONTHS = 3


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a calendar year; both days included."""

    first: date

    @property
    def last(self) -> date:
        """Return its last day."""
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> "Quarter":
        """Return the quarter after it."""
        month = self.first.month + MONTHS
        year = self.first.year + (month > 12)  # noqa: PLR2004
        return Quarter(date(year, (month - 1) % 12 + 1, 1))

    @property
    def name(self) -> str:
        """Return how it is written: 2026-Q3."""
        return f"{self.first.year}-Q{(self.first.month - 1) // MONTHS + 1}"


def quarter_of(day: date) -> Quarter:
    """Return the quarter that a day lies in."""
    return Quarter(date(day.year, (day.month - 1) // MONTHS * MONTHS + 1, 1))


def ended_quarters(today: date, count: int) -> list[Quarter]:
    """Return the last quarters that are over, the newest first: one still running would tell what happened today."""
    found, at = [], quarter_of(today)
    for _n in range(count):
        at = quarter_of(at.first - timedelta(days=1))
        found.append(at)
    return found


def quarter_named(name: str) -> Quarter:
    """Read "2026-Q3".

    Raises ValueError for anything else.
    """
    year, mark, number = name.partition("-Q")
    if mark and year.isdecimal() and number in {"1", "2", "3", "4"}:
        return Quarter(date(int(year), (int(number) - 1) * MONTHS + 1, 1))
    raise ValueError(name)


def points(count: int) -> bool:
    """Say whether a count is so small that it points at somebody."""
    return 0 < count < FEW


def closed(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Return counts of one whole whose sum is told, None for those that may not be told.

    A single hidden count could be worked out from the sum: so the smallest of the others is hidden with it, until what
    is hidden together is no longer small.
    """
    hidden = {name for name, count in counts.items() if points(count)}
    rest: Sequence[str] = sorted(
        (name for name in counts if counts[name] and name not in hidden), key=counts.__getitem__
    )
    for name in rest:
        if not hidden or (len(hidden) > 1 and sum(counts[one] for one in hidden) >= FEW):
            break
        hidden.add(name)
    return {name: None if name in hidden else count for name, count in counts.items()}


def each_closed(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Return counts that belong to no whole, None for those that point at somebody."""
    return {name: None if points(count) else count for name, count in counts.items()}


def closed_sum(counts: Mapping[str, int]) -> int | None:
    """Return the sum of counts, None where it points at somebody, or is one hidden count alone."""
    filled = [count for count in counts.values() if count]
    total = sum(filled)
    return None if points(total) else total
