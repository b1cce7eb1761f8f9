"""The pages of Sigma rules beside their registers: taking a set in, a rule's text and trial, its switch."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kuramori.kernel.jobs import ask
from kuramori.kernel.pages import ViewedRequest, page, refusal_shown_on
from kuramori.kernel.permissions import Forbidden, Viewer
from kuramori.watch.detecting.sigma_acts import LACK_WORDS, rule_lack, rule_switch
from kuramori.watch.detecting.sigma_forms import SwitchForm, TakeInForm, TrialForm
from kuramori.watch.detecting.sigma_lake import OWN, text_of
from kuramori.watch.detecting.sigma_registers import sigma_rules, sigma_rules_visible_to, sigma_sets, titled
from kuramori.watch.job_names import SIGMA_IMPORT, SIGMA_TEST
from kuramori.watch.models import SigmaRule
from kuramori.watch.rules.detecting_sigma import Week, alerts_of, may_read, weeks_of
from kuramori.watch.rules.permissions import Permission


@page(Permission.SIGMA_ADD)
def take_in(request: ViewedRequest) -> HttpResponse:
    """Take a file of rules in, as a job; its report is among the sets."""
    _demand(request.viewer, Permission.SIGMA_ADD)
    form = TakeInForm(request.viewer, None, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        job = ask(
            SIGMA_IMPORT, viewer=request.viewer, name=asked["name"] if asked["file"] else OWN,
            path=str(_aside(asked["file"])) if asked["file"] else "",
            file=Path(str(asked["file"].name)).name if asked["file"] else OWN, why=asked["why"],
        )  # fmt: skip
        return redirect("kernel:job", pk=job.pk)
    context = {
        "title": _("Take Sigma rules in"),
        "crumbs": [_crumb()],
        "form": form,
        "effects": [
            _("Every rule is off until it was tried on the past and switched on."),
            _("A rule of the same set that means something else than before goes off."),
            _("What cannot be used is reported with file, place and reason: see “Rule sets taken in”."),
        ],
        "action": _("Take in"),
        "back": sigma_sets.url("list") if request.viewer.may(Permission.SIGMA_SET_VIEW) else "",
    }
    return render(request, "watch/confirm.html", context, status=422 if form.errors else 200)


def _aside(upload: Any) -> Path:
    """Write an upload under a name of ours in a folder of its own; its own name leads nowhere."""
    place = Path(settings.DATA) / "incoming" / uuid4().hex
    place.mkdir(mode=0o700, parents=True)
    path = place / f"rules{Path(str(upload.name)).suffix.lower()}"
    with path.open("wb") as file:
        for part in upload.chunks():
            file.write(part)
    return path


@page(Permission.SIGMA_VIEW)
def test(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show a rule's text and what its last trial said by day; try it on past days, as a job."""
    viewer, rule = request.viewer, _seen(request.viewer, pk)
    may_try = viewer.may_everywhere(Permission.SIGMA_SWITCH) and rule.retired_at is None
    form = TrialForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not may_try:
            raise Forbidden(Permission.SIGMA_SWITCH)
        if form.is_valid():
            asked = {"rule": str(rule.pk), "days": form.cleaned_data["days"]}
            return redirect("kernel:job", pk=ask(SIGMA_TEST, viewer=viewer, title=titled(rule), **asked).pk)
    lack = rule_lack(rule, viewer.person_id)
    weeks = _weeks(rule, viewer)
    context = _frame(rule) | {
        "title": _("Text and trial: %(rule)s") % {"rule": titled(rule)},
        "form": form if may_try else None,
        "rule": rule,
        "lack": LACK_WORDS[lack] if lack else "",
        "total": alerts_of(rule.tested_by_day),
        "weeks": weeks,
        "text": text_of(rule),
    }
    return render(request, "watch/detecting/sigma_test.html", context, status=422 if form.errors else 200)


@page(Permission.SIGMA_SWITCH)
def switch(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Switch a rule on or off, for a reason."""
    viewer, rule = request.viewer, _seen(request.viewer, pk)
    _demand(viewer, Permission.SIGMA_SWITCH)
    if rule.retired_at is not None:
        raise Http404
    form = SwitchForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            rule_switch(rule=rule, on=not rule.is_on, by=viewer.actor, why=form.cleaned_data["why"])
            messages.success(request, _("The rule is on.") if rule.is_on else _("The rule is off."))
            return redirect(sigma_rules.url("detail", rule))
    words = _("Switch off") if rule.is_on else _("Switch on")
    context = _frame(rule) | {
        "title": f"{words}: {titled(rule)}",
        "form": form,
        "effects": _effects(rule, viewer),
        "action": words,
        "back": sigma_rules.url("detail", rule),
    }
    return render(request, "watch/confirm.html", context, status=422 if form.errors else 200)


def _weeks(rule: SigmaRule, viewer: Viewer) -> list[Week]:
    """The weeks of the last trial, none where its numbers are not the viewer's to read."""
    if rule.tested_from is None or rule.tested_until is None or not may_read(rule.tested_without, viewer.person_id):
        return []
    return weeks_of(rule.tested_by_day, rule.tested_from, rule.tested_until)


def _demand(viewer: Viewer, permission: str) -> None:
    """A rule speaks of the whole company: whoever sets it holds his role there, not in a unit."""
    if not viewer.may_everywhere(permission):
        raise Forbidden(permission)


def _effects(rule: SigmaRule, viewer: Viewer) -> list[str]:
    if rule.is_on:
        return [_("From the next night on it raises no alerts. Those that it raised stay.")]
    lack = rule_lack(rule, viewer.person_id)
    tried = _("Tried on %(since)s – %(until)s: %(alerts)s alerts.")
    numbers = {"since": rule.tested_from, "until": rule.tested_until, "alerts": alerts_of(rule.tested_by_day)}
    return [
        str(LACK_WORDS[lack]) if lack else tried % numbers,
        _("From the next night on it raises one alert for a person and a day, at most 20 people a day."),
        _("Your name, your reason and this trial stand in the ledger."),
    ]


def _seen(viewer: Viewer, pk: UUID) -> SigmaRule:
    rule = sigma_rules_visible_to(viewer).filter(pk=pk).first()
    if rule is None:
        raise Http404
    return rule


def _crumb() -> dict[str, Any]:
    return {"title": sigma_rules.title, "url": reverse("watch:sigma-list")}


def _frame(rule: SigmaRule) -> dict[str, Any]:
    return {"crumbs": [_crumb(), {"title": titled(rule), "url": sigma_rules.url("detail", rule)}]}
