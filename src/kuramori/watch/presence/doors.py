"""What the doors tell of some days for a review: who was alone in a zone, who entered one without a permit."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import Any
from uuid import UUID

from kuramori.directory.api import Site
from kuramori.kernel.records import as_json
from kuramori.watch.models import EntryPermit, SecurityZone
from kuramori.watch.rules.presence import names_in
from kuramori.watch.rules.reviews import Tie
from kuramori_lake.presence import Alone, Entry, Permit, Presence, Zone, ZoneTold, presence_of
from kuramori_lake.store import Lake

Facts = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the doors tell of some days: facts of people's lines, and of each zone how much it tells at all."""

    people: dict[UUID, Facts] = field(default_factory=dict)
    zones: list[dict[str, Any]] = field(default_factory=list)

    def zones_of(self, site: Site | None) -> list[dict[str, Any]]:
        """Return the rows of a site's zones, of all without one."""
        return [row for row in self.zones if site is None or row["site"] == site.code]

    def ties(self, people: Iterable[UUID]) -> dict[UUID, Tie]:
        """Return why these people stand on a list: alone in a zone, or in one without a permit."""
        return {
            person: Tie.ALONE if "lone" in self.people[person] else Tie.ENTRY
            for person in people
            if person in self.people
        }


def doors_told(found: Lake | None, site: Site | None, days: Sequence[date]) -> Told:
    """Return who was alone in a zone of the site, or of any, and who entered without a permit; local days of each."""
    if found is None:
        return Told()
    zones = SecurityZone.objects.standing().select_related("site").order_by("name")
    by_site: dict[Site, list[SecurityZone]] = defaultdict(list)
    for zone in zones.filter(site=site) if site else zones:
        by_site[zone.site].append(zone)
    told = Told()
    for place, kept in by_site.items():
        seen = presence_of(found, [_zone(each) for each in kept], days, clock=place.zone, permits=_permits(kept))
        names = {str(each.pk): each.name for each in kept}
        _add(told, seen, place, names)
    return told


def _zone(zone: SecurityZone) -> Zone:
    return Zone(
        key=str(zone.pk),
        doors=names_in(zone.doors),
        inner=names_in(zone.inner_doors),
        least=zone.least,
        minutes=zone.minutes,
        by_permit=zone.by_permit,
    )


def _permits(zones: Sequence[SecurityZone]) -> list[Permit]:
    held = EntryPermit.objects.standing().filter(zone__in=[zone for zone in zones if zone.by_permit])
    return [
        Permit(
            zone=str(each.zone_id),
            person_id=str(each.person_id),
            since=each.starts_at.astimezone(UTC).replace(tzinfo=None),
            until=each.ends_at.astimezone(UTC).replace(tzinfo=None),
        )
        for each in held.order_by("id")
    ]


def _add(told: Told, seen: Presence, site: Site, names: dict[str, str]) -> None:
    for one in seen.alone:
        if person := _person(one.who):
            told.people.setdefault(person, {}).setdefault("lone", []).append(_lone(one, names[one.zone]))
    for entry in seen.entries:
        if person := _person(entry.who):
            told.people.setdefault(person, {}).setdefault("entries", []).append(_entry(entry, names[entry.zone]))
    for zone in seen.zones:
        unnamed = sum(one.zone == zone.zone and _person(one.who) is None for one in seen.alone)
        told.zones.append({"site": site.code} | _of_zone(zone, names[zone.zone], unnamed))


def _person(who: str) -> UUID | None:
    """Return the person, None for a card that nobody is known behind, or nobody who may be watched."""
    try:
        return UUID(who)
    except ValueError:
        return None


def _lone(one: Alone, zone: str) -> Facts:
    return {
        "zone": zone,
        "since": as_json(one.since.replace(tzinfo=UTC)),
        "minutes": one.minutes,
        "sure": one.is_sure,
        "doubts": [str(doubt) for doubt in one.doubts],
    }


def _entry(entry: Entry, zone: str) -> Facts:
    return {"zone": zone, "at": as_json(entry.at.replace(tzinfo=UTC)), "slot": str(entry.slot)}


def _of_zone(zone: ZoneTold, name: str, unnamed: int) -> dict[str, Any]:
    return {
        "name": name,
        "stays": zone.stays,
        "no_exit": zone.no_exit,
        "no_entry": zone.no_entry,
        "nameless": zone.nameless,
        "unnamed": unnamed,
        "can_tell": zone.can_tell,
    }
