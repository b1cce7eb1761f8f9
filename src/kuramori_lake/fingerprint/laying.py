"""What lies in the folder of documents: a folder for each secret, files below it, each read or refused with a reason.

    documents/S-0001/図面/A-17.pdf      read for the secret S-0001
    documents/メモ.txt                  refused: nobody knows whose it is

No link is followed, neither to a file nor to a folder: whoever may lay a link there could otherwise have any file of
the server read. Each folder is opened below the one before it, so that exchanging a folder for a link changes nothing.
"""

import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from kuramori_lake.fingerprint.reading.limits import LIMITS

AT_REST: Final = 15.0
"""Seconds for which a file must not have been written before it is read: the rest of a copy may still come."""
DEEPEST: Final = 40
"""Folders inside one another; each of them is held open while what is below it is read."""
_BAD: Final = {"Cc", "Cs", "Zl", "Zp"}
_OF_THE_SYSTEM: Final = frozenset({".ds_store", "desktop.ini", "thumbs.db"})
_DRAFTS: Final = ("~$", "._", ".~lock.")


class Why(StrEnum):
    """Why a file in the folder is no document in the index; what its reading says against it is a `Reason`."""

    BAD_NAME = "bad_name"
    BESIDE = "beside"
    """In no secret's folder."""
    GROWING = "growing"
    LINK = "link"
    NOT_A_FILE = "not_a_file"
    TOO_DEEP = "folders_too_deep"
    TOO_LARGE = "too_large"
    TOO_SHORT = "too_short"
    """With too few prints to be recognised."""
    UNKNOWN_SECRET = "unknown_secret"  # noqa: S105  # no password
    UNREADABLE = "unreadable"


FOR_NOW: Final = frozenset({Why.GROWING, Why.UNREADABLE})
"""Says nothing of what is in the file: what was indexed of it stays until it can be read."""


@dataclass(frozen=True, kw_only=True)
class Lying:
    """One file: whose folder it is in (empty: none), its path below it, its bytes or why there are none."""

    folder: str
    path: str
    data: bytes = b""
    why: Why | None = None


def lying(root: Path, *, now: float) -> Iterator[Lying]:
    """Every file below the folder, by name; `now` is seconds since 1970. What operating systems lay there is left out.

    Raises:
        OSError: the folder itself cannot be read.
    """
    place = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name, kind in _names(place):
            if kind == stat.S_IFDIR and _is_sound(name):
                for path, found in _below(place, name, "", now):
                    if isinstance(found, Why):
                        yield Lying(folder=name, path=path, why=found)
                    else:
                        yield Lying(folder=name, path=path, data=found)
            elif kind == stat.S_IFDIR:
                yield Lying(folder="", path=_shown(name), why=Why.BAD_NAME)
            else:
                yield Lying(folder="", path=_shown(name), why=Why.LINK if kind == stat.S_IFLNK else Why.BESIDE)
    finally:
        os.close(place)


def is_empty(root: Path) -> bool:
    """Whether nothing at all lies there, as in the mount point of a share that is not mounted."""
    with os.scandir(root) as entries:
        return next(iter(entries), None) is None


_Found = bytes | Why


def _below(place: int, name: str, before: str, now: float) -> Iterator[tuple[str, _Found]]:
    """Each file below a folder by its path from the secret's folder on; `before` is that of the folder, with a `/`."""
    try:
        here = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=place)
    except FileNotFoundError:
        return
    except OSError:
        yield before or "./", Why.UNREADABLE
        return
    try:
        for inner, kind in _names(here):
            path = f"{before}{_shown(inner)}"
            if not _is_sound(inner):
                yield path, Why.BAD_NAME
            elif kind == stat.S_IFDIR and before.count("/") >= DEEPEST:
                yield f"{path}/", Why.TOO_DEEP
            elif kind == stat.S_IFDIR:
                yield from _below(here, inner, f"{path}/", now)
            else:
                found = _refused(kind) or _read(here, inner, now)
                if found is not None:
                    yield path, found
    finally:
        os.close(here)


def _names(place: int) -> list[tuple[str, int]]:
    """Names in a folder with the kind of each (S_IFDIR, S_IFLNK, S_IFREG, 0 for others), sorted."""
    found = []
    with os.scandir(place) as entries:
        for entry in entries:
            plain = stat.S_IFREG if entry.is_file(follow_symlinks=False) else 0
            folder = stat.S_IFDIR if entry.is_dir(follow_symlinks=False) else plain
            kind = stat.S_IFLNK if entry.is_symlink() else folder
            if kind != stat.S_IFREG or not _is_of_the_system(entry.name):
                found.append((entry.name, kind))
    return sorted(found)


def _is_of_the_system(name: str) -> bool:
    """Whether an operating system or a program laid it there for itself: no document of anybody."""
    return name.casefold() in _OF_THE_SYSTEM or name.startswith(_DRAFTS)


def _refused(kind: int) -> Why | None:
    return {stat.S_IFLNK: Why.LINK, stat.S_IFREG: None}.get(kind, Why.NOT_A_FILE)


def _read(place: int, name: str, now: float) -> _Found | None:
    """The bytes of a file that nobody is writing, None when it was taken away meanwhile."""
    try:
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=place)
        with os.fdopen(handle, "rb") as file:
            before = os.fstat(handle)
            if before.st_size > LIMITS.file_bytes:
                return Why.TOO_LARGE
            if abs(now - before.st_mtime) < AT_REST:
                return Why.GROWING
            data = file.read(LIMITS.file_bytes + 1)
            after = os.fstat(handle)
    except FileNotFoundError:
        return None
    except OSError:
        return Why.UNREADABLE
    is_whole = (before.st_mtime_ns, len(data)) == (after.st_mtime_ns, after.st_size)
    return data if is_whole else Why.GROWING


def _is_sound(name: str) -> bool:
    """Whether a name can be written down: no bytes that are no UTF-8, nothing that ends a line or steers a screen."""
    return not any(unicodedata.category(char) in _BAD for char in name)


def _shown(name: str) -> str:
    """A name as it can be told: what cannot be written as its number."""
    readable = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(f"\\u{ord(char):04x}" if unicodedata.category(char) in _BAD else char for char in readable)
