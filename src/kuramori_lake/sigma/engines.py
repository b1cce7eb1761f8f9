"""What running rules asks of an engine: temporary tables and rows. DuckDB over the lake's files is the embedded one.

The SQL comes from `prepared` and `compiling`, in the engine's own words; only the views are ours to translate.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

import duckdb

from kuramori_lake.clickhouse_sql import translated
from kuramori_lake.detect import sql
from kuramori_lake.engine import WITH_EVENTS, Embedded
from kuramori_lake.engine import Engine as LakeEngine
from kuramori_lake.event import EVENT
from kuramori_lake.sigma.atoms import Dialect
from kuramori_lake.sigma.names import JOINED

if TYPE_CHECKING:  # not everybody has its driver
    from kuramori_lake.clickhouse import ClickHouse

VIEW: Final = "sigma_events"
"""`joined_events` with what Sigma rules ask beside it: was it after the person's notice, was it approved."""

AS_WATCHED: Final = f"""
SELECT e.*, coalesce(e.local_date >= notice.day, false) AS after_notice, {sql.FLOW_COVERS} AS approved
FROM joined_events e
LEFT JOIN (SELECT person_id, min(notice_on) AS day FROM people GROUP BY person_id) notice
    ON notice.person_id = e.person_id
"""
_TYPES: Final = {
    "BIGINT": "int64", "UBIGINT": "uint64", "INTEGER": "int32", "SMALLINT": "int16", "TINYINT": "int8",
    "VARCHAR": "string", "TIMESTAMP": "timestamp", "DATE": "date", "BOOLEAN": "boolean", "DOUBLE": "float64",
}  # fmt: skip

_OF_CLICKHOUSE: Final = {
    "Int64": "int64", "UInt64": "uint64", "Int32": "int32", "Int16": "int16", "Int8": "int8", "UInt8": "boolean",
    "Bool": "boolean", "Float64": "float64", "Date32": "date",
}  # fmt: skip
_JOINED: Final = ", ".join(f"e.{name}" for name in (*EVENT.names, *WITH_EVENTS))
_WATCHED_BY_JOIN: Final = f"""
SELECT {_JOINED}, coalesce(e.local_date >= notice.day, false)::BOOLEAN AS after_notice, flow.reason AS approved
FROM joined_events e
LEFT JOIN (SELECT person_id, min(notice_on) AS day FROM people GROUP BY person_id) notice
    ON notice.person_id = e.person_id
LEFT JOIN covered flow ON flow.event_id = e.event_id
"""
"""As `AS_WATCHED`, without a subquery that looks outside."""
_COVERED: Final = f"SELECT e.event_id, min(f.reason) AS reason FROM {sql.COVERED} GROUP BY e.event_id"


class Engine(Protocol):
    """Where rules run. Names of tables are ours and plain."""

    dialect: Dialect

    def events(self, wanted: Iterable[str]) -> tuple[str, Mapping[str, str]]:
        """The smallest relation that has these columns, and the Ibis types of all it has."""

    def table(self, name: str, select: str) -> int:
        """Keep a query's rows under a name, in place of what was there; returns how many."""

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        """A query's rows."""


@dataclass
class DuckEngine:
    """DuckDB over the lake's segments: `Lake.connect()`'s connection."""

    db: duckdb.DuckDBPyConnection
    dialect: Dialect = "duckdb"

    def events(self, wanted: Iterable[str]) -> tuple[str, Mapping[str, str]]:
        """Joins cost a third of a scan: plain `events` where nothing joined is asked for."""
        name = "events"
        if set(wanted) & set(JOINED):
            self.db.execute(f"CREATE OR REPLACE TEMP VIEW {VIEW} AS {AS_WATCHED}")
            name = VIEW
        found = {row[0]: row[1] for row in self.db.execute(f"DESCRIBE {name}").fetchall()}
        return name, {column: _TYPES.get(kind, "string") for column, kind in found.items()}

    def table(self, name: str, select: str) -> int:
        """As a temporary table in memory, spilling as the connection is allowed to."""
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {select}")
        counted = self.db.execute(f"SELECT count(*) FROM {name}").fetchone()
        return int(counted[0]) if counted else 0

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        """As Python values; times as microseconds have to be asked for as numbers."""
        return self.db.execute(select).fetchall()


@dataclass
class ClickEngine:
    """ClickHouse over the lake's segments; ClickHouse has no temporary views, so the view goes before each query."""

    clickhouse: "ClickHouse"
    dialect: Dialect = "clickhouse"
    view: str = ""

    def events(self, wanted: Iterable[str]) -> tuple[str, Mapping[str, str]]:
        """See `DuckEngine`; approved flows are joined once, for all rules."""
        name, text = "events", "FROM events"
        if set(wanted) & set(JOINED):
            name, text = VIEW, _WATCHED_BY_JOIN
            self.clickhouse.keep("covered", _COVERED)
        known = self.clickhouse.content_known
        select = translated(text, content_known=known)
        self.view = f"{name} AS ({select})"
        found = self.clickhouse.client.query(f"DESCRIBE TABLE ({select})").result_rows
        return name, {column: _ibis(kind) for column, kind, *_ in found}

    def table(self, name: str, select: str) -> int:
        """As a temporary table in the server's memory."""
        self.clickhouse.put(name, self._with_view(select))
        return int(self.clickhouse.client.command(f"SELECT count(*) FROM {name}"))

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        """As Python values."""
        return [tuple(row) for row in self.clickhouse.client.query(self._with_view(select)).result_rows]

    def _with_view(self, select: str) -> str:
        if self.view.split(" ", 1)[0] not in select:
            return select
        return f"WITH {self.view}, {select[5:]}" if select.startswith("WITH ") else f"WITH {self.view} {select}"


def _ibis(kind: str) -> str:
    plain = kind.removeprefix("Nullable(").removesuffix(")")
    return "timestamp" if plain.startswith("DateTime") else _OF_CLICKHOUSE.get(plain, "string")


def on(events: LakeEngine) -> Engine:
    """The same engine that detection asks, as rules ask it."""
    return DuckEngine(events.db) if isinstance(events, Embedded) else ClickEngine(cast("ClickHouse", events))
