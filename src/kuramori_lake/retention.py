"""Events that were kept for as long as they may be leave the lake: month by month, segment by segment (DET-01).

    with lake.writing(), lake.connect() as db:
        choose(db, terms, "2025-09")
        spare(db, Spared(people=…, secrets=…, unknown=…))
        plan = plan_purge(lake, db, terms)
        …  # the caller commits its act here: what it says is then carried out, now or after a crash
        carry_out(lake, plan)

Whole months of UTC leave, so a row stays up to a month longer than its term and never shorter. A segment of which
all rows leave is retired; of any other the rest is written anew, in its old order. Readers that began before still
find the old files for `compaction.GRACE`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import duckdb
import pyarrow as pa

from kuramori_lake import health
from kuramori_lake.event import EVENT
from kuramori_lake.ingest import Naming, name_segment, utc_text
from kuramori_lake.segments import SegmentFile, SegmentWriter
from kuramori_lake.store import Lake

_PIECE: Final = 100_000
_TERMS: Final = pa.schema([("source", pa.string()), ("instance", pa.string()), ("before", pa.timestamp("us"))])
_PAST: Final = (
    "FROM {events} e JOIN terms t ON e.source = t.source AND e.instance = t.instance AND e.time_utc < t.before"
)
_MONTHS: Final = f"SELECT DISTINCT strftime(e.time_utc, '%Y-%m') {_PAST.format(events='events')} ORDER BY 1"
_GOING: Final = (
    "CREATE OR REPLACE TEMP TABLE going AS SELECT e.event_id, e.source, e.instance, e.local_date,"
    " e.person_id, e.secret_id"
    f" {_PAST.format(events='joined_events')} WHERE strftime(e.time_utc, '%Y-%m') = $month"
)
_STAYING: Final = (
    "DELETE FROM going WHERE event_id IN (SELECT event_id FROM going WHERE list_contains($people, person_id)"
    " OR list_contains($secrets, secret_id) OR ($unknown AND person_id IS NULL))"
)
_RECEIVED: Final = """
SELECT b.id, b.sha256, b.source, b.instance,
    coalesce((SELECT max(last_utc) FROM segment s WHERE s.batch_id = b.id AND s.month IS NULL), b.received_utc) AS last
FROM batch b
WHERE b.kept_path IS NOT NULL OR EXISTS (SELECT 1 FROM quarantine q WHERE q.batch_id = b.id)
"""


@dataclass(frozen=True, kw_only=True)
class Term:
    """Up to when a source's events leave: `before` is the first moment that stays, naive UTC."""

    source: str
    instance: str
    before: datetime


@dataclass(frozen=True, kw_only=True)
class Mentioned:
    """Whom and what the chosen events speak of, by the lake's context, and their first and last local day."""

    people: frozenset[str]
    secrets: frozenset[str]
    has_unknown: bool
    """Whether some are of nobody whom the context knows."""
    first: date
    last: date


@dataclass(frozen=True, kw_only=True)
class Spared:
    """Of whom and what the events stay although their term is over; `unknown`: also those of nobody known."""

    people: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()
    unknown: bool = False


@dataclass(frozen=True, kw_only=True)
class Shrinking:
    """A segment that rows leave: how many of how many, and the file with the rest, None when there is none."""

    segment: dict[str, Any]
    gone: int
    rest: SegmentFile | None

    @property
    def path(self) -> str:
        """Return the segment's path in the lake, by which the ledger knows it."""
        return str(self.segment["path"])

    @property
    def sha256(self) -> str:
        """Return the segment's digest, which its seal holds."""
        return str(self.segment["sha256"])


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What leaves at once: segments, and received files (id, SHA-256) of which no event is left."""

    segments: tuple[Shrinking, ...]
    received: tuple[tuple[int, str], ...]
    places: frozenset[tuple[str, str]]
    """Whose events they are: source and instance."""

    @property
    def rows(self) -> int:
        """Return how many events leave."""
        return sum(each.gone for each in self.segments)


def months_due(lake: Lake, terms: Sequence[Term]) -> list[str]:
    """Return the months ("2025-09") that hold events or received files past their term, the oldest first."""
    with lake.connect() as db:
        _load(db, terms)
        found = {month for (month,) in db.execute(_MONTHS).fetchall()}
    return sorted(found | {str(row["last"])[:7] for row in _past_files(lake, terms)})


def choose(db: duckdb.DuckDBPyConnection, terms: Sequence[Term], month: str) -> Mentioned | None:
    """Choose a month's events that are past their term; returns whom they speak of, None when there are none."""
    _load(db, terms)
    db.execute(_GOING, {"month": month})
    found = db.execute(
        "SELECT list(DISTINCT person_id), list(DISTINCT secret_id), bool_or(person_id IS NULL), min(local_date),"
        " max(local_date) FROM going HAVING count(*) > 0"
    ).fetchone()
    if found is None:
        return None
    people, secrets, has_unknown, first, last = found
    return Mentioned(
        people=frozenset(filter(None, people or ())),
        secrets=frozenset(filter(None, secrets or ())),
        has_unknown=has_unknown,
        first=first,
        last=last,
    )


def spare(db: duckdb.DuckDBPyConnection, spared: Spared) -> None:
    """Leave some of the chosen events where they are: each that speaks of somebody or something spared."""
    words = {"people": sorted(spared.people), "secrets": sorted(spared.secrets), "unknown": spared.unknown}
    db.execute(_STAYING, words)


def plan_purge(lake: Lake, db: duckdb.DuckDBPyConnection, terms: Sequence[Term], *, files: bool = True) -> Plan:
    """Write the rest of each segment that chosen events leave; nothing that a reader knows has changed yet.

    Without `files` received files and what was not understood stay. Needs the right to write. Raises OSError.
    """
    good, _damaged = health.usable(lake.root, lake.manifest, health.live(lake.manifest))
    segments = []
    for row in good:
        file = str(lake.root / str(row["path"]))
        found = db.execute(
            "SELECT count(*) FROM read_parquet($file) WHERE event_id IN (SELECT event_id FROM going)", {"file": file}
        ).fetchone()
        if found and found[0]:
            rest = _rest(lake, db, file) if found[0] < row["rows"] else None
            segments.append(Shrinking(segment=row, gone=found[0], rest=rest))
    received = _emptied(lake, db, terms) if files else []
    places = {(row["source"], row["instance"]) for row in received}
    places |= set(db.execute("SELECT DISTINCT source, instance FROM going").fetchall())
    return Plan(
        segments=tuple(segments),
        received=tuple((row["id"], row["sha256"]) for row in received),
        places=frozenset(places),
    )


def carry_out(lake: Lake, plan: Plan) -> None:
    """Let a plan come true in one transaction; what was not understood is overwritten, not only unlinked.

    The files themselves go by the sweep, as after a compaction.
    """
    lake.manifest.db.execute("PRAGMA secure_delete = ON")
    with lake.manifest.transaction() as db:
        for each in plan.segments:
            row = each.segment
            db.execute("UPDATE segment SET retired_utc = ? WHERE id = ?", (utc_text(datetime.now(UTC)), row["id"]))
            if each.rest is not None:
                words = {name: row[name] for name in ("batch_id", "source", "instance", "month", "bucket")}
                name_segment(db, lake.root, each.rest, Naming(**words, replaces=json.dumps([each.sha256])))
        for batch, _sha256 in plan.received:
            db.execute("UPDATE batch SET kept_path = NULL WHERE id = ?", (batch,))
            db.execute("DELETE FROM quarantine WHERE batch_id = ?", (batch,))


def _load(db: duckdb.DuckDBPyConnection, terms: Sequence[Term]) -> None:
    db.register("terms", pa.Table.from_pylist([vars(term) for term in terms], _TERMS))


def _rest(lake: Lake, db: duckdb.DuckDBPyConnection, file: str) -> SegmentFile | None:
    columns = ", ".join(f'"{name}"' for name in EVENT.names)
    sql = (
        f"SELECT {columns} FROM read_parquet($file, file_row_number = true)"
        " WHERE event_id NOT IN (SELECT event_id FROM going) ORDER BY file_row_number"
    )
    with SegmentWriter(lake.root / "segments") as writer:
        for piece in db.execute(sql, {"file": file}).to_arrow_reader(_PIECE):
            writer.write(pa.Table.from_batches([piece]).cast(EVENT))
        return writer.finish()


def _past_files(lake: Lake, terms: Sequence[Term]) -> list[Any]:
    """Received files, kept whole or in lines that were not understood, whose last event is past its term."""
    before = {(term.source, term.instance): utc_text(term.before) for term in terms}
    rows = lake.manifest.db.execute(_RECEIVED).fetchall()
    return [row for row in rows if row["last"] < before.get((row["source"], row["instance"]), "")]


def _emptied(lake: Lake, db: duckdb.DuckDBPyConnection, terms: Sequence[Term]) -> list[Any]:
    past = _past_files(lake, terms)
    left = db.execute(
        "SELECT DISTINCT batch_id FROM events WHERE list_contains($ids, batch_id)"
        " AND event_id NOT IN (SELECT event_id FROM going)",
        {"ids": [row["id"] for row in past]},
    ).fetchall()
    held = {batch for (batch,) in left}
    return [row for row in past if row["id"] not in held]
