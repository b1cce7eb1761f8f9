"""What can be allowed in this room, and who holds which roles without being given them."""

from collections.abc import Collection
from enum import StrEnum

from kuramori.kernel.permissions import Role


class Permission(StrEnum):
    """The permissions of this room, alphabetical; `room.py` says which roles hold them."""

    ACCOUNT_MANAGE = "directory:account:manage"
    FEED_APPROVE = "directory:feed:approve"
    LEAVER_VIEW = "directory:leaver:view"
    PERSON_ADD = "directory:person:add"
    PERSON_EDIT = "directory:person:edit"
    PERSON_EXPORT = "directory:person:export"
    PERSON_IMPORT = "directory:person:import"
    PERSON_VIEW = "directory:person:view"
    PROJECT_ADD = "directory:project:add"
    PROJECT_EDIT = "directory:project:edit"
    PROJECT_EXPORT = "directory:project:export"
    PROJECT_IMPORT = "directory:project:import"
    PROJECT_RETIRE = "directory:project:retire"
    PROJECT_VIEW = "directory:project:view"
    ROLE_ADD = "directory:role:add"
    ROLE_EXPORT = "directory:role:export"
    ROLE_IMPORT = "directory:role:import"
    ROLE_RETIRE = "directory:role:retire"
    ROLE_VIEW = "directory:role:view"
    SETTING_EDIT = "directory:setting:edit"
    SITE_ADD = "directory:site:add"
    SITE_EDIT = "directory:site:edit"
    SITE_EXPORT = "directory:site:export"
    SITE_IMPORT = "directory:site:import"
    SITE_RETIRE = "directory:site:retire"
    SITE_VIEW = "directory:site:view"
    UNIT_ADD = "directory:unit:add"
    UNIT_EDIT = "directory:unit:edit"
    UNIT_EXPORT = "directory:unit:export"
    UNIT_IMPORT = "directory:unit:import"
    UNIT_RETIRE = "directory:unit:retire"
    UNIT_VIEW = "directory:unit:view"


class RoleScope(StrEnum):
    """Where a role holds."""

    COMPANY = "company"
    SITE = "site"
    UNIT = "unit"


# People from outside: an engagement alone must not make them employees.
OUTSIDE_ROLES = frozenset({Role.CUSTOMER_AUDITOR, Role.FORENSIC_EXPERT, Role.PARTNER_CONTACT})


def implied_roles(given: Collection[Role], *, heads_a_unit: bool) -> frozenset[Role]:
    """Return the roles somebody with a running engagement holds without being given them."""
    if OUTSIDE_ROLES & set(given):
        return frozenset()
    return frozenset({Role.EMPLOYEE, Role.UNIT_HEAD} if heads_a_unit else {Role.EMPLOYEE})
