"""A file of projects with their members: who is missing among the members has left the project yesterday."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from kuramori.directory.days import company_today
from kuramori.directory.feeds.columns import PROJECTS
from kuramori.directory.feeds.comparing import demand_everywhere, no_unit, nobody, outcome_of
from kuramori.directory.models import Person, Project, ProjectMember, Source, Unit
from kuramori.directory.rules.permissions import Permission
from kuramori.kernel.actors import Actor
from kuramori.kernel.imports.errors import CellError
from kuramori.kernel.imports.mapping import ImportKind, ParsedRow, RowOutcome
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.records import record_many

FACTS = ("name_ja", "name_en", "starts_on", "ends_on")
TEXTS = frozenset({"name_ja", "name_en"})


def resolve(rows: Collection[ParsedRow], *, viewer: Viewer, today: date) -> Sequence[RowOutcome]:
    """Decide for every project; an unknown unit, leader or member keeps it out."""
    demand_everywhere(viewer, Permission.PROJECT_IMPORT)
    projects = {project.code: project for project in Project.objects.select_related("unit", "leader")}
    members = _members_by_project(today)
    units, numbers = (
        set(Unit.objects.values_list("code", flat=True)),
        set(Person.objects.values_list("number", flat=True)),
    )

    def held(project: Project) -> Mapping[str, Any]:
        return {
            **{name: getattr(project, name) for name in FACTS},
            "unit": project.unit.code if project.unit else "",
            "leader": project.leader.number if project.leader else "",
            "members": sorted(members.get(project.code, ())),
        }

    return [
        outcome_of(row, _told(row), projects.get(row.values.get("code") or ""), _errors(row, units, numbers), held=held)
        for row in rows
    ]


def apply(outcomes: Iterable[RowOutcome], *, by: Actor, why: str) -> None:
    """Write projects, then who came and who went."""
    del by, why
    today = company_today()
    people = {person.number: person for person in Person.objects.all()}
    units = {unit.code: unit for unit in Unit.objects.all()}
    coming: list[ProjectMember] = []
    for outcome in outcomes:
        told = outcome.values
        project = outcome.record or Project(code=told["code"])
        project.retired_at = None
        for name in FACTS:
            setattr(project, name, told.get(name, getattr(project, name)))
        if "unit" in told:
            project.unit = units.get(told["unit"])
        if "leader" in told:
            project.leader = people.get(told["leader"])
        project.save()
        if "members" in told:
            coming += _newcomers(project, [people[number] for number in told["members"]], today)
    record_many(coming)


def _newcomers(project: Project, wanted: Sequence[Person], today: date) -> list[ProjectMember]:
    """End whoever is not wanted any more; return memberships for those who are new."""
    here = {m.person_id: m for m in ProjectMember.objects.known().between(today, date.max).filter(project=project)}
    ids = {person.pk for person in wanted}
    for person_id, member in here.items():
        if person_id not in ids:
            member.end(today - timedelta(days=1))
    begins = project.starts_on if not here and project.starts_on else today
    return [
        ProjectMember(
            project=project, person=person, starts_on=max(begins, person.joined_on or begins), source=Source.FEED
        )
        for person in wanted
        if person.pk not in here
    ]


def _members_by_project(today: date) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    here = ProjectMember.objects.known().between(today, date.max)
    for code, number in here.values_list("project__code", "person__number"):
        found.setdefault(code, set()).add(number)
    return found


def _told(row: ParsedRow) -> dict[str, Any]:
    told = {
        name: (row.values[name] or "") if name in TEXTS else row.values[name] for name in FACTS if name in row.values
    }
    told |= {name: row.values[name] or "" for name in ("unit", "leader") if name in row.values}
    if "members" in row.values:
        told["members"] = sorted(row.values["members"] or ())
    return told


def _errors(row: ParsedRow, units: set[str], numbers: set[str]) -> list[CellError]:
    unit = row.values.get("unit")
    errors = [no_unit(row, "unit", unit)] if unit and unit not in units else []
    people = [("leader", row.values.get("leader")), *(("members", n) for n in row.values.get("members") or ())]
    return errors + [nobody(row, column, number) for column, number in people if number and number not in numbers]


PROJECT_FEED = ImportKind(
    name="projects",
    title=_("Projects"),
    why=_("The members of a project are a scope of disclosure: whoever leaves it loses its secrets the same day."),
    fields=PROJECTS,
    permission=Permission.PROJECT_IMPORT,
    verb="directory.project.import",
    resolve=resolve,
    apply=apply,
)
