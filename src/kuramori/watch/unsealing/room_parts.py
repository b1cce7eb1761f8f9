"""What unsealing by two adds to the room's front page: menu, permissions, sentences, duties."""

from datetime import date

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.room import Duty, MenuItem
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.unsealing.queries import waiting_for_second

OFFICE = (Role.INFORMATION_MANAGER, Role.PRIVACY_OFFICER)
SHOWN = 50

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


def unsealing_duties(viewer: Viewer, today: date) -> list[Duty]:
    """Return the requests on which the viewer may decide as the second person; never his own."""
    return [
        Duty(
            title=_gettext("Name behind %(number)s: grant or refuse") % {"number": asked.alert.number},
            url=reverse("watch:unsealing-decide", args=[asked.pk]),
            due=localdate(asked.waits_until, timezone=viewer.zone),
            kind=_gettext("alert"),
            urgent=localdate(asked.waits_until, timezone=viewer.zone) <= today,
        )
        for asked in waiting_for_second(viewer)[:SHOWN]
    ]
