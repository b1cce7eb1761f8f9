"""How the ledger stands: its size, its head, its checks, one entry."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

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
    """Return how the ledger stands; no word of what is in it."""
    last = Leaf.objects.order_by("-index").first()
    oldest = Unsequenced.objects.order_by("entry_id").values_list("entry__at", flat=True).first()
    return LedgerState(
        entries=0 if last is None else last.index + 1,
        waiting=Unsequenced.objects.count(),
        waiting_since=oldest,
        checkpoint=Checkpoint.objects.order_by("-size").first(),
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
