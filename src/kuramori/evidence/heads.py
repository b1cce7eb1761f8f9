"""Where signed heads are held outside the database: what tells a restored backup from the ledger itself (L3).

The local file is the first holder; witnesses (a second server, a folder, mail, paper) hold heads in the same way. A
holder that is away stops nothing. One whose head this ledger does not continue stops the signing: to sign on would
bear witness to two histories.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kuramori.evidence.keys import NotCounted, open_head, verifier_keys
from kuramori.evidence.models import WitnessState
from kuramori.evidence.rules.note import NoteError
from kuramori.evidence.rules.tree import MissingHashError, root_at
from kuramori.evidence.tree_store import hashes, tree_size
from kuramori.kernel.durable import made, put

HEAD_FILE = Path("heads") / "latest.txt"


@dataclass(frozen=True, kw_only=True)
class Held:
    """A signed note as somebody holds it, and since when (UTC) as far as he can tell."""

    note: str
    at: datetime | None = None


class Holder(Protocol):
    """Something that keeps the last head it was given."""

    @property
    def name(self) -> str | Promise:
        """Return what people call it."""

    def held(self) -> Held | None:
        """Return the head it holds, None when it never got one, or cannot be asked. Raises OSError."""

    def hold(self, note: str) -> str:
        """Keep a newer head, so that it survives a crash, and return it as it now lies there. Raises OSError."""


class LocalFile:
    """A file beside the database, replaced whole: a crash leaves the old head or the new one."""

    name: str | Promise = _("the data folder")

    def __init__(self, path: Path) -> None:
        self.path = path

    def held(self) -> Held | None:
        if not self.path.exists():
            return None
        changed = datetime.fromtimestamp(self.path.stat().st_mtime, UTC)
        return Held(note=self.path.read_text(encoding="utf-8", errors="replace"), at=changed)

    def hold(self, note: str) -> str:
        made(self.path.parent)
        draft = self.path.with_suffix(f".{os.getpid()}")
        with draft.open("w", encoding="utf-8") as out:
            out.write(note)
            out.flush()
            os.fsync(out.fileno())
        put(draft, self.path)
        return note


def holders() -> tuple[Holder, ...]:
    """Return who holds heads on this machine; who holds them outside are the witnesses (`witnessing.rounds`)."""
    return (LocalFile(settings.DATA / HEAD_FILE),)


@dataclass(frozen=True, kw_only=True)
class Against:
    """A head held somewhere that this ledger does not continue.

    `missing` says how many entries it had that are not here; 0: as many are here, but not the same. `size` 0: what is
    held is no head of this ledger at all.
    """

    where: str
    size: int
    missing: int
    at: datetime | None = None
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it without the holder's name, for `WitnessState.against`."""
        at = self.at.isoformat() if self.at else None
        return {"size": self.size, "missing": self.missing, "at": at, "note": self.note}

    @classmethod
    def of_json(cls, told: Mapping[str, Any], where: str) -> "Against":
        """Read what `as_json` wrote."""
        at = datetime.fromisoformat(told["at"]) if told["at"] else None
        return cls(where=where, size=told["size"], missing=told["missing"], at=at, note=told["note"])


def compare(held: Held, where: str) -> Against | None:
    """Return what a held head has against this ledger; None when the ledger continues it, or need not.

    It need not continue heads of a branch that was left behind by an act, nor those of a key that no longer counted.
    """
    try:
        head = open_head(held.note)
    except NotCounted:
        return None
    except NoteError:
        return Against(where=where, size=0, missing=0, at=held.at, note=held.note)
    if head.origin != verifier_keys()[0].name or is_part(head.size, head.root):
        return None
    missing = max(0, head.size - tree_size())
    return Against(where=where, size=head.size, missing=missing, at=held.at, note=held.note)


def is_part(size: int, root: bytes) -> bool:
    """Say whether the first `size` entries of this ledger have this root."""
    try:
        return size <= tree_size() and root_at(size, hashes) == root
    except MissingHashError:
        return False


def remembered(state: WitnessState) -> Against | None:
    """Compare again what a witness was found to hold: a newer backup may have been brought back since."""
    if state.against is None:
        return None
    found = Against.of_json(state.against, state.witness.name)
    return compare(Held(note=found.note, at=found.at), found.where) if found.note else found


def contradictions() -> list[Against]:
    """Return the heads held outside the database that this ledger does not continue, as last looked at."""
    local = [found for each in holders() if (held := each.held()) and (found := compare(held, str(each.name)))]
    rows = WitnessState.objects.filter(against__isnull=False, witness__retired_at__isnull=True)
    return local + [found for row in rows.select_related("witness") if (found := remembered(row))]
