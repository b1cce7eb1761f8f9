"""The heads held elsewhere that the check compares the ledger with: without one, a history rewritten whole is sound."""

from dataclasses import dataclass
from datetime import datetime

from kuramori.evidence.heads import holders
from kuramori.evidence.keys import NotCounted, open_head, signer
from kuramori.evidence.models import WitnessState
from kuramori.evidence.rules.note import NoteError
from kuramori.evidence.witnessing.rounds import refresh


@dataclass(frozen=True, kw_only=True)
class Outside:
    """Who holds a head, over how many entries, and when he was last seen to (UTC)."""

    name: str
    size: int
    at: datetime | None

    def as_json(self) -> dict[str, str | int | None]:
        """Return it for `CheckRun.outside`."""
        return {"name": self.name, "size": self.size, "at": self.at.isoformat() if self.at else None}


def held_heads() -> tuple[dict[int, bytes], list[Outside]]:
    """Ask the witnesses, and return size -> root of all heads held, with who holds them outside, longest first.

    A forged one on this machine stands for size 0. Heads of branches left behind are not among them.
    """
    refresh()
    heads: dict[int, bytes] = {}
    outside = []
    for holder in holders():
        held = holder.held()
        if held is not None and not _take(held.note, heads):
            heads[0] = b""
    for state in WitnessState.objects.filter(witness__retired_at__isnull=True).select_related("witness"):
        if state.note and _take(state.note, heads):
            outside.append(Outside(name=state.witness.name, size=state.size or 0, at=state.seen_at))
        if state.against:
            _take(state.against["note"], heads)
    return heads, sorted(outside, key=lambda each: -each.size)


def _take(text: str, heads: dict[int, bytes]) -> bool:
    """Add a head of this branch; say whether the text is a head at all."""
    try:
        head = open_head(text)
    except NotCounted:
        return True
    except NoteError:
        return False
    if head.origin == signer().origin:
        heads[head.size] = head.root
    return True
