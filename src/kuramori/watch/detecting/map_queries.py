"""The map of coverage: each way out at each site, how well the logs saw it, and who sees to what they did not."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import QuerySet

from kuramori.directory.api import Site, calendars_of, sites, viewer_of_system
from kuramori.kernel.permissions import Viewer
from kuramori.watch.lake import folder, lake
from kuramori.watch.models import CoverageGap, LogSource
from kuramori.watch.queries.charters import watched_sites
from kuramori.watch.rules.detecting import WAYS, Sight, Sighting, Standing, days_between, needs_owner, sighting_of
from kuramori.watch.rules.permissions import Permission
from kuramori_lake.coverage import days_seen

Place = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One way at one site: what was heard, by which sources, and what was decided where it was not."""

    way: str
    sighting: Sighting
    sources: tuple[LogSource, ...]
    gap: CoverageGap | None

    @property
    def needs_owner(self) -> bool:
        """Say whether nobody has decided on a gap."""
        return needs_owner(self.sighting.sight, Standing(self.gap.standing_as) if self.gap else None)


@dataclass(frozen=True, kw_only=True)
class SiteRow:
    """One site with its ways; `is_evaluated` when its charter holds: without one events are kept, nobody is counted."""

    site: Site
    is_evaluated: bool
    expected: tuple[date, ...]
    cells: tuple[Cell, ...]


def gaps_visible_to(viewer: Viewer) -> QuerySet[CoverageGap]:
    """Return the blind spots: none for who must not know where nobody looks."""
    found = CoverageGap.objects.select_related("site", "owner")
    return found if viewer.may(Permission.GAP_VIEW) else found.none()


def coverage_map(viewer: Viewer, since: date, until: date) -> list[SiteRow]:
    """Return every site with its ways over local days, both included. Sources without a site count for every site."""
    if not viewer.may(Permission.GAP_VIEW):
        return []
    registered = list(LogSource.objects.standing().order_by("name"))
    gaps = {(gap.site_id, gap.way): gap for gap in gaps_visible_to(viewer).filter(retired_at=None)}
    watched, heard, places = watched_sites(viewer, until), _heard(since, until), sites(viewer)
    calendars = calendars_of(viewer_of_system(), places)
    return [
        SiteRow(
            site=site,
            is_evaluated=site.pk in watched,
            expected=(expected := tuple(filter(calendars[site.pk].is_business_day, days_between(since, until)))),
            cells=tuple(
                _cell(way, [each for each in registered if each.site_id in {None, site.pk}], expected, heard,
                      gaps.get((site.pk, way)))
                for way in WAYS
            ),
        )
        for site in places
    ]  # fmt: skip


def _heard(since: date, until: date) -> dict[Place, set[date]]:
    if not folder().exists():
        return {}
    with lake() as found:
        return days_seen(found, since, until)


def _cell(
    way: str,
    here: Sequence[LogSource],
    expected: Sequence[date],
    heard: dict[Place, set[date]],
    gap: CoverageGap | None,
) -> Cell:
    sources = tuple(each for each in here if each.kind in WAYS[way])
    days = {day for each in sources for day in heard.get((each.kind, each.instance), ())}
    return Cell(way=way, sighting=sighting_of(expected, days, has_source=bool(sources)), sources=sources, gap=gap)


def last_days(today: date, weeks: int) -> tuple[date, date]:
    """Return the whole days of so many weeks that end yesterday: today's log is still being written."""
    return today - timedelta(days=7 * weeks), today - timedelta(days=1)


def ways_without_source(viewer: Viewer) -> list[tuple[Site, str]]:
    """Return the ways that no registered source of a site sees and that nobody decided on; asks no log."""
    if not viewer.may(Permission.GAP_VIEW):
        return []
    kinds: dict[UUID | None, set[str]] = defaultdict(set)
    for kind, site in LogSource.objects.standing().values_list("kind", "site_id"):
        kinds[site].add(kind)
    decided = set(gaps_visible_to(viewer).filter(retired_at=None).values_list("site_id", "way"))
    return [
        (site, way)
        for site in sites(viewer)
        for way, seers in WAYS.items()
        if not seers & (kinds[site.pk] | kinds[None]) and (site.pk, way) not in decided
    ]


def gaps_owned_by(viewer: Viewer) -> QuerySet[CoverageGap]:
    """Return the blind spots that the viewer sees to, the most pressing first."""
    return gaps_visible_to(viewer).filter(retired_at=None, owner=viewer.person_id).order_by("due_on", "id")


def worst(rows: Sequence[SiteRow]) -> dict[Sight, int]:
    """Return how many ways of all sites are blind, silent, partly seen and seen."""
    counts = dict.fromkeys(Sight, 0)
    for row in rows:
        for cell in row.cells:
            counts[cell.sighting.sight] += 1
    return counts
