"""What a name for which two are needed asks of the second person."""

from datetime import date

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Duty
from kuramori.watch.unsealing.queries import waiting_for_second

SHOWN = 50


def unsealing_duties(viewer: Viewer, today: date) -> list[Duty]:
    """Return the requests on which the viewer may decide as the second person; never his own."""
    return [
        Duty(
            title=_("Name behind %(number)s: grant or refuse") % {"number": asked.alert.number},
            url=reverse("watch:unsealing-decide", args=[asked.pk]),
            due=localdate(asked.waits_until, timezone=viewer.zone),
            kind=_("alert"),
            urgent=localdate(asked.waits_until, timezone=viewer.zone) <= today,
        )
        for asked in waiting_for_second(viewer)[:SHOWN]
    ]
