"""The witnesses and what they hold, what contradicts this ledger, and the keys that signed it."""

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.timezone import now

from kuramori.evidence.heads import Against, Held, compare, contradictions
from kuramori.evidence.keys import open_head
from kuramori.evidence.models import Checkpoint, KeyChange, LogKey, Witness, WitnessedHead, WitnessedLog
from kuramori.evidence.rules.note import Checkpoint as Head
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.witnessing.models.witnesses import state_of
from kuramori.kernel.permissions import Viewer


def witnesses_visible_to(viewer: Viewer) -> QuerySet[Witness]:
    """Return the witnesses with their state, for those who may see them."""
    rows: QuerySet[Witness] = Witness.objects.select_related("state")
    return rows if viewer.may(Permission.WITNESS_VIEW) else rows.none()


def witnessed_visible_to(viewer: Viewer) -> QuerySet[Any]:
    """Return the ledgers of others that are witnessed here, with `longest` and `longest_at` of the head held."""
    last = WitnessedHead.objects.filter(log=OuterRef("pk")).order_by("-size")
    rows: QuerySet[Any] = WitnessedLog.objects.annotate(
        longest=Subquery(last.values("size")[:1]), longest_at=Subquery(last.values("at")[:1])
    )
    return rows if viewer.may(Permission.WITNESSED_VIEW) else rows.none()


def silent_witnesses(viewer: Viewer, at: datetime | None = None) -> list[Witness]:
    """Return the standing witnesses of whom nothing was heard for too long."""
    moment = at or now()
    return [each for each in witnesses_visible_to(viewer).standing() if state_of(each).is_silent(moment)]  # type: ignore[attr-defined]


def standing_against(viewer: Viewer) -> list[Against]:  # noqa: ARG001  (heads are about nobody)
    """Return the heads held elsewhere that this ledger does not continue: while there are any, nothing is signed."""
    return contradictions()


def covered_at(viewer: Viewer, size: int) -> datetime | None:  # noqa: ARG001  (heads are about nobody)
    """Return when the first head over at least `size` entries was signed (our clock, UTC)."""
    return Checkpoint.objects.filter(size__gte=size).order_by("size").values_list("at", flat=True).first()


def read_head(viewer: Viewer, note: str) -> tuple[Head, Against | None]:  # noqa: ARG001  (a head is about nobody)
    """Compare a head that somebody brings with the ledger. Raises NoteError when no key of ours has signed it."""
    return open_head(note), compare(Held(note=note), "")


def keys_of(viewer: Viewer) -> list[tuple[LogKey, KeyChange | None]]:  # noqa: ARG001  (keys are about nobody)
    """Return the keys that have signed, the present one first, each with what ended it."""
    rows = LogKey.objects.select_related("change").order_by("-id")
    return [(row, getattr(row, "change", None)) for row in rows]
