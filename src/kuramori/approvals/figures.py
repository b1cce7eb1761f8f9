"""How requests go: waiting time, refusals and what expired by kind (CLS-16), and the tile that opens them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuramori.approvals.kinds import Text, kinds
from kuramori.approvals.models import Delivery, Notice, Request
from kuramori.approvals.queries import without_deciders
from kuramori.approvals.rules.permissions import Permission
from kuramori.approvals.rules.standing import State
from kuramori.kernel.permissions import Forbidden, Viewer

PERIOD = timedelta(days=90)
SAMPLE = 2_000
"""Decisions whose days are read for a median, the newest of the period: of more it does not move."""


@dataclass(frozen=True, kw_only=True)
class Going:
    """How requests of one kind went in the last 90 days, and how many wait."""

    name: str
    title: Text
    waiting: int
    approved: int
    refused: int
    expired: int
    withdrawn: int
    days: float | None


def by_kind(viewer: Viewer) -> list[Going]:
    """Return how each kind goes. Raises Forbidden for who does not run requests."""
    _demand(viewer)
    since = now() - PERIOD
    counted = Request.objects.filter(created_at__gte=since).order_by().values_list("kind", "state")
    counts = {(kind, state): count for kind, state, count in counted.annotate(count=Count("pk"))}
    return [
        Going(
            name=kind.name,
            title=kind.title,
            days=days_to_decision(kind.name),
            **{state.value: counts.get((kind.name, state.value), 0) for state in State},
        )
        for kind in kinds().values()
    ]


def days_to_decision(kind: str | None = None) -> float | None:
    """Return the median of days from asking to the decision in the last 90 days, of a kind or of all; None of none."""
    decided = Request.objects.filter(created_at__gte=now() - PERIOD, state__in=[State.APPROVED, State.REFUSED])
    if kind is not None:
        decided = decided.filter(kind=kind)
    times = decided.order_by("-created_at", "-id").values_list("created_at", "decided_at")[:SAMPLE]
    took = [(end - start) / timedelta(days=1) for start, end in times if end is not None]
    return round(median(took), 1) if took else None


def letters_kept(viewer: Viewer) -> dict[str, Any]:
    """Return how many mails wait for the mail server and since when, and how many were given up."""
    _demand(viewer)
    kept = Notice.objects.filter(delivery__in=[Delivery.WAITING, Delivery.SENDING])
    return kept.aggregate(count=Count("pk"), since=Min("queued_at"))


def request_tiles(viewer: Viewer, _today: date) -> Sequence[dict[str, Any]]:
    """Offer the dashboard one figure: what waits, and the median days to a decision; a warning for what is stuck."""
    if not viewer.may_everywhere(Permission.REQUEST_VIEW_ALL):
        return []
    waiting = Request.objects.filter(state=State.WAITING, expires_at__gt=now()).count()
    stuck, days = without_deciders(viewer).count(), days_to_decision()
    below = _("%(days)s days to a decision (median)") % {"days": days} if days is not None else ""
    if stuck:
        below = _("nobody can decide on %(count)s") % {"count": stuck}
    return [
        {
            "label": gettext_lazy("Requests that wait"),
            "value": f"{waiting:,}",
            "below": below,
            "url": reverse("approvals:overview"),
            "icon": "file-question-mark",
            "tone": "bad" if stuck else "ok",
        }
    ]


def _demand(viewer: Viewer) -> None:
    if not viewer.may_everywhere(Permission.REQUEST_VIEW_ALL):
        raise Forbidden(Permission.REQUEST_VIEW_ALL)
