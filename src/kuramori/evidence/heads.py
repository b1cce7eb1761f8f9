"""Where the last signed head is held outside the database: what tells a restored backup from the ledger itself.

The local file is the first holder. Witnesses (a second server, a file share, mail to the auditor) hold heads in the
same way: they are further `Holder`s in `holders()`.
"""

import os
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HEAD_FILE = Path("heads") / "latest.txt"


class Holder(Protocol):
    """Something that keeps the last head it was given."""

    name: str | Promise

    def held(self) -> str | None:
        """Return the signed note it holds, None when it never got one."""

    def hold(self, note: str) -> None:
        """Keep a newer head; when this returns the head survives a crash. Raises OSError."""


class LocalFile:
    """A file beside the database, replaced whole: a crash leaves the old head or the new one."""

    name: str | Promise = _("the data folder")

    def __init__(self, path: Path) -> None:
        self.path = path

    def held(self) -> str | None:
        return self.path.read_text(encoding="utf-8") if self.path.exists() else None

    def hold(self, note: str) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.path.with_suffix(f".{os.getpid()}")
        with draft.open("w", encoding="utf-8") as out:
            out.write(note)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def holders() -> tuple[Holder, ...]:
    """Return everybody who holds heads of this ledger."""
    return (LocalFile(settings.DATA / HEAD_FILE),)
