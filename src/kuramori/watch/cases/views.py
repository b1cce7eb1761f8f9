"""A case: its page, a step in its life, and the evidence preserved; a decision on an alert's reasons."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kuramori.directory.api import people_visible_to, viewer_of_system
from kuramori.evidence.api import hold_add
from kuramori.kernel.acts import Refused
from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.wording import moment
from kuramori.watch.alert_page import traces_of
from kuramori.watch.alert_register import severity_mark, state_mark
from kuramori.watch.cases import page as told
from kuramori.watch.cases import queries as found
from kuramori.watch.cases.acts import case_step
from kuramori.watch.cases.forms import PreserveForm, StepForm, VerdictForm
from kuramori.watch.cases.register import case_mark, case_weight, cases
from kuramori.watch.cases.verdict_acts import verdict_add
from kuramori.watch.masking import names_of
from kuramori.watch.models import Alert, Case, CaseStateChoice
from kuramori.watch.pseudonyms import case_pseudonym
from kuramori.watch.queries.alerts import alerts_visible_to, level_names, name_behind, person_of
from kuramori.watch.rules.cases import CaseState
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.rules.verdicts import Effect
from kuramori.watch.unsealing.queries import requests_on
from kuramori.watch.unsealing.register import request_mark
from kuramori.watch.wording import channels_in_words


def _seen(request: ViewedRequest, pk: UUID) -> Case:
    """Return the case if it lies in the viewer's sight; his own, and all others, do not exist for him."""
    case = found.cases_visible_to(request.viewer).select_related("follows").filter(pk=pk).first()
    if case is None:
        raise Http404
    return case


def _frame(viewer: Viewer, case: Case, alerts: list[Alert], current: str) -> dict[str, Any]:
    """Return what stands around every page of a case."""
    unsealing = found.unsealing_in(viewer, alerts)
    tabs = [("detail", _("Overview"), "case-detail"), ("history", _("History"), "case-history")]
    return {
        "case": case,
        "crumbs": [{"title": cases.title, "url": cases.url("list")}],
        "tabs": [
            {"title": title, "url": reverse(f"watch:{name}", args=[case.pk]), "current": key == current}
            for key, title, name in tabs
        ],
        "who": name_behind(viewer, unsealing.alert) if unsealing else case_pseudonym(case.pk, case.person_id),
        "unsealing": unsealing,
        "severity": case_weight(case, viewer),
        "state": case_mark(case, viewer),
        "may_step": viewer.may(Permission.CASE_STEP),
    }


@page(Permission.CASE_VIEW)
def detail(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show what happened, the numbers beside the peers', how sure, which secrets, what was seen, what to do next."""
    viewer, case = request.viewer, _seen(request, pk)
    alerts = found.alerts_in(viewer, case)
    frame = _frame(viewer, case, alerts, "detail")
    context = frame | {"title": _("Case %(number)s") % {"number": case.number}}
    return render(request, "watch/cases/case.html", context | _told(viewer, case, alerts, frame))


def _told(viewer: Viewer, case: Case, alerts: list[Alert], frame: dict[str, Any]) -> dict[str, Any]:
    is_named, leaving = frame["unsealing"] is not None, found.leaving_told(viewer, alerts)
    names = frozenset() if is_named else names_of(case.person_id)
    traces = traces_of(case)
    shown, hidden = told.secrets_in(viewer, alerts)
    documents = sum(row.documents for alert in alerts[:1] for row in alert.secrets.all())
    sentences = told.reasons_told(viewer, alerts, levels=level_names(viewer), names=names, leaving=leaving)
    earlier = found.cases_visible_to(viewer).filter(pk=case.follows.pk).first() if case.follows else None
    return {
        "in_short": told.in_short(case, frame["who"], alerts, documents),
        "alerts": [(alert, severity_mark(alert, viewer), state_mark(alert, viewer), why) for alert, why in sentences],
        "may_alerts": viewer.may(Permission.ALERT_VIEW),
        "stirred": case.state in {"explained", "closed"} and any(alert.state == "new" for alert in alerts),
        "traces": traces,
        "peers_title": _("Beside the colleagues"),
        "days_title": _("Documents by day"),
        "unit": _("documents"),
        "own_name": _("this person"),
        "how_sure": told.sure_of(case, alerts, traces),
        "coverage": told.coverage_of_days(case),
        "name_requests": [
            (each, request_mark(each, viewer), each.by_id == viewer.person_id) for each in requests_on(viewer, alerts)
        ],
        "secrets": shown,
        "hidden": hidden,
        "channels": channels_in_words(case.channels),
        "earlier": earlier,
        "next_steps": told.next_steps(viewer, case, alerts, is_named=is_named, leaving=leaving),
        "steps": [
            (
                step,
                moment(step.created_at, viewer),
                CaseStateChoice(step.state).label if step.state != step.before else "",
            )
            for step in found.steps_of(viewer, case)
        ],
        "reported": found.reported_in(viewer, case),
        "experts": found.experts_of(viewer, case),
        "may_expert": viewer.may(Permission.EXPERT_ADD),
    }


@page(Permission.CASE_STEP)
def step(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Move a case on, or write a note on it, with a reason."""
    viewer, case = request.viewer, _seen(request, pk)
    form = StepForm(case, request.GET.get("state", ""), request.POST or None)
    if request.method == "POST" and form.is_valid():
        data, me = form.cleaned_data, person_of(viewer)
        case_step(
            case=case,
            state=CaseState(data["state"]),
            reason=data["reason"],
            assignee={"keep": case.assignee, "me": me, "nobody": None}[data["taken"]],
            due_on=data["due_on"],
            author=me,
            by=viewer.actor,
        )
        messages.success(request, _("Your step was recorded."))
        return redirect("watch:case-detail", pk=case.pk)
    return _asked(request, case, form, _("A step on %(number)s") % {"number": case.number}, _("Record this step"))


def _asked(request: ViewedRequest, case: Case, form: Any, title: str, action: str) -> HttpResponse:
    context = _frame(request.viewer, case, found.alerts_in(request.viewer, case), "step") | {
        "title": title,
        "form": form,
        "action": action,
        "back": reverse("watch:case-detail", args=[case.pk]),
    }
    return render(request, "watch/step.html", context, status=422 if form.errors else 200)


@page(Permission.CASE_PRESERVE)
def preserve(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Preserve the evidence about a case's person and secrets; only who is shown the name, for the hold names him."""
    viewer, case = request.viewer, _seen(request, pk)
    alerts = found.alerts_in(viewer, case)
    if found.unsealing_in(viewer, alerts) is None:
        raise Refused(
            _("A preservation names the person, and the name is sealed for you."),
            _("Have the name shown on one of the case's alerts first."),
        )
    form = PreserveForm(case, case.since - told.BEFORE, request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = people_visible_to(viewer_of_system()).get(pk=case.person_id)
        held = [person.as_subject(), *(secret.as_subject() for secret, _n in told.secrets_in(viewer, alerts)[0])]
        hold_add(held=held, by=viewer.actor, **form.cleaned_data)
        messages.success(request, _("The evidence is preserved, and copies go into custody."))
        return redirect("watch:case-detail", pk=case.pk)
    return _asked(request, case, form, _("Preserve the evidence"), _("Preserve it"))


@page(Permission.VERDICT_ADD)
def decide(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Decide that kinds of reason of an alert were ordinary, or true."""
    viewer = request.viewer
    alert = alerts_visible_to(viewer).filter(pk=pk).first()
    if alert is None:
        raise Http404
    form = VerdictForm(alert, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        verdict_add(
            alert=alert,
            codes=data["codes"],
            effect=Effect(data["effect"]),
            for_unit=data["scope"] == "unit",
            today=found.today_for(viewer),
            days=data["days"],
            reason=data["reason"],
            by=viewer.actor,
        )
        messages.success(request, _("The decision counts from the next evaluation on."))
        return redirect("watch:alert-detail", pk=alert.pk)
    context = {
        "title": _("Decide on the reasons of %(number)s") % {"number": alert.number},
        "crumbs": [{"title": alert.number, "url": reverse("watch:alert-detail", args=[alert.pk])}],
        "form": form,
        "action": _("Record this decision"),
        "back": reverse("watch:alert-detail", args=[alert.pk]),
    }
    return render(request, "watch/step.html", context, status=422 if form.errors else 200)
