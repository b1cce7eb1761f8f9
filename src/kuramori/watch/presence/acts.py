"""Every change of a zone and of a permit to enter one."""

from typing import Any

from kuramori.kernel.actors import Actor
from kuramori.kernel.one_record import record_retire, record_write
from kuramori.watch.models import EntryPermit, SecurityZone


def zone_add(*, by: Actor, why: str = "", **values: Any) -> SecurityZone:
    """Name a zone, its doors and how many should be in it at least."""
    return record_write(SecurityZone(), "watch.zone.add", by=by, why=why, values=values)


def zone_edit(*, zone: SecurityZone, by: Actor, why: str = "", **values: Any) -> SecurityZone:
    """Change what a zone asks for; reviews that were prepared stay as they are."""
    return record_write(zone, "watch.zone.edit", by=by, why=why, values=values)


def zone_retire(*, zone: SecurityZone, by: Actor, why: str) -> SecurityZone:
    """Ask nothing of a zone any more."""
    return record_retire(zone, "watch.zone.retire", by=by, why=why)


def permit_add(*, by: Actor, why: str = "", **values: Any) -> EntryPermit:
    """Permit a person to enter a zone in a slot."""
    return record_write(EntryPermit(), "watch.permit.add", by=by, why=why, values=values)


def permit_edit(*, permit: EntryPermit, by: Actor, why: str = "", **values: Any) -> EntryPermit:
    """Change a permit."""
    return record_write(permit, "watch.permit.edit", by=by, why=why, values=values)


def permit_retire(*, permit: EntryPermit, by: Actor, why: str) -> EntryPermit:
    """Withdraw a permit: from then on it covers no entry, not even one that was made under it."""
    return record_retire(permit, "watch.permit.retire", by=by, why=why)
