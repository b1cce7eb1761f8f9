"""Asking for an entry of the watch list, reading it, deciding for an office, taking it back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kuramori.directory.api import Person
from kuramori.kernel.acts import Refused
from kuramori.kernel.pages import ViewedRequest, page, refusal_shown_on
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.wording import moment
from kuramori.watch.models.watching import OfficeChoice, SignalChoice, WatchEntry
from kuramori.watch.queries.alerts import person_of
from kuramori.watch.queries.watching import entries_visible_to, may_renew, may_withdraw, office_for
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.watching.acts import (
    Asked,
    entry_approve,
    entry_ask,
    entry_look,
    entry_refuse,
    entry_withdraw,
)
from kuramori.watch.watching.forms import AGREE, AnswerForm, AskForm, WithdrawForm
from kuramori.watch.watching.register import entries, entry_actions, entry_mark
from kuramori.watch.wording import REASON_WORDS, word


@page(Permission.ENTRY_VIEW)
def detail(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show an entry with the person's name; that somebody looked is written down."""
    viewer, entry = request.viewer, _seen(request, pk)
    entry_look(entry=entry, by=viewer.actor)
    context = _frame(entry) | {
        "title": entry.number,
        "mark": entry_mark(entry, viewer),
        "facts": _facts(viewer, entry),
        "approvals": [_approval(viewer, each) for each in entry.approvals.all()],
        "actions": entry_actions(entry, viewer),
    }
    return render(request, "watch/watching/entry.html", context)


@page(Permission.ENTRY_ASK)
def ask(request: ViewedRequest) -> HttpResponse:
    """Ask that somebody be looked at more closely, or that an entry go on (`?renews=`)."""
    viewer, renewed = request.viewer, _renewed(request)
    form = AskForm(
        viewer=viewer, person=renewed.person if renewed else None, data=request.POST or None, initial=_before(renewed)
    )
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            entry = entry_ask(asked=_asked(form.cleaned_data, renewed), asker=me(viewer), by=viewer.actor)
            messages.success(request, _("Your request waits for both offices."))
            return redirect(entries.url("detail", entry))
    context = {
        "title": _("Ask that somebody be looked at more closely"),
        "crumbs": [{"title": entries.title, "url": entries.url("list")}],
        "renewed": renewed,
        "effects": [
            _("HR and the lawyers decide within seven days, each with a reason; never you, nor the person concerned."),
            _("What you choose counts a quarter more in detection, and says so. Nothing else changes for the person."),
            _("The person is told nothing here, and finds nothing. Tell nobody either."),
            _("Your name and your reason stand in the ledger."),
        ],
        "action": _("Ask both offices"),
        "back": entries.url("list"),
    }
    return _shown(request, "watch/watching/ask.html", form, context)


def _before(renewed: WatchEntry | None) -> dict[str, Any] | None:
    return {"kinds": renewed.kinds, "days": renewed.days, "signals": renewed.signals} if renewed else None


def _asked(told: dict[str, Any], renewed: WatchEntry | None) -> Asked:
    return Asked(
        person=told["person"],
        reason=told["reason"],
        milder=told["milder"],
        kinds=tuple(told["kinds"]),
        days=told["days"],
        signals=tuple(told["signals"]),
        renews=renewed,
    )


@page(Permission.ENTRY_DECIDE)
def decide(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Agree or refuse, for one's office."""
    viewer, entry = request.viewer, _seen(request, pk)
    office = office_for(viewer, entry)
    if office is None:
        raise Refused(_("You cannot decide on this request, or no longer."), _("Its page says where it stands."))
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        decided = entry_approve if form.cleaned_data["decision"] == AGREE else entry_refuse
        with refusal_shown_on(form):
            reason = form.cleaned_data["reason"]
            decided(entry=entry, person=me(viewer), roles=viewer.roles, reason=reason, by=viewer.actor)
            messages.success(request, _("Your decision is recorded."))
            return redirect(entries.url("detail", entry))
    effects = [
        _("You decide for: %(office)s. The other office decides for itself.") % {"office": OfficeChoice(office).label},
        _("One refusal is enough. With both approvals it takes effect today and ends by itself."),
    ]
    context = _frame(entry) | {"facts": _facts(viewer, entry), "effects": effects, "action": _("Record the decision")}
    return _shown(request, "watch/watching/decide.html", form, context | {"title": _("Decide on an entry")})


@page(Permission.ENTRY_VIEW)
def withdraw(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Take a request back, or end an entry before its time."""
    viewer, entry = request.viewer, _seen(request, pk)
    if not may_withdraw(viewer, entry):
        raise Refused(_("You cannot take this entry back, or no longer."), _("Its page says where it stands."))
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            entry_withdraw(entry=entry, reason=form.cleaned_data["reason"], by=viewer.actor)
            messages.success(request, _("From now on nothing counts more for this person."))
            return redirect(entries.url("detail", entry))
    context = _frame(entry) | {
        "title": _("Take an entry back"),
        "effects": [_("From now on nothing counts more for this person. What was found meanwhile stays.")],
        "action": _("Take it back"),
    }
    return _shown(request, "watch/confirm.html", form, context)


def _seen(request: ViewedRequest, pk: UUID) -> WatchEntry:
    entry = entries_visible_to(request.viewer).select_related("person", "renews").filter(pk=pk).first()
    if entry is None:
        raise Http404
    return entry


def _renewed(request: ViewedRequest) -> WatchEntry | None:
    """Return the entry that is to go on, None for a new one; 404 for one that the viewer cannot renew."""
    if "renews" not in request.GET:
        return None
    try:
        entry = _seen(request, UUID(request.GET["renews"]))
    except ValueError:
        raise Http404 from None
    if not may_renew(request.viewer, entry):
        raise Http404
    return entry


def me(viewer: Viewer) -> Person:
    """Return who looks; an account behind which nobody stands can neither ask nor decide."""
    me = person_of(viewer)
    if me is None:
        raise Refused(_("Only a person can ask this or decide on it."), _("Sign in with your own account."))
    return me


def _facts(viewer: Viewer, entry: WatchEntry) -> list[tuple[str, str, str]]:
    signals = dict(SignalChoice.choices)
    facts = [
        (_("person"), str(entry.person.shown)),
        (_("asked by"), str(entry.asked_by.shown)),
        (_("what was noticed"), " / ".join(str(signals[each]) for each in entry.signals) or "–"),
        (_("reason"), entry.reason),
        (_("why nothing milder will do"), entry.milder),
        (_("kinds of reason that count more"), " / ".join(word(REASON_WORDS, each) for each in entry.kinds)),
        (_("for how many days"), str(entry.days)),
        (_("waits until"), moment(entry.waits_until, viewer)),
        (_("in force"), f"{entry.starts_on} – {entry.ends_on}" if entry.starts_on else ""),
        (_("why it was taken back"), entry.ended_reason),
        (_("goes on from"), entry.renews.number if entry.renews else ""),
    ]
    return [(name, value, "") for name, value in facts if value]


def _approval(viewer: Viewer, each: Any) -> dict[str, Any]:
    return {
        "office": each.get_office_display(),
        "who": str(each.by.shown),
        "at": moment(each.created_at, viewer),
        "agrees": each.agrees,
        "reason": each.reason,
    }


def _frame(entry: WatchEntry) -> dict[str, Any]:
    return {
        "crumbs": [{"title": entries.title, "url": entries.url("list")}],
        "entry": entry,
        "back": reverse("watch:entry-detail", args=[entry.pk]),
    }


def _shown(request: ViewedRequest, template: str, form: Form, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context | {"form": form}, status=422 if form.errors else 200)
