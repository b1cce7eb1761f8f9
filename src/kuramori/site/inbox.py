"""The one inbox: everything the viewer has to do, from all rooms, the most pressing first."""

from datetime import date, timedelta

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kuramori.kernel.pages import SIGNED_IN, ViewedRequest, page
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Duty, rooms

COUNT_SECONDS = 60
SOON = timedelta(days=7)


def duties_of(viewer: Viewer, *, today: date) -> list[Duty]:
    """Return the viewer's duties from all rooms: urgent ones, then by due date, those without one last."""
    ports = [port for room in rooms() for port in room.duties if callable(port)]
    found = [duty for port in ports for duty in port(viewer, today)]
    return sorted(found, key=lambda duty: (not duty.urgent, duty.due or date.max, str(duty.title)))


def count_of(viewer: Viewer, *, today: date) -> int:
    """Return how many duties wait, at most a minute old: every page shows it."""
    if viewer.person_id is None:
        return 0
    key = f"inbox-{viewer.person_id}"
    known: int | None = cache.get(key)
    if known is None:
        known = len(duties_of(viewer, today=today))
        cache.set(key, known, COUNT_SECONDS)
    return known


@page(SIGNED_IN)
def inbox(request: ViewedRequest) -> HttpResponse:
    """Show everything that waits for the viewer."""
    today = localdate(timezone=request.viewer.zone)
    duties = duties_of(request.viewer, today=today)
    context = {
        "title": _("To do"),
        "late": [duty for duty in duties if duty.urgent or (duty.due and duty.due < today)],
        "soon": [duty for duty in duties if not duty.urgent and duty.due and today <= duty.due <= today + SOON],
        "later": [duty for duty in duties if not duty.urgent and (duty.due is None or duty.due > today + SOON)],
        "count": len(duties),
    }
    return render(request, "site/inbox.html", context)
