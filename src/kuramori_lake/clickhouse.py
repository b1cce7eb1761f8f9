"""The lake's events in ClickHouse, when one machine is outgrown: a server, or its own engine in this process (`chdb`).

The lake stays what it is: sealed files and a manifest. Each segment is copied once into a partition of its own, whose
number of rows says whether it is whole, and goes when the manifest no longer names it. What is told of people and
secrets comes along anew each time, into tables that end with the session. SQL is DuckDB's, translated by sqlglot.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from clickhouse_connect import get_client
from clickhouse_connect.driver.exceptions import Error

from kuramori_lake import content, health
from kuramori_lake.clickhouse_sql import LAST_DAY, TABLE, translated, type_of
from kuramori_lake.context import DERIVED, ContextStore
from kuramori_lake.engine import EngineError, NotInstalledError
from kuramori_lake.event import EVENT
from kuramori_lake.manifest import Manifest

URL: Final = "KURAMORI_CLICKHOUSE_URL"
"""Names the server, such as `https://kuramori:password@host:8443/kuramori`. No option: `ps` shows those to all."""
SETTINGS: Final = {"join_use_nulls": 1, "prefer_column_name_to_alias": 1, "max_query_size": 100_000_000}
"""A join without a match gives null, a column comes before an alias of the same name: as everywhere else."""
SESSION: Final = 3600
"""Seconds that a server keeps the tables of a session whose program is gone."""
ROWS: Final = 250_000
"""Rows of a segment sent at a time."""
_JOINED: Final = (*DERIVED, "flows")
_COLUMNS: Final = ", ".join(f"`{one.name}` {type_of(one)} CODEC(ZSTD(3))" for one in EVENT)
_MAKE: Final = f"""
CREATE TABLE IF NOT EXISTS {TABLE} ({_COLUMNS}, segment String)
ENGINE = MergeTree PARTITION BY segment ORDER BY (actor_key, time_utc)
"""


@dataclass(frozen=True)
class ClickHouse:
    """An `engine.Engine`. Its client is one of clickhouse-connect, with a session of its own."""

    client: Any
    content_known: bool = False

    def rows(self, sql: str, given: Mapping[str, Any] | None = None) -> pa.Table:
        """See `Engine`; times are naive UTC as everywhere in the lake."""
        return _plain(self.client.query_arrow(translated(sql, given, content_known=self.content_known)))

    def keep(self, name: str, sql: str, given: Mapping[str, Any] | None = None) -> None:
        """See `Engine`; in the server's memory, until the session ends."""
        self.put(name, translated(sql, given, content_known=self.content_known))

    def put(self, name: str, select: str) -> None:
        """Keep the rows of a query that is in ClickHouse's own words."""
        self.client.command(f"DROP TEMPORARY TABLE IF EXISTS {name}")
        self.client.command(f"CREATE TEMPORARY TABLE {name} ENGINE = Memory AS {select}")

    def take(self, name: str, rows: pa.Table) -> None:
        """See `Engine`. Days without end become the last that ClickHouse knows."""
        columns = ", ".join(f"`{one.name}` {type_of(one)}" for one in rows.schema)
        self.client.command(f"DROP TEMPORARY TABLE IF EXISTS {name}")
        self.client.command(f"CREATE TEMPORARY TABLE {name} ({columns}) ENGINE = Memory")
        if rows.num_rows:
            self.client.insert_arrow(name, _capped(rows))

    def hold(self, root: Path, segments: list[dict[str, Any]]) -> None:
        """Hold the rows of exactly these segments: load what is missing or not whole, drop what is not named."""
        self.client.command(_MAKE)
        found = self.client.query(
            "SELECT partition, sum(rows) FROM system.parts"
            f" WHERE database = currentDatabase() AND table = '{TABLE}' AND active GROUP BY partition"
        )
        held = {str(partition): int(rows) for partition, rows in found.result_rows}
        wanted = {str(row["path"]): row for row in segments}
        for path in held.keys() | wanted.keys():
            named = wanted.get(path)
            if named and held.get(path) == named["rows"]:
                continue
            if path in held:
                self.client.command(f"ALTER TABLE {TABLE} DROP PARTITION '{path}'")
            if named:
                self._load(root, path)

    def _load(self, root: Path, path: str) -> None:
        with pq.ParquetFile(root / path) as file:
            for batch in file.iter_batches(batch_size=ROWS):
                rows = pa.concat_tables(
                    [pa.Table.from_batches([batch]), EVENT.empty_table()], promote_options="default"
                ).select(EVENT.names)
                self.client.insert_arrow(TABLE, rows.append_column("segment", pa.repeat(path, rows.num_rows)))


def _plain(rows: pa.Table) -> pa.Table:
    """Times without a zone, which are UTC in the lake."""
    fields = [pa.field(one.name, pa.timestamp("us")) if pa.types.is_timestamp(one.type) else one for one in rows.schema]
    return rows.cast(pa.schema(fields))


def _capped(rows: pa.Table) -> pa.Table:
    last = pa.scalar(LAST_DAY, pa.date32())
    for place, one in enumerate(rows.schema):
        if pa.types.is_date(one.type):
            rows = rows.set_column(place, one, pc.min_element_wise(rows[one.name], last, skip_nulls=False))
    return rows


@contextmanager
def connect(root: Path, manifest: Manifest, context: ContextStore) -> Iterator[ClickHouse]:
    """The engine over the undamaged segments, joined with what the context says now.

    Raises:
        EngineError: the server cannot be reached, or refuses.
    """
    good, _ = health.usable(root, manifest, health.live(manifest))
    known = content.table(manifest, context)
    try:
        with (root / "clickhouse.lock").open("w") as file, closing(_client(root)) as client:
            fcntl.flock(file, fcntl.LOCK_EX)  # nobody loads or drops a segment while another asks
            engine = ClickHouse(client, content_known=known.num_rows > 0)
            engine.hold(root, good)
            for name in _JOINED:
                engine.take(name, context.table(name))
            engine.take(content.TABLE, known)
            engine.take("people", context.table("people").select(["person_id", "notice_on"]))
            yield engine
    except Error as error:
        raise EngineError(str(error)) from error


def _client(root: Path) -> Any:
    """A session on the server that the environment names, or on files beside the lake's own."""
    if url := os.environ.get(URL):
        return get_client(dsn=url, settings=SETTINGS | {"session_timeout": SESSION})
    try:
        return get_client(interface="chdb", path=str(root / "clickhouse"), settings=SETTINGS)
    except ImportError as error:
        raise NotInstalledError("chdb") from error
