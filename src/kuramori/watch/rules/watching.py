"""The watch list: somebody is looked at more closely for a reason, for a time, when two others agree (DET-08).

Proportionate or not at all: bounded in days and in what it moves, ended by itself, decided anew each time
(PPC guideline Q&A 5-7; BDSG § 26(1); BetrVG § 87).
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from kuramori.kernel.permissions import Role

FACTOR: Final = 1.25
"""What a kind of reason counts for somebody on the list, beside 1; detection itself bounds all decisions together."""
MOST_DAYS: Final = 90
"""So long an entry holds at most; who wants it longer asks anew."""
WAITS_FOR: Final = timedelta(days=7)
"""So long a request waits for both approvals."""
RENEW_BEFORE: Final = timedelta(days=14)
"""So long before its end who asked is reminded that it ends."""
KINDS: Final = ("bulk_read", "channel", "copy_out", "first_area", "off_hours", "secrets")
"""Kinds of reason that an entry may weigh."""


class Office(StrEnum):
    """The two offices that both have to agree."""

    HR = "hr"
    LEGAL = "legal"


OFFICES: Final[Mapping[Role, Office]] = {
    Role.HR: Office.HR,
    Role.LEGAL: Office.LEGAL,
    Role.PRIVACY_OFFICER: Office.LEGAL,
}
"""For which office a role decides; the privacy officer may stand in for the lawyers."""


class State(StrEnum):
    """What people did with an entry."""

    WAITING = "waiting"
    ACTIVE = "active"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Standing(StrEnum):
    """Where an entry stands at a moment: what people did with it, and what time did."""

    WAITING = "waiting"
    ACTIVE = "active"
    ENDED = "ended"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


def standing_at(state: State, *, waits_until: datetime, ends_on: date | None, at: datetime, today: date) -> Standing:
    """Return where an entry stands: nobody has to end it (`ends_on` is its last day, included)."""
    if state is State.WAITING and at >= waits_until:
        return Standing.LAPSED
    if state is State.ACTIVE and (ends_on is None or today > ends_on):
        return Standing.ENDED
    return Standing(state.value)


def last_day(first: date, days: int) -> date:
    """Return the last day of an entry of so many days, its first one counted."""
    return first + timedelta(days=days - 1)


def office_of(roles: Collection[Role], taken: Collection[Office]) -> Office | None:
    """Return the office for which somebody can still decide, None when he holds none that is open."""
    return next((office for role, office in OFFICES.items() if role in roles and office not in taken), None)


def is_other(decider: UUID | None, *, asker: UUID, concerned: UUID, deciders: Collection[UUID]) -> bool:
    """Say whether somebody may decide: never who asked, never the person concerned, never twice the same."""
    return decider is not None and decider not in {asker, concerned, *deciders}


def is_agreed(offices: Collection[Office]) -> bool:
    """Say whether both offices have agreed."""
    return set(offices) == set(Office)
