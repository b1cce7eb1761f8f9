"""What stands on a person's page: facts, state, ways to further acts, and tabs."""

from collections.abc import Sequence

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.directory.models import KIND_WORDS, Person, Project, Unit
from kuramori.directory.queries.history import assignments_of
from kuramori.directory.queries.people import (
    end_seen,
    engagements_of,
    may_change_person,
    roles_of,
    sees_leaving,
    today_of,
)
from kuramori.directory.queries.units import members_of, people_working_in
from kuramori.directory.rules.engagements import EngagementKind
from kuramori.directory.rules.permissions import Permission
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import ColumnKind, Fact, Link, Mark
from kuramori.kernel.room import Panel


def person_state(person: Person, viewer: Viewer) -> Mark:
    """Say whether the person is here; a leave still to come is not told here, not even to HR."""
    if person.left_on is not None:
        return Mark(word=_("has left"))
    if person.joined_on is not None and person.joined_on > today_of(viewer):
        return Mark(word=_("still to come"), tone="info")
    return Mark(word=_("here now"), tone="ok")


def person_facts(person: Person, viewer: Viewer) -> Sequence[Fact]:
    """Return the main facts."""
    here = list(getattr(person, "here", ()))
    engaged = [str(KIND_WORDS[EngagementKind(seen.engagement_kind)]) for _e, seen in engagements_of(viewer, person)[:1]]
    main = here[0] if here else None
    return (
        Fact(label=_("employee number"), value=person.number),
        Fact(label=pgettext_lazy("person", "name"), value=person.name),
        Fact(label=_("kana"), value=person.kana or None),
        Fact(label=_("name in Latin letters"), value=person.romaji or None),
        Fact(label=_("kind of engagement"), value=", ".join(engaged) or None),
        Fact(label=_("unit"), value=", ".join(a.unit.name for a in here) or None),
        Fact(label=_("position"), value=(main and main.position) or None),
        Fact(label=_("site"), value=main and main.site and main.site.name),
        Fact(label=_("e-mail"), value=person.mail or None),
        Fact(label=_("account"), value=person.account_name or None),
        Fact(label=_("joined on"), value=person.joined_on, kind=ColumnKind.DATE),
        Fact(label=_("left on"), value=person.left_on, kind=ColumnKind.DATE),
    )


def person_actions(person: Person, viewer: Viewer) -> Sequence[Link]:
    """Return the ways to pages of further acts that the viewer may take."""
    ways = []
    if may_change_person(viewer, person):
        ways.append(Link(text=_("Assign"), url=reverse("directory:assign", args=[person.pk])))
        ways.append(Link(text=_("Notice received"), url=reverse("directory:notice", args=[person.pk])))
        ways.append(Link(text=_("Record the last day"), url=reverse("directory:last-day", args=[person.pk])))
    if viewer.may_everywhere(Permission.ACCOUNT_MANAGE):
        ways.append(Link(text=_("Account"), url=reverse("directory:account", args=[person.pk])))
    return ways


def career_panel(person: Person, viewer: Viewer) -> str | None:
    """Draw where the person worked and works."""
    assignments = assignments_of(viewer, person)
    return render_to_string("directory/career.html", {"assignments": assignments}) if assignments else None


def engagements_panel(person: Person, viewer: Viewer) -> str | None:
    """Draw how the person is and was engaged; notices and days to come only for HR and the leaver team."""
    rows = [(KIND_WORDS[EngagementKind(seen.engagement_kind)], seen) for _e, seen in engagements_of(viewer, person)]
    context = {"rows": rows, "sees_leaving": sees_leaving(viewer)}
    return render_to_string("directory/engagements.html", context) if rows else None


def roles_panel(person: Person, viewer: Viewer) -> str | None:
    """Draw which roles the person holds and held."""
    rows = [(role, end_seen(viewer, role)) for role in roles_of(viewer, person)]
    return render_to_string("directory/roles.html", {"rows": rows}) if rows else None


def unit_panel(unit: Unit, viewer: Viewer) -> str | None:
    """Draw who works in a unit today."""
    found = list(people_working_in(viewer, unit)[:200])
    return render_to_string("directory/unit_people.html", {"assignments": found}) if found else None


def members_panel(project: Project, viewer: Viewer) -> str | None:
    """Draw who is and was in a project."""
    rows = [(member, end_seen(viewer, member)) for member in members_of(viewer, project)]
    return render_to_string("directory/members.html", {"rows": rows}) if rows else None


PERSON, UNIT, PROJECT = Person.record_kind(), Unit.record_kind(), Project.record_kind()
VIEW = Permission.PERSON_VIEW
PANELS = (
    Panel(kind=PERSON, name="career", title=_("Places over time"), permission=VIEW, render=career_panel, order=10),
    Panel(kind=PERSON, name="engagements", title=_("Engagements"), permission=VIEW, render=engagements_panel, order=20),
    Panel(kind=PERSON, name="roles", title=_("Roles"), permission=Permission.ROLE_VIEW, render=roles_panel, order=30),
    Panel(kind=UNIT, name="people", title=_("People here"), permission=VIEW, render=unit_panel, order=10),
    Panel(kind=PROJECT, name="members", title=_("Members"), permission=VIEW, render=members_panel, order=10),
)
