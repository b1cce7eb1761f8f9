"""What detection's set-up gives to the room's front page: menu, registers, permissions, sentences; data only."""

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.permissions import Role
from kuramori.kernel.room import MenuItem
from kuramori.watch.detecting.gaps import gap_duties, gap_tiles, gaps
from kuramori.watch.detecting.sigma_registers import sigma_rules, sigma_sets
from kuramori.watch.rules.permissions import Permission

KEEPERS = (Role.INFORMATION_MANAGER, Role.IT, Role.SECURITY_ANALYST, Role.SYSTEM_ADMINISTRATOR)
SETTERS = (Role.INFORMATION_MANAGER, Role.SECURITY_ANALYST)
READERS = (Role.AUDITOR, Role.PRIVACY_OFFICER, *KEEPERS)

MENU = (
    MenuItem(
        section="rules",
        title=_("Hard rules"),
        url_name="watch:hard-rules",
        icon="zap",
        permission=Permission.ALERT_VIEW,
        order=31,
    ),
    MenuItem(
        section="rules",
        title=_("What the logs see"),
        url_name="watch:coverage",
        icon="eye-off",
        permission=Permission.GAP_VIEW,
        order=32,
    ),
    MenuItem(
        section="rules",
        title=_("Sigma rules"),
        url_name="watch:sigma-list",
        icon="scan-search",
        permission=Permission.SIGMA_VIEW,
        order=33,
    ),
)
PERMISSIONS: dict[str, tuple[Role, ...]] = {
    Permission.GAP_ADD: KEEPERS,
    Permission.GAP_EDIT: KEEPERS,
    Permission.GAP_EXPORT: (Role.AUDITOR, *KEEPERS),
    Permission.GAP_RETIRE: KEEPERS,
    Permission.GAP_VIEW: READERS,
    Permission.SIGMA_ADD: SETTERS,
    Permission.SIGMA_EXPORT: (Role.AUDITOR, *SETTERS),
    Permission.SIGMA_SET_EXPORT: (Role.AUDITOR, *SETTERS),
    Permission.SIGMA_SET_VIEW: (Role.AUDITOR, Role.PRIVACY_OFFICER, *SETTERS),
    Permission.SIGMA_SWITCH: SETTERS,
    Permission.SIGMA_VIEW: (Role.AUDITOR, Role.PRIVACY_OFFICER, *SETTERS),
}
VERBS = {
    "watch.gap.add": _("%(by)s named the blind spot %(subject)s"),
    "watch.gap.edit": _("%(by)s changed the blind spot %(subject)s"),
    "watch.gap.retire": _("%(by)s closed the blind spot %(subject)s"),
    "watch.rule.flood": _(
        "%(by)s counted %(people)s people of whom the rule %(rule)s spoke on %(day)s, beyond its alerts"
    ),
    "watch.rule.stream": _("%(by)s applied the hard rules to new logs"),
    "watch.sigma.add": _("%(by)s took the rule set %(subject)s in: %(accepted)s rules, %(refused)s refused"),
    "watch.sigma.night": _("%(by)s applied the Sigma rules that are on"),
    "watch.sigma.off": _("%(by)s switched the rule %(subject)s off"),
    "watch.sigma.on": _("%(by)s switched the rule %(subject)s on, after a trial of %(days)s days"),
    "watch.sigma.test": _("%(by)s tried the rule %(subject)s on %(days)s days of the past"),
}
REGISTERS = (gaps, sigma_rules, sigma_sets)
MEASURES = (gap_tiles,)
DUTIES = (gap_duties,)
