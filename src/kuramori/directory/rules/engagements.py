"""Engagements: their kinds, when they end, and what of them may be seen (connectors: HR model; practices LEV-01 to 13).

Days are days of the site where the person works; an engagement lasts to the last moment of its last day there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol


class EngagementKind(StrEnum):
    """How a person is bound to the company."""

    ADVISER = "adviser"
    CONTRACT = "contract"
    CONTRACTOR = "contractor"
    DISPATCHED = "dispatched"
    FORMER = "former"
    INTERN = "intern"
    OFFICER = "officer"
    PART_TIME = "part_time"
    REGULAR = "regular"
    SECONDED_IN = "seconded_in"
    SECONDED_OUT = "seconded_out"
    TRANSFERRED = "transferred"


# Bound loosely: somebody inside answers for them, and their engagement must end (LEV-13).
SPONSORED = frozenset({EngagementKind.ADVISER, EngagementKind.CONTRACTOR})
LONGEST_SPONSORED = timedelta(days=366)
# They no longer work here: duties remain, access does not.
OUTSIDE_KINDS = frozenset({EngagementKind.FORMER, EngagementKind.TRANSFERRED})


class Engaged(Protocol):
    """The days of an engagement, as the model and the import both have them."""

    engagement_kind: str
    start: date
    end_planned: date | None
    end_actual: date | None
    notice_received_on: date | None
    last_working_day: date | None


@dataclass(frozen=True, kw_only=True)
class EngagementSeen:
    """An engagement as one viewer may see it: what is still to come is left out for all but HR and the leaver team."""

    engagement_kind: str
    start: date
    end_planned: date | None
    end_actual: date | None
    notice_received_on: date | None
    last_working_day: date | None


def last_day(engaged: Engaged) -> date | None:
    """Return the last day of an engagement: the actual one, else the planned one, else None."""
    return engaged.end_actual or engaged.end_planned


def as_seen(engaged: Engaged, *, today: date, may_see_leaving: bool) -> EngagementSeen:
    """Return the engagement without notice and future end unless the viewer may see who is leaving.

    Once the last day has passed, the end is no secret any more; the notice and its date stay with HR.
    """
    full = EngagementSeen(**{each.name: getattr(engaged, each.name) for each in fields(EngagementSeen)})
    if may_see_leaving:
        return full
    end = last_day(engaged)
    past = end if end is not None and end < today else None
    return replace(full, end_planned=None, end_actual=past, notice_received_on=None, last_working_day=None)


def look_back_from(engaged: Engaged, *, days: int) -> date | None:
    """Return where the look-back over past logs starts (LEV-09), None when nobody is leaving.

    The earlier of the day the notice was received and `days` before the planned end: who gives notice late began
    to prepare earlier.
    """
    end = last_day(engaged)
    known = [day for day in (engaged.notice_received_on, end - timedelta(days=days) if end else None) if day]
    return min(known, default=None)


def faults_of(kind: str, *, start: date, end_planned: date | None, has_sponsor: bool) -> Iterable[str]:
    """Yield what an engagement lacks: "sponsor", "end" (none given), "too_long", "order" (ends before it starts)."""
    if end_planned is not None and end_planned < start:
        yield "order"
    if kind not in SPONSORED:
        return
    if not has_sponsor:
        yield "sponsor"
    if end_planned is None:
        yield "end"
    elif end_planned - start > LONGEST_SPONSORED:
        yield "too_long"
