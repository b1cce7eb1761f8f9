"""Reading records of a service in tests."""

from typing import Any

import orjson

from kuramori_lake.sources import source
from kuramori_lake.sources.parsed import Options, Reject
from kuramori_lake.tests.conftest import TOKYO

OPTIONS = Options(zone=TOKYO, salt=b"salt")

Row = dict[str, Any]


def read(name: str, content: bytes) -> tuple[list[Row], list[Reject], int]:
    """Events, rejects and how many rows were ignored."""
    readings = list(source(name).parse(content, OPTIONS))
    events = [row for reading in readings for row in reading.events.to_pylist()]
    rejects = [one for reading in readings for one in reading.rejects]
    return events, rejects, sum(reading.ignored for reading in readings)


def events_of(name: str, *records: Row) -> list[Row]:
    """Events of records of which none may be refused."""
    events, rejects, _ = read(name, b"\n".join(map(orjson.dumps, records)))
    assert rejects == []
    return events


def one_of(name: str, record: Row, *columns: str) -> tuple[Any, ...]:
    """Some columns of the only event of a record; None for a column that no event of the file has."""
    (row,) = events_of(name, record)
    return tuple(row.get(column) for column in columns)
