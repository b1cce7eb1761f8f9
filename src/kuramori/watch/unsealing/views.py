"""Asking to be shown a name, deciding on it as the second person, and withdrawing it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kuramori.directory.api import Person, sees_leaving
from kuramori.kernel.acts import Refused
from kuramori.kernel.pages import ViewedRequest, page, refusal_shown_on
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.wording import moment
from kuramori.watch.forms import UnsealForm
from kuramori.watch.models import UnsealingRequest
from kuramori.watch.queries.alerts import alerts_visible_to, holds_on, person_of
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.unsealing.acts import unsealing_ask, unsealing_grant, unsealing_refuse, unsealing_withdraw
from kuramori.watch.unsealing.forms import GRANT, AnswerForm, WithdrawForm
from kuramori.watch.unsealing.queries import may_decide, may_withdraw, requests_visible_to
from kuramori.watch.unsealing.register import unsealings


@page(Permission.ALERT_UNSEAL)
def ask(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Ask for the name behind an alert, with a reason; a second person decides."""
    viewer = request.viewer
    alert = alerts_visible_to(viewer).filter(pk=pk).first()
    if alert is None or not holds_on(viewer, Permission.ALERT_UNSEAL, alert):
        raise Http404
    form = UnsealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            unsealing_ask(alert=alert, person=_me(viewer), reason=form.cleaned_data["reason"], by=viewer.actor)
            messages.success(request, _("Your request waits for a second person."))
            return redirect("watch:alert-detail", pk=alert.pk)
    context = {
        "title": _("Ask for the name behind %(number)s") % {"number": alert.number},
        "crumbs": [{"title": alert.number, "url": reverse("watch:alert-detail", args=[alert.pk])}],
        "effects": _effects(viewer),
        "action": _("Ask for the name"),
        "back": reverse("watch:alert-detail", args=[alert.pk]),
    }
    return _shown(request, "watch/confirm.html", form, context)


def _effects(viewer: Viewer) -> list[str]:
    told = [
        _("A second person of the office decides within 72 hours; never you, and never the person concerned."),
        _("Once it is granted, you and nobody else see the name on this alert's pages for 24 hours."),
        _("Your reason, and that of the decision, stand in the ledger and in this alert's history."),
        _("Lists and exports stay pseudonymous."),
    ]
    if not sees_leaving(viewer):
        told.append(_("Once you saw the name, this alert no longer tells you whether the person leaves: HR knows it."))
    return told


@page(Permission.UNSEALING_DECIDE)
def decide(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Grant or refuse, as the second person."""
    viewer, asked = request.viewer, _seen(request, pk)
    _demand_waiting(may_decide(viewer, asked), _("You cannot decide on this request, or no longer."))
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        granted = form.cleaned_data["decision"] == GRANT
        answered = unsealing_grant if granted else unsealing_refuse
        with refusal_shown_on(form):
            answered(asked=asked, second=_me(viewer), reason=form.cleaned_data["reason"], by=viewer.actor)
            messages.success(request, _("The name is shown to who asked.") if granted else _("The name stays sealed."))
            return redirect(unsealings.url("detail", asked))
    effects = [
        _("Granted, who asked sees the name for 24 hours; you do not."),
        _("Your name and your reason stand in the ledger, and in the alert's history."),
    ]
    context = _frame(viewer, asked) | {"effects": effects, "action": _("Record the decision")}
    return _shown(request, "watch/unsealing/decide.html", form, context)


@page(Permission.ALERT_UNSEAL)
def withdraw(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Take back one's own request while it waits."""
    viewer, asked = request.viewer, _seen(request, pk)
    _demand_waiting(may_withdraw(viewer, asked), _("You cannot withdraw this request, or no longer."))
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            unsealing_withdraw(asked=asked, person=_me(viewer), reason=form.cleaned_data["reason"], by=viewer.actor)
            messages.success(request, _("The request is withdrawn."))
            return redirect(unsealings.url("detail", asked))
    context = _frame(viewer, asked) | {
        "effects": [_("Nobody decides on it any more. You can ask anew.")],
        "action": _("Withdraw the request"),
    }
    return _shown(request, "watch/unsealing/decide.html", form, context)


def _seen(request: ViewedRequest, pk: UUID) -> UnsealingRequest:
    asked = requests_visible_to(request.viewer).filter(pk=pk).first()
    if asked is None:
        raise Http404
    return asked


def _demand_waiting(may: bool, words: str) -> None:
    if not may:
        raise Refused(words, _("Its page says where it stands."))


def _me(viewer: Viewer) -> Person:
    me = person_of(viewer)
    if me is None:
        raise Refused(_("Only a person can be shown a name."), _("Sign in with your own account."))
    return me


def _frame(viewer: Viewer, asked: UnsealingRequest) -> dict[str, Any]:
    return {
        "title": _("Request for the name behind %(number)s") % {"number": asked.alert.number},
        "crumbs": [{"title": unsealings.title, "url": unsealings.url("list")}],
        "asked": asked,
        "until": moment(asked.waits_until, viewer),
        "back": unsealings.url("detail", asked),
    }


def _shown(request: ViewedRequest, template: str, form: Form, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context | {"form": form}, status=422 if form.errors else 200)
