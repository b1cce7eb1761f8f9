"""A long list in little memory: for what is written once and walked a few times, such as the rows of a large file."""

import pickle
import zlib
from collections.abc import Collection, Iterable, Iterator
from typing import TypeVar, cast

T = TypeVar("T")
BLOCK = 500  # items unpacked at a time
FAST = 1  # zlib's level: ten times smaller already, and hardly slower than not at all


class Packed(Collection[T]):
    """Items in the order they came. Each walk gives fresh, equal copies of all but the last few.

    A row of a register takes some 10 kB as Python objects and a few hundred bytes in here. Blocks are made and read by
    this process alone, so that unpickling them trusts nobody.
    """

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._blocks: list[bytes] = []
        self._last: list[T] = []
        self.extend(items)

    def append(self, item: T) -> None:
        """Add one item; it must not be changed afterwards, for a packed copy would not follow."""
        self._last.append(item)
        if len(self._last) == BLOCK:
            self._blocks.append(zlib.compress(pickle.dumps(self._last, pickle.HIGHEST_PROTOCOL), FAST))
            self._last = []

    def extend(self, items: Iterable[T]) -> None:
        """Add many items."""
        for item in items:
            self.append(item)

    def __len__(self) -> int:
        return len(self._blocks) * BLOCK + len(self._last)

    def __contains__(self, item: object) -> bool:
        return any(each == item for each in self)

    def __iter__(self) -> Iterator[T]:
        for part in self.parts():
            yield from part

    def parts(self) -> Iterator[list[T]]:
        """Give the items some hundred at a time, as a bulk write or a bulk question wants them."""
        for block in self._blocks:
            yield cast("list[T]", pickle.loads(zlib.decompress(block)))  # noqa: S301  (our own bytes, see above)
        if self._last:
            yield list(self._last)
