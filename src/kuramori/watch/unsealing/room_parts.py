"""What unsealing by two adds to the room's front page: menu, permissions, sentences; data only."""

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.permissions import Role
from kuramori.kernel.room import MenuItem
from kuramori.watch.rules.permissions import Permission

OFFICE = (Role.INFORMATION_MANAGER, Role.PRIVACY_OFFICER)

MENU = (
    MenuItem(
        section="find",
        title=_("Requests to be shown a name"),
        url_name="watch:unsealing-list",
        icon="venetian-mask",
        permission=Permission.UNSEALING_VIEW,
        order=13,
    ),
)
PERMISSIONS: dict[str, tuple[Role, ...]] = {
    Permission.UNSEALING_DECIDE: OFFICE,
    Permission.UNSEALING_EXPORT: OFFICE,
    Permission.UNSEALING_VIEW: OFFICE,
}
VERBS = {
    "watch.unsealing.ask": _("%(by)s asked to be shown the name behind %(subject)s"),
    "watch.unsealing.grant": _("%(by)s granted that the name behind %(subject)s is shown until %(until)s"),
    "watch.unsealing.refuse": _("%(by)s refused to show the name behind %(subject)s"),
    "watch.unsealing.withdraw": _("%(by)s withdrew the request for the name behind %(subject)s"),
}
