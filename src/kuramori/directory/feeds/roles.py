"""A file of roles: who holds which, for the company, a site, or a unit with all below. It gives; it takes nothing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from kuramori.directory.days import company_today
from kuramori.directory.feeds.columns import ASSIGNED_ROLES, WHOLE_COMPANY
from kuramori.directory.feeds.comparing import demand_everywhere, nobody
from kuramori.directory.models import ROLE_WORDS, Person, RoleAssignment, Site, Unit
from kuramori.directory.rules.permissions import Permission, RoleScope
from kuramori.kernel.actors import Actor
from kuramori.kernel.imports.mapping import Action, ImportKind, ParsedRow, RowOutcome
from kuramori.kernel.imports.wording import phrase
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.records import record_many


def resolve(rows: Collection[ParsedRow], *, viewer: Viewer, today: date) -> Sequence[RowOutcome]:
    """Decide for every role; nobody gives one to himself, and what is implied (employee) need not be given."""
    demand_everywhere(viewer, Permission.ROLE_IMPORT)
    people = {person.number: person for person in Person.objects.only("number", "name")}
    scopes = _scopes()
    here = RoleAssignment.objects.known().between(today, date.max)
    held = set(here.values_list("person__number", "role", "scope", "unit__code", "site__code"))
    return [_outcome(row, people, scopes, held, viewer) for row in rows]


def apply(outcomes: Iterable[RowOutcome], *, by: Actor, why: str) -> None:
    """Give the roles, from today on."""
    del why
    today = company_today()
    people = {person.number: person for person in Person.objects.only("number", "name")}
    units = {unit.code: unit for unit in Unit.objects.all()}
    sites = {site.code: site for site in Site.objects.all()}
    record_many(
        RoleAssignment(
            person=people[told["number"]], role=told["role"], scope=told["scope"], unit=units.get(told["unit"]),
            site=sites.get(told["site"]), starts_on=today, given_by=by.id, given_by_name=by.name,
        )
        for told in (outcome.values for outcome in outcomes)
    )  # fmt: skip


def _scopes() -> dict[str, tuple[str, str, str]]:
    """Return what a word in the column of scopes means: (scope, unit code, site code); units go before sites."""
    scopes = {site.code: (str(RoleScope.SITE), "", site.code) for site in Site.objects.standing()}
    scopes |= {unit.code: (str(RoleScope.UNIT), unit.code, "") for unit in Unit.objects.standing()}
    return scopes | {word: (str(RoleScope.COMPANY), "", "") for word in WHOLE_COMPANY}


def _outcome(
    row: ParsedRow,
    people: Mapping[str, Person],
    scopes: Mapping[str, tuple[str, str, str]],
    held: set[tuple[Any, ...]],
    viewer: Viewer,
) -> RowOutcome:
    number, where, role = (row.values.get(name) for name in ("number", "where", "role"))
    errors = []
    if number and number not in people:
        errors.append(nobody(row, "number", number))
    elif number and people[number].pk == viewer.person_id:
        message = phrase(gettext_noop("Nobody gives a role to himself."))
        errors.append(row.error("number", message, phrase(gettext_noop("Ask another person who may give roles."))))
    if where and where not in scopes:
        message = phrase(gettext_noop("There is no unit or site “%(where)s”."), where=where)
        errors.append(row.error("where", message, phrase(gettext_noop("Write a code, or 全社 for the whole company."))))
    if row.errors or errors:
        return RowOutcome.rejected(row, *errors)
    scope, unit, site = scopes[str(where)]
    name = f"{number} {people[str(number)].name}: {ROLE_WORDS[Role(str(role))]}"
    values = {"number": number, "role": str(role), "scope": scope, "unit": unit, "site": site}
    is_held = (number, str(role), scope, unit or None, site or None) in held
    if role == Role.EMPLOYEE or is_held:
        return RowOutcome(row=row, action=Action.UNCHANGED, name=name)
    held.add((number, str(role), scope, unit or None, site or None))
    return RowOutcome(row=row, action=Action.ADD, name=name, values=values)


ROLE_FEED = ImportKind(
    name="roles",
    title=_("Roles"),
    why=_("Who decides, who keeps, who checks: roles give their holders what they need and nothing more."),
    fields=ASSIGNED_ROLES,
    permission=Permission.ROLE_IMPORT,
    verb="directory.role.import",
    resolve=resolve,
    apply=apply,
)
