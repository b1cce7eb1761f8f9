"""What a bundle says of hundreds of thousands of entries, kept small: some bytes of memory each, words on the disk.

Each class here is filled once, in the ledger's order, and then read as a sequence, as often as needed.
"""

import json
import tempfile
import weakref
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Generic, TypeVar, overload

from kuramori.evidence.rules.bundle import ChronologyRow, Withheld, shown_digest

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
HASH = 32
T = TypeVar("T")


class Compact(Sequence[T], Generic[T]):
    """A sequence that makes its items when they are asked for; a slice of it is a list."""

    def _item(self, place: int) -> T:
        raise NotImplementedError

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        """Make one item, or those of a slice. Raises IndexError."""
        chosen = range(len(self))[place]
        return self._item(chosen) if isinstance(chosen, int) else [self._item(each) for each in chosen]


class Places(Compact[tuple[int, int]]):
    """Pairs of (ledger index, row of the entry), 16 bytes each."""

    def __init__(self, pairs: Iterable[tuple[int, int]] = ()) -> None:
        self._numbers = array("q")
        for pair in pairs:
            self._numbers.extend(pair)

    def __len__(self) -> int:
        """Say how many there are."""
        return len(self._numbers) // 2

    def _item(self, place: int) -> tuple[int, int]:
        return self._numbers[2 * place], self._numbers[2 * place + 1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """An entry that the bundle shows, without its bytes."""

    index: int
    leaf: bytes
    shown: str = shown_digest()


class PlacedEntries(Compact[Placed]):
    """Entries of ascending index, 72 bytes each."""

    def __init__(self) -> None:
        self.indexes = array("q")
        self._hashes = bytearray()

    def add(self, entry: Placed) -> None:
        """Take the next entry."""
        self.indexes.append(entry.index)
        self._hashes += entry.leaf + bytes.fromhex(entry.shown)

    def __len__(self) -> int:
        """Say how many there are."""
        return len(self.indexes)

    def _item(self, place: int) -> Placed:
        first = 2 * HASH * place
        leaf, shown = (bytes(self._hashes[at : at + HASH]) for at in (first, first + HASH))
        return Placed(index=self.indexes[place], leaf=leaf, shown=shown.hex())


class Leaves(Mapping[int, str]):
    """Ledger index → leaf (hex) of entries of ascending index."""

    def __init__(self, entries: PlacedEntries) -> None:
        self._entries = entries

    def __getitem__(self, index: int) -> str:
        """Return an entry's leaf. Raises KeyError."""
        place = bisect_left(self._entries.indexes, index)
        if place == len(self) or self._entries.indexes[place] != index:
            raise KeyError(index)
        return self._entries[place].leaf.hex()

    def __iter__(self) -> Iterator[int]:
        """Yield the indexes."""
        return iter(self._entries.indexes)

    def __len__(self) -> int:
        """Say how many there are."""
        return len(self._entries)


class WithheldMembers(Compact[Withheld]):
    """What is kept back, 12 bytes each: the members' names and the reasons repeat."""

    def __init__(self) -> None:
        self._entries, self._kinds = array("q"), array("I")
        self._number_of: dict[tuple[str, str], int] = {}
        self._named: list[tuple[str, str]] = []

    def add(self, each: Withheld) -> None:
        """Take the next one."""
        named = (each.member, each.reason)
        number = self._number_of.setdefault(named, len(self._named))
        if number == len(self._named):
            self._named.append(named)
        self._entries.append(each.entry)
        self._kinds.append(number)

    def __len__(self) -> int:
        """Say how many there are."""
        return len(self._entries)

    def _item(self, place: int) -> Withheld:
        member, reason = self._named[self._kinds[place]]
        return Withheld(entry=self._entries[place], member=member, reason=reason)


class Chronology(Compact[ChronologyRow]):
    """Lines in the order of time, 24 bytes each; their words lie in a file that has no name, and goes with us.

    Of one moment, the line that was added first comes first.
    """

    def __init__(self, rows: Iterable[ChronologyRow] = (), folder: Path | None = None) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  (read for as long as we live)
        weakref.finalize(self, self._file.close)
        self._times, self._starts, self._order = array("q"), array("Q"), array("Q")
        self._end = 0
        for row in rows:
            self.add(row)

    def add(self, row: ChronologyRow) -> None:
        """Take a line, at any moment. Raises OSError."""
        piece = json.dumps([row.entry, row.text_ja, row.text_en]).encode() + b"\n"
        self._times.append((row.at - EPOCH) // MICROSECOND)
        self._starts.append(self._end)
        self._file.seek(self._end)
        self._end += self._file.write(piece)

    def __len__(self) -> int:
        """Say how many there are."""
        return len(self._times)

    def _item(self, place: int) -> ChronologyRow:
        if len(self._order) != len(self):
            self._order = array("Q", sorted(range(len(self)), key=self._times.__getitem__))
        at = self._order[place]
        self._file.seek(self._starts[at])
        entry, ja, en = json.loads(self._file.readline())
        return ChronologyRow(at=EPOCH + self._times[at] * MICROSECOND, text_ja=ja, text_en=en, entry=entry)
