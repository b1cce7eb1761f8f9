"""An alert: its page, the events behind it, a step in its life, and the name for a reason."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kuramori.directory.api import sees_leaving
from kuramori.kernel.acts import Refused
from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.wording import moment
from kuramori.register.api import Secret
from kuramori.watch.acts.alerts import alert_review
from kuramori.watch.alert_page import how_sure, next_steps, traces_of
from kuramori.watch.alert_register import alerts, severity_mark, state_mark
from kuramori.watch.events_table import event_rows
from kuramori.watch.forms import ReviewForm, UnsealForm
from kuramori.watch.masking import names_of
from kuramori.watch.models import Alert, Queue, StateChoice
from kuramori.watch.pseudonyms import alert_pseudonym
from kuramori.watch.queries import alerts as found
from kuramori.watch.reasons import reasons_in_words
from kuramori.watch.rules.alerts import State
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.traces import PAGE
from kuramori.watch.unsealing.acts import alert_unseal
from kuramori.watch.unsealing.queries import requests_on, two_needed
from kuramori.watch.unsealing.register import request_mark
from kuramori.watch.wording import channels_in_words


def _seen(request: ViewedRequest, pk: UUID) -> Alert:
    """Return the alert if it lies in the viewer's sight; his own, and all others, do not exist for him."""
    alert = found.alerts_visible_to(request.viewer).filter(pk=pk).first()
    if alert is None:
        raise Http404
    return alert


def _frame(viewer: Viewer, alert: Alert, current: str) -> dict[str, Any]:
    """Return what stands around every page of an alert."""
    tabs = [
        ("detail", _("Overview"), "alert-detail"),
        ("events", _("Events"), "alert-events"),
        ("history", _("History"), "alert-history"),
    ]
    unsealing = found.unsealing_of(viewer, alert)
    return {
        "alert": alert,
        "crumbs": [{"title": alerts.title, "url": alerts.url("list")}],
        "tabs": [
            {"title": title, "url": reverse(f"watch:{name}", args=[alert.pk]), "current": key == current}
            for key, title, name in tabs
        ],
        "who": found.name_behind(viewer, alert) if unsealing else alert_pseudonym(alert.pk, alert.person_id),
        "unsealing": unsealing,
        "unsealed_until": moment(unsealing.expires_at, viewer) if unsealing else "",
        "severity": severity_mark(alert, viewer),
        "state": state_mark(alert, viewer),
        "may_review": viewer.may(Permission.ALERT_REVIEW),
        "may_unseal": found.holds_on(viewer, Permission.ALERT_UNSEAL, alert) and unsealing is None,
    }


@page(Permission.ALERT_VIEW)
def detail(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show what happened, why it stands out, how sure that is, which secrets it concerns, and what to do next."""
    viewer, alert = request.viewer, _seen(request, pk)
    traces = traces_of(alert)
    shown, hidden = found.secrets_of(viewer, alert)
    frame = _frame(viewer, alert, "detail")
    context = frame | {
        "title": _("Alert %(number)s") % {"number": alert.number},
        "sentences": reasons_in_words(
            alert,
            viewer.language,
            closed=_closed(alert, shown),
            levels=found.level_names(viewer),
            names=() if frame["unsealing"] else names_of(alert.person_id),
            leaving=found.tells_leaving(viewer, alert),
        ),
        "queue": Queue(alert.queue).label if found.tells_leaving(viewer, alert) else "",
        "channels": channels_in_words(alert.channels),
        "traces": traces,
        "peers_title": _("Beside the colleagues"),
        "days_title": _("Documents by day"),
        "unit": _("documents"),
        "own_name": _("this person"),
        "how_sure": how_sure(traces),
        "name_requests": [
            (each, request_mark(each, viewer), each.by_id == viewer.person_id) for each in requests_on(viewer, [alert])
        ],
        "secrets": shown,
        "hidden": hidden,
        "next_steps": next_steps(viewer, alert, is_named=frame["unsealing"] is not None),
        "comments": [
            (comment, moment(comment.created_at, viewer), StateChoice(comment.state).label)
            for comment in found.comments_of(viewer, alert)
        ],
    }
    return render(request, "watch/alert.html", context)


def _closed(alert: Alert, shown: list[tuple[Secret, int]]) -> set[str]:
    """Return the ids of the alert's secrets that are not among those shown."""
    return {str(row.secret_id) for row in alert.secrets.all()} - {str(secret.pk) for secret, _count in shown}


@page(Permission.ALERT_VIEW)
def events(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show the events behind an alert, those of secrets first; names of accounts only while the name is unsealed."""
    viewer, alert = request.viewer, _seen(request, pk)
    start = request.GET.get("from", "0")
    offset = int(start) if start.isdecimal() and len(start) < 10 else 0  # noqa: PLR2004
    context = _frame(viewer, alert, "events")
    rows, more = event_rows(viewer, alert, offset=offset, is_open=context["unsealing"] is not None)
    context |= {
        "title": _("Events behind %(number)s") % {"number": alert.number},
        "rows": rows,
        "newer": f"?from={max(offset - PAGE, 0)}" if offset else "",
        "older": f"?from={offset + len(rows)}" if more else "",
        "shown": _("Events %(first)s to %(last)s")
        % {
            "first": offset + 1 if rows else 0,
            "last": offset + len(rows) if rows else 0,
        },
    }
    return render(request, "watch/alert_events.html", context)


@page(Permission.ALERT_REVIEW)
def review(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Move an alert on, with a comment."""
    viewer, alert = request.viewer, _seen(request, pk)
    form = ReviewForm(alert, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        me = found.person_of(viewer)
        assignee = {"keep": alert.assignee, "me": me, "nobody": None}[data["taken"]]
        alert_review(
            alert=alert,
            state=State(data["state"]),
            comment=data["comment"],
            assignee=assignee,
            author=me,
            by=viewer.actor,
        )
        messages.success(request, _("Your step was recorded."))
        return redirect("watch:alert-detail", pk=alert.pk)
    context = _frame(viewer, alert, "review") | {
        "title": _("Review %(number)s") % {"number": alert.number},
        "form": form,
        "action": _("Record this step"),
        "back": reverse("watch:alert-detail", args=[alert.pk]),
    }
    return render(request, "watch/step.html", context, status=422 if form.errors else 200)


@page(Permission.ALERT_UNSEAL)
def unseal(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Ask for the reason, then show the name to the one who gave it, for a day."""
    viewer, alert = request.viewer, _seen(request, pk)
    if not found.holds_on(viewer, Permission.ALERT_UNSEAL, alert):
        raise Http404
    if two_needed(viewer, alert):
        return redirect("watch:unsealing-ask", pk=alert.pk)
    form = UnsealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        me = found.person_of(viewer)
        if me is None:
            raise Refused(_("Only a person can be shown a name."), _("Sign in with your own account."))
        alert_unseal(alert=alert, person=me, reason=form.cleaned_data["reason"], by=viewer.actor)
        messages.success(request, _("The name is shown to you for 24 hours."))
        return redirect("watch:alert-detail", pk=alert.pk)
    context = _frame(viewer, alert, "unseal") | {
        "title": _("Show the name behind %(number)s") % {"number": alert.number},
        "form": form,
        "effects": _effects(viewer),
        "action": _("Show me the name"),
        "back": reverse("watch:alert-detail", args=[alert.pk]),
    }
    return render(request, "watch/confirm.html", context, status=422 if form.errors else 200)


def _effects(viewer: Viewer) -> list[str]:
    told = [
        _("You, and nobody else, see the name on this alert's pages for 24 hours."),
        _("Your name and your reason stand in the ledger, and in this alert's history."),
        _("Lists and exports stay pseudonymous."),
    ]
    if not sees_leaving(viewer):
        told.append(_("Whether and when the person leaves is no longer shown to you on this alert: HR knows it."))
    return told
