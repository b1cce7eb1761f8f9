"""Content that was recognised: which file or mail, by its digest or Message-ID, has words of which secret.

What a fingerprint check found is remembered here and joined to events as paths are: an event whose `hash` is the file's
SHA-256, or a mail's event whose `uid` is its Message-ID, is an event about the secret. Number, level and weight are
those of the event's day, from the context; a secret that the context does not know counts with weight 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import pyarrow as pa

from kuramori_lake import spans
from kuramori_lake.context import FOREVER, PATH_SECRET, ContextStore
from kuramori_lake.ingest import utc_text
from kuramori_lake.manifest import Manifest

CONTENT_MATCH: Final = pa.schema([("key", pa.string()), *(field for field in PATH_SECRET if field.name != "path")])
TABLE: Final = "content_match"

_LONG_AGO: Final = date(1970, 1, 1)
_UNKNOWN: Final = {"number": None, "level": None, "weight": 1.0, "since": _LONG_AGO, "until": FOREVER}
_FINEST: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """A file or mail in which words of a secret were found."""

    keys: tuple[str, ...]
    """By what events know it: SHA-256 (small hexadecimal), Message-ID as logs write it, without brackets."""
    secret_id: str
    document: str
    """SHA-256 of the registered document."""
    hits: int
    score: float


def message_key(message_id: str) -> str:
    """A Message-ID as events have it: without brackets and spaces."""
    return message_id.strip().removeprefix("<").removesuffix(">").strip()


def remember(manifest: Manifest, found: Sequence[Recognised]) -> None:
    """Keep what was recognised; of the same content and secret the stronger match stays."""
    now = utc_text(datetime.now(UTC))
    rows = [
        (key, one.secret_id, one.document, one.hits, one.score, now) for one in found for key in filter(None, one.keys)
    ]
    with manifest.transaction() as db:
        db.executemany(
            f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key, secret_id) DO UPDATE SET"
            " document = excluded.document, hits = excluded.hits, score = excluded.score,"
            " found_utc = excluded.found_utc"
            " WHERE excluded.hits > hits",
            rows,
        )


def forget(manifest: Manifest, secret_id: str) -> int:
    """Forget all content recognised as a secret's; returns how many keys went."""
    manifest.db.execute("PRAGMA secure_delete = ON")
    with manifest.transaction() as db:
        return int(db.execute(f"DELETE FROM {TABLE} WHERE secret_id = ?", (secret_id,)).rowcount)


def mark(manifest: Manifest) -> str:
    """Another text whenever something else was recognised or forgotten; "" while there is nothing."""
    row = manifest.db.execute(f"SELECT count(*) AS count, max(found_utc) AS latest FROM {TABLE}").fetchone()
    return f"{row['count']} {row['latest']}" if row["count"] else ""


def latest(manifest: Manifest) -> str:
    """The moment of what was last recognised, as the manifest writes moments; "" while there is nothing."""
    return str(manifest.db.execute(f"SELECT max(found_utc) AS at FROM {TABLE}").fetchone()["at"] or "")


def keys_since(manifest: Manifest, moment: str) -> list[str]:
    """Keys of content that was recognised after a moment of `latest`."""
    rows = manifest.db.execute(f"SELECT DISTINCT key FROM {TABLE} WHERE found_utc > ? ORDER BY key", (moment,))
    return [str(row["key"]) for row in rows]


def table(manifest: Manifest, context: ContextStore) -> pa.Table:
    """Key to secret by days, one row for a key and day: the weightiest secret, among equals the one with most hits."""
    matches = manifest.db.execute(f"SELECT key, secret_id, hits FROM {TABLE} ORDER BY key, secret_id").fetchall()
    if not matches:
        return CONTENT_MATCH.empty_table()
    told: dict[str, list[dict[str, Any]]] = {}
    for row in context.table("secrets").to_pylist():
        told.setdefault(row["secret_id"], []).append(row)
    by_key: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for match in matches:
        for row in told.get(match["secret_id"], [_UNKNOWN | {"secret_id": match["secret_id"]}]):
            by_key.setdefault(match["key"], []).append((_rank(row, match["hits"]), row))
    rows = [
        {"key": key, **{name: span.row[name] for name in ("secret_id", "number", "level", "weight")}}
        | {"since": span.since, "until": span.until}
        for key, ranked in by_key.items()
        for span in spans.disjoint(ranked)
    ]
    return pa.Table.from_pylist(rows, CONTENT_MATCH)


def _rank(row: Mapping[str, Any], hits: int) -> int:
    weight: float = row["weight"]
    return round(weight * _FINEST) * _FINEST + min(hits, _FINEST - 1)
