"""Read canonical JSON of any length: an object whose long lists come item by item, and never stand in memory whole."""

import codecs
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from typing import IO, Any

from kuramori_verify.canonical import FormError, canonical_decoder, demand_canonical
from kuramori_verify.sources import read_piece

PIECE_BYTES = 1 << 18
MAX_VALUE_CHARACTERS = 256 * 2**20


class CanonicalStream:
    """The characters of one JSON text, read as they are needed. Raises FormError, UnreadableError."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text, self._at, self._has_more = "", 0, True

    def members(self) -> Iterator[str]:
        """Yield the names of the object that is the whole text; the caller reads the value of each."""
        self._expect("{")
        last = ""
        while not self._passed("}"):
            if last:
                self._expect(",")
            name = self.value()
            if not isinstance(name, str) or name <= last:
                raise FormError("the names of an object's members are sorted, each once")
            self._expect(":")
            yield name
            last = name
        if self._next():
            raise FormError("something follows the value")

    def items(self) -> Iterator[Any]:
        """Yield the items of the list that comes next."""
        self._expect("[")
        if self._passed("]"):
            return
        yield self.value()
        while not self._passed("]"):
            self._expect(",")
            yield self.value()

    def value(self) -> Any:
        """Read the value that comes next."""
        try:
            value, end = self._decoded()
            demand_canonical(value, self._text[self._at : end])
        except RecursionError as error:
            raise FormError("nested too deep") from error
        self._at = end
        return value

    def _decoded(self) -> tuple[Any, int]:
        while True:
            try:
                value, end = canonical_decoder.raw_decode(self._text, self._at)
            except FormError:
                raise
            except ValueError as error:
                if not self._read_on():
                    raise FormError(f"not canonical JSON: {error}"[:200]) from error
                continue
            # A number may go on in what was not read yet.
            if end < len(self._text) or not self._read_on():
                return value, end

    def _next(self) -> str:
        if self._at == len(self._text):
            self._read_on()
        return self._text[self._at : self._at + 1]

    def _passed(self, sign: str) -> bool:
        is_next = self._next() == sign
        self._at += is_next
        return is_next

    def _expect(self, sign: str) -> None:
        if not self._passed(sign):
            raise FormError(f"not canonical JSON: {sign} is expected")

    def _read_on(self) -> bool:
        """Read as much again as waits already, so that a long value is parsed a few times only; False at the end."""
        waiting = self._text[self._at :]
        if not self._has_more:
            return False
        if len(waiting) > MAX_VALUE_CHARACTERS:
            raise FormError(f"a value of more than {MAX_VALUE_CHARACTERS} characters")
        raw = read_piece(self._file, max(PIECE_BYTES, len(waiting)))
        self._has_more = bool(raw)
        try:
            self._text, self._at = waiting + self._decoder.decode(raw, final=not raw), 0
        except UnicodeDecodeError as error:
            raise FormError(f"not canonical JSON: {error}"[:200]) from error
        return self._has_more


class ByIndex:
    """Bytes of one length by ledger index: that length and 8 bytes of memory each."""

    def __init__(self, width: int) -> None:
        self._width, self._values, self._indexes = width, bytearray(), array("q")
        self._places: dict[int, int] | None = None  # only where the indexes do not ascend

    def add(self, index: int, value: bytes) -> None:
        """Take the value of an index; of several the last one counts."""
        if self._places is None and self._indexes and index <= self._indexes[-1]:
            self._places = {each: place for place, each in enumerate(self._indexes)}
        if self._places is not None:
            self._places[index] = len(self)
        self._indexes.append(index)
        self._values += value

    def get(self, index: int) -> bytes | None:
        """Return the value of an index, None where there is none."""
        place = bisect_left(self._indexes, index) if self._places is None else self._places.get(index, len(self))
        is_there = place < len(self) and self._indexes[place] == index
        return bytes(self._values[place * self._width : (place + 1) * self._width]) if is_there else None

    def __len__(self) -> int:
        """Count the values."""
        return len(self._indexes)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the values in the order in which they were added."""
        for first in range(0, len(self._values), self._width):
            yield bytes(self._values[first : first + self._width])
