"""What the watch list asks of people: to decide for their office, and to let an entry end or renew it."""

from datetime import date

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Duty
from kuramori.watch.queries.watching import ending_entries, waiting_entries

SHOWN = 50


def entry_duties(viewer: Viewer, today: date) -> list[Duty]:
    """Return the entries on which the viewer may decide, and his own that end soon."""
    waiting = [
        Duty(
            title=_("Watch-list entry %(number)s: agree or refuse") % {"number": entry.number},
            url=reverse("watch:entry-decide", args=[entry.pk]),
            due=(due := localdate(entry.waits_until, timezone=viewer.zone)),
            kind=_("watch list"),
            urgent=due <= today,
        )
        for entry in waiting_entries(viewer)[:SHOWN]
    ]
    return waiting + [
        Duty(
            title=_("Watch-list entry %(number)s ends: let it end, or renew it") % {"number": entry.number},
            url=reverse("watch:entry-detail", args=[entry.pk]),
            due=entry.ends_on or today,
            kind=_("watch list"),
        )
        for entry in ending_entries(viewer)[:SHOWN]
    ]
