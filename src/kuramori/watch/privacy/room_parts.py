"""What privacy gives to the room's front page: menu, registers, permissions, sentences; data only."""

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.permissions import Role
from kuramori.kernel.room import MenuItem
from kuramori.watch.privacy.duties import exclusion_duties
from kuramori.watch.privacy.exclusions import exclusions
from kuramori.watch.privacy.reports import reports
from kuramori.watch.rules.permissions import Permission

CHECKERS = (Role.AUDITOR, Role.PRIVACY_OFFICER)
REPORTERS = (Role.INFORMATION_MANAGER, Role.PRIVACY_OFFICER)

MENU = (
    MenuItem(
        section="privacy",
        title=_("What is logged about me"),
        url_name="watch:mine",
        icon="user-round",
        permission=Permission.CHARTER_VIEW,
        order=42,
    ),
    MenuItem(
        section="privacy",
        title=_("Who looked"),
        url_name="watch:looks",
        icon="eye",
        permission=Permission.LOOK_VIEW,
        order=50,
    ),
    MenuItem(
        section="privacy",
        title=_("Reports for the works council"),
        url_name="watch:report-list",
        icon="file-chart-column",
        permission=Permission.REPORT_VIEW,
        order=52,
    ),
    MenuItem(
        section="privacy",
        title=_("Exclusions from monitoring"),
        url_name="watch:exclusion-list",
        icon="eye-off",
        permission=Permission.EXCLUSION_VIEW,
        order=54,
    ),
)
PERMISSIONS: dict[str, tuple[Role, ...]] = {
    Permission.EXCLUSION_ADD: REPORTERS,
    Permission.EXCLUSION_DECIDE: REPORTERS,
    Permission.EXCLUSION_EXPORT: REPORTERS,
    Permission.EXCLUSION_RETIRE: REPORTERS,
    Permission.EXCLUSION_VIEW: REPORTERS,
    Permission.LOOK_EXPORT: CHECKERS,
    Permission.LOOK_VIEW: CHECKERS,
    Permission.REPORT_ADD: REPORTERS,
    Permission.REPORT_EXPORT: (Role.AUDITOR, *REPORTERS),
    Permission.REPORT_RETIRE: REPORTERS,
    Permission.REPORT_VIEW: (Role.AUDITOR, Role.EXECUTIVE, *REPORTERS),
}
VERBS = {
    "watch.exclusion.add": _("%(by)s asked for the exclusion %(subject)s"),
    "watch.exclusion.approve": _("%(by)s agreed to the exclusion %(subject)s"),
    "watch.exclusion.refuse": _("%(by)s refused the exclusion %(subject)s"),
    "watch.exclusion.retire": _("%(by)s took back or ended the exclusion %(subject)s"),
    "watch.look.export": _("%(by)s handed out who looked: %(rows)s lines"),
    "watch.look_back.open": _("%(by)s looked back on the leaver %(whom)s"),
    "watch.report.add": _("%(by)s made the report %(subject)s for the works council"),
    "watch.report.hand_out": _("%(by)s handed out the report %(subject)s as %(format)s"),
    "watch.report.retire": _("%(by)s withdrew the report %(subject)s"),
}
REGISTERS = (exclusions, reports)
DUTIES = (exclusion_duties,)
