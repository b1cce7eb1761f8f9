"""Every read of this room."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from kuramori.evidence.models import Checkpoint, Leaf
from kuramori.kernel.models import Unsequenced
from kuramori.kernel.permissions import Viewer


@dataclass(frozen=True, kw_only=True)
class Seal:
    """Where an entry stands in the ledger, and when the first signed head covered it (UTC); None: not yet."""

    index: int
    sealed_at: datetime | None
    size: int | None

    @property
    def is_sealed(self) -> bool:
        """Say whether a signed head covers the entry."""
        return self.sealed_at is not None


def seals(entry_ids: Iterable[UUID]) -> dict[UUID, Seal]:
    """Return the seals of those entries that have their place; one query. Says nothing of what they are about."""
    covering = Checkpoint.objects.filter(size__gt=OuterRef("index")).order_by("size")
    rows = Leaf.objects.filter(entry__id__in=set(entry_ids)).annotate(
        sealed_at=Subquery(covering.values("at")[:1]), covered=Subquery(covering.values("size")[:1])
    )
    return {
        entry: Seal(index=index, sealed_at=at, size=size)
        for entry, index, at, size in rows.values_list("entry__id", "index", "sealed_at", "covered")
    }


@dataclass(frozen=True, kw_only=True)
class LedgerState:
    """How the ledger stands: entries with a place, those that wait for one and since when, the last signed head."""

    entries: int
    waiting: int
    waiting_since: datetime | None
    checkpoint: Checkpoint | None


def ledger_state(_viewer: Viewer) -> LedgerState:
    """Return how the ledger stands; no word of what is in it."""
    last = Leaf.objects.order_by("-index").first()
    oldest = Unsequenced.objects.order_by("entry_id").values_list("entry__at", flat=True).first()
    return LedgerState(
        entries=0 if last is None else last.index + 1,
        waiting=Unsequenced.objects.count(),
        waiting_since=oldest,
        checkpoint=Checkpoint.objects.order_by("-size").first(),
    )


def leaves_of(entry_seqs: Collection[int]) -> dict[int, int]:
    """Return the index of each entry that has its place, by the entry's row."""
    return dict(Leaf.objects.filter(entry__in=entry_seqs).values_list("entry_id", "index"))
