"""A name behind an alert is shown when two agree: one asks, somebody else decides, and both for a time (H3, H4)."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from kuramori.watch.rules.charters import needs_agreement

WAITS_FOR: Final = timedelta(hours=72)
"""So long a request waits for a second person: a weekend may lie between."""


class RequestState(StrEnum):
    """Where a request to be shown a name stands."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


def needs_two(country: str, *, by_two: bool) -> bool:
    """Say whether a charter lets nobody see a name alone; where a works agreement is law, that is always so."""
    return by_two or needs_agreement(country)


def state_at(state: RequestState, waits_until: datetime, at: datetime) -> RequestState:
    """Return where a request stands at a moment: what nobody decided in time has lapsed."""
    return RequestState.LAPSED if state is RequestState.WAITING and at >= waits_until else state


def is_second(decider: UUID | None, *, asker: UUID, concerned: UUID) -> bool:
    """Say whether somebody may be the second person: never who asked, never the person concerned."""
    return decider is not None and decider not in {asker, concerned}
