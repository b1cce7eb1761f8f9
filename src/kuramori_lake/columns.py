"""Text columns worked out once per distinct value: a log has millions of lines, but few kinds of them.

Arrow's kernels cut and gather text several times faster than SQL's string functions, and release the interpreter's
lock, so that two parts of a file are worked on at once.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Rows = npt.NDArray[np.int64]


class Fields:
    """The fields of lines that one character parts; the first has number 0."""

    def __init__(self, text: pa.Array, separator: str) -> None:
        """Cut every line; none of them is null."""
        cut = pc.split_pattern(text, separator)
        bounds = np.asarray(cut.offsets).astype(np.int64)
        self._words, self._starts = cut.values, bounds[:-1]
        self.counts: Rows = np.diff(bounds)

    def take(self, rows: Rows, number: int | Rows) -> pa.Array:
        """The field of that number (or the number of its own for each row, -1: null) in some lines that have it."""
        places = self._starts[rows] + number
        return self._words.take(pa.array(places, mask=np.broadcast_to(np.less(number, 0), places.shape)))


def kinds(columns: Sequence[pa.Array]) -> tuple[Rows, Rows]:
    """The kind of each row, numbered from 0: rows with the same (or nothing) in all columns; the first row of each."""
    kind, numbers = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column in columns:
        coded = column.dictionary_encode(null_encoding="encode")
        words = max(len(coded.dictionary), 1)
        if numbers * words > np.iinfo(np.int64).max:
            kind, numbers = _numbered(kind), len(kind)
        kind, numbers = kind * words + np.asarray(coded.indices), numbers * words
    kind = _numbered(kind)
    first = np.empty(kind.max(initial=-1) + 1, dtype=np.int64)
    first[kind[::-1]] = np.arange(len(kind))[::-1]
    return kind, first


def _numbered(kind: Rows) -> Rows:
    """The same kinds, numbered from 0 as they come."""
    return np.asarray(pa.array(kind).dictionary_encode().indices).astype(np.int64)


def per_word(column: pa.Array | pa.ChunkedArray, found: Callable[[Any], object], kind: pa.DataType) -> pa.Array:
    """What a function says of each row, asked once per distinct value; it is asked of None too if there is a null."""
    parts = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    whole = pa.concat_arrays(parts) if parts else pa.array([], column.type)
    coded = whole.dictionary_encode(null_encoding="encode")
    return pa.array([found(word) for word in coded.dictionary.to_pylist()], kind).take(coded.indices)
