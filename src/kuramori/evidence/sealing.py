"""Where entries stand in the ledger, since when a signed head covers them, and what stands from a place on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Min, OuterRef, Subquery

from kuramori.evidence.models import Checkpoint, Leaf
from kuramori.evidence.tree_store import tree_size


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """An entry at its place, as far as it stands in the clear: who, when, which verb."""

    index: int
    seq: int
    id: UUID
    at: datetime
    verb: str
    actor_kind: str
    actor_id: UUID | None


def placed(first: int, count: int, *, verbs: Sequence[str]) -> tuple[list[Placed], int, UUID | None]:
    """Return entries of these verbs at the places [first, first + count), in their order.

    With them the first place not looked at, and the id of the entry before it: whoever goes on from there can tell
    whether it is still the same ledger (a backup may have been restored). Places have no gaps and never change.
    """
    here = Leaf.objects.filter(index__gte=first, index__lt=first + count)
    last = here.order_by("-index").values_list("index", "entry__id").first()
    if last is None:
        return [], first, None
    names = ("index", "entry_id", "entry__id", "entry__at", "entry__verb", "entry__actor_kind", "entry__actor_id")
    rows = here.filter(entry__verb__in=verbs).order_by("index").values_list(*names)
    found = [
        Placed(index=index, seq=seq, id=pk, at=at, verb=verb, actor_kind=kind, actor_id=actor)
        for index, seq, pk, at, verb, kind, actor in rows
    ]
    return found, last[0] + 1, last[1]


def place_since(moment: datetime) -> int:
    """Return the place of the first entry at or after a moment; the next free one when there is none."""
    found: int | None = Leaf.objects.filter(entry__at__gte=moment).aggregate(least=Min("index"))["least"]
    return found if found is not None else tree_size()


def is_at(place: int, entry_id: UUID) -> bool:
    """Say whether this entry stands at this place."""
    return Leaf.objects.filter(index=place, entry__id=entry_id).exists()
