"""What running rules asks of an engine: temporary tables and rows. DuckDB over the lake's files is the embedded one.

Another engine is another class of this shape with the same view; the SQL comes from `prepared` and `compiling`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import duckdb

from kuramori_lake.detect import sql
from kuramori_lake.sigma.atoms import Dialect
from kuramori_lake.sigma.names import JOINED

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
