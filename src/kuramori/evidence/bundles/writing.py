"""Write and read the files of a bundle's draft in pieces: no file is ever held whole in memory."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from kuramori.evidence.bundles.beating import Beat, beating

PIECE = 1 << 20


def write(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Write a file of the draft and flush it to the disk. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for piece in [content] if isinstance(content, bytes) else content:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def pieces(path: Path) -> Iterator[bytes]:
    """Read a file a megabyte at a time."""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def digests(folder: Path, top: str, beat: Beat) -> dict[str, str]:
    """Return path below `folder` → SHA-256 in hex of all files below `top`."""
    found = {}
    for path in beating(sorted((folder / top).rglob("*")), beat):
        if path.is_file():
            found[path.relative_to(folder).as_posix()] = digest(path)
    return found


def digest(path: Path) -> str:
    """Return a file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
