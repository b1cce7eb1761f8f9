"""Monitoring orders: a person, a secret or a thing is looked at for a reason and a time, decided by offices (DET-14).

No order without a valid charter, none that outlives it (PPC guideline Q&A 5-7; BetrVG § 87(1) no. 6; GDPR art. 5).
Pure; days are local, both included.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import Final

from kuramori.kernel.permissions import Role
from kuramori.watch.rules.watching import last_day

MOST_DAYS: Final = 90
"""So long an order holds at most; who wants it longer asks anew."""
BEFORE: Final = timedelta(days=30)
"""So far before its first day an order shows what happened: what was odd happened before it was reported."""
SETTLE_WITHIN: Final = timedelta(days=14)
"""So long after its end the data team may keep under a case what it marked; then it is erased by itself."""
MOST_MARKS: Final = 100
"""So many lines are marked in an order at most: what matters, not a copy of the timeline."""
TARGET: Final = timedelta(minutes=10)
"""From report to order in force (DET-14)."""


class Kind(StrEnum):
    """What an order is about."""

    PERSON = "person"
    SECRET = "secret"  # noqa: S105  (a kind of subject)
    DOCUMENT = "document"
    DEVICE = "device"


class Office(StrEnum):
    """Who decides: the data team always, the others where persons, a charter or the law ask for them."""

    DATA = "data"
    HR = "hr"
    LEGAL = "legal"


ROLES: Final[Mapping[Office, frozenset[Role]]] = {
    Office.DATA: frozenset({Role.INFORMATION_MANAGER, Role.SECURITY_ANALYST}),
    Office.HR: frozenset({Role.HR}),
    Office.LEGAL: frozenset({Role.LEGAL, Role.PRIVACY_OFFICER}),
}
"""Which roles decide for an office; the privacy officer may stand in for the lawyers."""


def offices_needed(kind: Kind, *, by_two: bool) -> frozenset[Office]:
    """Return who has to agree: for a person both offices of the watch list too, else a second one where asked for."""
    if kind is Kind.PERSON:
        return frozenset(Office)
    return frozenset({Office.DATA, Office.LEGAL}) if by_two else frozenset({Office.DATA})


def office_of(roles: Collection[Role], needed: Collection[Office], taken: Collection[Office]) -> Office | None:
    """Return the office for which somebody can still decide, None when he holds none that is open."""
    open_ones = [office for office in Office if office in needed and office not in taken]
    return next((office for office in open_ones if ROLES[office] & set(roles)), None)


def ends_by(first: date, days: int, charters_end: Iterable[date | None]) -> date:
    """Return the last day of an order: so many days, and never longer than the charters hold (None: no end)."""
    return min([last_day(first, days), *(end for end in charters_end if end is not None)])


def shown_since(first: date) -> date:
    """Return the first day that an order shows."""
    return first - BEFORE


def erased_after(ended_on: date) -> date:
    """Return the last day on which what was marked can still be kept under a case."""
    return ended_on + SETTLE_WITHIN


def waited(asked_at: datetime, active_at: datetime | None) -> timedelta | None:
    """Return how long it took from report to order, None while it is not in force."""
    return None if active_at is None else active_at - asked_at


def usual_wait(waits: Iterable[timedelta]) -> timedelta | None:
    """Return the median of waits, None of none."""
    found = [wait.total_seconds() for wait in waits]
    return timedelta(seconds=median(found)) if found else None
