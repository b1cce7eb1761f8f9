"""The sealed files of custody: `KURAMORI_DATA/custody`, under our own names, written once, readable by us alone."""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from kuramori.evidence.models import CustodyItem
from kuramori.kernel.acts import Refused

PIECE = 1 << 20
LARGEST = 64 << 30
"""Bytes that one handed-in file may have; a disk image larger than this is split by its examiner."""


def our_tool() -> str:
    """Return what copies and hashes here, with its version, as a chain of custody has to say."""
    try:
        return f"Kuramori {version('kuramori')}"
    except PackageNotFoundError:
        return "Kuramori (run from its source)"


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """A file in its place: relative name, bytes, and its SHA-256 while it came in and as read back from the disk."""

    file: str
    size: int
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Collected:
    """A file to be recorded: what it is, and how it lies in custody."""

    kind: str
    title: str
    sealed: Sealed


def place_of(file: str) -> Path:
    """Return where a custody file lies; the name is ours, never the user's (fault I1)."""
    return Path(settings.DATA) / "custody" / file


def seal(batch: UUID, name: str, chunks: Iterable[bytes], *, largest: int = LARGEST) -> Sealed:
    """Write a file of a batch durably and read it back; raises Refused when it grows too large, and leaves nothing.

    Raises OSError when the disk is full or fails, and FileExistsError when the name is taken.
    """
    target = place_of(f"{batch}/{name}")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    try:
        with os.fdopen(handle, "wb") as out:
            for chunk in chunks:
                size += len(chunk)
                _refuse_over(size, largest)
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        return Sealed(file=f"{batch}/{name}", size=size, before=digest.hexdigest(), after=digest_of(target))
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _refuse_over(size: int, largest: int) -> None:
    if size > largest:
        raise Refused(_("The file is larger than %(limit)s GB.") % {"limit": largest >> 30})


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file in hex, "" when it is not there."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def pieces(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes, a piece at a time."""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def forget_batch(batch: UUID) -> None:
    """Delete what a batch left that was never recorded: its job was killed before the act."""
    if not CustodyItem.objects.filter(file__startswith=f"{batch}/").exists():
        shutil.rmtree(place_of(str(batch)), ignore_errors=True)
