"""What requests ask of people: to decide (the inbox shows it)."""

from datetime import date

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kuramori.approvals.queries import waiting_for
from kuramori.approvals.registers import kind_title
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Duty

SHOWN = 50


def decision_duties(viewer: Viewer, today: date) -> list[Duty]:
    """Return the requests that wait for the viewer's decision, the soonest to expire first, at most 50."""
    return [
        Duty(
            title=_("Decide on %(number)s: %(kind)s") % {"number": request.number, "kind": kind_title(request)},
            url=reverse("approvals:decide", args=[request.pk]),
            due=localdate(request.expires_at, timezone=viewer.zone),
            kind=_("request"),
            urgent=localdate(request.expires_at, timezone=viewer.zone) <= today,
        )
        for request in waiting_for(viewer)[:SHOWN]
    ]
