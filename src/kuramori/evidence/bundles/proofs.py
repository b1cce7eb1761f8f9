"""Inclusion proofs for many entries at once: each tile of 256 hashes is read and folded once (c2sp.org/tlog-tiles)."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from kuramori.evidence.rules.tree import Frontier, Hashes, MissingHashError
from kuramori.kernel.merkle import node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
TILES = 64  # entries come in their order, and each needs a few


class Proofs:
    """The tree of the first `size` entries; entries asked for in their order cost a few look-ups each."""

    def __init__(self, size: int, hashes: Hashes) -> None:
        self._size = size
        self._hashes = hashes
        self._tile = lru_cache(maxsize=TILES)(self._read_tile)
        self._edge = lru_cache(maxsize=TILES)(self._fold)

    def inclusion(self, index: int) -> list[bytes]:
        """Return the same as `rules.tree.inclusion_proof`. Raises IndexError, MissingHashError."""
        if not 0 <= index < self._size:
            raise IndexError(f"entry {index} is not in a tree of {self._size}")
        proof, low, high = [], 0, self._size
        while high - low > 1:
            middle = low + (1 << ((high - low - 1).bit_length() - 1))
            if index < middle:
                proof.append(self._root(middle, high))
                high = middle
            else:
                proof.append(self._root(low, middle))
                low = middle
        return proof[::-1]

    def _root(self, low: int, high: int) -> bytes:
        width = high - low
        if width & (width - 1):
            return self._edge(low, high)
        height = width.bit_length() - 1
        return self._full(height, low >> height)

    def _fold(self, low: int, high: int) -> bytes:
        """Root over a range at the tree's right edge, which is no full subtree."""
        return Frontier(high - low, tuple(self._full(*place) for place in _full_subtrees(low, high))).root()

    def _full(self, height: int, index: int) -> bytes:
        level, rest = divmod(height, HEIGHT)
        first = index << rest
        row = self._tile(level, first // WIDTH)[rest]
        place = index - (first // WIDTH << HEIGHT - rest)
        if place >= len(row):
            raise MissingHashError(f"level {level}: the hash at {first} is not stored")
        return row[place]

    def _read_tile(self, level: int, tile: int) -> Sequence[Sequence[bytes]]:
        """Return a tile's hashes, and above them the roots of all its full subtrees."""
        rows = [list(self._hashes(level, tile * WIDTH, WIDTH))]
        for _height in range(1, HEIGHT):
            below = rows[-1]
            rows.append([node_hash(below[n], below[n + 1]) for n in range(0, len(below) - 1, 2)])
        return rows


def _full_subtrees(low: int, high: int) -> Iterator[tuple[int, int]]:
    while low < high:
        height = (high - low).bit_length() - 1
        yield height, low >> height
        low += 1 << height
