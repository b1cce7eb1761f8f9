"""The pages of requests: what waits for me and what I asked, asking, deciding, taking back, and the office's view."""

from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kuramori.approvals.acts import request_approve, request_ask, request_refuse, request_withdraw
from kuramori.approvals.entitled import right_to_decide
from kuramori.approvals.figures import by_kind, letters_kept
from kuramori.approvals.forms import DecisionForm, WithdrawForm, with_reason
from kuramori.approvals.kinds import Asked, RequestKind, kinds, kinds_for
from kuramori.approvals.mails import read_link
from kuramori.approvals.models import Request
from kuramori.approvals.queries import (
    asked_by,
    may_withdraw,
    requests_visible_to,
    right_of,
    waiting_for,
    without_deciders,
)
from kuramori.approvals.registers import WITHHELD, kind_title, knows_deciders, request_mark, requests
from kuramori.approvals.routing import asked_of
from kuramori.approvals.rules.permissions import Permission
from kuramori.approvals.rules.routing import Seat as Right
from kuramori.approvals.rules.standing import Verdict
from kuramori.approvals.showing import (
    ChangedSinceShown,
    Seen,
    lines_of,
    sealed,
    seen_in,
    unsealed,
)
from kuramori.kernel.acts import Refused
from kuramori.kernel.history import tell
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.pages import ViewedRequest, page, refusal_shown_on
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.record_views import history_page
from kuramori.kernel.wording import moment

SHOWN = 20


@page(Permission.REQUEST_VIEW)
@require_safe
def home(request: ViewedRequest) -> HttpResponse:
    """Show what waits for the viewer's decision, what he asked, and what he can ask."""
    viewer = request.viewer
    to_decide, mine = list(waiting_for(viewer)[: SHOWN + 1]), list(asked_by(viewer)[: SHOWN + 1])
    context = {
        "title": _("Requests"),
        "to_decide": [_line(one, viewer) for one in to_decide[:SHOWN]],
        "mine": [_line(one, viewer) for one in mine[:SHOWN]],
        "more_to_decide": f"{requests.url('list')}?decide=yes" if len(to_decide) > SHOWN else "",
        "more_mine": f"{requests.url('list')}?mine=yes" if len(mine) > SHOWN else "",
        "kinds": kinds_for(viewer) if viewer.may(Permission.REQUEST_ASK) else [],
        "may_oversee": viewer.may_everywhere(Permission.REQUEST_VIEW_ALL),
    }
    return render(request, "approvals/home.html", context)


def _line(one: Request, viewer: Viewer) -> dict[str, Any]:
    """Return a request as the lists of the first page show it; of what is asked only the kind."""
    mark = request_mark(one, viewer)
    return {
        "number": one.number,
        "kind": kind_title(one),
        "name": one.asked_by.shown if one.asked_by_id != viewer.person_id else "",
        "until": moment(one.expires_at, viewer),
        "at": moment(one.created_at, viewer),
        "word": mark.word,
        "tone": mark.tone,
        "decide_url": reverse("approvals:decide", args=[one.pk]),
        "url": requests.url("detail", one),
    }


@page(Permission.REQUEST_ASK)
def ask(request: ViewedRequest, kind: str) -> HttpResponse:
    """Ask for what a kind offers."""
    found = _kind(kind, request.viewer)
    form = with_reason(found.form(request.viewer, request.POST if request.method == "POST" else None, request.GET))
    if form.is_valid():
        with refusal_shown_on(form):
            why = form.cleaned_data["why"]
            asked = request_ask(kind=found, asked=_prepared(found, form, request.viewer), why=why, by=request.viewer)
            messages.success(request, _("Your request %(number)s was handed in.") % {"number": asked.number})
            return redirect(requests.url("detail", asked))
    context = {
        "title": found.title, "lead": found.lead, "practices": found.practices, "form": form, "action": _("Ask"),
        "back": reverse("approvals:home"), "crumbs": [{"title": _("Requests"), "url": reverse("approvals:home")}],
    }  # fmt: skip
    return render(request, "approvals/ask.html", context, status=422 if form.errors else 200)


def _kind(name: str, viewer: Viewer) -> RequestKind:
    """Return the kind; 404 for what nobody offers, 403 for what this viewer may not ask."""
    found = kinds().get(name)
    if found is None:
        raise Http404
    viewer.demand(found.permission)
    return found


def _prepared(kind: RequestKind, form: Any, viewer: Viewer) -> Asked:
    return kind.prepare(viewer, {name: value for name, value in form.cleaned_data.items() if name != "why"})


@page(Permission.REQUEST_VIEW)
def decide(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show what exactly is asked, and take the decision on that and nothing else."""
    viewer, found = request.viewer, _seen(request.viewer, pk)
    right = right_to_decide(found, viewer)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusal_shown_on(form):
            try:
                _decided(form, found, viewer)
            except ChangedSinceShown as change:
                return _decision_page(request, found, form, right, change)
            messages.success(request, _("Your decision is recorded."))
            return redirect(requests.url("detail", found))
    return _decision_page(request, found, form, right)


def _decided(form: DecisionForm, found: Request, viewer: Viewer) -> None:
    """Do what was chosen; what was shown is what the page carried."""
    seen = unsealed(form.cleaned_data["seen"], found, viewer.person_id)
    by_verdict = request_approve if form.cleaned_data["verdict"] == Verdict.APPROVE else request_refuse
    by_verdict(asking=found, seen=seen, by=viewer, reason=form.cleaned_data["reason"])


def _decision_page(
    request: ViewedRequest, found: Request, form: DecisionForm, right: Right, change: ChangedSinceShown | None = None
) -> HttpResponse:
    """Draw what stands now and the form under it; after a change with what was different, and nothing chosen."""
    viewer, lines, kind = request.viewer, lines_of(found), kinds()[found.kind]
    seen: Seen = seen_in(found, lines)
    if change is not None:
        form = DecisionForm(initial={"reason": form.cleaned_data["reason"]})
    form.initial["seen"] = sealed(seen, found, viewer.person_id)
    if form.is_bound:  # what is drawn anew is what is seen
        form.data = {**request.POST.dict(), "seen": form.initial["seen"]}
    context = {
        "title": _("Decide on %(number)s") % {"number": found.number},
        "kind": kind, "asked": found, "form": form, "change": change,
        "facts": [(*kind.line(name, value), "") for name, value in lines],
        "changed": [
            (*kind.line(one.name, one.before), kind.line(one.name, one.after)[1])
            for one in (change.changed if change else ())
        ],
        "effects": kind.effects(asked_of(found)),
        "as_deputy": right.on_behalf_of is not None,
        "until": moment(found.expires_at, viewer), "at": moment(found.created_at, viewer), "digest": seen.digest,
        "action": _("Record the decision"), "back": requests.url("detail", found),
        "crumbs": [{"title": _("Requests"), "url": reverse("approvals:home")}],
    }  # fmt: skip
    return render(request, "approvals/decide.html", context, status=409 if change else 422 if form.errors else 200)


@page(Permission.REQUEST_VIEW)
def withdraw(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Take one's own request back."""
    viewer, found = request.viewer, _seen(request.viewer, pk)
    if not may_withdraw(viewer, found):
        raise Refused(_("You cannot take this request back, or no longer."), _("Its page says where it stands."))
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusal_shown_on(form):
            request_withdraw(asking=found, by=viewer, why=form.cleaned_data["why"])
            messages.success(request, _("The request was taken back."))
            return redirect(requests.url("detail", found))
    context = {
        "title": _("Withdraw %(number)s") % {"number": found.number}, "form": form, "action": _("Withdraw it"),
        "effects": [_("Nobody decides on it any more. That it was asked stays in the ledger.")],
        "back": requests.url("detail", found),
        "crumbs": [{"title": _("Requests"), "url": reverse("approvals:home")}],
    }  # fmt: skip
    return render(request, "approvals/withdraw.html", context, status=422 if form.errors else 200)


def _seen(viewer: Viewer, pk: UUID) -> Request:
    """Return the request if it lies in the viewer's sight; otherwise it does not exist for him."""
    found = requests_visible_to(viewer).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@page(Permission.REQUEST_VIEW)
@require_safe
def history(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show what was done with a request, as the register does; to whom deciders are concealed, what he did himself."""
    viewer, found = request.viewer, _seen(request.viewer, pk)
    if knows_deciders(found, viewer):
        return history_page(requests, request, pk)
    entries = entries_about(found.pk).filter(actor_id=viewer.person_id).select_related("disclosure")
    told = tell(found, viewer, read(entries, about=found.pk), withheld=WITHHELD)
    detail = requests.url("detail", found)
    context = {
        "title": found.number, "register": requests, "state": request_mark(found, viewer), "lines": told,
        "crumbs": [{"title": _("Requests"), "url": reverse("approvals:home")}],
        "tabs": [
            {"title": _("Overview"), "url": detail, "current": False},
            {"title": _("History"), "url": requests.url("history", found), "current": True},
        ],
    }  # fmt: skip
    return render(request, "kernel/history.html", context)


@page(Permission.REQUEST_VIEW)
@require_safe
@reauthentication_required(allow_get=False)  # type: ignore[untyped-decorator]  # allauth says no types of it
def link(request: ViewedRequest, token: str) -> HttpResponse:
    """Lead from a mail to the page that decides, once whoever opens it has signed in just now; itself it does nothing.

    What somebody else's mail names, and what is no link of ours, does not exist.
    """
    told = read_link(token)
    if told is None or told[1] != request.viewer.person_id:
        raise Http404
    found = _seen(request.viewer, told[0])
    if right_of(request.viewer, found) is None:
        return redirect(requests.url("detail", found))
    return redirect("approvals:decide", pk=found.pk)


@page(Permission.REQUEST_VIEW_ALL)
@require_safe
def overview(request: ViewedRequest) -> HttpResponse:
    """Show how requests go: by kind how many, how long, how they ended; and what nobody can decide on (CLS-16)."""
    viewer = request.viewer
    context = {
        "title": _("How requests go"),
        "rows": by_kind(viewer),
        "stuck": [_line(one, viewer) for one in without_deciders(viewer).select_related("asked_by")[:SHOWN]],
        "letters": letters_kept(viewer),
        "list_url": requests.url("list"),
        "crumbs": [{"title": _("Requests"), "url": reverse("approvals:home")}],
    }
    return render(request, "approvals/overview.html", context)
