"""Records of a service as it hands them out: JSON lines, a list, a page of an interface, or a CSV with a JSON column.

A source says what one record means; this module finds the records, keeps their places and turns rows into columns.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import orjson
import pyarrow as pa

from kuramori_lake import clock
from kuramori_lake.event import PARSED, Activity, Confidence, Outcome, TimeBasis
from kuramori_lake.sources.lines import split
from kuramori_lake.sources.parsed import Options, Reading, Reject, Source, digest, reject

ROWS_A_READING: Final = 20_000
PAGES: Final = ("items", "entries", "value", "events")
"""Where a page of Google, Box, Microsoft or Dropbox keeps its records."""
JSON_COLUMN: Final = "AuditData"
BULK: Final = frozenset({Activity.READ, Activity.DOWNLOAD, Activity.UPLOAD, Activity.WRITE})
"""Accesses to files: their columns say all, so their members are not kept a second time."""

Record = Mapping[str, Any]
Row = dict[str, Any]
"""Columns of `event.PARSED`, with `time` (ISO text, UTC unless it says otherwise) and `id` (the source's own)."""


class RecordError(ValueError):
    """A record that cannot be understood; the message is the reason shown in quarantine."""


@dataclass(slots=True)
class _Found:
    row: int
    offset: int | None
    length: int
    record: Any
    raw: bytes


def words(value: Any) -> str | None:
    """A member as text; None for nothing and for what is no single value."""
    if value is None or value == "" or isinstance(value, dict | list):
        return None
    return str(value)


def inside(record: Any, *names: str) -> Any:
    """A member of a member, None where there is none."""
    for name in names:
        record = record.get(name) if isinstance(record, Mapping) else None
    return record


def records(value: Any) -> list[Record]:
    """The objects in a list, [] for anything else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def domain_of(address: str | None) -> str | None:
    """What stands behind the last @, in small letters."""
    return address.rpartition("@")[2].casefold() or None if address and "@" in address else None


def size_of(value: Any) -> int | None:
    """A size or count that fits its column."""
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and int(text) < 2**63 else None


def _pages(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        page: list[Any] | None = next((value[name] for name in PAGES if isinstance(value.get(name), list)), None)
        if page is not None and "id" not in value:
            return page
    return [value]


def _from_lines(content: bytes) -> Iterator[_Found | Reject]:
    for chunk in split(content):
        for place in chunk.table.to_pylist():
            line = place["line"].strip().removeprefix(b"\xef\xbb\xbf")
            if not line:
                continue
            row, offset = place["raw_row"], place["raw_offset"]
            try:
                found = _pages(orjson.loads(line))
            except orjson.JSONDecodeError as error:
                yield reject(row, offset, f"not JSON: {error}", line)
                continue
            for record in found:
                yield _Found(row, offset, len(line), record, line)


def _from_csv(content: bytes) -> Iterator[_Found | Reject]:
    """Purview's export: one column holds the record as JSON."""
    text = io.StringIO(content.decode("utf-8-sig", errors="replace").replace("\0", ""), newline="")
    reader = csv.reader(text)
    header = next(reader, [])
    at = header.index(JSON_COLUMN)
    for row, cells in enumerate(reader, 2):
        cell = cells[at].encode() if at < len(cells) else b""
        try:
            yield _Found(row, None, len(cell), orjson.loads(cell), cell)
        except orjson.JSONDecodeError as error:
            yield reject(row, None, f"not JSON: {error}", cell)


def _found(content: bytes) -> Iterator[_Found | Reject]:
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith((b"{", b"[")) and JSON_COLUMN.encode() in head.partition(b"\n")[0]:
        try:
            yield from _from_csv(content)
        except csv.Error as error:
            yield reject(1, None, str(error), content)
        return
    first = content.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")[0].strip()
    if first in {b"{", b"["} or first.endswith((b"{", b"[", b",")):  # printed over several lines
        try:
            whole = _pages(orjson.loads(content.removeprefix(b"\xef\xbb\xbf")))
        except orjson.JSONDecodeError as error:
            yield reject(1, 0, f"not JSON: {error}", content)
            return
        for row, record in enumerate(whole, 1):
            yield _Found(row, None, 0, record, b"")
        return
    yield from _from_lines(content)


def _row(found: Row, place: _Found, at: int, name: str, options: Options) -> Row:
    time, known = found.pop("time"), found.pop("id", None)
    if not isinstance(time, str):
        raise RecordError("no time")
    own = f"{known}\0{at}".encode() if known else orjson.dumps(place.record, option=orjson.OPT_SORT_KEYS) + b"%d" % at
    if found["activity"] not in BULK and "fields" not in found:
        found["fields"] = orjson.dumps(place.record).decode()
    return {
        "row_key": digest(options.salt, name.encode() + b"\0" + own),
        "time_utc": clock.iso_micros(time),
        "original_text": time,
        "tz_basis": TimeBasis.EXPLICIT,
        "confidence": Confidence.AUTHENTICATED if found.get("actor_raw") else None,
        "outcome": Outcome.OK,
        "raw_row": place.row,
        "raw_offset": place.offset,
        "raw_length": place.length,
        "raw_encoding": "utf-8",
    } | found


def _table(rows: list[Row]) -> pa.Table:
    names = dict.fromkeys(name for row in rows for name in row) or PARSED.names
    return pa.table({name: pa.array([row.get(name) for row in rows], PARSED.field(name).type) for name in names})


def parse(
    name: str, meaning: Callable[[Record, Options], Iterable[Row]], data: bytes | memoryview, options: Options
) -> Iterator[Reading]:
    """Read one file. A record of several deeds is several rows, one of none is ignored."""
    rows: list[Row] = []
    rejects: list[Reject] = []
    ignored = 0
    for found in _found(bytes(data)):
        if isinstance(found, Reject):
            rejects.append(found)
            continue
        try:
            if not isinstance(found.record, dict):
                raise RecordError("not an object")
            meant = [_row(row, found, at, name, options) for at, row in enumerate(meaning(found.record, options))]
        except (ValueError, TypeError, AttributeError, KeyError, OverflowError) as error:
            rejects.append(reject(found.row, found.offset, f"not understood: {error}", found.raw))
            continue
        ignored += not meant
        rows += meant
        if len(rows) >= ROWS_A_READING:
            yield Reading(events=_table(rows), rejects=tuple(rejects), ignored=ignored)
            rows, rejects, ignored = [], [], 0
    yield Reading(events=_table(rows), rejects=tuple(rejects), ignored=ignored)


def json_source(
    name: str, version: int, meaning: Callable[[Record, Options], Iterable[Row]], *, numbered: bool = True
) -> Source:
    """A kind of log by the function that says what one of its records means."""
    return Source(name=name, version=version, parse=partial(parse, name, meaning), numbered=numbered)
