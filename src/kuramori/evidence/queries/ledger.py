"""How the ledger stands: its size, its head, its checks, one entry."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Subquery, Value

from kuramori.evidence.models import Checkpoint, CheckRun, Leaf
from kuramori.kernel.models import Entry, Unsequenced
from kuramori.kernel.permissions import Viewer


@dataclass(frozen=True, kw_only=True)
class LedgerState:
    """How the ledger stands: entries with a place, those that wait for one and since when, the last signed head."""

    entries: int
    waiting: int
    waiting_since: datetime | None
    checkpoint: Checkpoint | None


def ledger_state(viewer: Viewer) -> LedgerState:  # noqa: ARG001  (reads nothing of anybody's)
    """Return how the ledger stands; no word of what is in it. One query, for every page asks now and then."""
    waiting = Unsequenced.objects.order_by("entry_id")
    among = waiting.order_by().values(one=Value(1)).annotate(count=Count("pk"))
    asked: dict[str, Any] = {
        "last_index": Subquery(Leaf.objects.order_by("-index").values("index")[:1]),
        "waiting": Subquery(among.values("count")),
        "waiting_since": Subquery(waiting.values("entry__at")[:1]),
    }
    head = Checkpoint.objects.annotate(**asked).order_by("-size").first()
    if head is None:  # nothing was sealed yet
        last = Leaf.objects.order_by("-index").first()
        oldest = waiting.values_list("entry__at", flat=True).first()
        return LedgerState(
            entries=0 if last is None else last.index + 1,
            waiting=waiting.count(),
            waiting_since=oldest,
            checkpoint=None,
        )
    found: Any = head
    return LedgerState(
        entries=0 if found.last_index is None else found.last_index + 1,
        waiting=found.waiting or 0,
        waiting_since=found.waiting_since,
        checkpoint=head,
    )


def last_check(viewer: Viewer) -> CheckRun | None:  # noqa: ARG001  (reads nothing of anybody's)
    """Return the newest full check with what it found, None before the first; its age is `created_at`."""
    return CheckRun.objects.order_by("-created_at", "-id").first()


def checks(viewer: Viewer) -> QuerySet[CheckRun]:  # noqa: ARG001  (reads nothing of anybody's)
    """Return the full checks, newest first."""
    rows: QuerySet[CheckRun] = CheckRun.objects.order_by("-created_at", "-id")
    return rows


def entry_by_id(viewer: Viewer, pk: UUID) -> Entry | None:  # noqa: ARG001  (reads nothing of anybody's)
    """Return an entry; whether the viewer may read it depends on what it is about (`visibility`)."""
    return Entry.objects.filter(id=pk).first()
