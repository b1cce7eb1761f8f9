"""The register of requests to be shown a name, declared: how often, by whom, and how it was decided."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Column, ColumnKind, Filter, FilterKind, Link, Mark, Register
from kuramori.watch.models import RequestStateChoice, UnsealingRequest
from kuramori.watch.rules.unsealing import RequestState
from kuramori.watch.unsealing.queries import may_decide, may_withdraw, requests_visible_to

TONES = {"waiting": "warn", "granted": "info", "refused": "bad", "withdrawn": "", "lapsed": ""}


def request_mark(asked: UnsealingRequest, _viewer: Viewer) -> Mark:
    """Return where a request stands now, as a mark."""
    standing = asked.standing(now())
    return Mark(word=RequestStateChoice(standing).label, tone=TONES[standing])


def request_actions(asked: UnsealingRequest, viewer: Viewer) -> Sequence[Link]:
    """Lead to what this viewer can do now, and to the alert."""
    links = []
    if may_decide(viewer, asked):
        links.append(Link(text=_("Decide on it"), url=reverse("watch:unsealing-decide", args=[asked.pk])))
    if may_withdraw(viewer, asked):
        links.append(Link(text=_("Withdraw it"), url=reverse("watch:unsealing-withdraw", args=[asked.pk])))
    return [*links, Link(text=_("Open the alert"), url=reverse("watch:alert-detail", args=[asked.alert_id]))]


def _in_state(rows: Any, value: str, _viewer: Viewer) -> Any:
    late = Q(state=RequestState.WAITING, waits_until__lte=now())
    return rows.filter(late | Q(state=value)) if value == RequestState.LAPSED else rows.filter(~late, state=value)


unsealings = Register(
    name="watch:unsealing",
    path="unsealings",
    title=_("Requests to be shown a name"),
    title_one=_("request to be shown a name"),
    why=_(
        "Who is behind an alert is shown only when two agree: one who has to know it and says why, and another one of "
        "the office who decides. Nobody decides for himself, and every step stands in the ledger."
    ),
    example=_("For instance: to hear the person; granted by the privacy officer; shown for 24 hours."),
    model=UnsealingRequest,
    columns=(
        Column(name="alert", label=_("alert"), kind=ColumnKind.LINK, value=lambda one, _viewer: one.alert.number),
        Column(name="state", label=_("state"), kind=ColumnKind.TAG, value=request_mark),
        Column(name="by", label=_("asked by"), kind=ColumnKind.PERSON, value=lambda one, _viewer: one.by.shown),
        Column(name="reason", label=_("reason")),
        Column(name="created_at", label=_("asked at"), kind=ColumnKind.DATETIME, sort="created_at"),
        Column(name="waits_until", label=_("waits until"), kind=ColumnKind.DATETIME, sort="waits_until"),
        Column(
            name="second",
            label=_("decided by"),
            kind=ColumnKind.PERSON,
            value=lambda one, _viewer: one.second.shown if one.second else None,
        ),
        Column(name="answer", label=_("reason of the decision"), value=lambda one, _viewer: one.answer or None),
    ),
    filters=(
        Filter(
            name="state",
            label=_("state"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: RequestStateChoice.choices,
            apply=_in_state,
        ),
        Filter(
            name="mine",
            label=pgettext_lazy("request", "asked by me"),
            kind=FilterKind.YES_NO,
            apply=lambda rows, value, viewer: (
                rows.filter(by=viewer.person_id) if value == "yes" else rows.exclude(by=viewer.person_id)
            ),
        ),
    ),
    visible_to=requests_visible_to,
    state=request_mark,
    actions=request_actions,
    withheld=lambda _viewer: frozenset({"unsealing"}),
    order="-created_at",
    practices="DET-02 DET-08",
    icon="venetian-mask",
)
