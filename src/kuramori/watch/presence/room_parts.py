"""What zones give to the room's front page: menu, registers, permissions, sentences; data only."""

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.permissions import Role
from kuramori.kernel.room import MenuItem
from kuramori.watch.presence.registers import permits, zones
from kuramori.watch.rules.permissions import Permission

KEEPERS = (Role.INFORMATION_MANAGER, Role.SECURITY_ANALYST, Role.SYSTEM_ADMINISTRATOR)
READERS = (Role.AUDITOR, Role.PRIVACY_OFFICER, *KEEPERS)

MENU = (
    MenuItem(
        section="find",
        title=_("Security zones"),
        url_name="watch:zone-list",
        icon="door-open",
        permission=Permission.ZONE_VIEW,
        order=33,
    ),
    MenuItem(
        section="find",
        title=_("Entry permits"),
        url_name="watch:permit-list",
        icon="ticket",
        permission=Permission.PERMIT_VIEW,
        order=34,
    ),
)
PERMISSIONS: dict[str, tuple[Role, ...]] = {
    Permission.PERMIT_ADD: KEEPERS,
    Permission.PERMIT_EDIT: KEEPERS,
    Permission.PERMIT_EXPORT: (Role.AUDITOR, *KEEPERS),
    Permission.PERMIT_RETIRE: KEEPERS,
    Permission.PERMIT_VIEW: READERS,
    Permission.ZONE_ADD: KEEPERS,
    Permission.ZONE_EDIT: KEEPERS,
    Permission.ZONE_EXPORT: (Role.AUDITOR, *KEEPERS),
    Permission.ZONE_RETIRE: KEEPERS,
    Permission.ZONE_VIEW: READERS,
}
VERBS = {
    "watch.permit.add": _("%(by)s permitted an entry: %(subject)s"),
    "watch.permit.edit": _("%(by)s changed the entry permit %(subject)s"),
    "watch.permit.retire": _("%(by)s withdrew the entry permit %(subject)s"),
    "watch.zone.add": _("%(by)s named the security zone %(subject)s"),
    "watch.zone.edit": _("%(by)s changed the security zone %(subject)s"),
    "watch.zone.retire": _("%(by)s took the security zone %(subject)s out of use"),
}
REGISTERS = (zones, permits)
