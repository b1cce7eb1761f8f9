"""The page that switches the feed of Kuramori's own acts on or off."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kuramori.kernel.pages import ViewedRequest, page, refusal_shown_on
from kuramori.kernel.permissions import Forbidden
from kuramori.watch.feeding.acts import feed_off, feed_on
from kuramori.watch.feeding.forms import OffForm, OnForm
from kuramori.watch.feeding.queries import KIND, feed_of
from kuramori.watch.feeding.wording import effects_of
from kuramori.watch.models import LedgerFeed, LogSource
from kuramori.watch.queries.sources import sources_visible_to
from kuramori.watch.rules.permissions import Permission


@page(Permission.FEED_SWITCH)
def switch(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Switch the feed of a source on or off, for a reason; it concerns everybody, so only a company-wide role may."""
    viewer = request.viewer
    if not viewer.may_everywhere(Permission.FEED_SWITCH):
        raise Forbidden(Permission.FEED_SWITCH)
    source = sources_visible_to(viewer).filter(pk=pk, kind=KIND, retired_at=None).first()
    if source is None:
        raise Http404
    feed, back = feed_of(viewer, source), reverse("watch:source-set-up", args=[pk])
    data = request.POST if request.method == "POST" else None
    form = OffForm(data) if feed else OnForm(localdate(timezone=viewer.zone), data)
    if data is not None and form.is_valid():
        with refusal_shown_on(form):
            _switched(request, source, feed, form)
            return redirect(back)
    words = _("Switch off") if feed else _("Switch on")
    context = {"title": f"{words}: {source.name}", "form": form, "effects": effects_of(feed), "action": words}
    context |= {"back": back, "crumbs": [{"title": source.name, "url": back}]}
    return render(request, "watch/confirm.html", context, status=422 if form.errors else 200)


def _switched(request: ViewedRequest, source: LogSource, feed: LedgerFeed | None, form: OffForm) -> None:
    by, why = request.viewer.actor, form.cleaned_data["reason"]
    if feed:
        feed_off(feed=feed, by=by, why=why)
        messages.success(request, _("Kuramori's own acts are not taken into the logs any more."))
    else:
        feed_on(source=source, since=form.cleaned_data["since"], by=by, why=why)
        messages.success(request, _("Kuramori's own acts are taken into the logs from now on."))
