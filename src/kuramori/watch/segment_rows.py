r"""A segment's rows as the evidence shows them, and the RFC 6962 root over them that its sealing act commits to.

Leaf 0 is the CSV's header, leaf n the n-th row of the file. A leaf is hashed over the RFC 8785 JSON list of the row's
fields as text. `db` is the connection of `Lake.connect()`, opened once for many segments. The engine writes those
lists for a million rows in a few seconds; it agrees with RFC 8785 in all but the letters of control characters
(\u001F, there \u001f), so those rows are written once more by hand.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from kuramori.kernel.canonical import canonical
from kuramori.kernel.merkle import leaf_hash, root_of

NAMES = UUID("5f0b8a4e-6a0d-5d53-9c0c-2f6a9f8e7b11")
"""Segments are named by their path under this UUID (RFC 9562, version 5)."""
BATCH = 2**14
_TIMES = frozenset({"time_utc", "received_utc"})
COLUMNS = (
    "event_id", "time_utc", "original_text", "tz_basis", "source", "instance", "batch_id", "received_utc",
    "actor_raw", "actor_namespace", "confidence", "activity", "outcome", "object_kind", "path", "name", "uid", "hash",
    "label_at_event", "size", "bytes", "count", "host", "ip", "client", "device", "device_serial", "reader",
    "destination_class", "destination_value", "destination_domain", "session_key", "stitched_from", "flags",
    "raw_row", "raw_offset", "raw_length", "raw_encoding", "local_date", "local_hour",
)  # fmt: skip
"""The columns of the evidence's CSV, in its order. What the lake itself derives to join by is left out."""


@dataclass(frozen=True, kw_only=True)
class RowsRoot:
    """What the sealing act says of a segment's rows."""

    root: bytes
    rows: int


def segment_uuid(path: str) -> UUID:
    """Return the id under which the ledger knows a segment: from its path in the lake, which is never used again."""
    return uuid5(NAMES, path)


def _as_text(column: str) -> str:
    if column in _TIMES:
        return f"coalesce(strftime(\"{column}\", '%Y-%m-%dT%H:%M:%S.%fZ'), '')"
    return f"coalesce(\"{column}\"::VARCHAR, '')"


FIELDS = ", ".join(_as_text(column) for column in COLUMNS)
_JSON_ROWS = f"SELECT to_json([{FIELDS}])::VARCHAR FROM read_parquet(?)"


def json_rows(db: Any, file: Path) -> Iterator[list[bytes]]:
    """Yield the rows of a segment as canonical JSON lists, in the order of the file, many at a time."""
    found = db.execute(_JSON_ROWS, [str(file)])
    while rows := found.fetchmany(BATCH):
        yield [canonical(json.loads(text)) if "\\u00" in text else text.encode() for (text,) in rows]


def leaves(db: Any, file: Path) -> Iterator[list[bytes]]:
    """Yield the leaf hashes of a segment, BATCH at a time: the header's, then those of its rows."""
    part = [leaf_hash(canonical(list(COLUMNS)))]
    for rows in json_rows(db, file):
        part += [sha256(b"\x00" + row).digest() for row in rows]
        while len(part) >= BATCH:
            yield part[:BATCH]
            part = part[BATCH:]
    yield part


def rows_root(db: Any, file: Path) -> RowsRoot:
    """Hash a whole segment in one pass, memory flat: each BATCH (a power of two) is a full subtree but the last."""
    subtrees, count = [], 0
    for part in leaves(db, file):
        count += len(part)
        if part:
            subtrees.append(_subtree(part))
    return RowsRoot(root=root_of(subtrees), rows=count - 1)


def _subtree(hashes: list[bytes]) -> bytes:
    """Return the RFC 6962 root of leaf hashes, level by level; one left over at a level's end moves up as it is."""
    while len(hashes) > 1:
        odd = hashes[-1:] if len(hashes) % 2 else []
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        hashes = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return hashes[0]


def rows_of(db: Any, file: Path, where: str) -> Iterator[list[list[str]]]:
    """Yield the fields of the rows that meet a condition, in the order of the file, BATCH rows at a time."""
    sql = f"SELECT [{FIELDS}] FROM read_parquet(?, file_row_number = true) WHERE {where} ORDER BY file_row_number"
    found = db.execute(sql, [str(file)])
    while rows := found.fetchmany(BATCH):
        yield [fields for (fields,) in rows]


def row_numbers(db: Any, file: Path, where: str) -> tuple[list[int], tuple[str, str]]:
    """Return the leaf numbers (from 1) of the rows that meet a condition, and their first and last time."""
    time = _as_text("time_utc")
    sql = (
        f"SELECT list(file_row_number + 1 ORDER BY file_row_number), min({time}), max({time})"
        f" FROM read_parquet(?, file_row_number = true) WHERE {where}"
    )
    numbers, first, last = db.execute(sql, [str(file)]).fetchone()
    return numbers, (first, last)
