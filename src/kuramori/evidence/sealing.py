"""Where entries stand in the ledger, and since when a signed head covers them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from kuramori.evidence.models import Checkpoint, Leaf


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
