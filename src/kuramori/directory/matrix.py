"""Which role may do what in this room: the permission matrix, as data."""

from collections.abc import Mapping

from kuramori.directory.rules.permissions import OUTSIDE_ROLES, Permission
from kuramori.kernel.permissions import Role

INSIDE = tuple(role for role in Role if role not in OUTSIDE_ROLES)
PERSONNEL = (Role.HR,)
LEAVING = (Role.HR, Role.LEAVER_TEAM)
OFFICE = (Role.HR, Role.INFORMATION_MANAGER)
READERS_OF_ROLES = (
    Role.AUDITOR, Role.EXECUTIVE, Role.HR, Role.INFORMATION_MANAGER, Role.LEGAL, Role.PRIVACY_OFFICER,
    Role.SYSTEM_ADMINISTRATOR,
)  # fmt: skip
ROLE_GIVERS = (Role.INFORMATION_MANAGER, Role.SYSTEM_ADMINISTRATOR)
EXPORTERS = (Role.AUDITOR, Role.HR, Role.INFORMATION_MANAGER)

GIVEN: Mapping[tuple[Role, ...], tuple[Permission, ...]] = {
    INSIDE: (Permission.PERSON_VIEW, Permission.PROJECT_VIEW, Permission.SITE_VIEW, Permission.UNIT_VIEW),
    PERSONNEL: (Permission.PERSON_ADD, Permission.PERSON_EDIT, Permission.PERSON_IMPORT),
    LEAVING: (Permission.LEAVER_VIEW,),
    (Role.EXECUTIVE, Role.HR): (Permission.FEED_APPROVE,),
    EXPORTERS: (Permission.PERSON_EXPORT, Permission.SITE_EXPORT, Permission.UNIT_EXPORT),
    READERS_OF_ROLES: (Permission.ROLE_VIEW,),
    ROLE_GIVERS: (Permission.ROLE_ADD, Permission.ROLE_IMPORT, Permission.ROLE_RETIRE, Permission.SETTING_EDIT),
    (Role.AUDITOR, *ROLE_GIVERS): (Permission.ROLE_EXPORT,),
    (Role.SYSTEM_ADMINISTRATOR,): (Permission.ACCOUNT_MANAGE,),
    OFFICE: tuple(
        permission
        for permission in Permission
        if permission.startswith(("directory:project:", "directory:site:", "directory:unit:"))
        and permission not in {Permission.PROJECT_VIEW, Permission.SITE_VIEW, Permission.UNIT_VIEW}
        and permission not in {Permission.SITE_EXPORT, Permission.UNIT_EXPORT}
    ),
}
MATRIX: Mapping[str, tuple[Role, ...]] = {
    permission: holders for holders, permissions in GIVEN.items() for permission in permissions
}
