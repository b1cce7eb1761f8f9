"""Write a BagIt 1.0 bag (RFC 8493, sha256) to a folder: streaming, deterministic, whole or not at all.

`sha256sum -c manifest-sha256.txt` works from the bag's root, on any system: names are ASCII and differ by more than
case. The same files, info and date give the same bytes.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD = "data/"
FLUSHERS = 16
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


def write_bag(folder: Path, files: Iterable[BagFile], *, info: Mapping[str, str], bagging_date: date) -> WrittenBag:
    """Write the bag beside its place, flush it to the disk, then rename it into place.

    `files` under `data/` are the payload, all others tag files; each is read once, in order. `info` holds further
    lines of `bag-info.txt`; Bagging-Date (calendar date, no zone) and Payload-Oxum are added.

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
        _flush_all(draft, written)
        draft.rename(folder)
        _flush(folder.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    payload = {path: size for path, (_, size) in written.items() if path.startswith(PAYLOAD)}
    return WrittenBag(
        folder=folder,
        files=len(payload),
        payload_bytes=sum(payload.values()),
        tagmanifest_sha256=written[TAG_MANIFEST][0],
    )


def _fill(draft: Path, files: Iterable[BagFile], info: str) -> dict[str, tuple[str, int]]:
    """Write everything; return path -> (sha256 hex, bytes)."""
    written: dict[str, tuple[str, int]] = {}
    folded: set[str] = set()
    for path, pieces in files:
        _check_name(path, folded)
        written[path] = _write(draft / path, pieces)
    payload = {path: entry for path, entry in written.items() if path.startswith(PAYLOAD)}
    (draft / PAYLOAD).mkdir(exist_ok=True)
    oxum = f"Payload-Oxum: {sum(size for _, size in payload.values())}.{len(payload)}\n"
    tags = {"bagit.txt": DECLARATION, "bag-info.txt": info + oxum, MANIFEST: _manifest(payload)}
    for path, text in tags.items():
        written[path] = _write(draft / path, [text.encode()])
    others = {path: entry for path, entry in written.items() if not path.startswith(PAYLOAD)}
    written[TAG_MANIFEST] = _write(draft / TAG_MANIFEST, [_manifest(others).encode()])
    return written


def _check_name(path: str, folded: set[str]) -> None:
    if not _NAME.fullmatch(path) or _WINDOWS_DEVICE.search(path) or path in RESERVED_TAG_FILES:
        raise BagError(f"{path!r} is not a name that every system can hold")
    if path.lower() in folded:
        raise BagError(f"{path!r} is there twice, or differs by case only")
    folded.add(path.lower())


def _info_lines(info: Mapping[str, str], bagging_date: date) -> str:
    lines = {**info, "Bagging-Date": bagging_date.isoformat()}
    for label, value in lines.items():
        if not label or ":" in label or any(sign < " " for sign in label + value) or value.strip() != value:
            raise BagError(f"bag-info.txt cannot hold {label!r}: {value!r}")
    return "".join(f"{label}: {value}\n" for label, value in sorted(lines.items()))


def _manifest(entries: Mapping[str, tuple[str, int]]) -> str:
    """Lines as sha256sum writes and reads them, sorted by path."""
    return "".join(f"{digest}  {path}\n" for path, (digest, _) in sorted(entries.items()))


def _write(path: Path, pieces: Iterable[bytes]) -> tuple[str, int]:
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size


def _flush_all(root: Path, files: Iterable[str]) -> None:
    """Make contents and names durable, many files at a time: disks gather what is asked for together."""
    with ThreadPoolExecutor(FLUSHERS) as pool:
        for _done in pool.map(lambda path: _flush(root / path), files):
            pass
    for folder, _, _ in os.walk(root, topdown=False):
        _flush(Path(folder))


def _flush(path: Path) -> None:
    """Flush a file, or a folder, which has to be flushed as its files are."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
