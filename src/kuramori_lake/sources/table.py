"""Any CSV or TSV by a mapping: badge controllers, visitors' books, copiers, Japanese endpoint managers.

Encodings: UTF-8 with or without BOM, UTF-16 with BOM, CP932 (never `shift_jis`, which fails on ① and 髙). A row that is
not understood goes to quarantine alone. Two equal rows are two events; the digest is of the cells, so that the same
export in another encoding is known again.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from kuramori_lake import clock
from kuramori_lake.event import PARSED, Outcome, TimeBasis
from kuramori_lake.sources import dates
from kuramori_lake.sources.mapping import JOINED, Choice, Mapping, load, plain, presets
from kuramori_lake.sources.parsed import Options, Reading, Reject, Source, digest, reject

PREAMBLE_ROWS: Final = 50
ROWS_A_READING: Final = 50_000
_DELIMITERS: Final = ",\t;|"
_INTEGERS: Final = frozenset({"size", "bytes", "count"})

__all__ = ["TableError", "presets", "table_source"]


class TableError(ValueError):
    """A row cannot be understood; the message is the reason shown in quarantine."""


@dataclass(slots=True)
class _Line:
    row: int
    offset: int
    length: int
    text: str | None
    raw: bytes


@dataclass(slots=True)
class _Row:
    row: int
    offset: int
    length: int
    cells: list[str]


def encoding_of(data: bytes) -> str:
    """By its BOM, else UTF-8 if all of it is, else CP932."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16-le" if data[0] == 0xFF else "utf-16-be"  # noqa: PLR2004
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp932"
    return "utf-8"


def _lines(data: bytes, encoding: str) -> Iterator[_Line]:
    """Physical lines with their place; the BOM belongs to none."""
    feed = "\n".encode(encoding)
    at = 2 if encoding.startswith("utf-16") else 3 if data.startswith(b"\xef\xbb\xbf") else 0
    row = 0
    while at < len(data):
        end = data.find(feed, at)
        while end >= 0 and (end - at) % len(feed):  # a line feed must lie on a whole UTF-16 unit
            end = data.find(feed, end + 1)
        end = len(data) if end < 0 else end + len(feed)
        raw, row = data[at:end], row + 1
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            text = None
        yield _Line(row, at, end - at, text, raw)
        at = end


def _delimiter(text: str) -> str:
    return max(_DELIMITERS, key=text.count)


class _Table:
    """The rows of one file, with the places of the lines that each was made of."""

    def __init__(self, data: bytes, encoding: str, mapping: Mapping) -> None:
        self.rejects: list[Reject] = []
        self._lines = _lines(data, encoding)
        self._encoding = encoding
        self._fed: list[_Line] = []
        self.preamble = 0
        self.columns = self._header(mapping)

    def _header(self, mapping: Mapping) -> dict[str, int]:
        """Skip the preamble; the header is the first row that has the columns asked for."""
        for line in self._lines:
            text = line.text or ""
            self._delimiter = _delimiter(text)
            cells = [plain(cell) for cell in next(csv.reader([text], delimiter=self._delimiter), [])]
            if set(mapping.header) <= set(cells):
                return {name: at for at, name in reversed(list(enumerate(cells)))}
            self.preamble += 1
            if self.preamble > PREAMBLE_ROWS:
                break
        raise TableError(f"no header row with {', '.join(mapping.header)}")

    def _texts(self) -> Iterator[str]:
        for line in self._lines:
            if line.text is None:
                self.rejects.append(reject(line.row, line.offset, f"not {self._encoding}", line.raw))
                continue
            self._fed.append(line)
            yield line.text.replace("\0", "")

    def rows(self) -> Iterator[_Row]:
        """Rows after the header; a quoted cell may span lines."""
        reader = csv.reader(self._texts(), delimiter=self._delimiter)
        while True:
            self._fed.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                first = self._fed[0]
                self.rejects.append(reject(first.row, first.offset, str(error), first.raw))
                continue
            first = self._fed[0]
            yield _Row(first.row, first.offset, sum(line.length for line in self._fed), cells)


class _Meaning:
    """Turns rows into events by a mapping."""

    def __init__(self, mapping: Mapping, options: Options, columns: dict[str, int], encoding: str) -> None:
        self._map = mapping
        self._options = options
        self._columns = columns
        self._zone = ZoneInfo(mapping.zone) if mapping.zone else options.zone
        self._basis = TimeBasis.EXPLICIT if mapping.zone else options.basis
        self._patterns = {name: (column, re.compile(rule)) for name, (column, rule) in mapping.extract.items()}
        self._encoding = encoding
        self._last: dict[tuple[Any, ...], int] = {}

    def _repeats(self, found: dict[str, Any]) -> bool:
        """The same deed of the same actor at the same place, so soon after the last that it is the same passage."""
        if not self._map.repeat_s or not found["actor_raw"]:
            return False
        key = (found["actor_raw"], found["activity"], found.get("device"), found.get("reader"))
        before, self._last[key] = self._last.get(key), found["local"]
        return before is not None and 0 <= found["local"] - before <= self._map.repeat_s * 1_000_000

    def _cell(self, cells: list[str], column: str) -> str:
        at = self._columns.get(column)
        return cells[at].strip() if at is not None and at < len(cells) else ""

    def _chosen(self, cells: list[str], choice: Choice) -> str | None:
        if not choice.columns:
            return choice.default
        value = plain(JOINED.join(self._cell(cells, column) for column in choice.columns))
        if value in choice.values:
            return choice.values[value]
        return next((ours for theirs, ours in choice.values.items() if value.startswith(theirs)), choice.default)

    def read(self, row: _Row) -> dict[str, Any] | None:
        """The event of a row, None if it is skipped by design.

        Raises:
            TableError, dates.DateError: it is not understood.
        """
        cells, mapping = row.cells, self._map
        theirs = plain(JOINED.join(self._cell(cells, column) for column in mapping.activity.columns))
        if theirs in mapping.ignore:
            return None
        activity = self._chosen(cells, mapping.activity)
        if activity is None:
            raise TableError(f"unknown activity {theirs!r}")
        original = " ".join(self._cell(cells, column) for column in mapping.time)
        local, offset = dates.parse(original)
        actor, namespace = self._actor(cells)
        found = {
            "row_key": digest(self._options.salt, "\x1f".join(cells).encode("utf-8", "surrogatepass")),
            "local": local if offset is None else local - offset,
            "is_utc": offset is not None,
            "original_text": original,
            "tz_basis": self._basis if offset is None else TimeBasis.EXPLICIT,
            "actor_raw": actor,
            "actor_namespace": namespace,
            "confidence": mapping.confidence if actor else None,
            "activity": activity,
            "outcome": self._chosen(cells, mapping.outcome) or Outcome.UNKNOWN,
            "object_kind": mapping.object_kind,
            "destination_class": self._chosen(cells, mapping.destination),
            "raw_row": row.row,
            "raw_offset": row.offset,
            "raw_length": row.length,
            "raw_encoding": self._encoding,
        }
        if mapping.offset:
            found["offset_s"] = dates.offset_of(self._cell(cells, mapping.offset))
        found |= self._fields(cells)
        return found | {"flags": "repeat"} if self._repeats(found) else found

    def _actor(self, cells: list[str]) -> tuple[str | None, str | None]:
        for column, namespace in self._map.actor:
            if value := self._cell(cells, column):
                return value, namespace
        return None, None

    def _fields(self, cells: list[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, columns in self._map.fields.items():
            found[name] = next((value for column in columns if (value := self._cell(cells, column))), None)
        for name, (column, pattern) in self._patterns.items():
            match = pattern.search(self._cell(cells, column))
            if match:
                found[name] = match[1]
        for name in _INTEGERS & set(found):
            found[name] = _integer(found[name])
        return found

    def table(self, rows: list[dict[str, Any]]) -> pa.Table:
        """Rows as columns, their times in UTC."""
        local = np.array([row.pop("local") for row in rows], dtype=np.int64)
        is_utc = np.array([row.pop("is_utc") for row in rows], dtype=bool)
        utc = np.where(is_utc, local, clock.to_utc(local, self._zone))
        names = dict.fromkeys(name for row in rows for name in row)
        columns = {name: pa.array([row.get(name) for row in rows], _type_of(name)) for name in names}
        columns["time_utc"] = pa.array(utc).cast(pa.timestamp("us"))
        columns.setdefault("row_key", pa.array([], pa.uint64()))
        return pa.table(columns)


def _type_of(name: str) -> pa.DataType:
    return pa.int32() if name == "offset_s" else PARSED.field(name).type


def _integer(text: str | None) -> int | None:
    """A number as people write it, `1,234` or `３`; None if it is none."""
    digits = plain(text or "").replace(",", "")
    return int(digits) if digits.isdecimal() else None


def parse(mapping: Mapping, data: bytes | memoryview, options: Options) -> Iterator[Reading]:
    """Read one table. A file without the header is one reject, so that the counts still say that it came."""
    content = bytes(data)
    encoding = encoding_of(content)
    try:
        table = _Table(content, encoding, mapping)
    except TableError as error:
        yield Reading(
            events=_Meaning(mapping, options, {}, encoding).table([]), rejects=(reject(1, 0, str(error), content),)
        )
        return
    meaning = _Meaning(mapping, options, table.columns, encoding)
    rows: list[dict[str, Any]] = []
    ignored = table.preamble + 1
    for row in table.rows():
        try:
            found = meaning.read(row) if any(cell.strip() for cell in row.cells) else None
        except (TableError, dates.DateError) as error:
            raw = content[row.offset : row.offset + row.length]
            table.rejects.append(reject(row.row, row.offset, str(error), raw))
            continue
        if found is None:
            ignored += 1
        else:
            rows.append(found)
        if len(rows) >= ROWS_A_READING:
            yield Reading(events=meaning.table(rows), rejects=tuple(table.rejects), ignored=ignored)
            rows, table.rejects, ignored = [], [], 0
    yield Reading(events=meaning.table(rows), rejects=tuple(table.rejects), ignored=ignored)


def table_source(name: str) -> Source | None:
    """The parser for a preset, or for a mapping in a `.json` file; None if there is none.

    Raises:
        MappingError: the mapping file is wrong.
    """
    mapping = load(name)
    if mapping is None:
        return None
    return Source(name=f"table:{mapping.name}", version=mapping.version, parse=partial(parse, mapping))
