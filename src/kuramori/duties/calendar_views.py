"""The pages of calendar addresses, and the calendar itself, which a program asks for without signing in."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_POST, require_safe

from kuramori.directory.api import Unit
from kuramori.duties.feeds import address_of, feed_add, feed_of, feed_retire, feeds_of, file_of, unit_offers
from kuramori.duties.rules.permissions import Permission
from kuramori.kernel.pages import OPEN, ViewedRequest, page, refusal_shown_on
from kuramori.kernel.wording import moment


class FeedForm(forms.Form):
    """Whose duties the calendar shows."""

    unit = forms.ChoiceField(label=gettext_lazy("calendar of"), required=False)


@page(Permission.TASK_VIEW)
def feeds(request: ViewedRequest) -> HttpResponse:
    """Show one's calendar addresses, and make one: the address itself is shown this once."""
    viewer, address = request.viewer, ""
    form = FeedForm(request.POST if request.method == "POST" else None)
    form.fields["unit"].choices = [("", _("my own")), *unit_offers(viewer)]  # type: ignore[attr-defined]
    if form.is_valid():
        with refusal_shown_on(form):
            unit = Unit.objects.get(pk=form.cleaned_data["unit"]) if form.cleaned_data["unit"] else None
            address = address_of(feed_add(unit=unit, by=viewer)[1])
    kept = [{"name": str(feed), "at": moment(feed.created_at, viewer), "pk": feed.pk} for feed in feeds_of(viewer)]
    context = {
        "title": _("Calendar addresses"), "form": form, "address": address, "feeds": kept,
        "crumbs": [{"title": _("What is due from me"), "url": reverse("duties:home")}],
    }  # fmt: skip
    response = render(request, "duties/feeds.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response


@page(Permission.TASK_VIEW)
@require_POST
def feed_end(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """End one of one's own addresses."""
    found = next((feed for feed in feeds_of(request.viewer) if feed.pk == pk), None)
    if found is None:
        raise Http404
    feed_retire(feed=found, by=request.viewer)
    messages.success(request, _("The address answers nobody any more."))
    return redirect("duties:feeds")


@page(OPEN)
@require_safe
def calendar_file(_request: ViewedRequest, token: str) -> HttpResponse:
    """Give the calendar to whoever knows its address; what has ended, or never was, does not exist."""
    found = feed_of(token)
    if found is None:
        raise Http404
    with override(found[1].language):
        content = file_of(*found)
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"], response["X-Robots-Tag"] = "private, no-store", "noindex"
    return response
