"""Logs that name their columns in a line `#Fields: …`, or in their first row: rows by name, whatever the order.

The W3C's extended log format (a working draft of 1996 that IIS and ProxySG write) parts values by blanks, Exchange by
commas. A log may name other columns further down: each row is read by the line above it.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from kuramori_lake.sources.dates import DateError
from kuramori_lake.sources.parsed import Options, Reading, Reject, Source, reject
from kuramori_lake.sources.table import encoding_of
from kuramori_lake.sources.table_rows import Line, lines
from kuramori_lake.sources.text_rows import Row, table_of

ROWS_A_READING: Final = 20_000
_VALUE: Final = re.compile(r'"((?:[^"]|"")*)"|(\S+)')
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_NOTHING: Final = frozenset({"", "-"})
Named = Mapping[str, str]
"""Values by the name of their column, lower case with `_` for `-`; what stands for nothing is left out."""
Meaning = Callable[[Named, Options], Iterable[Row]]


class RowError(ValueError):
    """A row that cannot be understood; the message is the reason shown in quarantine."""


@dataclass(frozen=True, kw_only=True)
class Format:
    """How one kind of log is written."""

    values: Callable[[str], list[str]]
    first: str = ""
    """Name of a column by which a first row without `#Fields:` is known as one that names the columns."""


def by_blanks(text: str) -> list[str]:
    """Values between blanks or tabs; one in quotes may hold them, and doubles its own quotes."""
    return [
        match[1].replace('""', '"') if match[1] is not None else match[2] for match in _VALUE.finditer(text)
    ]  # fmt: skip


def by_commas(text: str) -> list[str]:
    """One line of CSV."""
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error as error:
        raise RowError(str(error)) from error


def _name(text: str) -> str:
    return text.strip().casefold().replace("-", "_")


class _Log:
    """One file while it is read: the columns named last, and the day of `#Date:`."""

    def __init__(self, form: Format) -> None:
        self._form = form
        self._columns: list[str] = []
        self._day = ""

    def named(self, text: str) -> Named | None:
        """The values of a row; None for a line that is none.

        Raises:
            RowError: it has not the values of its columns, or no line named any.
        """
        text = text.strip("\r\n\0 ")
        if not text or text.startswith("#"):
            self._directive(text)
            return None
        values = self._form.values(text)
        if not self._columns and self._form.first and self._form.first in {_name(value) for value in values}:
            self._columns = [_name(value) for value in values]
            return None
        if len(values) != len(self._columns):
            raise RowError(f"{len(values)} values, {len(self._columns)} columns are named")
        found = {name: value for name, value in zip(self._columns, values, strict=True) if value not in _NOTHING}
        return found if "date" in found or not self._day else {"date": self._day} | found

    def _directive(self, text: str) -> None:
        kind, _, rest = text.partition(":")
        if kind.casefold() == "#fields":
            self._columns = [_name(value) for value in self._form.values(rest.strip())]
        elif kind.casefold() == "#date":
            self._day = rest.strip()[:10]


def parse(form: Format, meaning: Meaning, data: bytes | memoryview, options: Options) -> Iterator[Reading]:
    """Read one log. A row of several deeds is several rows, one of none is ignored, one not understood is a reject."""
    content = bytes(data)
    encoding = encoding_of(content)
    log = _Log(form)
    rows: list[Row] = []
    rejects: list[Reject] = []
    ignored = 0
    for line in lines(content, encoding, start=_after_mark(content)):
        try:
            meant = _meant(log, line, meaning, options, encoding)
        except (RowError, DateError, ValueError, OverflowError) as error:
            rejects.append(reject(line.row, line.offset, str(error), line.raw.rstrip(b"\r\n")))
            continue
        ignored += not meant
        rows += meant
        if len(rows) >= ROWS_A_READING:
            yield Reading(events=table_of(rows), rejects=tuple(rejects), ignored=ignored)
            rows, rejects, ignored = [], [], 0
    yield Reading(events=table_of(rows), rejects=tuple(rejects), ignored=ignored)


def _after_mark(content: bytes) -> int:
    """Where the text begins: the mark of its encoding (BOM) belongs to no line."""
    return next((len(mark) for mark in _MARKS if content.startswith(mark)), 0)


def _meant(log: _Log, line: Line, meaning: Meaning, options: Options, encoding: str) -> list[Row]:
    if line.text is None:
        raise RowError(f"not {encoding}")
    named = log.named(line.text)
    place = {
        "raw_row": line.row, "raw_offset": line.offset, "raw_length": line.length, "raw_encoding": encoding,
    }  # fmt: skip
    return [place | row for row in meaning(named, options)] if named else []


def named_source(name: str, version: int, form: Format, meaning: Meaning, *, numbered: bool = False) -> Source:
    """A kind of log by the function that says what one of its rows means."""
    return Source(name=name, version=version, parse=partial(parse, form, meaning), numbered=numbered)
