"""Write a BagIt 1.0 bag (RFC 8493, sha256) to a folder: streaming, deterministic, whole or not at all.

`sha256sum -c manifest-sha256.txt` works from the bag's root, on any system: names are ASCII and differ by more than
case. The same files, info and date give the same bytes.
"""

import hashlib
import os
import re
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD = "data/"
FLUSHERS = 16
FLUSHED_AT_ONCE = 500
DIGEST = 32  # bytes
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
RESERVED_TAG_FILES = frozenset({"bagit.txt", "bag-info.txt", MANIFEST, TAG_MANIFEST})

# No sign that a shell, Windows or a zip tool reads as anything but a letter of a name.
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", re.ASCII)
_WINDOWS_DEVICE = re.compile(r"(^|/)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|/|$)", re.IGNORECASE)

# A path inside the bag and the content in pieces of any length.
BagFile = tuple[str, Iterable[bytes]]


class BagError(ValueError):
    """The bag cannot be written as asked: the message names the file or info line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenBag:
    """What to keep of a written bag: `tagmanifest_sha256` (hex) stands for every byte in it; time-stamp that."""

    folder: Path
    files: int
    payload_bytes: int
    tagmanifest_sha256: str


def write_bag(
    folder: Path,
    files: Iterable[BagFile],
    *,
    info: Mapping[str, str],
    bagging_date: date,
    beat: Callable[[], None] = lambda: None,
) -> WrittenBag:
    """Write the bag beside its place, flush it to the disk, then rename it into place.

    `files` under `data/` are the payload, all others tag files; each is read once, in order. `info` holds further
    lines of `bag-info.txt`; Bagging-Date (calendar date, no zone) and Payload-Oxum are added. `beat` is called now and
    then while files are flushed.

    Raises:
        BagError: a name or info line that not every system can hold, or a name twice.
        FileExistsError: `folder` exists already.
        OSError: the disk is full or fails; nothing is left in the place or beside it.
    """
    if folder.exists():
        raise FileExistsError(folder)
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        written = _fill(draft, files, _info_lines(info, bagging_date))
        _flush_all(draft, written.names, beat)
        draft.rename(folder)
        _flush(folder.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return WrittenBag(
        folder=folder,
        files=written.payload_files,
        payload_bytes=written.payload_bytes,
        tagmanifest_sha256=written.last.hex(),
    )


@dataclass(slots=True)
class _Written:
    """The files of a bag as they are written: a name and 32 bytes of memory each."""

    draft: Path
    names: list[str] = field(default_factory=list)
    digests: bytearray = field(default_factory=bytearray)
    folded: set[str] = field(default_factory=set)
    payload_files: int = 0
    payload_bytes: int = 0

    @property
    def last(self) -> bytes:
        """The digest of the file that was written last."""
        return bytes(self.digests[-DIGEST:])

    def take(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write the next file. Raises OSError."""
        digest, size = _write(self.draft / path, pieces)
        self.names.append(path)
        self.digests += digest
        if path.startswith(PAYLOAD):
            self.payload_files += 1
            self.payload_bytes += size

    def check_name(self, path: str) -> None:
        if not _NAME.fullmatch(path) or _WINDOWS_DEVICE.search(path) or path in RESERVED_TAG_FILES:
            raise BagError(f"{path!r} is not a name that every system can hold")
        lower = path.lower()
        if lower in self.folded:
            raise BagError(f"{path!r} is there twice, or differs by case only")
        self.folded.add(path if path == lower else lower)  # most names then stand in memory once

    def manifest(self, *, payload: bool) -> Iterator[bytes]:
        """Yield lines as sha256sum writes and reads them, sorted by path."""
        for place in sorted(range(len(self.names)), key=self.names.__getitem__):
            name = self.names[place]
            if name.startswith(PAYLOAD) is payload:
                yield f"{self.digests[place * DIGEST : (place + 1) * DIGEST].hex()}  {name}\n".encode()


def _fill(draft: Path, files: Iterable[BagFile], info: str) -> _Written:
    """Write everything, the tag manifest last."""
    written = _Written(draft)
    for path, pieces in files:
        written.check_name(path)
        written.take(path, pieces)
    (draft / PAYLOAD).mkdir(exist_ok=True)
    oxum = f"Payload-Oxum: {written.payload_bytes}.{written.payload_files}\n"
    written.take("bagit.txt", [DECLARATION.encode()])
    written.take("bag-info.txt", [(info + oxum).encode()])
    written.take(MANIFEST, written.manifest(payload=True))
    written.take(TAG_MANIFEST, written.manifest(payload=False))
    return written


def _info_lines(info: Mapping[str, str], bagging_date: date) -> str:
    lines = {**info, "Bagging-Date": bagging_date.isoformat()}
    for label, value in lines.items():
        if not label or ":" in label or any(sign < " " for sign in label + value) or value.strip() != value:
            raise BagError(f"bag-info.txt cannot hold {label!r}: {value!r}")
    return "".join(f"{label}: {value}\n" for label, value in sorted(lines.items()))


def _write(path: Path, pieces: Iterable[bytes]) -> tuple[bytes, int]:
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
            size += len(piece)
    return digest.digest(), size


def _flush_all(root: Path, files: Iterable[str], beat: Callable[[], None]) -> None:
    """Make contents and names durable, many files at a time: disks gather what is asked for together."""
    waiting = iter(files)
    with ThreadPoolExecutor(FLUSHERS) as pool:
        while part := list(islice(waiting, FLUSHED_AT_ONCE)):
            beat()
            deque(pool.map(lambda path: _flush(root / path), part), maxlen=0)
    for folder, _, _ in os.walk(root, topdown=False):
        _flush(Path(folder))


def _flush(path: Path) -> None:
    """Flush a file, or a folder, which has to be flushed as its files are."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
