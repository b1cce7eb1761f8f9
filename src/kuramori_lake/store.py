"""The lake: a folder with a manifest, segments, kept raw files and the context that events are joined with.

    lake = Lake.open(Path("lake"))
    lake.ingest(Path("audit.log"), source="samba", instance="fs01", zone=ZoneInfo("Asia/Tokyo"))
    lake.query("SELECT activity, count(*) FROM events GROUP BY ALL")

One process writes at a time (`lake.lock`); any number read. One Lake object belongs to one thread.
"""

import fcntl
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from kuramori_lake import compaction, engine, health, lookback
from kuramori_lake.context import ContextStore
from kuramori_lake.engine import RunsOn
from kuramori_lake.event import Namespace, TimeBasis
from kuramori_lake.ingest import (
    IngestReport,
    Intake,
    Received,
    bytes_of,
    commit,
    keep_raw,
    known_batch,
    next_batch_id,
    utc_text,
)
from kuramori_lake.lookback import Lookback, Wanted, look_back
from kuramori_lake.manifest import Manifest
from kuramori_lake.segments import sweep
from kuramori_lake.sources import source as source_of
from kuramori_lake.sources.parsed import Options
from kuramori_lake.stamp import Stamp
from kuramori_lake.unwatched import Shelter, shelter_of


@dataclass(frozen=True, kw_only=True)
class SegmentSeal:
    """What the act that seals a segment commits to. Times are aware UTC."""

    segment_id: int
    path: str
    sha256: str
    rows: int
    source: str
    instance: str
    first_utc: datetime
    last_utc: datetime
    batch_sha256: str | None
    """Digest of the received file; None for a compacted segment."""
    replaces: tuple[str, ...] = ()
    """Digests of the segments whose rows a compacted one took over."""


class Lake:
    """A lake's folder, open for reading and writing."""

    def __init__(self, root: Path, runs_on: RunsOn = RunsOn.DUCKDB) -> None:
        """Use `open` instead."""
        self.root = root
        self.runs_on = runs_on
        self.manifest = Manifest(root / "manifest.sqlite3")
        self.context = ContextStore(root, self.manifest)

    @classmethod
    def open(cls, root: Path, *, runs_on: RunsOn = RunsOn.DUCKDB) -> Self:
        """Open the lake in `root`, creating it if there is none, and clear what a killed writer left.

        `runs_on` is the engine that detection asks of the events; files are taken in and queried by hand as ever.

        Raises:
            LakeFormatError: the folder holds a lake of another format.
        """
        (root / "segments").mkdir(parents=True, exist_ok=True)
        lake = cls(root, runs_on)
        with lake._lock(wait=False) as held:
            if held:
                lake._sweep()
        return lake

    def close(self) -> None:
        """Release the manifest."""
        self.manifest.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def _lock(self, *, wait: bool) -> Iterator[bool]:
        """The right to write, given up when the process ends, however it ends."""
        with (self.root / "lake.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
                return
            yield True

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only one who writes, as `ingest` and `compact` are for themselves; what a crash left is cleared."""
        with self._lock(wait=True):
            self._sweep()
            yield

    @contextmanager
    def sealing(self) -> Iterator[None]:
        """Be the only one who seals, in the order of asking; given up when the process ends, however it ends.

        Not `lake.lock`: files come in while others are sealed.
        """
        with (self.root / "seal.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _sweep(self) -> None:
        named = {self.root / row["path"] for row in self.manifest.db.execute("SELECT path FROM segment")}
        sweep(self.root / "segments", named)
        compaction.forget_retired(self.root, self.manifest)
        if (self.root / "raw").exists():
            kept = self.manifest.db.execute("SELECT kept_path FROM batch WHERE kept_path IS NOT NULL")
            sweep(self.root / "raw", {self.root / row["kept_path"] for row in kept})

    def ingest(
        self,
        path: Path,
        *,
        source: str,
        instance: str = "default",
        zone: ZoneInfo,
        site_zone: ZoneInfo | None = None,
        basis: TimeBasis = TimeBasis.CONFIGURED,
        namespace: Namespace | None = None,
        encoding: str = "utf-8",
        keep: bool = False,
    ) -> IngestReport:
        """Take one file in, exactly once. The same bytes again store nothing.

        `zone` is the clock of logs that name none, `site_zone` (the same if not given) that of the local hour of all:
        a server in Tokyo may log in UTC. `keep` stores a copy of the file, unless it has rows of a protected party
        (`context.Context.unwatched` and `untaken`).

        Raises:
            UnknownSourceError: no such parser.
            FileChangedError: the file is still being written.
            OSError, sqlite3.OperationalError: the disk is full or failing; nothing was stored.
        """
        parser = source_of(source)
        options = Options(
            zone=zone,
            site_zone=site_zone,
            basis=basis,
            salt=self.manifest.salt,
            namespace=namespace or Namespace.AD,
            encoding=encoding,
            written=datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None),
        )
        with self._lock(wait=True), bytes_of(path) as data:
            sha256 = hashlib.sha256(data).hexdigest()
            if known := known_batch(self.manifest, source, instance, sha256):
                return known
            stamp = Stamp(
                batch_id=next_batch_id(self.manifest),
                source=source,
                instance=instance,
                parser_version=parser.version,
                received_utc=datetime.now(UTC).replace(tzinfo=None),
                zone=zone,
                site_zone=site_zone,
            )
            shelter = self._shelter(stamp)
            intake = Intake(root=self.root, manifest=self.manifest, source=parser, stamp=stamp, shelter=shelter)
            taken = intake.run(data, options)
            kept = keep_raw(path, self.root, sha256) if keep and taken.may_be_kept else None
            received = Received(name=path.name, sha256=sha256, bytes=len(data), kept_path=kept)
            return commit(self.manifest, self.root, received, stamp, taken)

    def _shelter(self, stamp: Stamp) -> Shelter:
        """Whose rows this file may not leave behind."""
        parties, absent = (self.context.table(name).to_pylist() for name in ("unwatched", "untaken"))
        return shelter_of(parties, absent, zone=stamp.local_zone, source=stamp.source, instance=stamp.instance)

    def unsealed(self) -> list[SegmentSeal]:
        """Live segments that no act has sealed yet, oldest first."""
        rows = self.manifest.db.execute(
            "SELECT s.*, b.sha256 AS batch_sha256 FROM segment s LEFT JOIN batch b ON b.id = s.batch_id"
            " WHERE sealed_act IS NULL AND retired_utc IS NULL ORDER BY s.id"
        )
        return [_seal(row) for row in rows]

    def mark_sealed(self, segment_id: int, act_id: str) -> None:
        """Remember the act that carries a segment's digest. Sealing twice with the same act is the same as once.

        Raises:
            ValueError: no such segment, or another act has sealed it.
        """
        with self.manifest.transaction() as db:
            changed = db.execute(
                "UPDATE segment SET sealed_act = ?, sealed_utc = coalesce(sealed_utc, ?)"
                " WHERE id = ? AND (sealed_act IS NULL OR sealed_act = ?)",
                (act_id, utc_text(datetime.now(UTC)), segment_id, act_id),
            ).rowcount
        if not changed:
            raise ValueError(f"segment {segment_id} does not exist or is sealed by another act")

    def compact(self) -> compaction.CompactReport:
        """Bring new segments into month and actor order. Safe to kill; changes no row."""
        with self._lock(wait=True):
            self._sweep()
            return compaction.compact(self.root, self.manifest)

    def verify(self) -> list[health.Damage]:
        """Read every live segment, kept raw file and file of prints; return what is damaged or missing."""
        return health.verify(self.root, self.manifest)

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A locked DuckDB over the lake: `events`, `joined_events`, `batches` and the context's tables; nothing else.

        Damaged segments are left out (see `stats`). For detections: write temporary tables as you need.
        """
        self.context.refresh()
        with engine.connect(self.root, self.manifest, self.context) as db:
            yield db

    @contextmanager
    def asking(self) -> Iterator[engine.Engine]:
        """What detection asks of the events, run by the engine that the lake was opened on.

        Raises:
            EngineError: that engine is not installed, cannot be reached, or refuses.
        """
        self.context.refresh()
        if self.runs_on is RunsOn.CLICKHOUSE:
            with _clickhouse()(self.root, self.manifest, self.context) as events:
                yield events
        else:
            with engine.connect(self.root, self.manifest, self.context) as db:
                yield engine.Embedded(db)

    @contextmanager
    def among(self, name: str, select: str, given: Mapping[str, Any]) -> Iterator[duckdb.DuckDBPyConnection]:
        """A locked DuckDB with the context's tables and, under a name, the few events that a query finds.

        What many questions are asked of is brought here once, whichever engine finds it.
        """
        with self.asking() as events:
            if isinstance(events, engine.Embedded):
                events.keep(name, select, given)
                yield events.db
                return
            rows = events.rows(select, given)
        with engine.over(self.root, [], engine.told(self.manifest, self.context) | {name: rows}) as db:
            yield db

    @contextmanager
    def found(self, wanted: Wanted) -> Iterator[duckdb.DuckDBPyConnection]:
        """A locked DuckDB with the table `found`, all that a person did in a range, and the context's `flows`."""
        self.context.refresh()
        if self.runs_on is RunsOn.DUCKDB:  # only the files in which his names can be
            with lookback.found(self.root, self.manifest, self.context, wanted) as db:
                yield db
        else:
            with self.among("found", *lookback.deeds_of(self.context, wanted)) as db:
                yield db

    def query(self, sql: str, params: Sequence[Any] | Mapping[str, Any] | None = None) -> pa.Table:
        """Run one SELECT over the lake.

        Raises:
            NotAQueryError: more than one statement, or not a SELECT.
            duckdb.Error: the SQL is wrong, or reaches outside the lake.
        """
        engine.must_be_query(sql)
        with self.connect() as db:
            return db.execute(sql, params).to_arrow_table()

    def lookback(self, person_id: str, since: date, until: date, *, limit: int = 1_000) -> Lookback:
        """What one person did from `since` to `until` (local days, both included), newest first, with total counts."""
        wanted = Wanted(person_id=person_id, since=since, until=until, limit=limit)
        with self.found(wanted) as db:
            return look_back(db, wanted)

    def stats(self) -> health.Stats:
        """Rows, files and bytes, and which segments are damaged."""
        return health.stats(self.root, self.manifest)

    def sources_health(self) -> list[health.SourceHealth]:
        """Per source and instance: last event, last reception, rows, rejects, gaps and cleared logs."""
        return health.sources_health(self.manifest)

    def quarantine(self, *, batch_id: int | None = None, limit: int = 100) -> list[health.Quarantined]:
        """Rows that could not be understood, newest batch first."""
        return health.quarantine(self.manifest, batch_id=batch_id, limit=limit)


def _seal(row: Mapping[str, Any]) -> SegmentSeal:
    return SegmentSeal(
        segment_id=row["id"],
        path=row["path"],
        sha256=row["sha256"],
        rows=row["rows"],
        source=row["source"],
        instance=row["instance"],
        first_utc=datetime.fromisoformat(row["first_utc"]).replace(tzinfo=UTC),
        last_utc=datetime.fromisoformat(row["last_utc"]).replace(tzinfo=UTC),
        batch_sha256=row["batch_sha256"] if row["month"] is None else None,
        replaces=tuple(json.loads(row["replaces"])),
    )


def _clickhouse() -> Callable[[Path, Manifest, ContextStore], AbstractContextManager[engine.Engine]]:
    """The other engine: not everybody has it, and its parser takes a quarter of a second to load."""
    try:
        from kuramori_lake.clickhouse import connect  # noqa: PLC0415
    except ImportError as error:
        raise engine.NotInstalledError((error.name or str(error)).replace("_", "-")) from error
    return connect
