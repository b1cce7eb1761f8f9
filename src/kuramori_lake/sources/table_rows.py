"""The rows of a table as columns: line by line where no cell is quoted, else as Python's reader finds them."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kuramori_lake.columns import Fields
from kuramori_lake.side_by_side import side_by_side
from kuramori_lake.sources.lines import Lines, decoded, split
from kuramori_lake.sources.parsed import Reject, digests, reject
from kuramori_lake.sources.table_meaning import Cells

ROWS_A_READING: Final = 50_000
BETWEEN: Final = "\x1f"
"""Between the cells of a row whose digest is taken: the same in any delimiter."""


@dataclass(frozen=True, slots=True)
class Line:
    """A physical line; `text` None: its bytes are not of the file's encoding."""

    row: int
    offset: int
    length: int
    text: str | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class Row:
    """A row and the place of the lines that it was made of."""

    row: int
    offset: int
    length: int
    cells: list[str]


@dataclass(frozen=True, kw_only=True)
class Part:
    """Some rows of a table, what could not be read beside them, and how many of them are blank."""

    cells: Cells
    rejects: list[Reject] = field(default_factory=list)
    blank: int = 0


def lines(content: bytes, encoding: str, start: int = 0, row: int = 0) -> Iterator[Line]:
    """Physical lines with their place, from `start` on, after `row` lines before it."""
    feed = "\n".encode(encoding)
    while start < len(content):
        end = content.find(feed, start)
        while end >= 0 and (end - start) % len(feed):  # a line feed must lie on a whole UTF-16 unit
            end = content.find(feed, end + 1)
        end = len(content) if end < 0 else end + len(feed)
        raw, row = content[start:end], row + 1
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            text = None
        yield Line(row, start, end - start, text, raw)
        start = end


class _Reader:
    """Python's reader of such tables over lines: a quoted cell may span several."""

    def __init__(self, lines: Iterable[Line], body: "Body") -> None:
        self.rejects: list[Reject] = []
        self._lines, self._body = lines, body
        self._fed: list[Line] = []

    def _texts(self) -> Iterator[str]:
        for line in self._lines:
            if line.text is None:
                self.rejects.append(reject(line.row, line.offset, f"not {self._body.encoding}", line.raw))
                continue
            self._fed.append(line)
            yield line.text.replace("\0", "")

    def rows(self) -> Iterator[Row]:
        """Rows with the place of all their lines."""
        reader = csv.reader(self._texts(), delimiter=self._body.delimiter)
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
            yield Row(first.row, first.offset, sum(line.length for line in self._fed), cells)

    def part(self, found: Sequence[Row]) -> Part:
        """Rows as columns, and what was rejected meanwhile."""
        rejects, self.rejects = self.rejects, []
        rows = [row for row in found if any(cell.strip() for cell in row.cells)]
        keys = [BETWEEN.join(row.cells).encode("utf-8", "surrogatepass") for row in rows]
        cells = Cells(
            columns={
                name: _trimmed(pa.array([_cell(row, at) for row in rows], pa.large_string()))
                for name, at in self._body.columns.items()
            },
            keys=digests(self._body.salt, pa.array(keys, pa.large_binary())),
            rows=np.array([row.row for row in rows], dtype=np.int64),
            offsets=np.array([row.offset for row in rows], dtype=np.int64),
            lengths=np.array([row.length for row in rows], dtype=np.int64),
        )
        return Part(cells=cells, rejects=rejects, blank=len(found) - len(rows))


def _cell(row: Row, at: int) -> str:
    return row.cells[at] if at < len(row.cells) else ""


def _trimmed(column: pa.Array) -> pa.Array:
    return pc.utf8_trim_whitespace(column)


@dataclass(frozen=True, kw_only=True)
class Body:
    """What stands below the header, which ends at `start`, the end of line `row`."""

    content: bytes
    """The whole file."""
    start: int
    row: int
    encoding: str
    delimiter: str
    columns: Mapping[str, int]
    """The columns asked for, and their places."""
    salt: bytes

    def parts(self) -> Iterator[Part]:
        """All rows, part by part; one at least."""
        if self.encoding.startswith("utf-16") or self.start >= len(self.content):
            yield from self._by_reader(self.start, self.row)
            return
        for found in side_by_side(self._of_lines, split(memoryview(self.content)[self.start :])):
            if isinstance(found, Part):
                yield found
            else:  # a cell may go on into the next chunk
                yield from self._by_reader(*found)
                return

    def _by_reader(self, start: int, row: int, end: int | None = None) -> Iterator[Part]:
        reader = _Reader(lines(self.content[:end], self.encoding, start, row), self)
        rows = reader.rows()
        found = list(islice(rows, ROWS_A_READING))
        while len(found) == ROWS_A_READING:
            yield reader.part(found)
            found = list(islice(rows, ROWS_A_READING))
        yield reader.part(found)

    def _of_lines(self, chunk: Lines) -> Part | tuple[int, int]:
        """The rows of a chunk at one go; if only the reader understands its quotes, its place and the row before it."""
        table = decoded(chunk.table, self.encoding)
        text = pc.ascii_rtrim(table["line"].chunk(0), characters="\r\n")
        joined = self._joined(text)
        if joined is None or not _is_plain(table, text):
            place = chunk.table.slice(0, 1).to_pylist()[0]
            start, row = self.start + place["raw_offset"], self.row + place["raw_row"] - 1
            if joined is None:
                return start, row
            content = self.content[: start + pc.sum(table["raw_length"]).as_py()]
            reader = _Reader(lines(content, self.encoding, start, row), self)
            return reader.part(list(reader.rows()))
        keep = np.flatnonzero(~np.asarray(pc.equal(_trimmed(pc.replace_substring(joined, BETWEEN, "")), "")))
        fields = Fields(joined, BETWEEN)
        cells = Cells(
            columns={
                name: _trimmed(pc.fill_null(fields.take(keep, np.where(fields.counts[keep] > at, at, -1)), ""))
                for name, at in self.columns.items()
            },
            keys=digests(self.salt, joined.take(pa.array(keep)).view(pa.large_binary())),
            rows=np.asarray(table["raw_row"])[keep] + self.row,
            offsets=np.asarray(table["raw_offset"])[keep] + self.start,
            lengths=np.asarray(table["raw_length"])[keep],
        )
        return Part(cells=cells, blank=len(text) - len(keep))

    def _joined(self, text: pa.Array) -> pa.Array | None:
        """Rows with `BETWEEN` between their cells, none of which is quoted or all of which are; None for others."""
        if not pc.any(pc.match_substring(text, '"')).as_py():
            return pc.replace_substring(text, self.delimiter, BETWEEN)
        whole = pc.and_(pc.starts_with(text, '"'), pc.ends_with(text, '"'))
        inner = pc.binary_slice(text.view(pa.large_binary()), 1, -1).view(pa.large_string())
        joined = pc.replace_substring(inner, f'"{self.delimiter}"', BETWEEN)
        is_told = pc.and_(pc.greater(pc.binary_length(text), 1), pc.invert(pc.match_substring(joined, '"')))
        return joined if pc.all(pc.and_(whole, is_told)).as_py() else None


def _is_plain(table: pa.Table, text: pa.Array) -> bool:
    """No line is undecodable, longer than the reader allows, or holds a letter that parts or ends cells."""
    if pc.any(table["bad"]).as_py() or pc.max(table["raw_length"]).as_py() > csv.field_size_limit():
        return False
    return not any(pc.any(pc.match_substring(text, one)).as_py() for one in ("\r", "\0", BETWEEN))
