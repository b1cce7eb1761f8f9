"""Windows of time over one group's occurrences, and what is asked of them. Plain Python: the same on every engine.

A span of 5 minutes holds occurrences at most 5 minutes apart, both ends included. "At least so many" is asked of every
window that ends with an occurrence; windows that overlap and satisfy are one match. All other questions ("less than",
averages, medians, percentiles) need a whole window: it begins with the first occurrence that no window before it held.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from operator import eq, ge, gt, le, lt, ne
from typing import Final

from kuramori_lake.sigma.records import Alternative, Correlation, Kind, Threshold

MOST_CHAINS: Final = 256
_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    "lt": lt, "lte": le, "gt": gt, "gte": ge, "eq": eq, "neq": ne,
}  # fmt: skip
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?(e[+-]?[0-9]{1,2})?", re.IGNORECASE)
"""Values come from logs: `1e400` is no double, `1e300000000` would be worked on for hours."""
_SLIDING: Final = frozenset({Kind.EVENT_COUNT, Kind.VALUE_COUNT, Kind.VALUE_SUM, Kind.TEMPORAL})
_RISING: Final = frozenset({"gt", "gte"})


@dataclass(frozen=True)
class Occurrence:
    """A match of a rule, as a correlation sees it; a correlation's match happens when it ends."""

    time_us: int
    rule: str
    event_ids: tuple[int, ...]
    value: tuple[str | None, ...] = ()
    began_us: int | None = None
    """When a correlation's match began; None for an event."""


@dataclass(frozen=True)
class Found:
    """A satisfied stretch: its occurrences in order, and the number that was compared."""

    members: tuple[Occurrence, ...]
    value: float | None = None


def stretches(one: Correlation, row: Sequence[Occurrence]) -> Iterator[Found]:
    """Where a correlation holds within one group; `row` is in order of time."""
    if one.kind in {Kind.TEMPORAL_EXTENDED, Kind.TEMPORAL_ORDERED_EXTENDED}:
        ordered = one.kind is Kind.TEMPORAL_ORDERED_EXTENDED
        yield from _merged(_ways(row, one.alternatives, one.span_us, ordered=ordered))
    elif one.kind is Kind.TEMPORAL_ORDERED:
        ways = tuple(Alternative(wanted) for wanted in _chains(one.rules, one.threshold))
        yield from _merged(_ways(row, ways, one.span_us, ordered=True))
    elif one.kind in _SLIDING and one.threshold.operator in _RISING:
        yield from _sliding(one, row)
    else:
        yield from _whole(one, row)


def _chains(rules: tuple[str, ...], threshold: Threshold) -> Iterable[tuple[str, ...]]:
    """`gte 2` of three rules in order: any two of them, in order."""
    least = int(threshold.value) + (threshold.operator == "gt")
    return list(combinations(rules, min(max(least, 1), len(rules))))[:MOST_CHAINS]


def _sliding(one: Correlation, row: Sequence[Occurrence]) -> Iterator[Found]:
    holds = _COMPARE[one.threshold.operator]
    measure = _Running(one.kind)
    left, start, end, most = 0, -1, -1, 0.0
    for right, this in enumerate(row):
        measure.add(this)
        while row[left].time_us < this.time_us - one.span_us:
            measure.take(row[left])
            left += 1
        value = measure.value()
        if not holds(value, one.threshold.value):
            continue
        if start >= 0 and left > end:
            yield Found(tuple(row[start : end + 1]), most)
            start = -1
        start, end, most = (left, right, value) if start < 0 else (start, right, max(most, value))
    if start >= 0:
        yield Found(tuple(row[start : end + 1]), most)


class _Running:
    """Count, distinct count or sum of a window, kept up as occurrences come and go."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.count = 0
        self.total = Fraction(0)
        self.seen: Counter[object] = Counter()

    def _key(self, one: Occurrence) -> object:
        return one.rule if self.kind is Kind.TEMPORAL else one.value

    def add(self, one: Occurrence) -> None:
        self.count += 1
        if self.kind is Kind.VALUE_SUM:
            self.total += number(one) or 0
        elif self.kind is not Kind.EVENT_COUNT:
            self.seen[self._key(one)] += 1

    def take(self, one: Occurrence) -> None:
        self.count -= 1
        if self.kind is Kind.VALUE_SUM:
            self.total -= number(one) or 0
        elif self.kind is not Kind.EVENT_COUNT:
            self.seen[self._key(one)] -= 1
            if not self.seen[self._key(one)]:
                del self.seen[self._key(one)]

    def value(self) -> float:
        if self.kind is Kind.EVENT_COUNT:
            return self.count
        return float(self.total) if self.kind is Kind.VALUE_SUM else len(self.seen)


def _whole(one: Correlation, row: Sequence[Occurrence]) -> Iterator[Found]:
    holds = _COMPARE[one.threshold.operator]
    start = 0
    for place in range(len(row) + 1):
        if place < len(row) and row[place].time_us <= row[start].time_us + one.span_us:
            continue
        window = row[start:place]
        start = place
        value = measured(one.kind, window, one.threshold.percentile) if window else None
        if value is not None and holds(value, one.threshold.value):
            yield Found(tuple(window), float(value))


def number(one: Occurrence) -> Fraction | None:
    """An occurrence's value as a number; None if it is none, or has more digits than anything that is counted."""
    told = (one.value[0] or "").strip() if one.value else ""
    return Fraction(told) if _NUMBER.fullmatch(told) else None


def measured(kind: Kind, window: Sequence[Occurrence], percentile: int | None) -> float | None:
    """A whole window's number, None if there is nothing to compute with."""
    match kind:
        case Kind.EVENT_COUNT:
            return len(window)
        case Kind.TEMPORAL:
            return len({one.rule for one in window})
        case Kind.VALUE_COUNT:
            return len({one.value for one in window})
    values = sorted(value for one in window if (value := number(one)) is not None)
    return float(_computed(kind, values, percentile)) if values else None


def _computed(kind: Kind, values: Sequence[Fraction], percentile: int | None) -> Fraction:
    """Percentiles between two values: a straight line, as SQL's percentile_cont has it."""
    if kind in {Kind.VALUE_SUM, Kind.VALUE_AVG}:
        return sum(values, Fraction(0)) / (1 if kind is Kind.VALUE_SUM else len(values))
    share = Fraction(50 if kind is Kind.VALUE_MEDIAN else percentile or 0, 100) * (len(values) - 1)
    low = int(share)
    return values[low] + (values[min(low + 1, len(values) - 1)] - values[low]) * (share - low)


def _ways(
    row: Sequence[Occurrence], ways: Iterable[Alternative], span_us: int, *, ordered: bool
) -> Iterator[tuple[Occurrence, ...]]:
    """Wanted rules within a span that begins with the first of them and holds none that is unwanted."""
    for way in ways:
        unwanted = [one.time_us for one in row if one.rule in way.unwanted]
        mine = [one for one in row if one.rule in way.wanted]
        for members in (_in_order if ordered else _in_any_order)(mine, way.wanted, span_us):
            start = members[0].time_us
            if not any(start <= time <= start + span_us for time in unwanted):
                yield members


def _in_any_order(row: Sequence[Occurrence], wanted: tuple[str, ...], span_us: int) -> Iterator[tuple[Occurrence, ...]]:
    latest: dict[str, Occurrence] = {}
    for this in row:
        latest[this.rule] = this
        if len(latest) == len(wanted) and min(one.time_us for one in latest.values()) >= this.time_us - span_us:
            yield tuple(sorted(latest.values(), key=lambda one: one.time_us))


def _in_order(row: Sequence[Occurrence], wanted: tuple[str, ...], span_us: int) -> Iterator[tuple[Occurrence, ...]]:
    """Of all chains that could be continued only the one that began last matters."""
    chains: list[tuple[Occurrence, ...] | None] = [None] * len(wanted)
    for this in row:
        for place in reversed([at for at, rule in enumerate(wanted) if rule == this.rule]):
            before = chains[place - 1] if place else ()
            if before is None or (before and before[0].time_us < this.time_us - span_us):
                continue
            chain = (*before, this)
            if place == len(wanted) - 1:
                yield chain
            else:
                chains[place] = chain


def _merged(found: Iterable[tuple[Occurrence, ...]]) -> Iterator[Found]:
    """Matches that overlap in time are one."""
    members: dict[Occurrence, None] = {}
    end = -1
    for one in sorted(found, key=lambda chain: (chain[0].time_us, chain[-1].time_us)):
        if members and one[0].time_us > end:
            yield Found(tuple(sorted(members, key=_by_time)))
            members = {}
        members |= dict.fromkeys(one)
        end = max(end, one[-1].time_us) if len(members) > len(one) else one[-1].time_us
    if members:
        yield Found(tuple(sorted(members, key=_by_time)))


def _by_time(one: Occurrence) -> tuple[int, tuple[int, ...]]:
    return one.time_us, one.event_ids
