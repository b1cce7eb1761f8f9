"""What other rooms may ask of the directory. Viewer first; ids in, ids and small frozen values out.

Models are exported for types and for `select_related`; foreign keys name them as text ("directory.Person").
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.timezone import now

from kuramori.directory.acts.people import identity_add, identity_end
from kuramori.directory.first_administrator import administrator_create
from kuramori.directory.models import ROLE_WORDS, Account, Person, Project, Site, Unit
from kuramori.directory.queries import history, people, units
from kuramori.directory.queries.history import (
    AssignmentHeld,
    IdentityHeld,
    Leaver,
    Whereabouts,
    assignments_in_period,
    identities_in_period,
    leaving_between,
    who_was_where,
)
from kuramori.directory.queries.people import people_visible_to, sees_leaving, today_of
from kuramori.directory.queries.units import calendar_of, holidays_between, projects_visible_to, units_visible_to
from kuramori.directory.viewing import actor_of, viewer_of, viewer_of_system
from kuramori.directory.viewing import viewer_for as _viewer_for
from kuramori.kernel.permissions import Role, Viewer

__all__ = [
    "ROLE_WORDS",
    "Account",
    "AssignmentHeld",
    "IdentityHeld",
    "Leaver",
    "Person",
    "Project",
    "Role",
    "Site",
    "Unit",
    "Whereabouts",
    "actor_of",
    "administrator_create",
    "assignments_between",
    "calendar_of",
    "holidays_between",
    "identities_between",
    "identity_add",
    "identity_end",
    "leavers",
    "people_choices",
    "people_visible_to",
    "person_by_number",
    "person_names",
    "project_choices",
    "projects_visible_to",
    "sees_leaving",
    "sites",
    "subjects_of_person",
    "today_of",
    "unit_choices",
    "unit_heads",
    "unit_names",
    "unit_subtree",
    "units_visible_to",
    "viewer_for",
    "viewer_of",
    "viewer_of_system",
    "who_was_where",
]  # fmt: skip

assignments_between = assignments_in_period
identities_between = identities_in_period
leavers = leaving_between


def person_names(viewer: Viewer, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of those among the ids whom the viewer may find, in his language's letters."""
    return people.names_of_people(viewer, ids)


def person_by_number(viewer: Viewer, number: str) -> Person | None:
    """Return the person with that employee number, if the viewer may find him."""
    return people_visible_to(viewer).filter(number=number).first()


def people_choices(viewer: Viewer, text: str = "", *, limit: int = 20) -> list[tuple[UUID, str]]:
    """Return people for a chooser: those here now whose words match, as (id, "name (number)")."""
    found = people.people_matching(viewer, text).filter(left_on__isnull=True).order_by("kana", "id")
    return [(person.pk, f"{person.shown} ({person.number})") for person in found[:limit]]


def unit_subtree(viewer: Viewer, *unit_ids: UUID) -> frozenset[UUID]:
    """Return the units with all units below them."""
    return units.subtree_ids(viewer, *unit_ids)


def unit_names(viewer: Viewer, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of units, in the language of the page."""
    return {unit.pk: unit.name for unit in units_visible_to(viewer).filter(pk__in=set(ids))}


def unit_choices(viewer: Viewer) -> list[tuple[UUID, str]]:
    """Return the standing units in the order of the tree, as (id, name indented by depth)."""
    found = sorted(units_visible_to(viewer).filter(retired_at__isnull=True), key=lambda unit: unit.path)
    return [(unit.pk, "　" * (unit.path.count("/") - 1) + unit.name) for unit in found]


def unit_heads(viewer: Viewer, ids: Iterable[UUID]) -> dict[UUID, Person]:
    """Return the heads of units, by unit."""
    return units.heads_of(viewer, frozenset(ids))


def project_choices(viewer: Viewer) -> list[tuple[UUID, str]]:
    """Return the standing projects the viewer may know of, as (id, name)."""
    return [
        (project.pk, project.name)
        for project in projects_visible_to(viewer).filter(retired_at__isnull=True).order_by("code")
    ]


def sites(viewer: Viewer) -> list[Site]:
    """Return the standing sites, by code."""
    return list(units.sites_visible_to(viewer).filter(retired_at__isnull=True).order_by("code"))


def subjects_of_person(viewer: Viewer, person: Person) -> list[UUID]:
    """Return every id under which the ledger speaks of a person, for bundles; leaves only for those who may know."""
    return history.subjects_of(viewer, person)


def viewer_for(account: Account, at: datetime | None = None) -> Viewer:
    """Return the viewer an account signs in as, at that moment (now when left out)."""
    return _viewer_for(account, at or now())
