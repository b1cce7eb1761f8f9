"""What the lake can say about itself: sizes, sources, quarantine, damage."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from kuramori_lake import stretches
from kuramori_lake.manifest import Manifest
from kuramori_lake.segments import sha256_of


@dataclass(frozen=True, kw_only=True)
class Damage:
    """A file that is not what the manifest says. `segment_id` None: a kept raw file, or prints of documents."""

    segment_id: int | None
    path: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Stats:
    """The lake as a whole; times are aware UTC."""

    events: int
    segments: int
    unsealed: int
    bytes: int
    batches: int
    first_utc: datetime | None
    last_utc: datetime | None
    quarantined: int
    damaged: tuple[Damage, ...]


@dataclass(frozen=True, kw_only=True)
class SourceHealth:
    """One source instance; times are aware UTC. Rows add up: rows = accepted + duplicate + rejected + ignored."""

    source: str
    instance: str
    last_event_utc: datetime | None
    last_received_utc: datetime
    batches: int
    rows: int
    accepted: int
    duplicate: int
    rejected: int
    ignored: int
    gaps: int
    cleared: int
    holes: int
    """Holes in record numbers between files that no file has filled yet."""


@dataclass(frozen=True, kw_only=True)
class Quarantined:
    """A row that could not be understood."""

    batch_id: int
    source: str
    instance: str
    file: str
    row: int
    offset: int | None
    reason: str
    excerpt: bytes


_COUNTED: Final = ("batches", "rows", "accepted", "duplicate", "rejected", "ignored", "gaps", "cleared")


def _aware(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def usable(root: Path, manifest: Manifest, rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[Damage]]:
    """Split live segment rows into usable and damaged.

    A file is hashed again only when its size or time differs from when its digest was last found right.
    """
    good, damaged = [], []
    for row in rows:
        reason = _changed(root, manifest, row)
        if reason is None:
            good.append(row)
        else:
            damaged.append(Damage(segment_id=row["id"], path=row["path"], reason=reason))
    return good, damaged


def live(manifest: Manifest) -> list[dict[str, Any]]:
    """The manifest's rows of live segments."""
    rows = manifest.db.execute("SELECT * FROM segment WHERE retired_utc IS NULL ORDER BY id")
    return [dict(row) for row in rows]


def _changed(root: Path, manifest: Manifest, row: dict[str, Any]) -> str | None:
    path = root / row["path"]
    try:
        found = path.stat()
    except FileNotFoundError:
        return "missing"
    if found.st_size != row["bytes"]:
        return f"{found.st_size} bytes instead of {row['bytes']}"
    if found.st_mtime_ns == row["seen_mtime_ns"]:
        return None
    if sha256_of(path) != row["sha256"]:
        return "other content than was stored"
    with manifest.transaction() as db:  # touched or restored from a backup, yet the same
        db.execute("UPDATE segment SET seen_mtime_ns = ? WHERE id = ?", (found.st_mtime_ns, row["id"]))
    return None


def verify(root: Path, manifest: Manifest) -> list[Damage]:
    """Hash every live segment, kept raw file and file of prints; return what differs or is missing."""
    segments = [(row["id"], row["path"], row["sha256"]) for row in live(manifest)]
    kept = manifest.db.execute("SELECT NULL, kept_path, sha256 FROM batch WHERE kept_path IS NOT NULL")
    prints = manifest.db.execute("SELECT NULL, path, sha256 FROM print_file WHERE retired_utc IS NULL ORDER BY id")
    return [
        Damage(segment_id=segment_id, path=str(path), reason=reason)
        for segment_id, path, sha256 in (*segments, *map(tuple, kept), *map(tuple, prints))
        if (reason := _differs(root / str(path), str(sha256)))
    ]


def _differs(path: Path, sha256: str) -> str | None:
    if not path.is_file():
        return "missing"
    return None if sha256_of(path) == sha256 else "other content than was stored"


def stats(root: Path, manifest: Manifest) -> Stats:
    """Sizes from the manifest, damage from a look at the files."""
    rows = live(manifest)
    one = manifest.db.execute(
        "SELECT count(*) AS batches, coalesce(sum(rejected), 0) AS rejected FROM batch"
    ).fetchone()
    _, damaged = usable(root, manifest, rows)
    return Stats(
        events=sum(r["rows"] for r in rows),
        segments=len(rows),
        unsealed=sum(r["sealed_act"] is None for r in rows),
        bytes=sum(r["bytes"] for r in rows),
        batches=one["batches"],
        first_utc=_aware(min((str(r["first_utc"]) for r in rows), default=None)),
        last_utc=_aware(max((str(r["last_utc"]) for r in rows), default=None)),
        quarantined=one["rejected"],
        damaged=tuple(damaged),
    )


def sources_health(manifest: Manifest) -> list[SourceHealth]:
    """One row per source and instance. Times of events are kept per segment, so nothing is scanned."""
    rows = manifest.db.execute(
        "SELECT source, instance, max(received_utc) AS received, count(*) AS batches, sum(rows) AS rows,"
        " sum(accepted) AS accepted, sum(duplicate) AS duplicate, sum(rejected) AS rejected, sum(ignored) AS ignored,"
        " sum(gaps) AS gaps, sum(cleared) AS cleared,"
        " (SELECT max(last_utc) FROM segment s WHERE s.source = batch.source AND s.instance = batch.instance) AS last"
        " FROM batch GROUP BY source, instance ORDER BY source, instance"
    )
    return [
        SourceHealth(
            source=row["source"],
            instance=row["instance"],
            last_event_utc=_aware(row["last"]),
            last_received_utc=datetime.fromisoformat(row["received"]).replace(tzinfo=UTC),
            holes=len(stretches.still_open(manifest, row["source"], row["instance"])),
            **{name: row[name] for name in _COUNTED},
        )
        for row in rows
    ]


def quarantine(manifest: Manifest, *, batch_id: int | None, limit: int) -> list[Quarantined]:
    """Rejected rows with where they stand in which file."""
    rows = manifest.db.execute(
        "SELECT q.*, b.source, b.instance, b.name FROM quarantine q JOIN batch b ON b.id = q.batch_id"
        " WHERE ?1 IS NULL OR q.batch_id = ?1 ORDER BY q.batch_id DESC, q.row LIMIT ?2",
        (batch_id, limit),
    )
    return [
        Quarantined(
            batch_id=row["batch_id"],
            source=row["source"],
            instance=row["instance"],
            file=row["name"],
            row=row["row"],
            offset=row["offset"],
            reason=row["reason"],
            excerpt=bytes(row["excerpt"]),
        )
        for row in rows
    ]
