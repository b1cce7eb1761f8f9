"""Which role may do what in this room: the permission matrix, as data."""

from collections.abc import Mapping

from kuramori.directory.rules.permissions import Permission
from kuramori.kernel.permissions import Role

OUTSIDERS = frozenset({Role.CUSTOMER_AUDITOR, Role.FORENSIC_EXPERT, Role.PARTNER_CONTACT})
INSIDE = tuple(role for role in Role if role not in OUTSIDERS)
PERSONNEL = (Role.HR,)
LEAVING = (Role.HR, Role.LEAVER_TEAM)
OFFICE = (Role.HR, Role.INFORMATION_MANAGER)
READERS_OF_ROLES = (
    Role.AUDITOR,
    Role.EXECUTIVE,
    Role.HR,
    Role.INFORMATION_MANAGER,
    Role.LEGAL,
    Role.PRIVACY_OFFICER,
    Role.SYSTEM_ADMINISTRATOR,
)
ROLE_GIVERS = (Role.INFORMATION_MANAGER, Role.SYSTEM_ADMINISTRATOR)
EXPORTERS = (Role.AUDITOR, Role.HR, Role.INFORMATION_MANAGER)

MATRIX: Mapping[str, tuple[Role, ...]] = {
    Permission.ACCOUNT_MANAGE: (Role.SYSTEM_ADMINISTRATOR,),
    Permission.FEED_APPROVE: (Role.EXECUTIVE, Role.HR),
    Permission.FEED_IMPORT: PERSONNEL,
    Permission.LEAVER_VIEW: LEAVING,
    Permission.PERSON_ADD: PERSONNEL,
    Permission.PERSON_EDIT: PERSONNEL,
    Permission.PERSON_EXPORT: EXPORTERS,
    Permission.PERSON_IMPORT: PERSONNEL,
    Permission.PERSON_VIEW: INSIDE,
    Permission.PROJECT_ADD: OFFICE,
    Permission.PROJECT_EDIT: OFFICE,
    Permission.PROJECT_EXPORT: OFFICE,
    Permission.PROJECT_IMPORT: OFFICE,
    Permission.PROJECT_RETIRE: OFFICE,
    Permission.PROJECT_VIEW: INSIDE,
    Permission.ROLE_ADD: ROLE_GIVERS,
    Permission.ROLE_EXPORT: (Role.AUDITOR, *ROLE_GIVERS),
    Permission.ROLE_IMPORT: ROLE_GIVERS,
    Permission.ROLE_RETIRE: ROLE_GIVERS,
    Permission.ROLE_VIEW: READERS_OF_ROLES,
    Permission.SETTING_EDIT: (Role.INFORMATION_MANAGER, Role.SYSTEM_ADMINISTRATOR),
    Permission.SITE_ADD: OFFICE,
    Permission.SITE_EDIT: OFFICE,
    Permission.SITE_EXPORT: EXPORTERS,
    Permission.SITE_IMPORT: OFFICE,
    Permission.SITE_RETIRE: OFFICE,
    Permission.SITE_VIEW: INSIDE,
    Permission.UNIT_ADD: OFFICE,
    Permission.UNIT_EDIT: OFFICE,
    Permission.UNIT_EXPORT: EXPORTERS,
    Permission.UNIT_IMPORT: OFFICE,
    Permission.UNIT_RETIRE: OFFICE,
    Permission.UNIT_VIEW: INSIDE,
}
