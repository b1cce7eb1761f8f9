"""The chain of custody as it is read: through its hold, and by who was offered an item."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from kuramori.evidence.models import CustodyItem, CustodyStep, Hold
from kuramori.evidence.models.custody import StepKind
from kuramori.evidence.queries.holds import holds_visible_to
from kuramori.evidence.rules.bundle import moment
from kuramori.evidence.rules.custody import gaps
from kuramori.kernel.permissions import Viewer

READ_FOR = timedelta(hours=1)
"""For how long who has opened an item with a reason may page through it."""


def items_visible_to(viewer: Viewer) -> QuerySet[CustodyItem]:
    """Return the items of the holds that the viewer may know of."""
    rows: QuerySet[CustodyItem] = CustodyItem.objects.select_related("hold", "holder", "offered_to")
    return rows.filter(hold__in=holds_visible_to(viewer)).order_by("created_at", "file")


def items_offered_to(viewer: Viewer) -> QuerySet[CustodyItem]:
    """Return what waits for the viewer to receive it."""
    return items_visible_to(viewer).filter(offered_to=viewer.person_id).exclude(offered_to=None)


def chain_of(viewer: Viewer, item: CustodyItem) -> list[CustodyStep]:
    """Return an item's chain from its beginning, nothing of an item out of sight."""
    if not items_visible_to(viewer).filter(pk=item.pk).exists():
        return []
    return list(item.steps.order_by("number"))


def may_read_on(viewer: Viewer, item: CustodyItem, at: datetime) -> bool:
    """Say whether the viewer has opened the item within the last hour, with a reason."""
    opened = item.steps.filter(kind=StepKind.OPENED, by=viewer.person_id, at__gt=at - READ_FOR, at__lte=at)
    return viewer.person_id is not None and opened.exists()


def custody_rows(viewer: Viewer, subjects: Collection[UUID]) -> list[dict[str, Any]]:
    """Return the custody table of a bundle about these people or secrets (`data/custody.json`), one row an item.

    Times as in entries (docs/en/verify/format.md); the chain in its order, with its gaps by step (from 0). Items of
    holds out of the viewer's sight are not in it.
    """
    about = Hold.objects.filter(Q(subjects__subject_id__in=subjects)).values("pk")
    items = items_visible_to(viewer).filter(hold__in=about).prefetch_related("steps")
    return [_row(item, sorted(item.steps.all(), key=lambda step: step.number)) for item in items]


def _row(item: CustodyItem, steps: list[CustodyStep]) -> dict[str, Any]:
    return {
        "id": str(item.pk),
        "kind": item.kind,
        "title": item.title,
        "size": item.size,
        "sha256": {"source": item.source_sha256, "custody": item.sha256, "stated": item.stated},
        "purged": moment(item.retired_at) if item.retired_at else None,
        "gaps": [{"gap": each.gap, "step": each.step} for each in gaps(steps, sha256=item.sha256)],
        "chain": [
            {
                "kind": step.kind,
                "at": moment(step.at),
                "who": step.who,
                "where": step.place,
                "tool": step.tool,
                "sha256": step.sha256,
                "reason": step.reason,
            }
            for step in steps
        ],
    }
