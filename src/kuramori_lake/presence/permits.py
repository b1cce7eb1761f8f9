"""Entries into a zone that is entered by permit only, outside everybody's slot (FAC-13)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Slot(StrEnum):
    """Why an entry was not permitted."""

    NONE = "none"
    """There is no permit for this person and zone."""
    EARLY = "early"
    LATE = "late"
    """After the end of the latest slot that had begun."""


@dataclass(frozen=True, kw_only=True)
class Permit:
    """That a person may enter a zone from a moment to another, both included; naive UTC."""

    zone: str
    person_id: str
    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry outside every slot; naive UTC. `who` as in `Alone`."""

    zone: str
    who: str
    at: datetime
    door: str
    slot: Slot


def unpermitted(entries: Sequence[tuple[str, datetime, str]], zone: str, permits: Sequence[Permit]) -> list[Entry]:
    """Of entries (who, when, door) in order of time, those that no permit covers."""
    held: dict[str, list[Permit]] = {}
    for permit in permits:
        if permit.zone == zone:
            held.setdefault(permit.person_id, []).append(permit)
    return [
        Entry(zone=zone, who=who, at=at, door=door, slot=slot)
        for who, at, door in entries
        if (slot := _slot(held, who, at)) is not None
    ]


def _slot(held: Mapping[str, Sequence[Permit]], who: str, at: datetime) -> Slot | None:
    """Why it was not permitted; None where it was."""
    own = held.get(who, ())
    if any(permit.since <= at <= permit.until for permit in own):
        return None
    if not own:
        return Slot.NONE
    return Slot.LATE if any(permit.until < at for permit in own) else Slot.EARLY
