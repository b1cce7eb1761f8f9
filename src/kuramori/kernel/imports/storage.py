"""Where handed-in files lie until they are taken in: `KURAMORI_DATA/uploads`, under our own names, for us only."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_noop as _

from kuramori.kernel.durable import made, put
from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.gate import LIMITS, MIB
from kuramori.kernel.imports.wording import phrase
from kuramori.kernel.keeping import Purge, is_kept

FILE, ERRORS, REPORT, UNDONE = ".in", ".errors.xlsx", ".json", ".undone.json"


@dataclass(frozen=True)
class Stored:
    """A file as it arrived: how many bytes, and their SHA-256."""

    size: int
    sha256: str


def place(run_id: UUID, what: str = FILE) -> Path:
    """Give the path of a run's file, error sheet or report. The name never comes from the user (fault I1)."""
    return made(Path(settings.DATA) / "uploads") / f"{run_id}{what}"


def keep(run_id: UUID, chunks: Iterable[bytes], *, name: str) -> Stored:
    """Write an upload to disk, durably; raises FileRefused when it grows over the limit, and leaves nothing then."""
    digest, size = hashlib.sha256(), 0
    target, partial = place(run_id), place(run_id, ".part")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            for chunk in chunks:
                size += len(chunk)
                if size > LIMITS.file_bytes:
                    raise FileRefused(
                        phrase(
                            _("%(file)s is larger than the %(limit)s MB a file may have."),
                            file=name,
                            limit=LIMITS.file_bytes // MIB,
                        ),
                        phrase(_("Split it into several files.")),
                    )
                digest.update(chunk)
                stream.write(chunk)
            stream.flush()
            os.fsync(stream.fileno())
        put(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    return Stored(size, digest.hexdigest())


def forget(run_id: UUID) -> None:
    """Delete everything that was kept for a run."""
    for what in (FILE, ERRORS, REPORT, UNDONE):
        place(run_id, what).unlink(missing_ok=True)


def let_go(run_id: UUID, *what: str) -> bool:
    """Delete these, or everything, unless it has to be kept (SYS-16): then the daily sweep asks again."""
    handed_in = datetime.fromtimestamp((run_id.int >> 80) / 1000, ZoneInfo(settings.COMPANY_ZONE)).date()
    if is_kept(Purge(first=handed_in, last=handed_in)):
        return False
    for each in what or (FILE, ERRORS, REPORT, UNDONE):
        place(run_id, each).unlink(missing_ok=True)
    return True


def kept() -> set[UUID]:
    """Give the runs for which anything is still kept."""
    return {UUID(path.name.partition(".")[0]) for path in place(UUID(int=0)).parent.glob("*-*-*-*-*.*")}
