"""The CERT insider-threat layout, releases 4.2 to 6.2: logon, device, file, email and http as CSV with a header.

Columns are found by name, in any order; those that a release lacks are read as what its absence means: in release 4.2
every line of `file.csv` is a copy to a removable medium and every mail one that was sent. The text of mails, pages and
files (`content`) is not read at all. Times are `MM/DD/YYYY HH:MM:SS` on the clock of the site.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from kuramori_lake import clock, scratch
from kuramori_lake.event import PARSED, Confidence, Namespace
from kuramori_lake.sources import cert_sql as sql
from kuramori_lake.sources.parsed import Options, Reading, Reject, Source, reject

VERSION: Final = 1
BLOCK: Final = 2**25
"""Bytes read at a time; a row must fit into it."""
ENCODING: Final = "utf-8"
_SEPARATOR: Final = "\x1f"


@dataclass(kw_only=True)
class _Rows:
    """Where the reader is, and what it could not read."""

    next_row: int = 2
    """Record number of the next row; the header is 1."""
    bad: list[Reject] = field(default_factory=list)

    def skip(self, row: Any) -> str:
        """Called by the CSV reader for a row that does not fit the header."""
        problem = f"{row.actual_columns} cells, the header has {row.expected_columns}"
        self.bad.append(reject(row.number, 0, problem, (row.text or "").encode()))
        return "skip"

    def numbers(self, count: int) -> tuple[pa.Array, list[Reject]]:
        """Record numbers of the next `count` good rows, and the bad ones that stand between them."""
        last = self.next_row + count - 1
        bad = sorted(one.row for one in self.bad)
        for row in bad:
            last += row <= last + 1
        between = [one for one in self.bad if one.row <= last]
        numbers = np.setdiff1d(np.arange(self.next_row, last + 1), [one.row for one in between])
        self.bad = self.bad[len(between) :]
        self.next_row = last + 1
        return pa.array(numbers), between


def _header(data: bytes | memoryview) -> list[str]:
    """Names in the first line, as the mapping spells them; empty if there is none."""
    line = bytes(data[:4096]).split(b"\n", 1)[0].decode(ENCODING, "replace").lstrip("\ufeff")
    return [cell.strip().casefold() for cell in next(csv.reader([line]), [])]


def _blocks(data: bytes | memoryview, names: list[str], wanted: list[str], rows: _Rows) -> Iterator[pa.Table]:
    """The wanted columns as bytes, some ten thousand rows at a time."""
    reader = pacsv.open_csv(
        pa.BufferReader(pa.py_buffer(data)),
        read_options=pacsv.ReadOptions(column_names=names, skip_rows=1, block_size=BLOCK, use_threads=False),
        parse_options=pacsv.ParseOptions(newlines_in_values=True, invalid_row_handler=rows.skip),
        convert_options=pacsv.ConvertOptions(
            include_columns=wanted, column_types=dict.fromkeys(wanted, pa.binary()), strings_can_be_null=False
        ),
    )
    for batch in reader:
        yield pa.Table.from_batches([batch])


def _texts(table: pa.Table, numbers: pa.Array) -> tuple[pa.Table, list[Reject]]:
    """The cells as text; a row that is not UTF-8 is a reject."""
    table = table.append_column("raw_row", numbers)
    kinds = pa.schema([(name, pa.int64() if name == "raw_row" else pa.string()) for name in table.column_names])
    try:
        return table.cast(kinds), []
    except pa.ArrowInvalid:
        good = [_is_text(row) for row in table.to_pylist()]
    bad = table.filter(pa.array([not one for one in good])).to_pylist()
    rejects = [reject(row["raw_row"], 0, f"not {ENCODING}", _cells(row)) for row in bad]
    return table.filter(pa.array(good)).cast(kinds), rejects


def _cells(row: dict[str, Any]) -> bytes:
    return b",".join(cell for cell in row.values() if isinstance(cell, bytes))


def _is_text(row: dict[str, Any]) -> bool:
    try:
        _cells(row).decode(ENCODING)
    except UnicodeDecodeError:
        return False
    return True


def _events(found: pa.Table, options: Options) -> pa.Table:
    """What the query found as columns of `PARSED`."""
    local = np.asarray(found["local_time"].cast(pa.timestamp("us")).cast(pa.int64()))
    count = found.num_rows
    columns = {name: found[name] for name in found.column_names if name in PARSED.names}
    columns |= {
        "time_utc": pa.array(clock.to_utc(local, options.zone)).cast(pa.timestamp("us")),
        "tz_basis": pa.repeat(str(options.basis), count),
        "actor_namespace": pa.repeat(str(Namespace.AD), count),
        "confidence": pa.repeat(str(Confidence.AUTHENTICATED), count),
        "outcome": pa.repeat("ok", count),
        "raw_encoding": pa.repeat(ENCODING, count),
    }
    return pa.table(columns)


class _File:
    """One file of the layout, read block by block."""

    def __init__(self, layout: sql.Layout, names: list[str], options: Options) -> None:
        self._names = names
        self._options = options
        self._text = layout.query(set(names))
        self._own_domain: str | None = None
        self._is_mail = layout is sql.LAYOUTS["email"]

    def read(self, table: pa.Table, rejects: list[Reject]) -> Reading:
        """The events of a block: one a row first, then what a row says beyond that (further addresses of a mail)."""
        with scratch.cursor() as db:
            db.register("block", table)
            given: dict[str, Any] = {"salt": self._options.salt + _SEPARATOR.encode()}
            if self._is_mail:
                given["own_domain"] = self._domain(db)
            found = db.execute(self._text, given).to_arrow_table()
        wrong = found.filter(pc.is_valid(found["problem"]))
        good = found.filter(pc.is_null(found["problem"]))
        rejects += [
            reject(row["raw_row"], 0, row["problem"], (row["excerpt"] or "").encode())
            for row in wrong.select(["raw_row", "problem", "excerpt", "is_further"]).to_pylist()
            if not row["is_further"]
        ]
        derived = int(np.asarray(good["is_further"]).sum())
        return Reading(events=_events(good, self._options), rejects=tuple(rejects), derived=derived)

    def _domain(self, db: duckdb.DuckDBPyConnection) -> str:
        """The company's own mail domain: where most mails of the first block come from."""
        if self._own_domain is None:
            row = db.execute(sql.OWN_DOMAIN).fetchone()
            self._own_domain = str(row[0]) if row and row[0] else ""
        return self._own_domain


def parse(kind: str, data: bytes | memoryview, options: Options) -> Iterator[Reading]:
    """Read one file of the layout. A file without its columns is one reject, so that the counts still say it came."""
    layout, names = sql.LAYOUTS[kind], _header(data)
    missing = sorted(layout.needed - set(names))
    if missing:
        problem = f"no header row with {', '.join(missing)}"
        yield Reading(events=_empty(), rejects=(reject(1, 0, problem, bytes(data[:200])),))
        return
    yield Reading(events=_empty(), ignored=1)
    file, rows = _File(layout, names, options), _Rows()
    wanted = [name for name in names if name in layout.needed | layout.welcome]
    if len(data) <= _end_of_header(data):
        return
    for block in _blocks(data, names, wanted, rows):
        numbers, bad = rows.numbers(block.num_rows)
        table, rejects = _texts(block, numbers)
        yield file.read(table, bad + rejects)
    yield Reading(events=_empty(), rejects=tuple(rows.bad))


def _end_of_header(data: bytes | memoryview) -> int:
    head = bytes(data[:4096])
    at = head.find(b"\n")
    return len(data) if at < 0 else at + 1


def _empty() -> pa.Table:
    return pa.schema([PARSED.field("row_key"), PARSED.field("time_utc"), PARSED.field("activity")]).empty_table()


CERT: Final = tuple(
    Source(name=f"cert:{kind}", version=VERSION, parse=partial(parse, kind), numbered=True) for kind in sql.LAYOUTS
)
"""One source a file. Rows carry the data set's own id, so the same id twice is one event."""
