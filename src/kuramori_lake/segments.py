"""Parquet segments on disk: written aside, synced, renamed; only then may the manifest name them.

Neither pyarrow nor DuckDB syncs what it writes, so the file and its folder are synced here.
"""

import hashlib
import os
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kuramori_lake.event import EVENT

ROW_GROUP: Final = 40_960
TEMPORARY: Final = ".tmp"
SHAPE: Final = "-2.parquet"
"""How the names of segments end that have the column `fields`; those written before it was added do not."""

_COUNTING: Final = ("event_id", "time_utc", "received_utc", "raw_row", "raw_offset", "raw_length")
_RANDOM: Final = ("dedupe_key",)
_LONG: Final = ("fields",)


@dataclass(frozen=True, kw_only=True)
class SegmentFile:
    """A finished file: what the manifest records of it. Times are naive UTC."""

    path: Path
    sha256: str
    bytes: int
    mtime_ns: int
    rows: int
    first_utc: datetime
    last_utc: datetime


def sha256_of(path: Path) -> str:
    """SHA-256 of a file as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Make a file or a folder's names survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def folder_made(folder: Path) -> Path:
    """Return a folder, made with those above it if it is not there, its name durable before anything names it."""
    if not folder.is_dir():
        folder_made(folder.parent)
        folder.mkdir(exist_ok=True)
        sync(folder.parent)
    return folder


class SegmentWriter:
    """Writes one segment. Leaving the block without `finish` removes what was written."""

    def __init__(self, folder: Path) -> None:
        """Begin a segment below `folder`; nothing is created until the first rows."""
        self._folder = folder
        self._path = folder / f"{uuid.uuid4().hex}{TEMPORARY}"
        self._writer: pq.ParquetWriter | None = None
        self._rows = 0
        self._first: datetime | None = None
        self._last: datetime | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._writer is not None:
            try:
                self._writer.close()
            except OSError:
                if kind is None:
                    raise
            self._path.unlink(missing_ok=True)

    def write(self, rows: pa.Table) -> None:
        """Append rows of `event.EVENT`.

        Raises:
            OSError: the disk is full; nothing that the manifest names has changed.
        """
        if not rows.num_rows:
            return
        if self._writer is None:
            folder_made(self._folder)
            self._writer = _writer(self._path)
        self._writer.write_table(rows, row_group_size=ROW_GROUP)
        self._rows += rows.num_rows
        ends = pc.min_max(rows["time_utc"]).as_py()
        self._first = min(self._first or ends["min"], ends["min"])
        self._last = max(self._last or ends["max"], ends["max"])

    def finish(self) -> SegmentFile | None:
        """Sync the file, give it its name (digest, and a tail that is never used again) and sync the folder.

        Returns None if there were no rows.
        """
        if self._writer is None or self._first is None or self._last is None:
            return None
        writer, self._writer = self._writer, None
        try:
            writer.close()
            sync(self._path)
            digest = sha256_of(self._path)
            folder = self._folder / f"{self._first:%Y-%m}"
            folder_made(folder)
            final = folder / f"{digest[:24]}-{uuid.uuid4().hex[:8]}{SHAPE}"
            self._path.rename(final)
        except BaseException:
            self._path.unlink(missing_ok=True)
            raise
        sync(folder)
        found = final.stat()
        return SegmentFile(
            path=final,
            sha256=digest,
            bytes=found.st_size,
            mtime_ns=found.st_mtime_ns,
            rows=self._rows,
            first_utc=self._first,
            last_utc=self._last,
        )


def _writer(path: Path) -> pq.ParquetWriter:
    """Parquet v2, zstd-3; counting columns as deltas, digests plain, words by dictionary."""
    words = [field.name for field in EVENT if field.name not in (*_COUNTING, *_RANDOM, *_LONG, "is_night")]
    return pq.ParquetWriter(
        path,
        EVENT,
        version="2.6",
        data_page_version="2.0",
        compression="zstd",
        compression_level=3,
        use_dictionary=words,
        column_encoding=dict.fromkeys(_COUNTING, "DELTA_BINARY_PACKED") | dict.fromkeys(_RANDOM, "PLAIN"),
    )


def rows_of(files: Sequence[str]) -> str:
    """SQL that reads segment files with all columns of `event.EVENT`, whenever they were written.

    Binding columns by name opens every file first (0.8 ms each), so only a lake that has older segments pays for it.
    """
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in files)
    columns = ", ".join(f'"{name}"' for name in EVENT.names)
    older = sum(not name.endswith(SHAPE) for name in files)
    if not older:
        return f"SELECT {columns} FROM read_parquet([{names}])"
    if older < len(files):
        return f"SELECT {columns} FROM read_parquet([{names}], union_by_name = true)"
    without = columns.replace('"fields"', 'NULL::VARCHAR AS "fields"')
    return f"SELECT {without} FROM read_parquet([{names}])"


def sweep(folder: Path, named: Iterable[Path]) -> int:
    """Remove files that a killed writer left: temporary ones, and finished ones the manifest does not name.

    Only for the holder of the lake's lock. Returns how many were removed.
    """
    keep = set(named)
    left = [path for path in folder.rglob("*") if path.is_file() and path not in keep]
    for path in left:
        path.unlink()
    return len(left)
