"""Rows that a parser writes one by one, as columns: where they stand in the file, and their key."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pyarrow as pa

from kuramori_lake.event import PARSED

Row = dict[str, Any]

_LEAST: Final = ("row_key", "time_utc", "activity", "outcome", "tz_basis", "actor_raw", "actor_namespace")


def where(place: Mapping[str, Any], encoding: str) -> Row:
    """Where the row stands, out of a row of `lines.split`."""
    return {
        "raw_row": place["raw_row"], "raw_offset": place["raw_offset"], "raw_length": place["raw_length"],
        "raw_encoding": encoding,
    }  # fmt: skip


def table_of(rows: Iterable[Row]) -> pa.Table:
    """The rows as columns of `event.PARSED`; a column that a row has not is null in it."""
    found = list(rows)
    names = dict.fromkeys((*_LEAST, *(name for row in found for name in row)))
    return pa.table({name: pa.array([row.get(name) for row in found], PARSED.field(name).type) for name in names})


def number(text: str | None) -> int | None:
    """A size that fits its column."""
    plain = (text or "").strip()
    return int(plain) if plain.isascii() and plain.isdecimal() and int(plain) < 2**63 else None
