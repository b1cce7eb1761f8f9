"""New segments, which lie in the order they came, rewritten as month and actor bucket, sorted by actor and time.

A look-back on one person then reads one file in sixteen and a few row groups of it. No row changes: the count and an
order-independent digest of all rows must be the same before the manifest names the new files, in one transaction.
"""

import json
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa

from kuramori_lake import health
from kuramori_lake.event import BUCKETS, EVENT
from kuramori_lake.ingest import Naming, name_segment, utc_text
from kuramori_lake.manifest import Manifest
from kuramori_lake.segments import SegmentFile, SegmentWriter, rows_of

GRACE: Final = timedelta(minutes=10)
"""How long the files of replaced segments stay for readers that began before."""

_BUCKET: Final = "('0x' || left(sha256(actor_key), 1))::INTEGER"


class CompactionError(RuntimeError):
    """The new files would not hold exactly the old rows, or an old file is damaged; nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class CompactReport:
    """What was rewritten."""

    segments_before: int
    segments_after: int
    rows: int


@dataclass(frozen=True, kw_only=True)
class _Placed:
    file: SegmentFile
    naming: Naming


def compact(root: Path, manifest: Manifest) -> CompactReport:
    """Rewrite all segments that are not in order yet, with what their months hold already. Needs the lake's lock.

    Raises:
        CompactionError: an input is damaged.
    """
    new = [row for row in health.live(manifest) if row["month"] is None]
    if not new:
        return CompactReport(segments_before=0, segments_after=0, rows=0)
    _must_be_whole(root, manifest, new)
    months = _months(root, new)
    old = [row for row in health.live(manifest) if row["month"] in months]
    _must_be_whole(root, manifest, old)
    inputs = new + old
    placed = [one for month in months for one in _month(root, month, inputs)]
    _same_rows(root, inputs, placed)
    _swap(root, manifest, inputs, placed)
    return CompactReport(
        segments_before=len(inputs), segments_after=len(placed), rows=sum(one.file.rows for one in placed)
    )


def _must_be_whole(root: Path, manifest: Manifest, rows: list[dict[str, Any]]) -> None:
    _, damaged = health.usable(root, manifest, rows)
    if damaged:
        raise CompactionError(f"damaged: {', '.join(one.path for one in damaged)}")


def _paths(root: Path, rows: list[dict[str, Any]]) -> list[str]:
    return [str(root / str(row["path"])) for row in rows]


def _months(root: Path, rows: list[dict[str, Any]]) -> list[str]:
    with _engine(root) as db:
        found = db.execute(
            "SELECT DISTINCT strftime(time_utc, '%Y-%m') FROM read_parquet(?) ORDER BY 1", [_paths(root, rows)]
        ).fetchall()
    return [month for (month,) in found]


def _engine(root: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 2, "memory_limit": "2GB", "temp_directory": str(root / "spill")})


def _month(root: Path, month: str, rows: list[dict[str, Any]]) -> list[_Placed]:
    """The sixteen files of one month, in one pass over its rows."""
    meeting = [r for r in rows if str(r["first_utc"])[:7] <= month <= str(r["last_utc"])[:7]]
    sql = (
        f"SELECT *, {_BUCKET} AS bucket FROM ({rows_of(_paths(root, meeting))})"
        " WHERE strftime(time_utc, '%Y-%m') = $month ORDER BY bucket, actor_key, time_utc, event_id"
    )
    replaces = json.dumps(sorted(str(row["sha256"]) for row in meeting))
    batch_id = max(int(row["batch_id"]) for row in meeting)
    with _engine(root) as db, ExitStack() as stack:
        writers = [stack.enter_context(SegmentWriter(root / "segments")) for _ in range(BUCKETS)]
        for piece in db.execute(sql, {"month": month}).to_arrow_reader(100_000):
            _spread(pa.Table.from_batches([piece]), writers)
        files = [writer.finish() for writer in writers]
    return [
        _Placed(file=file, naming=Naming(batch_id=batch_id, month=month, bucket=bucket, replaces=replaces))
        for bucket, file in enumerate(files)
        if file
    ]


def _spread(rows: pa.Table, writers: list[SegmentWriter]) -> None:
    """Rows come sorted by bucket: cut them at the bounds."""
    buckets = np.asarray(rows["bucket"])
    events = rows.drop_columns(["bucket"]).cast(EVENT)
    for bucket in np.unique(buckets):
        first, last = np.searchsorted(buckets, [bucket, bucket + 1])
        writers[int(bucket)].write(events.slice(first, last - first))


def _same_rows(root: Path, inputs: list[dict[str, Any]], placed: list[_Placed]) -> None:
    files = [str(one.file.path) for one in placed]
    with _engine(root) as db:
        before = _sum(db, _paths(root, inputs))
        after = _sum(db, files) if files else (0, None)
    if before != after:
        raise CompactionError(f"rows differ after compaction: {before} before, {after} after")


def _sum(db: duckdb.DuckDBPyConnection, files: list[str]) -> object:
    return db.execute(f"SELECT count(*), sum(hash(e)::HUGEINT) FROM ({rows_of(files)}) e").fetchone()


def _swap(root: Path, manifest: Manifest, inputs: list[dict[str, Any]], placed: list[_Placed]) -> None:
    now = utc_text(datetime.now(UTC))
    with manifest.transaction() as db:
        db.executemany("UPDATE segment SET retired_utc = ? WHERE id = ?", [(now, row["id"]) for row in inputs])
        for one in placed:
            name_segment(db, root, one.file, one.naming)


def forget_retired(root: Path, manifest: Manifest) -> None:
    """Remove the files of segments replaced longer ago than the grace; their rows in the manifest stay as history."""
    before = utc_text(datetime.now(UTC) - GRACE)
    for row in manifest.db.execute("SELECT path FROM segment WHERE retired_utc < ?", (before,)):
        (root / row["path"]).unlink(missing_ok=True)
