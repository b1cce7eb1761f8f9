"""Files that are still there after a power cut (fault L5).

Flushing a file makes its bytes durable, not its name: POSIX promises that only once the folder is flushed as well.
What the database says must never be ahead of the files it speaks of, so a name is made durable before the commit.
"""

import os
from pathlib import Path

BLOCK = 1 << 20


def flush(path: Path) -> None:
    """Make a file's bytes, or a folder's names, survive a power cut. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_names(folder: Path) -> None:
    """Make all names in a folder and below it durable, and its own. Raises OSError."""
    for inner, _folders, _files in os.walk(folder, topdown=False):
        flush(Path(inner))
    flush(folder.parent)


def made(folder: Path) -> Path:
    """Return a folder, made durably with those above it and closed to others if it is not there. Raises OSError."""
    if not folder.is_dir():
        made(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        flush(folder.parent)
    return folder


def put(draft: Path, target: Path) -> None:
    """Let a draft, flushed already, take its place for good: a crash leaves what was there or it. Raises OSError."""
    draft.replace(target)
    flush(target.parent)


def shred(path: Path) -> None:
    """Overwrite a file with zeros, flush, and take it away for good; nothing where there is none (fault L13).

    On a disk that writes elsewhere (SSD, copy on write, snapshots) the old blocks may outlive it. Raises OSError.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    with os.fdopen(handle, "wb") as out:
        for place in range(0, size := os.fstat(handle).st_size, BLOCK):
            out.write(bytes(min(BLOCK, size - place)))
        out.flush()
        os.fsync(handle)
    path.unlink(missing_ok=True)
    flush(path.parent)
