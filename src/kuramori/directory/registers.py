"""The registers of this room, declared: people, units, sites, projects, roles."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.directory.acts import people as people_acts
from kuramori.directory.acts import roles as role_acts
from kuramori.directory.acts import units as unit_acts
from kuramori.directory.days import company_today
from kuramori.directory.forms import PersonForm, ProjectForm, RoleForm, SiteForm, UnitForm
from kuramori.directory.models import ROLE_WORDS, Assignment, Person, Project, RoleAssignment, Site, Unit
from kuramori.directory.person_page import person_actions, person_facts, person_state
from kuramori.directory.queries import people as people_queries
from kuramori.directory.queries import units as unit_queries
from kuramori.directory.queries.people import today_of
from kuramori.kernel.actors import Actor
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Choices, Column, ColumnKind, Filter, FilterKind, Link, Register
from kuramori.kernel.search import matching

STATES: Choices = [("here", _("here now")), ("left", _("has left")), ("coming", _("still to come"))]
ROLES: Choices = list(ROLE_WORDS.items())
NAMED = (
    Column(name="code", label=_("code"), sort="code"),
    Column(name="name", label=_("name"), kind=ColumnKind.LINK, sort="name_ja", value=lambda thing, _v: thing.name),
)


def person_link(person: Person | None, viewer: Viewer) -> Link | None:
    """Return a person's name with the way to the page; nothing of somebody the viewer may not know of yet."""
    if person is None or not people_queries.is_known_to(viewer, person):
        return None
    return Link(text=person.shown, url=reverse("directory:person-detail", args=[person.pk]))


def _here(person: Person) -> Assignment | None:
    return next(iter(getattr(person, "here", ())), None)


def _unit_choices(viewer: Viewer) -> Choices:
    return [(str(pk), name) for pk, name in unit_queries.unit_choices(viewer)]


def _site_choices(viewer: Viewer) -> Choices:
    return [(str(site.pk), site.name) for site in unit_queries.sites_visible_to(viewer).order_by("code")]


def _people_in_unit(found: QuerySet[Any], value: str, viewer: Viewer) -> QuerySet[Any]:
    below = unit_queries.subtree_ids(viewer, value)  # type: ignore[arg-type]  # a choice is an id as text
    return found.filter(pk__in=people_queries.people_in_units(viewer, below).values("pk"))


def _people_at_site(found: QuerySet[Any], value: str, viewer: Viewer) -> QuerySet[Any]:
    return found.filter(pk__in=people_queries.people_at_site(viewer, value).values("pk"))


def _people_in_state(found: QuerySet[Any], value: str, viewer: Viewer) -> QuerySet[Any]:
    today = today_of(viewer)
    if value == "left":
        return found.filter(left_on__isnull=False)
    here = found.filter(left_on__isnull=True)
    return here.filter(joined_on__gt=today) if value == "coming" else here.exclude(joined_on__gt=today)


def _one_of(name: str, label: Any, choices: Any, apply: Any) -> Filter:
    return Filter(name=name, label=label, kind=FilterKind.CHOICE, choices=choices, apply=apply)


def person_enter(*, by: Actor, why: str, **values: Any) -> Person:
    """Add a person with engagement, place and identities, in the act that the register opened."""
    engaged = {name: values.pop(name) for name in ("kind", "start", "end_planned", "sponsor")}
    placed = {name: values.pop(name) for name in ("unit", "site", "position")}
    person = people_acts.person_add(by=by, why=why, **values)
    engagement = people_acts.engagement_add(person=person, by=by, why=why, **engaged)
    start = engaged["start"]
    people_acts.assignment_add(engagement=engagement, starts_on=start, today=company_today(), by=by, why=why, **placed)
    for namespace, value in (("mail", person.mail), ("ad", person.account_name)):
        if value:
            people_acts.identity_add(person=person, namespace=namespace, value=value, starts_on=start, by=by, why=why)
    return person


people = Register(
    name="directory:person",
    path="people",
    title=_("People"),
    title_one=_("person"),
    why=_("Who may know a secret, who holds it and who leaves with it can only be told of people who are known."),
    example=_("For instance: Akari Sakura, researcher in the materials section at Hamamatsu since April 2020."),
    model=Person,
    columns=(
        Column(name="number", label=_("employee number"), sort="number"),
        Column(
            name="name",
            label=pgettext_lazy("person", "name"),
            kind=ColumnKind.LINK,
            sort="kana",
            value=lambda p, _v: p.shown,
        ),
        Column(name="kana", label=_("kana"), sort="kana", is_default=False),
        Column(name="unit", label=_("unit"), value=lambda p, _v: (a := _here(p)) and a.unit.name),
        Column(name="position", label=_("position"), value=lambda p, _v: (a := _here(p)) and a.position),
        Column(name="site", label=_("site"), value=lambda p, _v: (a := _here(p)) and a.site and a.site.name),
        Column(name="mail", label=_("e-mail"), is_default=False),
        Column(name="state", label=_("state"), kind=ColumnKind.TAG, value=person_state),
    ),
    filters=(
        _one_of("unit", _("unit"), _unit_choices, _people_in_unit),
        _one_of("site", _("site"), _site_choices, _people_at_site),
        _one_of("state", _("state"), lambda _v: STATES, _people_in_state),
    ),
    form=PersonForm,
    visible_to=people_queries.people_with_places,
    may_edit=people_queries.may_change_person,
    add=person_enter,
    edit=people_acts.person_edit,
    search=matching,
    order="kana",
    import_kind="people",
    facts=person_facts,
    state=person_state,
    actions=person_actions,
    practices="GOV-26 SYS-07",
    icon="users",
)
units = Register(
    name="directory:unit",
    path="units",
    title=_("Units"),
    title_one=_("unit"),
    why=_("The tree of units decides who may see what, and who is responsible for whom."),
    example=_("For instance: the materials section, below the research institute, headed by Akari Sakura."),
    model=Unit,
    columns=(
        *NAMED,
        Column(name="parent", label=_("belongs to"), value=lambda u, _v: u.parent and u.parent.name),
        Column(name="site", label=_("site"), value=lambda u, _v: u.site and u.site.name),
        Column(name="head", label=_("head"), kind=ColumnKind.PERSON, value=lambda u, v: person_link(u.head, v)),
    ),
    filters=(_one_of("site", _("site"), _site_choices, lambda found, value, _v: found.filter(site_id=value)),),
    form=UnitForm,
    visible_to=unit_queries.units_visible_to,
    may_edit=unit_queries.may_change_unit,
    add=unit_acts.unit_add,
    edit=unit_acts.unit_edit,
    retire=lambda *, unit, by, why: unit_acts.unit_retire(unit=unit, today=company_today(), by=by, why=why),
    search=matching,
    order="code",
    import_kind="units",
    retire_effects=lambda _units, _v: [_("Nobody can be assigned to it any more; what happened there stays.")],
    practices="GOV-11",
    icon="network",
)  # fmt: skip
sites = Register(
    name="directory:site",
    path="sites",
    title=_("Sites"),
    title_one=_("site"),
    why=_("Country and time zone of a site decide its holidays, its last moments and which law speaks."),
    example=_("For instance: Ludwigsburg, Germany, Europe/Berlin."),
    model=Site,
    columns=(
        *NAMED,
        Column(name="country", label=_("country"), sort="country"),
        Column(name="zone_name", label=_("time zone"), sort="zone_name"),
    ),
    form=SiteForm,
    visible_to=unit_queries.sites_visible_to,
    may_edit=unit_queries.may_change_site,
    add=unit_acts.site_add,
    edit=unit_acts.site_edit,
    retire=unit_acts.site_retire,
    order="code",
    import_kind="sites",
    icon="map-pin",
)
projects = Register(
    name="directory:project",
    path="projects",
    title=_("Projects"),
    title_one=_("project"),
    why=_("The members of a project are a scope of disclosure: whoever leaves it loses its secrets the same day."),
    example=_("For instance: PJ-2403, large one-piece casting mould, from April to March."),
    model=Project,
    columns=(
        *NAMED,
        Column(name="unit", label=_("owning unit"), value=lambda p, _v: p.unit and p.unit.name),
        Column(name="leader", label=_("leader"), kind=ColumnKind.PERSON, value=lambda p, v: person_link(p.leader, v)),
        Column(name="starts_on", label=_("from"), kind=ColumnKind.DATE, sort="starts_on"),
        Column(name="ends_on", label=_("to"), kind=ColumnKind.DATE, sort="ends_on"),
    ),
    form=ProjectForm,
    visible_to=unit_queries.projects_visible_to,
    may_edit=unit_queries.may_change_project,
    add=unit_acts.project_add,
    edit=unit_acts.project_edit,
    retire=lambda *, project, by, why: unit_acts.project_retire(project=project, today=company_today(), by=by, why=why),
    order="code",
    import_kind="projects",
    retire_effects=lambda _projects, _v: [_("Its members leave it today and lose what they saw by it.")],
    practices="SYS-07",
    icon="folder-kanban",
)


def _role_where(role: RoleAssignment, _viewer: Viewer) -> str:
    return str(role.unit or role.site or role.get_scope_display())


def _taken(*, role: RoleAssignment, by: Actor, why: str) -> None:
    """Take a role at once: yesterday was its last day."""
    role_acts.role_end(role=role, last=company_today() - timedelta(days=1), by=by, why=why)


roles = Register(
    name="directory:role",
    path="roles",
    title=_("Roles"),
    title_one=_("role"),
    why=_("Who decides, who keeps, who checks: roles give their holders what they need and nothing more."),
    example=_("For instance: Botan Makino is promoter for the materials section and all below it."),
    model=RoleAssignment,
    columns=(
        Column(
            name="role", label=_("role"), kind=ColumnKind.LINK, sort="role", value=lambda r, _v: r.get_role_display()
        ),
        Column(name="person", label=_("person"), kind=ColumnKind.PERSON, value=lambda r, v: person_link(r.person, v)),
        Column(name="where", label=_("holds for"), value=_role_where),
        Column(name="starts_on", label=_("from"), kind=ColumnKind.DATE, sort="starts_on"),
        Column(name="ends_on", label=_("to"), kind=ColumnKind.DATE, value=lambda r, v: people_queries.end_seen(v, r)),
        Column(name="given_by_name", label=_("given by"), is_default=False),
    ),
    filters=(_one_of("role", _("role"), lambda _v: ROLES, lambda found, value, _v: found.filter(role=value)),),
    form=lambda viewer, role, data: RoleForm(viewer, role, data, today=today_of(viewer)),
    visible_to=people_queries.roles_visible_to,
    may_edit=people_queries.may_change_role,
    add=role_acts.role_give,
    retire=_taken,
    order="-starts_on",
    import_kind="roles",
    retire_effects=lambda _roles, _v: [_("The holder loses at once what the role gave.")],
    practices="GOV-11 GOV-12",
    icon="shield-check",
)  # fmt: skip
ALL = (people, units, sites, projects, roles)
