"""Sites, units, projects and the company's own days. Moving a unit moves everything below it."""

from datetime import date
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _

from kuramori.directory.models import Assignment, Holiday, Named, Person, Project, ProjectMember, Site, Source, Unit
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.records import Record
from kuramori.kernel.search import index

Added = TypeVar("Added", bound=Record)
Thing = TypeVar("Thing", bound=Named)


def site_add(*, by: Actor, why: str = "", **values: Any) -> Site:
    """Add a site; values are its fields."""
    return _add("directory.site.add", Site(**values), by=by, why=why)


def site_edit(*, site: Site, by: Actor, why: str = "", **values: Any) -> Site:
    """Change a site."""
    with act("directory.site.edit", by=by, why=why, subjects=[site]):
        return _set(site, values)


def site_retire(*, site: Site, by: Actor, why: str = "") -> None:
    """Close a site in which no unit stands any more."""
    if site.units.filter(retired_at__isnull=True).exists():
        raise Refused(_("Units still stand at this site."), _("Move them to another site, then close this one."))
    with act("directory.site.retire", by=by, why=why, subjects=[site]):
        site.retire()


def unit_add(*, by: Actor, why: str = "", **values: Any) -> Unit:
    """Add a unit below its parent, or as a top unit."""
    unit = Unit(**values)
    unit.path = Unit.path_under(unit.parent, unit.pk)
    with act("directory.unit.add", by=by, why=why):
        _add("directory.unit.add", unit, by=by, why=why)
        index(unit, unit.code, unit.name_ja, unit.name_en)
    return unit


def unit_edit(*, unit: Unit, by: Actor, why: str = "", **values: Any) -> Unit:
    """Change a unit; with another parent, its whole subtree moves along.

    Raises Refused when the new parent lies below the unit itself.
    """
    parent: Unit | None = values.get("parent", unit.parent)
    if parent is not None and unit.pk in parent.line_up:
        raise Refused(
            _("A unit cannot belong to itself or to a unit below it."), _("Choose a unit outside of its own branch.")
        )
    with act("directory.unit.edit", by=by, why=why, subjects=[unit]):
        before = unit.path
        unit = _set(unit, values | {"path": Unit.path_under(parent, unit.pk)})
        index(unit, unit.code, unit.name_ja, unit.name_en)
        if unit.path != before:
            for below in Unit.objects.filter(path__startswith=before).exclude(pk=unit.pk):
                below.path = unit.path + below.path.removeprefix(before)
                below.save()
    return unit


def unit_retire(*, unit: Unit, today: date, by: Actor, why: str = "") -> None:
    """Close a unit without standing units below it and without people; raises Refused otherwise."""
    if unit.children.filter(retired_at__isnull=True).exists():
        raise Refused(_("Units below this one still stand."), _("Move or close them first."))
    if Assignment.objects.known().on(today).filter(unit=unit).exists():
        raise Refused(_("People still work in this unit."), _("Assign them to other units first."))
    with act("directory.unit.retire", by=by, why=why, subjects=[unit]):
        unit.retire()


def project_add(*, by: Actor, why: str = "", **values: Any) -> Project:
    """Add a project."""
    return _add("directory.project.add", Project(**values), by=by, why=why)


def project_edit(*, project: Project, by: Actor, why: str = "", **values: Any) -> Project:
    """Change a project."""
    with act("directory.project.edit", by=by, why=why, subjects=[project]):
        return _set(project, values)


def project_retire(*, project: Project, today: date, by: Actor, why: str = "") -> None:
    """Close a project: its members leave it today."""
    with act("directory.project.retire", by=by, why=why, subjects=[project]):
        for member in ProjectMember.objects.known().filter(project=project):
            member.end(today)
        project.retire()


def project_join(
    *, project: Project, person: Person, starts_on: date, by: Actor, why: str = "", part: str = "",
    ends_on: date | None = None, source: str = Source.HAND,
) -> ProjectMember:  # fmt: skip
    """Take somebody into a project."""
    with act("directory.project.join", by=by, why=why, subjects=[project]):
        member = ProjectMember(
            project=project, person=person, part=part, starts_on=starts_on, ends_on=ends_on, source=source
        )
        member.save()
    return member


def project_leave(*, member: ProjectMember, last: date, by: Actor, why: str = "") -> None:
    """Record the last day of a member in a project."""
    with act("directory.project.leave", by=by, why=why, subjects=[member.project]):
        member.end(last)


def holiday_add(*, by: Actor, why: str = "", **values: Any) -> Holiday:
    """Enter a day into the company's own calendar."""
    return _add("directory.holiday.add", Holiday(**values), by=by, why=why)


def holiday_retire(*, holiday: Holiday, by: Actor, why: str = "") -> None:
    """Take a day out of the company's own calendar."""
    with act("directory.holiday.retire", by=by, why=why, subjects=[holiday]):
        holiday.retire()


def _add(verb: str, thing: Added, *, by: Actor, why: str) -> Added:
    with act(verb, by=by, why=why) as this:
        thing.save()
        this.about(thing)
    return thing


def _set(thing: Thing, values: dict[str, Any]) -> Thing:
    for name, value in values.items():
        setattr(thing, name, value)
    thing.save()
    return thing
