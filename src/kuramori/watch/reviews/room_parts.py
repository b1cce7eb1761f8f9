"""What this part gives to the room's front page: menu, permissions, sentences; data only."""

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.permissions import Role
from kuramori.kernel.room import MenuItem
from kuramori.watch.rules.permissions import Permission

OFFICE = (Role.INFORMATION_MANAGER, Role.SECURITY_ANALYST)
SIGNERS = (Role.COMMITTEE_MEMBER, Role.UNIT_HEAD, *OFFICE)

MENU = (
    MenuItem(
        section="review",
        title=_("Reviews of logs"),
        url_name="watch:review-list",
        icon="clipboard-check",
        permission=Permission.REVIEW_VIEW,
        order=15,
    ),
    MenuItem(
        section="review",
        title=_("Departments and their own logs"),
        url_name="watch:review-units",
        icon="network",
        permission=Permission.REVIEW_OVERSEE,
        order=16,
    ),
)
PERMISSIONS: dict[str, tuple[Role, ...]] = {
    Permission.REVIEW_AUDIT: (Role.AUDITOR,),  # the history tells whether a line about oneself was signed by another
    Permission.REVIEW_CALL: SIGNERS,
    Permission.REVIEW_EXPORT: (Role.AUDITOR, *OFFICE),
    Permission.REVIEW_OVERSEE: (Role.AUDITOR, *OFFICE),
    Permission.REVIEW_SIGN: SIGNERS,
    Permission.REVIEW_VIEW: (Role.AUDITOR, *SIGNERS),
}
VERBS = {
    "watch.review.append": _("%(by)s added what came in late to the review %(subject)s"),
    "watch.review.call": _("%(by)s put the review %(subject)s before the committee"),
    "watch.review.escalate": _("%(by)s passed the review %(subject)s on, for it was not signed in time"),
    "watch.review.judge": _("%(by)s decided on lines of the review %(subject)s"),
    "watch.review.prepare": _("%(by)s prepared the review %(subject)s"),
    "watch.review.sign": _("%(by)s signed sheet %(sheet)s of the review %(subject)s"),
}
