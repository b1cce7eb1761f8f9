"""Further acts on a person: a new place, a notice, the last day."""

from typing import Any
from uuid import UUID

from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kuramori.directory.acts import people as acts
from kuramori.directory.forms import AssignmentForm, LastDayForm, NoticeForm
from kuramori.directory.models import Engagement, Person
from kuramori.directory.queries.people import people_visible_to, running_engagement, today_of
from kuramori.directory.rules.permissions import Permission
from kuramori.kernel.acts import Refused
from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.registers.forms import RetireForm


@page(Permission.PERSON_EDIT)
def assign(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Give somebody a new place."""
    engagement = _engagement(request, pk)
    form = AssignmentForm(request.POST or None, viewer=request.viewer)
    today = today_of(request.viewer)
    return _done(request, engagement, form, _("Assign"), lambda v: acts.assignment_add(
        engagement=engagement, today=today, by=request.viewer.actor, **v))  # fmt: skip


@page(Permission.PERSON_EDIT)
def notice(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Record that somebody has given notice."""
    engagement = _engagement(request, pk)
    form = NoticeForm(request.POST or None)
    return _done(request, engagement, form, _("Notice received"), lambda v: acts.notice_receive(
        engagement=engagement, by=request.viewer.actor, **v))  # fmt: skip


@page(Permission.PERSON_EDIT)
def last_day(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Record the actual last day."""
    engagement = _engagement(request, pk)
    form = LastDayForm(request.POST or None)
    today = today_of(request.viewer)
    return _done(request, engagement, form, _("Record the last day"), lambda v: acts.engagement_end(
        engagement=engagement, today=today, by=request.viewer.actor, **v))  # fmt: skip


def person_of(request: ViewedRequest, pk: UUID) -> Person:
    """Return the person through the only door; Http404 outside of it."""
    person = people_visible_to(request.viewer).filter(pk=pk).first()
    if person is None:
        raise Http404
    return person


def _engagement(request: ViewedRequest, pk: UUID) -> Engagement:
    engagement = running_engagement(request.viewer, person_of(request, pk))
    if engagement is None:
        raise Refused(_("This person has no running engagement."), _("Record the engagement first."))
    return engagement


def _done(request: ViewedRequest, engagement: Engagement, form: BaseForm, title: str, do: Any) -> HttpResponse:
    """Show the form; when it is right, do the act and go back to the person."""
    reason = RetireForm(request.POST or None)
    back = reverse("directory:person-detail", args=[engagement.person_id])
    if request.method == "POST" and all([form.is_valid(), reason.is_valid()]):
        try:
            do(form.cleaned_data | {"why": reason.cleaned_data["why"]})
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.next_step}")
        else:
            return redirect(back)
    crumbs = [{"title": _("People"), "url": reverse("directory:person-list")}]
    crumbs.append({"title": engagement.person.shown, "url": back})
    context = {"title": title, "crumbs": crumbs, "form": form, "reason": reason, "action": title, "back": back}
    return render(request, "kernel/form.html", context, status=422 if form.errors or reason.errors else 200)
