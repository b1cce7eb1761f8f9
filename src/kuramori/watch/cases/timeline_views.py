"""A timeline across all channels: the reason for opening it, and its pages for a day."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.wording import moment
from kuramori.watch.cases import timelines
from kuramori.watch.cases.forms import OpenForm, TimelineForm
from kuramori.watch.cases.queries import cases_visible_to, secrets_watched_by
from kuramori.watch.cases.timeline_acts import timeline_open
from kuramori.watch.queries.alerts import alerts_visible_to, person_of
from kuramori.watch.queries.leavers import leaver_seen_by
from kuramori.watch.rules.permissions import Permission

FIRST_SHOWN = timedelta(days=30)


@page(Permission.TIMELINE_OPEN)
def ask(request: ViewedRequest) -> HttpResponse:
    """Ask why a timeline is opened (`?case=`, `?alert=`, `?secret=`, `?line=` of a leaver), then open it for a day."""
    viewer, of = request.viewer, _of(request)
    form = OpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        opening = timeline_open(opener=person_of(viewer), reason=form.cleaned_data["reason"], by=viewer.actor, **of)
        return redirect("watch:timeline", pk=opening.pk)
    context = {
        "title": _("Look back across all channels"),
        "form": form,
        "effects": [
            _("You, and nobody else, see this timeline for 24 hours."),
            _("Your name and your reason stand in the ledger; the person's own history does not tell it."),
            _("Names stay sealed where they are sealed now."),
        ],
        "action": _("Open the timeline"),
        "back": reverse("watch:case-list"),
    }
    return render(request, "watch/confirm.html", context, status=422 if form.errors else 200)


def _of(request: ViewedRequest) -> dict[str, Any]:
    """Return what the address names, if it lies in the viewer's sight."""
    viewer = request.viewer
    for name, value in request.GET.dict().items():
        try:
            pk = UUID(str(value))
        except ValueError:
            continue
        if found := _named(viewer, name, pk):
            return found
    raise Http404


def _named(viewer: Viewer, name: str, pk: UUID) -> dict[str, Any]:
    if name == "line":
        seen = leaver_seen_by(viewer, pk, localdate(timezone=viewer.zone))
        return {"leaver": (seen.leaver.person_id, pk)} if seen else {}
    known = {"case": cases_visible_to, "alert": alerts_visible_to, "secret": secrets_watched_by}.get(name)
    record = known(viewer).filter(pk=pk).first() if known else None
    return {name: record} if record else {}


@page(Permission.TIMELINE_OPEN)
def timeline(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show one page of an opened timeline, the newest first, narrowed by days and channel."""
    viewer = request.viewer
    whose = timelines.opened(viewer, pk)
    if whose is None:
        raise Http404
    today, order = localdate(timezone=viewer.zone), whose.opening.order
    asked = {"since": today - FIRST_SHOWN, "until": today} | request.GET.dict()
    channels = [each for each in timelines.channel_choices() if order is None or each[0] in order.channels]
    form = TimelineForm(channels, asked)
    rows, older = timelines.lines(viewer, whose, _choice(request, form)) if form.is_valid() else ([], "")
    context = {
        "title": _("Timeline: %(who)s") % {"who": whose.called},
        "whose": whose,
        "until": moment(whose.opening.expires_at, viewer),
        "order": order,
        "marked": set(order.marks.values_list("event", flat=True)) if order else set(),
        "is_live": order is not None and request.GET.get("live") == "yes" and "before" not in request.GET,
        "of_person": whose.opening.person_id is not None,
        "form": form,
        "rows": rows,
        "older": older,
        "shown": _("%(count)s lines, the newest first") % {"count": len(rows)},
    }
    return render(request, "watch/cases/timeline.html", context, status=422 if form.errors else 200)


def _choice(request: ViewedRequest, form: TimelineForm) -> timelines.Choice:
    data = form.cleaned_data
    return timelines.Choice(
        since=data["since"],
        until=data["until"],
        channels=(data["channel"],) if data["channel"] else (),
        before=timelines.key_of(request.GET.get("before", "")),
    )
