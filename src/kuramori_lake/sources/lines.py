"""A text log as an Arrow table of its lines, without copying it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Places = npt.NDArray[np.int64]

CHUNK_BYTES: Final = 16 * 2**20
_TAIL: Final = 2**16
_PIECE: Final = 2**18
LONGEST_LINE: Final = 2**20
"""A longer "line" is not a log line; it goes to quarantine as one row."""


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Consecutive whole lines of one file. `table` has `raw_row`, `raw_offset`, `raw_length` and `line` (bytes)."""

    table: pa.Table
    last: bool


def _cut(data: memoryview, start: int) -> int:
    """End of the chunk that begins at `start`: after a line feed, or the end of the file."""
    end = min(start + CHUNK_BYTES, len(data))
    while end < len(data):
        for since in (max(end - _TAIL, start), start):
            at = bytes(data[since:end]).rfind(b"\n")
            if at >= 0:
                return since + at + 1
        end = min(end + CHUNK_BYTES, len(data))
    return end


def _line_ends(chunk: bytes) -> Places:
    """Where lines end, looked for in pieces that stay in the processor's cache."""
    letters, is_end = np.frombuffer(chunk, dtype=np.uint8), np.empty(_PIECE, dtype=bool)
    found = [np.empty(0, dtype=np.int64)]
    for at in range(0, len(letters), _PIECE):
        piece = letters[at : at + _PIECE]
        found.append(np.flatnonzero(np.equal(piece, ord("\n"), out=is_end[: len(piece)])) + (at + 1))
    return np.concatenate(found)


def _table(chunk: bytes, *, offset: int, first_row: int) -> pa.Table:
    ends = _line_ends(chunk)
    if chunk and (not len(ends) or ends[-1] != len(chunk)):
        ends = np.append(ends, len(chunk))
    bounds = np.concatenate((np.zeros(1, dtype=np.int64), ends))
    lines = pa.Array.from_buffers(pa.large_binary(), len(ends), [None, pa.py_buffer(bounds), pa.py_buffer(chunk)])
    return pa.table(
        {
            "raw_row": pa.array(np.arange(first_row, first_row + len(ends))),
            "raw_offset": pa.array(bounds[:-1] + offset),
            "raw_length": pa.array(np.diff(bounds)),
            "line": lines,
        }
    )


def split(data: bytes | memoryview) -> Iterator[Lines]:
    """Cut a file into chunks of whole lines; each keeps its line feed, so that offsets are those of the raw bytes."""
    view = memoryview(data)
    start, row = 0, 1
    while start < len(view):
        end = _cut(view, start)
        table = _table(bytes(view[start:end]), offset=start, first_row=row)
        yield Lines(table=table, last=end == len(view))
        start, row = end, row + table.num_rows


def _as_utf8(lines: pa.Array) -> pa.Array | None:
    """The lines as text if all of them are UTF-8."""
    text = lines.view(pa.large_string())
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return None
    return text


def _converted(lines: pa.Array) -> pa.Array | None:
    """The lines as text if all of them are CP932, none of whose letters holds a line feed: decoded at one go."""
    try:
        content = lines.buffers()[2].to_pybytes().decode("cp932").encode()
    except UnicodeDecodeError:
        return None
    bounds = np.append(0, _line_ends(content))
    if len(bounds) == len(lines):  # the last line has no line feed
        bounds = np.append(bounds, len(content))
    return pa.Array.from_buffers(pa.large_string(), len(lines), [None, pa.py_buffer(bounds), pa.py_buffer(content)])


def _text(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


def decoded(table: pa.Table, encoding: str) -> pa.Table:
    """The lines as text, with `bad` for those the encoding cannot read (their text is empty) or that are too long."""
    lines = table["line"].chunk(0)
    bad = np.asarray(table["raw_length"]) > LONGEST_LINE
    text = _as_utf8(lines) if encoding == "utf-8" else _converted(lines) if encoding == "cp932" else None
    if text is None:
        texts = [_text(line, encoding) for line in lines.to_pylist()]
        bad |= np.array([one is None for one in texts])
        text = pa.array([one or "" for one in texts], pa.large_string())
    return table.set_column(3, "line", text).append_column("bad", pa.array(bad))
