"""Exclusions: whose events are not evaluated, or not taken in at all, for how long, and who may decide it.

Members of a works council (BetrVG § 78), company doctors (StGB § 203), data protection officers (GDPR art. 38(3)),
lawyers (StPO § 97; 弁護士法 23条): watching them would break a protection or a secrecy that is not the company's.
Nobody gets one for good, alone, or for what lies behind him: it would be a place to hide in.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from kuramori_lake.event import actor_key

Days = tuple[date, date | None]
"""A first and a last day, both included; None: still."""
DAY = timedelta(days=1)


class ExclusionKind(StrEnum):
    """What becomes of the events."""

    NOT_EVALUATED = "not_evaluated"
    NOT_TAKEN_IN = "not_taken_in"


class ExclusionState(StrEnum):
    """What people decided."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


class ExclusionStanding(StrEnum):
    """Where an exclusion stands on a day: what people decided, and what time did."""

    WAITING = "waiting"
    COMING = "coming"
    ACTIVE = "active"
    ENDED = "ended"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


def longest(first: date) -> date:
    """Return the last day that an exclusion from this day may have: a year less a day."""
    try:
        return first.replace(year=first.year + 1) - DAY
    except ValueError:  # 29 February
        return date(first.year + 1, 2, 28)


def standing_on(state: ExclusionState, days: tuple[date, date], taken_back: date | None, today: date) -> (
    ExclusionStanding
):  # fmt: skip
    """Return where an exclusion stands; `taken_back` is the local day on which somebody took it back or ended it."""
    first, last = days
    if state is ExclusionState.REFUSED:
        return ExclusionStanding.REFUSED
    if state is ExclusionState.WAITING:
        if taken_back is not None:
            return ExclusionStanding.WITHDRAWN
        return ExclusionStanding.LAPSED if today > last else ExclusionStanding.WAITING
    if taken_back is not None or today > last:
        return ExclusionStanding.ENDED
    return ExclusionStanding.COMING if today < first else ExclusionStanding.ACTIVE


def may_judge(decider: UUID | None, *, asker: UUID, concerned: UUID | None) -> bool:
    """Say whether somebody may decide: never who asked, never the person it is about."""
    return decider is not None and decider not in {asker, concerned}


def is_same_name(excluded: str, name: str) -> bool:
    """Say whether an excluded account means a name that a log knows; without a domain it means any."""
    key = actor_key(name)
    return actor_key(excluded) in {key, key.rpartition("\\")[2]}


def left_over(days: Days, taken: Iterable[tuple[date, date]]) -> Iterator[Days]:
    """Yield what is left of a span of days when others are taken out of it, in order."""
    since, until = days
    for first, last in sorted(taken):
        if last < since or (until is not None and first > until):
            continue
        if first > since:
            yield since, first - DAY
        since = last + DAY
    if until is None or since <= until:
        yield since, until
