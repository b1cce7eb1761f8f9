"""Captures: a post as it came, and what was uploaded to it, as files below `KURAMORI_DATA/patrols`, for us only.

A capture is canonical JSON with a salt of 128 bits. Its SHA-256 stands in the ledger; the words do not, so that they
can be erased for good: afterwards nobody can tell by guessing what the digest was of.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson
from django.conf import settings

from kuramori.kernel.durable import flush_names, made, put, shred

LARGEST: Final = 20 << 20
"""Bytes that an uploaded file may have."""
_CAPTURE: Final = "capture.json"
_MAGIC: Final = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"%PDF-": "pdf"}
_HTML: Final = (b"<!doctype html", b"<html")


@dataclass(frozen=True, kw_only=True)
class Captured:
    """What a capture says: the columns taken as they came, by the file's own names, and what we read out of them."""

    url: str
    author: str
    text: str
    row: Mapping[str, str]


def folder() -> Path:
    """Return where all captures lie."""
    return Path(settings.DATA) / "patrols"


def capture_path(hit_id: UUID) -> Path:
    """Return where a hit's capture lies."""
    return folder() / str(hit_id) / _CAPTURE


def file_path(hit_id: UUID, file_id: UUID) -> Path:
    """Return where an uploaded file lies; the name is ours, never the user's (fault I1)."""
    return folder() / str(hit_id) / str(file_id)


def write_capture(hit_id: UUID, told: Captured, *, place: str) -> str:
    """Write a capture durably and return its SHA-256; `place` is file and row it came from. Raises OSError."""
    body = {"author": told.author, "place": place, "row": dict(told.row), "salt": secrets.token_hex(16),
            "text": told.text, "url": told.url}  # fmt: skip
    return _write(capture_path(hit_id), orjson.dumps(body, option=orjson.OPT_SORT_KEYS))


def kind_of(content: bytes) -> str | None:
    """Return what a file is by its first bytes: png, jpeg, pdf or html; None for anything else."""
    found = next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), None)
    head = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return found or ("html" if head.startswith(_HTML) else None)


def write_file(hit_id: UUID, file_id: UUID, content: bytes) -> str:
    """Write an uploaded file durably beside the capture and return its SHA-256. Raises OSError."""
    return _write(file_path(hit_id, file_id), content)


def _write(target: Path, content: bytes) -> str:
    made(target.parent)
    draft = target.with_suffix(".part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    put(draft, target)
    return hashlib.sha256(content).hexdigest()


def read_capture(hit_id: UUID) -> Captured | None:
    """Return what a capture says, None when it was erased."""
    try:
        told: dict[str, Any] = orjson.loads(capture_path(hit_id).read_bytes())
    except FileNotFoundError:
        return None
    return Captured(url=told["url"], author=told["author"], text=told["text"], row=told["row"])


def erase(hit_id: UUID) -> None:
    """Overwrite and delete everything kept of a hit; nothing where there is nothing. Raises OSError."""
    place = folder() / str(hit_id)
    if not place.is_dir():
        return
    for path in sorted(place.iterdir()):
        shred(path)
    place.rmdir()
    flush_names(folder())


def kept() -> Iterable[UUID]:
    """Return the hits of which anything is kept."""
    return [UUID(path.name) for path in folder().iterdir()] if folder().is_dir() else []


def mark_of(address: str) -> str:
    """Return the keyed digest of an address (HMAC-SHA-256, hex): the same post is known again, its address is not."""
    return hmac.new(settings.SECRET_KEY.encode(), f"patrol\n{address}".encode(), hashlib.sha256).hexdigest()
