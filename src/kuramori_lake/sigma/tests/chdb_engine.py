"""ClickHouse's own engine inside the test process: one per process, tables in memory."""

import json
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq

_TYPES = {"Int64": "int64", "UInt64": "uint64", "Int32": "int32", "Int16": "int16", "Int8": "int8", "Bool": "boolean"}


class ClickHouse:
    """What `engines.Engine` asks, answered by chdb over one Parquet file."""

    dialect = "clickhouse"

    def __init__(self, rows) -> None:
        self._folder = TemporaryDirectory()
        self._file = f"{self._folder.name}/events.parquet"
        pq.write_table(rows, self._file)

    def __enter__(self):
        from chdb.session import Session  # 300 MB that only these tests need

        self._session = Session()
        for sql in ("CREATE DATABASE IF NOT EXISTS lake", "USE lake"):
            self._session.query(sql)
        self._session.query(f"CREATE TABLE events ENGINE = Memory AS SELECT * FROM file('{self._file}', Parquet)")
        return self

    def __exit__(self, *_):
        self._session.query("DROP DATABASE lake")
        self._session.close()
        self._folder.cleanup()

    def events(self, _wanted):
        return "events", {name: _ibis(kind) for name, kind, *_ in self.rows("DESCRIBE TABLE events")}

    def table(self, name, select):
        self._session.query(f"DROP TABLE IF EXISTS {name}")
        self._session.query(f"CREATE TABLE {name} ENGINE = Memory AS {select}")
        return self.rows(f"SELECT count(*) FROM {name}")[0][0]

    def rows(self, select):
        unquoted = "" if select.startswith("DESCRIBE") else " SETTINGS output_format_json_quote_64bit_integers = 0"
        return [tuple(row) for row in json.loads(str(self._session.query(select + unquoted, "JSONCompact")))["data"]]


def _ibis(kind):
    plain = kind.removeprefix("Nullable(").removesuffix(")")
    if plain.startswith("DateTime"):
        return "timestamp"
    return "date" if plain.startswith("Date") else _TYPES.get(plain, "string")
