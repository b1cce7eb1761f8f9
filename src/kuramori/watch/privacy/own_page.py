"""What anybody may read of how he is watched: it is the same page whether or not anything was ever found about him."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kuramori.directory.api import ROLE_WORDS, Site, sites, viewer_of_system, who_was_where
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.room import role_permissions
from kuramori.watch.models import LogSource, MonitoringCharter
from kuramori.watch.privacy.looks import Look, looks_in
from kuramori.watch.queries.charters import sites_watched
from kuramori.watch.rules.charters import Lack
from kuramori.watch.rules.detecting import WAYS
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.rules.privacy import Quarter, ended_quarters

QUARTERS = 4
MAY_LOOK = (
    Permission.ALERT_VIEW,
    Permission.ALERT_UNSEAL,
    Permission.TIMELINE_OPEN,
    Permission.ORDER_LOOK,
    Permission.LEAVER_VIEW,
    Permission.REVIEW_SIGN,
    Permission.LOOK_VIEW,
)
"""By what somebody comes nearer to a person, in the order in which the page tells it."""


@dataclass(frozen=True, kw_only=True)
class Logged:
    """One way out at the viewer's site: by how many systems of which kinds it is logged."""

    way: str
    kinds: tuple[str, ...]
    systems: int


@dataclass(frozen=True, kw_only=True)
class OwnPage:
    """What the page tells. Without a site or a charter that holds, nobody there is evaluated; `lack` says why."""

    site: Site | None
    charter: MonitoringCharter | None
    lack: Lack | None
    logged: tuple[Logged, ...]
    roles: tuple[tuple[Permission, tuple[Role, ...]], ...]
    looks: dict[Quarter, dict[Look, int]]


def own_page(viewer: Viewer, today: date) -> OwnPage:
    """Return what is logged at the viewer's main site, under which charter, who may look and how often they did."""
    if not viewer.may(Permission.CHARTER_VIEW):
        return OwnPage(site=None, charter=None, lack=None, logged=(), roles=(), looks={})
    site = _site_of(viewer, today)
    watched = next((each for each in sites_watched(viewer, today) if site and each.site.pk == site.pk), None)
    return OwnPage(
        site=site,
        charter=watched.charter if watched else None,
        lack=watched.lack if watched else None,
        logged=tuple(_logged(site)),
        roles=tuple((permission, _roles(permission)) for permission in MAY_LOOK),
        looks=looks_in(viewer, ended_quarters(today, QUARTERS)),
    )


def _site_of(viewer: Viewer, today: date) -> Site | None:
    """Return where the viewer mainly works today."""
    if viewer.person_id is None:
        return None
    places = who_was_where(viewer_of_system(), today, people=[viewer.person_id])
    main = next((each.site_id for each in places if each.is_main), None)
    return next((site for site in sites(viewer) if site.pk == main), None)


def _logged(site: Site | None) -> Iterable[Logged]:
    """Return the ways that the site's own and the company-wide sources log; nothing of where they lie."""
    seen: dict[str, list[str]] = defaultdict(list)
    here: tuple[UUID | None, ...] = (site.pk, None) if site else (None,)
    for kind, place in LogSource.objects.standing().order_by("kind").values_list("kind", "site_id"):
        if place in here:
            seen[kind].append(kind)
    for way, kinds in WAYS.items():
        found = sorted(kinds & set(seen))
        if found:
            yield Logged(way=way, kinds=tuple(found), systems=sum(len(seen[kind]) for kind in found))


def _roles(permission: Permission) -> tuple[Role, ...]:
    """Return the roles that hold a permission, in the order of the roles' words."""
    held = role_permissions()
    return tuple(role for role in map(Role, ROLE_WORDS) if permission in held.get(role, ()))
