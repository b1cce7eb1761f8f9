"""One file into the lake, exactly once: raw digest, parse, drop duplicates, segment, manifest.

The batch, its segment, its rejects and its counts are named in one manifest transaction. A process killed anywhere
before it has left at most an orphan file, which the next writer sweeps; killed after it, the same file is known.
"""

import mmap
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kuramori_lake import scratch, stretches, unfinished
from kuramori_lake.event import Activity
from kuramori_lake.manifest import Manifest
from kuramori_lake.segments import SegmentFile, SegmentWriter, folder_made, sha256_of, sync
from kuramori_lake.sources import record_numbers
from kuramori_lake.sources.parsed import Loose, Options, Reading, Reject, Source, Stretch
from kuramori_lake.stamp import Keys, Occurrences, Stamp, nth_key, stamped
from kuramori_lake.unwatched import Shelter

QUARANTINE_SHOWN: Final = 10_000
"""Rejects of one batch that are kept one by one; more are counted only (the raw file still has them)."""


class FileChangedError(RuntimeError):
    """The file was written to while it was read; nothing was stored. Ingest it again when it is at rest."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What became of the rows of a file: rows = accepted + duplicate + rejected + ignored."""

    rows: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    ignored: int = 0
    derived: int = 0
    """Events concluded rather than read, such as a gap in record numbers; not part of `rows`."""


@dataclass(frozen=True, kw_only=True)
class IngestReport:
    """What one call of `ingest` did."""

    batch_id: int
    sha256: str
    counts: Counts
    known: bool
    """The very same bytes were received before; nothing was stored."""
    segment_id: int | None = None
    kept: bool = False
    """A copy of the file was asked for and is kept; never of a file with rows of a protected party."""


@dataclass(kw_only=True)
class _Tally:
    accepted: int = 0
    duplicate: int = 0
    ignored: int = 0
    derived: int = 0
    gaps: int = 0
    cleared: int = 0
    rejects: list[Reject] = field(default_factory=list)
    rejected: int = 0
    actors: set[tuple[str, str]] = field(default_factory=set)
    stretches: list[Stretch] = field(default_factory=list)
    loose: tuple[Loose, ...] | None = None
    sheltered: int = 0
    """Rows of protected parties; they are part of `ignored` and told nowhere else."""

    def counts(self) -> Counts:
        rows = self.accepted + self.duplicate + self.rejected + self.ignored
        return Counts(
            rows=rows,
            accepted=self.accepted,
            duplicate=self.duplicate,
            rejected=self.rejected,
            ignored=self.ignored,
            derived=self.derived,
        )


@contextmanager
def bytes_of(path: Path) -> Iterator[memoryview]:
    """The bytes of a file without reading it whole into memory.

    Raises:
        FileChangedError: size or time of the file changed meanwhile.
    """
    before = path.stat()
    if before.st_size == 0:
        yield memoryview(b"")
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), before.st_size, access=mmap.ACCESS_READ) as mapped:
        view = memoryview(mapped)
        try:
            yield view
        finally:
            view.release()
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise FileChangedError(f"{path} changed while it was read")


def known_batch(manifest: Manifest, source: str, instance: str, sha256: str) -> IngestReport | None:
    """The report for bytes that were received before: all their rows are duplicates now."""
    row = manifest.db.execute(
        "SELECT * FROM batch WHERE source = ? AND instance = ? AND sha256 = ?", (source, instance, sha256)
    ).fetchone()
    if row is None:
        return None
    counts = Counts(
        rows=row["rows"],
        duplicate=row["accepted"] + row["duplicate"],
        rejected=row["rejected"],
        ignored=row["ignored"],
    )
    return IngestReport(batch_id=row["id"], sha256=sha256, counts=counts, known=True)


def overlapping(manifest: Manifest, root: Path, rows: pa.Table) -> list[str]:
    """Live segments whose time range meets that of `rows`."""
    ends = pc.min_max(rows["time_utc"]).as_py()
    found = manifest.db.execute(
        "SELECT path FROM segment WHERE retired_utc IS NULL AND last_utc >= ? AND first_utc <= ?",
        (ends["min"].isoformat(timespec="microseconds"), ends["max"].isoformat(timespec="microseconds")),
    )
    return [str(root / row["path"]) for row in found]


def stored_before(
    keys: Keys, files: Sequence[str], *, source: str, instance: str
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Which of the keys the given segments already hold for this source and instance."""
    if not files:
        return np.zeros(len(keys), dtype=bool)
    with scratch.cursor() as db:
        db.register("incoming", pa.table({"key": pa.array(keys)}))
        found = db.execute(
            "SELECT DISTINCT dedupe_key FROM read_parquet($files) WHERE source = $source AND instance = $instance"
            " AND dedupe_key IN (SELECT key FROM incoming)",
            {"files": list(files), "source": source, "instance": instance},
        ).to_arrow_table()
    return np.isin(keys, np.asarray(found["dedupe_key"]))


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What an intake has on the disk, and its counts; the manifest does not know of it yet."""

    segment: SegmentFile | None
    tally: _Tally

    @property
    def may_be_kept(self) -> bool:
        """The received file holds no row of a protected party."""
        return not self.tally.sheltered


class Intake:
    """The ingestion of one file; the lake's lock is held by the caller."""

    def __init__(self, *, root: Path, manifest: Manifest, source: Source, stamp: Stamp, shelter: Shelter) -> None:
        """Prepare for one batch."""
        self._root = root
        self._manifest = manifest
        self._source = source
        self._stamp = stamp
        self._shelter = shelter
        self._seen = Occurrences()
        self._tally = _Tally()
        self._ordinal = 0

    def run(self, data: memoryview, options: Options) -> Taken:
        """Parse, sift and write; the segment is on disk but not yet named by the manifest."""
        with SegmentWriter(self._root / "segments") as writer:
            if self._source.joins:
                waiting = unfinished.left(self._manifest, self._stamp.source, self._stamp.instance)
                options = replace(options, loose=waiting)
            for reading in self._source.parse(data, options):
                writer.write(self._sifted(self._sheltered(reading)))
            writer.write(self._sifted(self._between_files(options.salt)))
            return Taken(segment=writer.finish(), tally=self._tally)

    def _sheltered(self, reading: Reading) -> Reading:
        """The reading without the rows of protected parties; those that were read count as ignored."""
        rejects = tuple(one for one in reading.rejects if not self._shelter.names(one.raw))
        hidden = self._shelter.hides(reading.events)
        read = reading.events.num_rows - reading.derived
        dropped = int(hidden[:read].sum()) + len(reading.rejects) - len(rejects)
        self._tally.sheltered += dropped
        return Reading(
            events=reading.events.filter(pa.array(~hidden)) if hidden.any() else reading.events,
            rejects=rejects,
            ignored=reading.ignored + dropped,
            derived=reading.derived - int(hidden[read:].sum()),
            stretches=reading.stretches,
            loose=None if reading.loose is None else unfinished.sheltered(reading.loose, self._shelter),
        )

    def _between_files(self, salt: bytes) -> Reading:
        """Record numbers missing between this file and those received before."""
        new = self._tally.stretches
        holes = stretches.opened(self._manifest, self._stamp.source, self._stamp.instance, new)
        return self._sheltered(Reading(events=record_numbers.events(holes, salt), derived=len(holes)))

    def _sifted(self, reading: Reading) -> pa.Table:
        """The new rows of a reading, stamped; everything else is counted."""
        tally, events = self._tally, reading.events
        tally.ignored += reading.ignored
        tally.stretches += reading.stretches
        tally.loose = tally.loose if reading.loose is None else reading.loose
        tally.rejected += len(reading.rejects)
        tally.rejects += reading.rejects[: max(QUARANTINE_SHOWN - len(tally.rejects), 0)]
        keys = np.asarray(events["row_key"].cast(pa.uint64()))
        ranks = self._seen.rank(keys)
        if self._source.numbered:
            old = ranks > 0
        else:
            keys = nth_key(keys, ranks)
            old = np.zeros(len(keys), dtype=bool)
        if len(keys):
            files = overlapping(self._manifest, self._root, events)
            old |= stored_before(keys, files, source=self._stamp.source, instance=self._stamp.instance)
        read = events.num_rows - reading.derived
        tally.accepted += int((~old[:read]).sum())
        tally.duplicate += int(old[:read].sum())
        tally.derived += int((~old[read:]).sum())
        return self._stamped(events.filter(pa.array(~old)), keys[~old])

    def _stamped(self, events: pa.Table, keys: Keys) -> pa.Table:
        table = stamped(events, keys, self._stamp, first_ordinal=self._ordinal)
        self._ordinal += table.num_rows
        tally = self._tally
        tally.gaps += pc.sum(pc.equal(table["activity"], Activity.LOG_GAP)).as_py() or 0
        tally.cleared += pc.sum(pc.equal(table["activity"], Activity.LOG_CLEARED)).as_py() or 0
        actors = table.select(["actor_namespace", "actor_key"]).group_by(["actor_namespace", "actor_key"]).aggregate([])
        tally.actors |= {(r["actor_namespace"], r["actor_key"]) for r in actors.to_pylist() if r["actor_namespace"]}
        return table


def keep_raw(path: Path, root: Path, sha256: str) -> str:
    """Keep a copy of the received file, named by its digest; returns its path inside the lake."""
    folder = folder_made(root / "raw" / sha256[:2])
    final, temporary = folder / sha256, folder / f"{sha256}.tmp"
    if not final.exists():
        shutil.copyfile(path, temporary)
        if sha256_of(temporary) != sha256:
            temporary.unlink()
            raise FileChangedError(f"{path} changed while it was copied")
        sync(temporary)
        temporary.rename(final)
        sync(folder)
    return str(final.relative_to(root))


@dataclass(frozen=True, kw_only=True)
class Received:
    """The file as it came in."""

    name: str
    sha256: str
    bytes: int
    kept_path: str | None


def commit(manifest: Manifest, root: Path, received: Received, stamp: Stamp, taken: Taken) -> IngestReport:
    """Name everything in one transaction; when it returns, the batch is received."""
    tally, segment_id = taken.tally, None
    counts = tally.counts()
    with manifest.transaction() as db:
        db.execute(
            "INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                stamp.batch_id, stamp.source, stamp.instance, received.sha256, received.name, received.bytes,
                received.kept_path, utc_text(stamp.received_utc), stamp.parser_version, stamp.zone.key, counts.rows,
                counts.accepted, counts.duplicate, counts.rejected, counts.ignored, counts.derived, tally.gaps,
                tally.cleared, stamp.local_zone.key,
            ),
        )  # fmt: skip
        db.executemany(
            "INSERT INTO quarantine VALUES (?, ?, ?, ?, ?)",
            ((stamp.batch_id, r.row, r.offset, r.reason, r.excerpt) for r in tally.rejects),
        )
        db.executemany("INSERT OR IGNORE INTO actor VALUES (?, ?)", sorted(tally.actors))
        stretches.remember(db, stamp.batch_id, stamp.source, stamp.instance, tally.stretches)
        if tally.loose is not None:
            unfinished.keep(db, stamp.batch_id, stamp.source, stamp.instance, tally.loose)
        if taken.segment:
            naming = Naming(batch_id=stamp.batch_id, source=stamp.source, instance=stamp.instance)
            segment_id = name_segment(db, root, taken.segment, naming)
    return IngestReport(
        batch_id=stamp.batch_id,
        sha256=received.sha256,
        counts=counts,
        known=False,
        segment_id=segment_id,
        kept=received.kept_path is not None,
    )


def utc_text(moment: datetime) -> str:
    """Naive or aware UTC as ISO text of fixed width, so that texts sort as times do."""
    naive = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    return naive.isoformat(timespec="microseconds")


@dataclass(frozen=True, kw_only=True)
class Naming:
    """What the manifest says of a segment beside the file itself. Month and bucket: compacted segments only."""

    batch_id: int
    source: str = "*"
    instance: str = "*"
    month: str | None = None
    bucket: int | None = None
    replaces: str = "[]"


def name_segment(db: sqlite3.Connection, root: Path, segment: SegmentFile, naming: Naming) -> int:
    """Insert the manifest row of a finished segment and return its id."""
    found = db.execute(
        "INSERT INTO segment (path, sha256, bytes, seen_mtime_ns, rows, batch_id, source, instance, first_utc,"
        " last_utc, month, bucket, replaces, created_utc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            str(segment.path.relative_to(root)), segment.sha256, segment.bytes, segment.mtime_ns, segment.rows,
            naming.batch_id, naming.source, naming.instance, utc_text(segment.first_utc), utc_text(segment.last_utc),
            naming.month, naming.bucket, naming.replaces, utc_text(datetime.now(UTC)),
        ),
    )  # fmt: skip
    return int(found.lastrowid or 0)


def next_batch_id(manifest: Manifest) -> int:
    """The id that the batch now being read will have; the lake's lock keeps it free."""
    row = manifest.db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'batch'").fetchone()
    return int(row["seq"]) + 1 if row else 1
