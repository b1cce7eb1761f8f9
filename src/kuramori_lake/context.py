"""What the system tells the lake before it reads: who is behind a name, who works where, which path is which secret.

Everything is valid for days (`since` to `until`, both included, `until` None: still): an event is joined to what was
true on its own local day. A context is written whole; the old one stays until the new one is on the disk.
"""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from kuramori_lake import scratch, spans
from kuramori_lake.event import Namespace, actor_key, path_key
from kuramori_lake.health import usable
from kuramori_lake.manifest import Manifest
from kuramori_lake.segments import sync
from kuramori_lake.unwatched import Untaken, Unwatched

FOREVER: Final = date(9999, 12, 31)


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A name that a source knows a person by. `raw` without a domain matches the account in any domain."""

    namespace: Namespace
    raw: str
    person_id: str
    since: date
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class PersonDays:
    """Where a person stood in a range of days. 兼務: one row per assignment."""

    person_id: str
    unit: str
    site: str
    role: str
    since: date
    until: date | None = None
    projects: tuple[str, ...] = ()
    employment: str = ""
    notice_on: date | None = None
    last_day: date | None = None
    supervisor: str = ""
    """`person_id` of whom the person reports to, where it is known."""


@dataclass(frozen=True, kw_only=True)
class SecretPattern:
    r"""Where a secret lies: a folder or file (`\\fs01\設計\A-17`) or a glob (`/srv/*/設計/**`).

    `*` and `?` stop at a slash, `**` does not; what lies below a match belongs to it.
    """

    pattern: str
    secret_id: str
    number: str
    level: str
    weight: float
    since: date
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Site:
    """A place of work: its zone, and the days it rests beside weekends."""

    site: str
    zone: str
    holidays: tuple[date, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ExcludedAccount:
    """An account that is not a person's deed: backup, indexing, batch export."""

    namespace: Namespace
    raw: str
    reason: str
    since: date
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Flow:
    r"""A flow that was approved: to a partner's domain, a registered medium; for one person or, None, for all.

    A `folder` (`\\fs01\設計\引継ぎ`, without a slash at its end) is an agreed handover: files may be put into it, and
    whoever is named may read what lies below it.
    """

    destination_class: str
    destination_value: str
    reason: str
    since: date
    until: date | None = None
    person_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class GuardedDoor:
    """A door that only some people need, as the log of the doors names it; one row for each of them."""

    door: str
    person_id: str
    """"" for nobody: that the door is guarded at all."""
    since: date
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Context:
    """Everything the lake is told."""

    identities: Sequence[Identity] = ()
    people: Sequence[PersonDays] = ()
    secrets: Sequence[SecretPattern] = ()
    sites: Sequence[Site] = ()
    excluded: Sequence[ExcludedAccount] = ()
    flows: Sequence[Flow] = ()
    doors: Sequence[GuardedDoor] = ()
    unwatched: Sequence[Unwatched] = ()
    """Whose rows are dropped from the next ingestion on; what is stored already stays."""
    untaken: Sequence[Untaken] = ()
    """Accounts whose deeds are dropped likewise, on their days only."""


_DATE: Final = pa.date32()
_DAYS: Final = [("since", _DATE), ("until", _DATE)]
_TEXT: Final = pa.string()
TABLES: Final = {
    "identities": pa.schema([("namespace", _TEXT), ("raw", _TEXT), ("person_id", _TEXT), *_DAYS]),
    "people": pa.schema(
        [
            *((name, _TEXT) for name in ("person_id", "unit", "site", "role", "employment", "supervisor")),
            *((name, _DATE) for name in ("since", "until", "notice_on", "last_day")),
            ("projects", pa.list_(_TEXT)),
        ]
    ),
    "secrets": pa.schema(
        [
            ("pattern", _TEXT),
            ("secret_id", _TEXT),
            ("number", _TEXT),
            ("level", _TEXT),
            ("weight", pa.float64()),
            *_DAYS,
        ]
    ),
    "sites": pa.schema([("site", _TEXT), ("zone", _TEXT), ("holidays", pa.list_(_DATE))]),
    "excluded": pa.schema([("namespace", _TEXT), ("raw", _TEXT), ("reason", _TEXT), *_DAYS]),
    "doors": pa.schema([("door", _TEXT), ("person_id", _TEXT), *_DAYS]),
    "unwatched": pa.schema([("kind", _TEXT), ("value", _TEXT), ("reason", _TEXT)]),
    "untaken": pa.schema([*((name, _TEXT) for name in ("namespace", "raw", "reason", "source", "instance")), *_DAYS]),
    "flows": pa.schema(
        [("destination_class", _TEXT), ("destination_value", _TEXT), ("reason", _TEXT), *_DAYS, ("person_id", _TEXT)]
    ),
}
ACTOR_PERSON: Final = pa.schema([("namespace", _TEXT), ("actor_key", _TEXT), ("person_id", _TEXT), *_DAYS])
ACTOR_EXCLUDED: Final = pa.schema([("namespace", _TEXT), ("actor_key", _TEXT), ("reason", _TEXT), *_DAYS])
PATH_SECRET: Final = pa.schema(
    [("path", _TEXT), ("secret_id", _TEXT), ("number", _TEXT), ("level", _TEXT), ("weight", pa.float64()), *_DAYS]
)
DERIVED: Final = {"actor_person": ACTOR_PERSON, "actor_excluded": ACTOR_EXCLUDED, "path_secret": PATH_SECRET}


def _table(rows: Iterable[Any], schema: pa.Schema) -> pa.Table:
    plain = [{f.name: getattr(row, f.name) for f in fields(row)} for row in rows]
    for row in plain:
        if "until" in row:
            row["until"] = row["until"] or FOREVER
    return pa.Table.from_pylist(plain, schema)


def _write(table: pa.Table, path: Path) -> None:
    temporary = path.with_name(f"{path.name}.{uuid.uuid4().hex}.tmp")
    pq.write_table(table, temporary, compression="zstd")
    sync(temporary)
    temporary.rename(path)
    sync(path.parent)


class ContextStore:
    """The lake's context and what is worked out from it: actor → person and path → secret, by days."""

    def __init__(self, root: Path, manifest: Manifest) -> None:
        """Belongs to one Lake."""
        self._root = root
        self._manifest = manifest

    def write(self, context: Context) -> str:
        """Replace the context; returns its version. The next query uses it."""
        return self._put({name: _table(getattr(context, name), schema) for name, schema in TABLES.items()})

    def keep_out(self, untaken: Sequence[Untaken]) -> bool:
        """Replace who is not taken in and nothing else, before a log comes in; returns whether anything changed."""
        rows = _table(untaken, TABLES["untaken"])
        if rows.equals(self.table("untaken")):
            return False
        self._put({name: self.table(name) for name in TABLES} | {"untaken": rows})
        return True

    def _put(self, tables: Mapping[str, pa.Table]) -> str:
        version = uuid.uuid4().hex[:16]
        folder = self._root / "context" / version
        folder.mkdir(parents=True)
        for name, table in tables.items():
            _write(table, folder / f"{name}.parquet")
        with self._manifest.transaction() as db:
            db.execute("INSERT OR REPLACE INTO lake VALUES ('context', ?)", (version,))
        return version

    @property
    def version(self) -> str | None:
        """Version of the current context, None if none was written."""
        value = self._manifest.value("context")
        return str(value) if value else None

    def table(self, name: str) -> pa.Table:
        """One of the tables of `TABLES` or `DERIVED`; a column that the context did not have yet is null."""
        folder = self._root / "context" / (self.version or "none")
        if name in DERIVED:
            path = folder / f"{name}-{self._mark()}.parquet"
            return pq.read_table(path) if path.exists() else DERIVED[name].empty_table()
        path = folder / f"{name}.parquet"
        kept = pq.read_table(path) if path.exists() else TABLES[name].empty_table()
        return pa.concat_tables([kept, TABLES[name].empty_table()], promote_options="default")

    def _mark(self) -> int:
        """The last received batch: what is worked out from names and paths depends on it."""
        return int(self._manifest.db.execute("SELECT coalesce(max(id), 0) AS id FROM batch").fetchone()["id"])

    def refresh(self) -> None:
        """Work out anew which actors are whom and which paths are secrets, if names, paths or the context changed."""
        version, mark = self.version, self._mark()
        if version is None:
            return
        folder = self._root / "context" / version
        done = folder / f"path_secret-{mark}.parquet"
        if done.exists():
            return
        actors = [(row["namespace"], row["key"]) for row in self._manifest.db.execute("SELECT * FROM actor")]
        links = self.links(actors, self._paths(mark) if self.table("secrets").num_rows else [])
        for name, rows in links.items():  # `path_secret` is the last: it says that all are there
            _write(rows, folder / f"{name}-{mark}.parquet")
        for old in folder.glob("*-*.parquet"):
            if not old.name.endswith(f"-{mark}.parquet"):
                old.unlink(missing_ok=True)

    def links(self, actors: Sequence[tuple[str, str]], paths: Iterable[str]) -> dict[str, pa.Table]:
        """The tables of `DERIVED` for these actors (namespace, key) and paths alone: for few events, joined apart."""
        identities, excluded = self.table("identities").to_pylist(), self.table("excluded").to_pylist()
        return {
            "actor_person": _actor_table(actors, identities, "person_id", ACTOR_PERSON),
            "actor_excluded": _actor_table(actors, excluded, "reason", ACTOR_EXCLUDED),
            "path_secret": pa.Table.from_pylist(path_secrets(paths, self.table("secrets").to_pylist()), PATH_SECRET),
        }

    def _paths(self, mark: int) -> list[str]:
        """All distinct paths of the lake, kept in a file so that only new segments are read; damaged ones left out.

        With a damaged one nothing is kept: once it is mended, its paths are read with the next file received.
        """
        folder = self._root / "derived"
        folder.mkdir(exist_ok=True)
        known = max(folder.glob("paths-*.parquet"), key=_mark_of, default=None)
        upto = _mark_of(known) if known else 0
        new = self._manifest.db.execute(
            "SELECT * FROM segment WHERE retired_utc IS NULL AND batch_id > ? AND batch_id <= ?", (upto, mark)
        )
        good, damaged = usable(self._root, self._manifest, [dict(row) for row in new])
        files = [str(self._root / row["path"]) for row in good]
        sources = [f"SELECT DISTINCT path FROM read_parquet({files!r}) WHERE path IS NOT NULL"] if files else []
        sources += [f"SELECT path FROM read_parquet('{known}')"] if known else []
        if not sources:
            return []
        with scratch.cursor() as db:
            paths = db.execute(" UNION ".join(sources)).to_arrow_table()
        if not damaged:
            _write(paths, folder / f"paths-{mark}.parquet")
            if known and upto != mark:
                known.unlink(missing_ok=True)
        found: list[str] = paths["path"].to_pylist()
        return found


def _mark_of(path: Path) -> int:
    return int(path.stem.rpartition("-")[2])


def _actor_table(
    actors: Sequence[tuple[str, str]], rows: Sequence[dict[str, Any]], value: str, schema: pa.Schema
) -> pa.Table:
    """Actors of the lake to what holds for them, in spans that do not overlap; the full name beats the bare account."""
    by_name: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        by_name.setdefault((row["namespace"], actor_key(row["raw"])), []).append(row)
    found = []
    for namespace, key in actors:
        account = key.rpartition("\\")[2]
        bare = [(0, row) for row in by_name.get((namespace, account), [])] if account != key else []
        ranked = [(1, row) for row in by_name.get((namespace, key), [])] + bare
        who = {"namespace": namespace, "actor_key": key}
        found += [
            who | {value: span.row[value], "since": span.since, "until": span.until} for span in spans.disjoint(ranked)
        ]
    return pa.Table.from_pylist(found, schema)


@lru_cache(maxsize=4096)
def _glob(pattern: str) -> re.Pattern[str]:
    """A glob over a path key: `**` any depth, `*` and `?` within a name; a match also covers what lies below."""
    parts = re.split(r"(\*\*|\*|\?)", pattern)
    words = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(words.get(part, re.escape(part)) for part in parts) + r"(/.*)?\Z", re.DOTALL)


def _folder_of(pattern: str) -> str:
    """The folders of a glob before its first wildcard: where to look for candidates."""
    return re.split(r"[*?]", pattern, maxsplit=1)[0].rpartition("/")[0]


def path_secrets(paths: Iterable[str], patterns: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Which secret each path is, by days; the most specific pattern wins. A folder costs a look-up per level, once."""
    by_folder: dict[str, list[tuple[str | None, dict[str, Any]]]] = {}
    above: dict[str, list[tuple[int, str | None, dict[str, Any]]]] = {}
    for row in patterns:
        key = path_key(row["pattern"])
        is_glob = "*" in key or "?" in key
        by_folder.setdefault(_folder_of(key) if is_glob else key, []).append((key if is_glob else None, row))
    found = []
    for path in paths:
        key = path_key(path)
        folder = key.rpartition("/")[0]
        if folder not in above:
            above[folder] = [(len(one) + 1, *told) for one in _upwards(folder) for told in by_folder.get(one, ())]
        if not above[folder] and key not in by_folder:
            continue  # as most paths
        told_of = [*((len(key) + 1, *told) for told in by_folder.get(key, ())), *above[folder]]
        hits = [(rank, row) for rank, glob, row in told_of if glob is None or _glob(glob).match(key)]
        found += [
            {"path": path, **{name: span.row[name] for name in ("secret_id", "number", "level", "weight")}}
            | {"since": span.since, "until": span.until}
            for span in spans.disjoint(hits)
        ]
    return found


def _upwards(folder: str) -> Iterable[str]:
    """The folder itself and every one above it, up to the empty one."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""
