"""What detection's set-up gives to the room's front page: menu, registers, permissions, sentences; data only."""

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.permissions import Role
from kuramori.kernel.room import MenuItem
from kuramori.watch.detecting.gaps import gap_duties, gap_tiles, gaps
from kuramori.watch.rules.permissions import Permission

KEEPERS = (Role.INFORMATION_MANAGER, Role.IT, Role.SECURITY_ANALYST, Role.SYSTEM_ADMINISTRATOR)
READERS = (Role.AUDITOR, Role.PRIVACY_OFFICER, *KEEPERS)

MENU = (
    MenuItem(
        section="find",
        title=_("Hard rules"),
        url_name="watch:hard-rules",
        icon="zap",
        permission=Permission.ALERT_VIEW,
        order=31,
    ),
    MenuItem(
        section="find",
        title=_("What the logs see"),
        url_name="watch:coverage",
        icon="eye-off",
        permission=Permission.GAP_VIEW,
        order=32,
    ),
)
PERMISSIONS: dict[str, tuple[Role, ...]] = {
    Permission.GAP_ADD: KEEPERS,
    Permission.GAP_EDIT: KEEPERS,
    Permission.GAP_EXPORT: (Role.AUDITOR, *KEEPERS),
    Permission.GAP_RETIRE: KEEPERS,
    Permission.GAP_VIEW: READERS,
}
VERBS = {
    "watch.gap.add": _("%(by)s named the blind spot %(subject)s"),
    "watch.gap.edit": _("%(by)s changed the blind spot %(subject)s"),
    "watch.gap.retire": _("%(by)s closed the blind spot %(subject)s"),
    "watch.rule.flood": _(
        "%(by)s counted %(people)s people of whom the rule %(rule)s spoke on %(day)s, beyond its alerts"
    ),
    "watch.rule.stream": _("%(by)s applied the hard rules to new logs: %(new)s new alerts, %(changed)s changed"),
}
REGISTERS = (gaps,)
MEASURES = (gap_tiles,)
DUTIES = (gap_duties,)
