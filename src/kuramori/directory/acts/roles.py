"""Giving and taking roles. Nobody gives a role to himself (GOV-12)."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from kuramori.directory.models import Person, RoleAssignment, Site, Unit
from kuramori.directory.rules.permissions import RoleScope
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.permissions import Role


def role_give(
    *, person: Person, role: Role, starts_on: date, by: Actor, why: str = "", unit: Unit | None = None,
    site: Site | None = None, ends_on: date | None = None,
) -> RoleAssignment:  # fmt: skip
    """Give a person a role for the company, or for a unit with all below, or for a site.

    Raises Refused when somebody would give himself a role, or when the person holds it there already.
    """
    if by.id == person.pk:
        raise Refused(_("Nobody gives a role to himself."), _("Ask another person who may give roles."))
    scope = RoleScope.UNIT if unit else RoleScope.SITE if site else RoleScope.COMPANY
    same = RoleAssignment.objects.known().filter(person=person, role=role, unit=unit, site=site)
    if same.between(starts_on, ends_on or date.max).exists():
        raise Refused(_("The person holds this role there already."), _("End the former one first, or do nothing."))
    with act("directory.role.add", by=by, why=why, subjects=[person]):
        given = RoleAssignment(
            person=person, role=role, scope=scope, unit=unit, site=site, starts_on=starts_on, ends_on=ends_on,
            given_by=by.id, given_by_name=by.name,
        )  # fmt: skip
        given.save()
    return given


def role_end(*, role: RoleAssignment, last: date, by: Actor, why: str = "") -> None:
    """Let a role end with that day; one that has not begun yet is withdrawn."""
    with act("directory.role.retire", by=by, why=why, subjects=[role.person]):
        role.end(last)
