"""What cases add to the room's front page: menu, permissions, sentences; data only."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.kernel.permissions import Role
from kuramori.kernel.room import MenuItem
from kuramori.watch.cases.vendor_import import VENDOR_ALERTS
from kuramori.watch.rules.permissions import Permission

ANALYSTS = (Role.SECURITY_ANALYST, Role.INFORMATION_MANAGER, Role.PRIVACY_OFFICER)
WORKERS = (Role.INFORMATION_MANAGER, Role.SECURITY_ANALYST)

MENU = (
    MenuItem(
        section="find",
        title=pgettext_lazy("watch", "Cases"),
        url_name="watch:case-list",
        icon="briefcase",
        permission=Permission.CASE_VIEW,
        order=12,
    ),
    MenuItem(
        section="rules",
        title=_("Decisions on kinds of reason"),
        url_name="watch:verdict-list",
        icon="scale",
        permission=Permission.VERDICT_VIEW,
        order=45,
    ),
)
PERMISSIONS: dict[str, tuple[Role, ...]] = {
    Permission.CASE_EXPORT: ANALYSTS,
    Permission.CASE_IMPORT: WORKERS,
    Permission.CASE_PRESERVE: (Role.INFORMATION_MANAGER,),
    Permission.CASE_STEP: WORKERS,
    Permission.CASE_VIEW: (*ANALYSTS, Role.FORENSIC_EXPERT),
    Permission.EXPERT_ADD: (Role.INFORMATION_MANAGER,),
    Permission.TIMELINE_OPEN: (*ANALYSTS, Role.FORENSIC_EXPERT),
    Permission.VERDICT_ADD: WORKERS,
    Permission.VERDICT_EXPORT: ANALYSTS,
    Permission.VERDICT_RETIRE: WORKERS,
    Permission.VERDICT_VIEW: ANALYSTS,
}
VERBS = {
    "watch.case.join": _("%(by)s put %(alert)s into %(case)s"),
    "watch.case.note": _("%(by)s wrote a note on %(subject)s"),
    "watch.case.open": _("%(by)s opened %(case)s for %(alert)s"),
    "watch.case.reopen": _("%(by)s took %(subject)s up again"),
    "watch.case.step": _("%(by)s moved %(subject)s on"),
    "watch.case.widen": _("%(by)s let %(subject)s reach over what its alerts show now"),
    "watch.expert.add": _("%(by)s let an expert read %(subject)s until %(until)s"),
    "watch.expert.end": _("%(by)s ended an expert's reading of %(subject)s"),
    "watch.timeline.open": _("%(by)s opened a timeline across all channels for %(subject)s"),
    "watch.vendor.import": _("%(by)s took alerts of a vendor in"),
    "watch.verdict.add": _("%(by)s decided on reasons of %(alert)s"),
    "watch.verdict.retire": _("%(by)s withdrew the decision %(subject)s"),
}
IMPORTS = (VENDOR_ALERTS,)
