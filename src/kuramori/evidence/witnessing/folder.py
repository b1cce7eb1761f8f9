"""A folder as witness: a USB drive, a share of another department. Notes lie in it by size, the newest of each day."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from kuramori.evidence.heads import Held
from kuramori.kernel.durable import put

MARK = "kuramori-witness.txt"


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A folder that holds heads of one ledger; `is_new` as long as nothing was ever laid down in it.

    A mark tells it from the empty place where a drive that was taken out used to be: there nothing is written.
    """

    name: str | Promise
    place: Path
    id: UUID
    origin: str
    is_new: bool

    def held(self) -> Held | None:
        """Return the newest note. Raises OSError when the folder is not there."""
        self._demand_mark()
        newest = max(self._notes().glob("*.txt"), default=None)
        if newest is None:
            return None
        at = datetime.fromtimestamp(newest.stat().st_mtime, UTC)
        return Held(note=newest.read_text(encoding="utf-8", errors="replace"), at=at)

    def hold(self, note: str) -> str:
        """Write a note whole, read it back, and clear away an earlier one of the same day."""
        self._demand_mark()
        folder, size = self._notes(), int(note.split("\n")[1])
        folder.mkdir(exist_ok=True)
        target = folder / f"{size:012d}.txt"
        before = max(folder.glob("*.txt"), default=None)
        _write(target, note)
        if target.read_text(encoding="utf-8") != note:
            raise OSError(_("What was written to the folder does not read back."))
        if before is not None and before != target and _day(before) == _day(target):
            before.unlink()
        return note

    def _notes(self) -> Path:
        return self.place / "".join(sign if sign.isalnum() or sign in ".-" else "-" for sign in self.origin)

    def _demand_mark(self) -> None:
        mark = self.place / MARK
        if self.is_new and self.place.is_dir() and not mark.exists():
            _write(mark, f"{self.id}\n")
        if not mark.exists() or mark.read_text(encoding="utf-8", errors="replace").strip() != str(self.id):
            raise OSError(_("The folder is not there: a drive that was taken out, or a share that is not connected."))


def _day(path: Path) -> int:
    return int(path.stat().st_mtime // 86_400)


def _write(target: Path, text: str) -> None:
    draft = target.with_suffix(".part")
    with draft.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    put(draft, target)
