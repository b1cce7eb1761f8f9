"""What can have happened to a ledger, and how to tell from hashes alone which it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kuramori.evidence.rules.tree import Frontier

MAX_SORTED = 65_536
MAX_TRIED = 512


class Damage(StrEnum):
    """What was done to the ledger, or what stands around it and is not as it must be."""

    BACK_DATED = "back_dated"
    CHANGES_DIFFER = "changes_differ"
    DELETED = "deleted"
    DISCLOSURE_DIFFERS = "disclosure_differs"
    DISCLOSURE_MISSING = "disclosure_missing"
    EDITED = "edited"
    FILE_DIFFERS = "file_differs"
    FILE_MISSING = "file_missing"
    FILE_UNSEALED = "file_unsealed"
    GUARD_MISSING = "guard_missing"
    HEAD_FORGED = "head_forged"
    INSERTED = "inserted"
    NODE_DIFFERS = "node_differs"
    REORDERED = "reordered"
    STAMP_DIFFERS = "stamp_differs"
    SUBJECTS_DIFFER = "subjects_differ"
    TRUNCATED = "truncated"
    WAITING = "waiting"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One thing found: the first ledger index it concerns (None: none), and what tells it apart, such as an id."""

    damage: Damage
    index: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A leaf as stored: the row its entry has (order of writing) and its hash."""

    seq: int
    hash: bytes


def explain(before: Frontier, leaves: Sequence[Placed], after: Sequence[Placed], root: bytes) -> Found:
    """Say what happened between two heads: the first fits, the second, over these `leaves`, does not.

    The old root tells: it comes back when leaves are put in the order of writing (reordered), or when one is left
    out (inserted). A hole in the order of writing means deleted; otherwise content and hash were both replaced.
    """
    by_writing = sorted(leaves, key=lambda leaf: leaf.seq)
    if len(leaves) <= MAX_SORTED and by_writing != list(leaves) and _root(before, by_writing) == root:
        first = next(place for place, pair in enumerate(zip(leaves, by_writing, strict=True)) if pair[0] != pair[1])
        return Found(damage=Damage.REORDERED, index=before.size + first)
    longer = [*leaves, *after[:1]]
    if len(leaves) <= MAX_TRIED and after:
        for place in range(len(leaves)):
            if _root(before, longer[:place] + longer[place + 1 :]) == root:
                return Found(damage=Damage.INSERTED, index=before.size + place)
    for place, (one, next_one) in enumerate(zip(leaves, longer[1:], strict=False)):
        if next_one.seq > one.seq + 1:
            return Found(damage=Damage.DELETED, index=before.size + place + 1)
    end = before.size + len(leaves) - 1
    return Found(damage=Damage.EDITED, index=before.size, detail=f"{before.size}–{end}")


def mismatched(pairs: Sequence[tuple[int, bytes, bytes]]) -> list[Found]:
    """Say what happened to leaves (index, stored hash, hash of the body) that differ: bodies swapped, or edited."""
    stored = {pair[1] for pair in pairs}
    return [
        Found(damage=Damage.REORDERED if actual in stored else Damage.EDITED, index=index)
        for index, _stored, actual in pairs
    ]


def _root(before: Frontier, leaves: Sequence[Placed]) -> bytes:
    return before.grown(leaf.hash for leaf in leaves)[0].root()
