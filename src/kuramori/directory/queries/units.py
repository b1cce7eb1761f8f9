"""Units, sites, projects and their calendars."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from kuramori.directory.models import Assignment, Holiday, Person, Project, ProjectMember, Site, Unit
from kuramori.directory.models.places import name_in_page
from kuramori.directory.queries.people import is_known_to, people_visible_to, today_of
from kuramori.directory.rules.calendars import Calendar, public_holidays
from kuramori.directory.rules.permissions import Permission
from kuramori.kernel.permissions import Viewer


def units_visible_to(viewer: Viewer) -> QuerySet[Unit]:
    """Return the units; everybody inside may know how the company is built."""
    if not viewer.may(Permission.UNIT_VIEW):
        return Unit.objects.none()
    return Unit.objects.select_related("parent", "head", "site")


def sites_visible_to(viewer: Viewer) -> QuerySet[Site]:
    """Return the sites."""
    return Site.objects.all() if viewer.may(Permission.SITE_VIEW) else Site.objects.none()


def projects_visible_to(viewer: Viewer) -> QuerySet[Project]:
    """Return the projects he may know of: his own, or all for those who keep the list.

    A project's very name can be a secret, so employees see those they belong to.
    """
    projects = Project.objects.select_related("leader", "unit")
    if viewer.may_everywhere(Permission.PROJECT_EDIT):
        return projects
    if not viewer.may(Permission.PROJECT_VIEW):
        return projects.none()
    return projects.filter(Q(pk__in=viewer.project_ids) | Q(unit__in=viewer.units_for(Permission.PROJECT_EDIT)))


def may_change_unit(viewer: Viewer, unit: Unit) -> bool:
    """Say whether he may change this unit: for the whole company, or in his own part of the tree."""
    return viewer.may_everywhere(Permission.UNIT_EDIT) or unit.pk in viewer.units_for(Permission.UNIT_EDIT)


def may_change_site(viewer: Viewer, _site: Site) -> bool:
    """Say whether he may change sites: only for the whole company."""
    return viewer.may_everywhere(Permission.SITE_EDIT)


def may_change_project(viewer: Viewer, project: Project) -> bool:
    """Say whether he may change this project: for the whole company, or because his unit owns it."""
    held = Permission.PROJECT_EDIT
    return viewer.may_everywhere(held) or project.unit_id in viewer.units_for(held)


def members_of(viewer: Viewer, project: Project) -> QuerySet[ProjectMember]:
    """Return who is and was in a project the viewer may know of."""
    if not projects_visible_to(viewer).filter(pk=project.pk).exists():
        return ProjectMember.objects.none()
    members = ProjectMember.objects.known().filter(project=project, person__in=people_visible_to(viewer))
    return members.select_related("person").order_by("-starts_on", "id")


def subtree_ids(viewer: Viewer, *unit_ids: UUID) -> frozenset[UUID]:
    """Return the units and all below them that the viewer may know of; unknown ids give nothing."""
    paths = list(units_visible_to(viewer).filter(pk__in=unit_ids).values_list("path", flat=True))
    if not paths:
        return frozenset()
    below = Q()
    for path in paths:
        below |= Q(path__startswith=path)
    return frozenset(Unit.objects.filter(below).values_list("pk", flat=True))


def people_working_in(viewer: Viewer, unit: Unit) -> QuerySet[Assignment]:
    """Return today's assignments in a unit itself, bosses' names included."""
    working = Assignment.objects.known().on(today_of(viewer)).filter(unit=unit, person__in=people_visible_to(viewer))
    return working.select_related("person", "boss").order_by("-is_main", "person__kana")


def calendar_of(viewer: Viewer, site: Site) -> Calendar:
    """Return the business calendar of a site, with the company's own days; without those for strangers."""
    return calendars_of(viewer, [site])[site.pk]


def calendars_of(viewer: Viewer, places: Sequence[Site]) -> dict[UUID, Calendar]:
    """Return the business calendars of many sites in one query, by site; without the company's days for strangers."""
    days = Holiday.objects.standing().filter(Q(site__isnull=True) | Q(site__in=places))
    found = list(days.values_list("site_id", "day", "is_working_day")) if viewer.may(Permission.SITE_VIEW) else []
    return {
        place.pk: Calendar(
            country=place.country,
            subdivision=place.subdivision,
            off=frozenset(day for site, day, works in found if site in {None, place.pk} and not works),
            on=frozenset(day for site, day, works in found if site in {None, place.pk} and works),
        )
        for place in places
    }


def holidays_between(viewer: Viewer, site: Site, first: date, last: date) -> dict[date, str]:
    """Return public and own days off of a site from first to last, by day, with their names."""
    found = {
        day: name
        for year in range(first.year, last.year + 1)
        for day, name in public_holidays(site.country, site.subdivision, year).items()
    }
    for own in Holiday.objects.standing().filter(Q(site__isnull=True) | Q(site=site)):
        if own.is_working_day:
            found.pop(own.day, None)
        else:
            found[own.day] = own.name
    if not viewer.may(Permission.SITE_VIEW):
        return {}
    return {day: name for day, name in sorted(found.items()) if first <= day <= last}


def heads_of(viewer: Viewer, unit_ids: Iterable[UUID]) -> dict[UUID, Person]:
    """Return the heads of units, by unit; a head still to come only for those who may know."""
    found = units_visible_to(viewer).filter(pk__in=set(unit_ids))
    return {unit.pk: unit.head for unit in found if unit.head is not None and is_known_to(viewer, unit.head)}


def unit_names(viewer: Viewer, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of units, in the language of the page."""
    return {unit.pk: unit.name for unit in units_visible_to(viewer).filter(pk__in=set(ids))}


def unit_choices(viewer: Viewer) -> list[tuple[UUID, str]]:
    """Return the standing units in the order of the tree, as (id, name indented by depth)."""
    standing = units_visible_to(viewer).filter(retired_at__isnull=True)
    found = sorted(standing.values_list("path", "pk", "name_ja", "name_en"))
    return [(pk, "　" * (path.count("/") - 1) + name_in_page(ja, en)) for path, pk, ja, en in found]


def project_choices(viewer: Viewer) -> list[tuple[UUID, str]]:
    """Return the standing projects the viewer may know of, as (id, name)."""
    found = projects_visible_to(viewer).filter(retired_at__isnull=True).order_by("code")
    return [(project.pk, project.name) for project in found]


def standing_sites(viewer: Viewer) -> list[Site]:
    """Return the standing sites, by code."""
    return list(sites_visible_to(viewer).filter(retired_at__isnull=True).order_by("code"))
