"""A DuckDB that sees the lake's files and nothing else, with the views that queries and detections use.

External access is off and the configuration locked before any SQL of a user runs (practice: an analyst's query must not
read /etc/passwd, attach a database or write over a segment).
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Protocol

import duckdb
import pyarrow as pa

from kuramori_lake import content, health, scratch
from kuramori_lake.context import DERIVED, TABLES, ContextStore
from kuramori_lake.event import EVENT, ObjectKind
from kuramori_lake.manifest import Manifest
from kuramori_lake.segments import rows_of

MEMORY: Final = "2GB"
THREADS: Final = 2

_BY_PATH: Final = """secret.secret_id, secret.number AS secret_number, secret.level AS secret_level,
    secret.weight AS secret_weight"""
_BY_CONTENT: Final = ", ".join(
    f"coalesce(secret.{name}, file.{name}, mail.{name}) AS {named}"
    for name, named in (
        ("secret_id", "secret_id"), ("number", "secret_number"), ("level", "secret_level"), ("weight", "secret_weight"),
    )
)  # fmt: skip
_CONTENT: Final = f"""
LEFT JOIN {content.TABLE} file ON secret.secret_id IS NULL AND e.hash = file.key
    AND e.local_date BETWEEN file.since AND file.until
LEFT JOIN {content.TABLE} mail ON secret.secret_id IS NULL AND file.secret_id IS NULL AND e.uid = mail.key
    AND e.object_kind = '{ObjectKind.MAIL}' AND e.local_date BETWEEN mail.since AND mail.until
"""

WITH_EVENTS: Final = (
    "person_id", "secret_id", "secret_number", "secret_level", "secret_weight", "excluded_reason",
)  # fmt: skip
"""What `joined_events` has beside an event's own columns."""


def joined(*, content_known: bool) -> str:
    """SQL of the view `joined_events`: a path's secret, else that of recognised content, where there is any."""
    if not content_known:  # two more joins and columns to read would cost every lake that has no fingerprints
        return JOINED
    return JOINED.replace(_BY_PATH, _BY_CONTENT) + _CONTENT


JOINED: Final = f"""
SELECT e.*, who.person_id, {_BY_PATH},
    service.reason AS excluded_reason
FROM events e
LEFT JOIN actor_person who ON e.actor_namespace = who.namespace AND e.actor_key = who.actor_key
    AND e.local_date BETWEEN who.since AND who.until
LEFT JOIN actor_excluded service ON e.actor_namespace = service.namespace AND e.actor_key = service.actor_key
    AND e.local_date BETWEEN service.since AND service.until
LEFT JOIN path_secret secret ON e.path = secret.path AND e.local_date BETWEEN secret.since AND secret.until
"""


_PARAMETER: Final = re.compile(r"\$(\w+)")


class EngineError(RuntimeError):
    """The engine that was asked for failed, or cannot be reached; the message is its own."""


class NotInstalledError(EngineError):
    """A Python package that the engine needs is not installed; the message is its name."""


class RunsOn(StrEnum):
    """Which engine runs detection."""

    DUCKDB = "duckdb"
    CLICKHOUSE = "clickhouse"


class Engine(Protocol):
    """Whatever runs detection's SQL over the lake's events. It has `events`, `joined_events` and the context's tables.

    SQL is DuckDB's; an engine that speaks otherwise translates it. Parameters that a text does not name do no harm.
    """

    def rows(self, sql: str, given: Mapping[str, Any] | None = None) -> pa.Table:
        """A query's rows."""

    def keep(self, name: str, sql: str, given: Mapping[str, Any] | None = None) -> None:
        """Keep a query's rows as a table, in place of what was there under that name."""

    def take(self, name: str, rows: pa.Table) -> None:
        """Take rows of ours in as a table, in place of what was there under that name."""


@dataclass(frozen=True)
class Embedded:
    """DuckDB in this process: the connection of `over` or `connect`, or one in memory."""

    db: duckdb.DuckDBPyConnection

    def rows(self, sql: str, given: Mapping[str, Any] | None = None) -> pa.Table:
        """See `Engine`."""
        return self.db.execute(sql, named(sql, given)).to_arrow_table()

    def keep(self, name: str, sql: str, given: Mapping[str, Any] | None = None) -> None:
        """See `Engine`; spills to the lake's disk."""
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}", named(sql, given))

    def take(self, name: str, rows: pa.Table) -> None:
        """See `Engine`."""
        self.db.register("incoming", rows)
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM incoming")
        self.db.unregister("incoming")


def named(sql: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Those of the parameters that a text names."""
    wanted = set(_PARAMETER.findall(sql))
    return {name: value for name, value in (given or {}).items() if name in wanted}


class NotAQueryError(ValueError):
    """The text is not exactly one SELECT."""


def must_be_query(sql: str) -> None:
    """Refuse everything but a single SELECT.

    Raises:
        NotAQueryError: otherwise.
    """
    with scratch.cursor() as db:
        try:
            statements = db.extract_statements(sql)
        except duckdb.Error as error:
            raise NotAQueryError(f"this is not SQL: {error}") from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise NotAQueryError("one SELECT is allowed, nothing else")


def events_view(db: duckdb.DuckDBPyConnection, files: list[str]) -> None:
    """Create the view `events` over exactly these segment files."""
    if files:
        db.execute(f"CREATE VIEW events AS {rows_of(files)}")
    else:
        _load(db, "events", EVENT.empty_table())


def _load(db: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    db.register("incoming", rows)
    db.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
    db.unregister("incoming")


def batches(manifest: Manifest) -> pa.Table:
    """The received files: what the view `batches` has."""
    names = ("batch_id", "source", "instance", "sha256", "name", "received_utc", "tz", "site_tz")
    rows = manifest.db.execute(f"SELECT id AS {', '.join(names)} FROM batch")
    schema = pa.schema([(name, pa.int64() if name == "batch_id" else pa.string()) for name in names])
    return pa.Table.from_pylist([dict(row) for row in rows], schema)


def told(manifest: Manifest, context: ContextStore) -> dict[str, pa.Table]:
    """What the lake knows beside its events: the context, recognised content and the received files, by name."""
    tables = {name: context.table(name) for name in (*TABLES, *DERIVED)} | {"batches": batches(manifest)}
    return tables | {content.TABLE: content.table(manifest, context)}


@contextmanager
def over(root: Path, files: list[str], tables: dict[str, pa.Table]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked connection that can read these files and tables only."""
    spill = root / "spill"
    spill.mkdir(exist_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": THREADS,
        "memory_limit": MEMORY,
        "temp_directory": str(spill),
    }
    config |= {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    with duckdb.connect(config=config) as db:
        for name, rows in tables.items():
            _load(db, name, rows)
        db.execute("SET allowed_paths = $files", {"files": files})
        db.execute("SET enable_external_access = false")
        events_view(db, files)
        db.execute("SET lock_configuration = true")
        yield db


@contextmanager
def connect(root: Path, manifest: Manifest, context: ContextStore) -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked connection with all views over the undamaged segments."""
    good, _ = health.usable(root, manifest, health.live(manifest))
    files = [str(root / str(row["path"])) for row in good]
    tables = told(manifest, context)
    with over(root, files, tables) as db:
        db.execute(f"CREATE VIEW joined_events AS {joined(content_known=tables[content.TABLE].num_rows > 0)}")
        yield db
