"""One person over a range of days: reads only the months and buckets where the person's names can be."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from kuramori_lake import content, engine, health
from kuramori_lake.context import ContextStore
from kuramori_lake.event import BUCKETS
from kuramori_lake.manifest import Manifest

UNNAMED: Final = "actor:"
"""Before the account of somebody whom no identity names."""


@dataclass(frozen=True, kw_only=True)
class Lookback:
    """The newest events of a person, and how many there are in all."""

    events: pa.Table
    """Columns of the view `joined_events`, newest first, at most the limit asked for."""
    total: int
    by_activity: dict[str, int]
    by_day: dict[date, int]
    secret_documents: int
    """Distinct paths of secrets touched in the whole range."""


def bucket_of(key: str) -> int:
    """The bucket of an actor's key in compacted segments: the first hexadecimal digit of its SHA-256."""
    return hashlib.sha256(key.encode()).digest()[0] * BUCKETS // 256


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Whose deeds, on which local days (both included), and how many rows at most."""

    person_id: str
    since: date
    until: date
    limit: int


def look_back(db: duckdb.DuckDBPyConnection, wanted: Wanted) -> Lookback:
    """See `Lake.lookback`; `db` has the table `found`."""
    events = db.execute(
        "SELECT * FROM found ORDER BY time_utc DESC, event_id DESC LIMIT ?", [wanted.limit]
    ).to_arrow_table()
    activities = db.execute("SELECT activity, count(*) FROM found GROUP BY 1 ORDER BY 2 DESC, 1").fetchall()
    days = db.execute("SELECT local_date, count(*) FROM found GROUP BY 1 ORDER BY 1").fetchall()
    secret = db.execute("SELECT count(DISTINCT path) FROM found WHERE secret_id IS NOT NULL").fetchone()
    return Lookback(
        events=events,
        total=sum(count for _, count in activities),
        by_activity=dict(activities),
        by_day=dict(days),
        secret_documents=secret[0] if secret else 0,
    )


@contextmanager
def theirs(
    root: Path, manifest: Manifest, context: ContextStore, wanted: Wanted
) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[str]]]:
    """A locked connection over those files alone in which the person's names can be, and the keys of his names.

    Its view `joined_events` knows nobody else. `actor:ACCOUNT` stands for an account that no identity names.
    """
    names = context.table("actor_person").filter(pc.field("person_id") == wanted.person_id)
    unnamed, keys = wanted.person_id.startswith(UNNAMED), keys_of(context, wanted.person_id)
    files = _files(root, manifest, {bucket_of(key) for key in keys}, wanted) if keys else []
    tables = {name: context.table(name) for name in ("actor_excluded", "path_secret", "flows")}
    tables[content.TABLE] = known = content.table(manifest, context)
    with engine.over(root, files, tables | {"actor_person": context.table("actor_person") if unnamed else names}) as db:
        db.execute(f"CREATE VIEW joined_events AS {engine.joined(content_known=known.num_rows > 0)}")
        yield db, keys


def keys_of(context: ContextStore, person_id: str) -> list[str]:
    """The keys of a person's names, whenever he had them."""
    if person_id.startswith(UNNAMED):
        return [person_id.removeprefix(UNNAMED)]
    names = context.table("actor_person").filter(pc.field("person_id") == person_id)
    return sorted(set(names["actor_key"].to_pylist()))


def deeds_of(context: ContextStore, wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """A query for all that the person did in the range, and its parameters."""
    whose = "person_id IS NULL" if wanted.person_id.startswith(UNNAMED) else "person_id = $person"
    those = f"actor_key IN (SELECT unnest($keys::VARCHAR[])) AND local_date BETWEEN $since AND $until AND {whose}"
    given = {"keys": keys_of(context, wanted.person_id), "person": wanted.person_id}
    return f"SELECT * FROM joined_events WHERE {those}", given | {"since": wanted.since, "until": wanted.until}


@contextmanager
def found(root: Path, manifest: Manifest, context: ContextStore, wanted: Wanted) -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked connection with the table `found`, all that the person did in the range, and the table `flows`."""
    with theirs(root, manifest, context, wanted) as (db, _):
        engine.Embedded(db).keep("found", *deeds_of(context, wanted))
        yield db


def _files(root: Path, manifest: Manifest, buckets: set[int], wanted: Wanted) -> list[str]:
    """Undamaged segments that can hold the actors in the range; a day wider, since local days are not UTC days."""
    first = datetime.combine(wanted.since - timedelta(days=1), time.min).isoformat(timespec="microseconds")
    last = datetime.combine(wanted.until + timedelta(days=2), time.min).isoformat(timespec="microseconds")
    rows = [
        row
        for row in health.live(manifest)
        if str(row["last_utc"]) >= first
        and str(row["first_utc"]) <= last
        and (row["bucket"] is None or row["bucket"] in buckets)
    ]
    good, _ = health.usable(root, manifest, rows)
    return [str(root / str(row["path"])) for row in good]
