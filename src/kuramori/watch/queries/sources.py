"""The log sources as they are: what came in, what did not, and which have fallen silent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.timezone import now

from kuramori.directory.api import Site, calendar_of, viewer_of_system
from kuramori.kernel.permissions import Viewer
from kuramori.watch.lake import folder, lake
from kuramori.watch.models import ApprovedFlow, LogSource, ServiceAccount
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.rules.sources import is_silent, quiet_hours
from kuramori_lake.health import Quarantined, SourceHealth, Stats

QUARANTINE_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class SourceState:
    """One source: registered, seen, or both. `quiet` is in hours of working days, None while nothing came in."""

    source: LogSource | None
    health: SourceHealth | None
    quiet: float | None
    is_silent: bool

    @property
    def name(self) -> str:
        """Return its name, or how the lake knows it."""
        if self.source is not None:
            return self.source.name
        return f"{self.health.source} {self.health.instance}" if self.health else ""


def sources_visible_to(viewer: Viewer) -> QuerySet[LogSource]:
    """Return the registered sources."""
    found = LogSource.objects.select_related("site")
    return found if viewer.may(Permission.SOURCE_VIEW) else found.none()


def accounts_visible_to(viewer: Viewer) -> QuerySet[ServiceAccount]:
    """Return the accounts that are left out."""
    return ServiceAccount.objects.all() if viewer.may(Permission.ACCOUNT_VIEW) else ServiceAccount.objects.none()


def flows_visible_to(viewer: Viewer) -> QuerySet[ApprovedFlow]:
    """Return the approved flows."""
    found = ApprovedFlow.objects.select_related("person")
    return found if viewer.may(Permission.FLOW_VIEW) else found.none()


def source_states(viewer: Viewer, at: datetime | None = None) -> list[SourceState]:
    """Return every source with its health at a moment (now when left out): the silent first, then by name."""
    if not viewer.may(Permission.SOURCE_VIEW):
        return []
    at = at or now()
    seen = {(each.source, each.instance): each for each in _health()}
    registered = list(LogSource.objects.standing().select_related("site").order_by("name"))
    calendars: dict[Site | None, Callable[[date], bool]] = {}
    states = [_state(source, seen.pop((source.kind, source.instance), None), at, calendars) for source in registered]
    states += [SourceState(source=None, health=each, quiet=None, is_silent=False) for each in seen.values()]
    return sorted(states, key=lambda state: (not state.is_silent, state.name))


def _health() -> list[SourceHealth]:
    if not folder().exists():
        return []
    with lake() as found:
        return found.sources_health()


def _state(
    source: LogSource, health: SourceHealth | None, at: datetime, calendars: dict[Site | None, Callable[[date], bool]]
) -> SourceState:
    works = calendars.setdefault(source.site, _works(source.site))
    last = _last_heard(health) or source.created_at
    quiet = quiet_hours(last, at, source.site.zone if source.site else source.zone, works)
    return SourceState(
        source=source,
        health=health,
        quiet=quiet,
        is_silent=is_silent(quiet, source.silence_hours),
    )


def _last_heard(health: SourceHealth | None) -> datetime | None:
    """Return the time of the newest event, and of its receipt when its clock says that it comes from the future."""
    if health is None or health.last_event_utc is None:
        return None
    return min(health.last_event_utc, health.last_received_utc)


def _works(site: Site | None) -> Callable[[date], bool]:
    return calendar_of(viewer_of_system(), site).is_business_day if site else lambda _day: True


def lake_stats(viewer: Viewer) -> Stats | None:
    """Return the lake's sizes and damages, None while there is no lake, and for who may not know."""
    if not viewer.may(Permission.SOURCE_VIEW) or not folder().exists():
        return None
    with lake() as found:
        return found.stats()


def quarantined(viewer: Viewer) -> list[Quarantined]:
    """Return the newest rows that could not be understood."""
    if not viewer.may(Permission.SOURCE_VIEW) or not folder().exists():
        return []
    with lake() as found:
        return found.quarantine(limit=QUARANTINE_SHOWN)
