"""Which sites may be watched: those whose charter holds on the day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from kuramori.directory.api import AssignmentHeld, Site, assignments_between, sites
from kuramori.kernel.permissions import Viewer
from kuramori.watch.models import MonitoringCharter
from kuramori.watch.rules.charters import Lack, lack_of
from kuramori.watch.rules.permissions import Permission

LONGEST: Final = timedelta(days=800)
"""So far back somebody's last place is looked for; a look-back goes no further (730 days)."""


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A site with the charter that lets it be watched; without one, why the nearest one does not hold."""

    site: Site
    charter: MonitoringCharter | None
    lack: Lack | None = None


def charters_visible_to(viewer: Viewer) -> QuerySet[MonitoringCharter]:
    """Return the charters: everybody who is watched may read why and how."""
    found = MonitoringCharter.objects.select_related("site", "responsible")
    return found if viewer.may(Permission.CHARTER_VIEW) else found.none()


def sites_watched(viewer: Viewer, day: date) -> list[Watched]:
    """Return every standing site with its charter of that day, or why there is none."""
    standing = MonitoringCharter.objects.standing().select_related("site", "responsible").order_by("-valid_from", "-id")
    by_site: dict[UUID, list[MonitoringCharter]] = {}
    for charter in standing:
        by_site.setdefault(charter.site_id, []).append(charter)
    return [_watched(site, by_site.get(site.pk, []), day) for site in sites(viewer)]


def watched_sites(viewer: Viewer, day: date) -> frozenset[UUID]:
    """Return the sites whose people may be watched on that day."""
    return frozenset(each.site.pk for each in sites_watched(viewer, day) if each.charter is not None)


def watched_places(viewer: Viewer, people: Iterable[UUID], day: date) -> dict[UUID, AssignmentHeld]:
    """Return whom of these people a valid charter of that day covers: by the main place he has then, or had last.

    Each with that place; two queries and those of the charters, however many people are asked about.
    """
    held = [each for each in assignments_between(viewer, day - LONGEST, day, people=people) if each.is_main]
    latest = {each.person_id: each for each in sorted(held, key=lambda each: each.starts_on)}
    allowed = watched_sites(viewer, day)
    return {person: each for person, each in latest.items() if each.site_id in allowed}


def is_watched(viewer: Viewer, person_id: UUID, day: date) -> bool:
    """Say whether a valid charter of that day covers a person."""
    return person_id in watched_places(viewer, [person_id], day)


def _watched(site: Site, charters: list[MonitoringCharter], day: date) -> Watched:
    lacks = [(lack_of(charter.terms, day), charter) for charter in charters]
    holding = next((charter for lack, charter in lacks if lack is None), None)
    return Watched(site=site, charter=holding, lack=None if holding or not lacks else lacks[0][0])
