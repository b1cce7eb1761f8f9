"""The ledger's Merkle tree (RFC 6962, RFC 9162): growth, roots and proofs over stored hashes.

What is stored: one leaf hash per entry (level 0), and for every 256 full subtrees in a row one hash a level up:
level l, index i is the root over leaves [i*256**l, (i+1)*256**l). These are the rows of C2SP tiles. Growth touches no
old row and reads nothing (the `Frontier` holds what is open), storage grows by 1/255, and a proof over a million
entries reads a few ranges of at most 128 neighbouring rows.
"""

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from kuramori.kernel.merkle import EMPTY_ROOT, node_hash, root_of

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
HASH = 32  # bytes

# (level, first index, count) -> that many stored hashes, in order. One SQL range query per call.
Hashes = Callable[[int, int, int], Sequence[bytes]]


class MissingHashError(LookupError):
    """A stored hash that the tree needs is not there: the storage was damaged or the size is not reached yet."""


@dataclass(frozen=True, slots=True)
class StoredHash:
    """A row to store: the root over 256**level entries beginning at entry index*256**level."""

    level: int
    index: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that a tree of `size` entries needs to grow: the roots of its full subtrees, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def root(self) -> bytes:
        """Root of the tree at this size."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root

    def grown(self, leaves: Iterable[bytes]) -> tuple["Frontier", list[StoredHash]]:
        """Append leaf hashes; return the new frontier and the rows that became complete (level 1 and above).

        The rows of the leaves themselves (level 0) are the caller's: leaf n of the call has index `size` + n.
        """
        size, peaks, rows = self.size, list(self.peaks), []
        for leaf in leaves:
            folded, height = leaf, 0
            while size >> height & 1:
                folded, height = node_hash(peaks.pop(), folded), height + 1
                if height % TILE_HEIGHT == 0:
                    rows.append(StoredHash(height // TILE_HEIGHT, size >> height, folded))
            peaks.append(folded)
            size += 1
        return Frontier(size, tuple(peaks)), rows


def frontier_at(size: int, hashes: Hashes) -> Frontier:
    """Read the frontier of the first `size` entries back from storage. Raises MissingHashError."""
    return Frontier(size, tuple(_subtree(hashes, height, index) for height, index in _full_subtrees(0, size)))


def root_at(size: int, hashes: Hashes) -> bytes:
    """Root over the first `size` entries. Raises MissingHashError."""
    return frontier_at(size, hashes).root()


def inclusion_proof(index: int, size: int, hashes: Hashes) -> list[bytes]:
    """Prove that entry `index` is in the tree of `size` entries (RFC 6962 section 2.1.1).

    Raises:
        IndexError: `index` is not below `size`.
        MissingHashError: storage does not reach that far.
    """
    if not 0 <= index < size:
        raise IndexError(f"entry {index} is not in a tree of {size}")
    proof, low, high = [], 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            proof.append(_range_root(hashes, middle, high))
            high = middle
        else:
            proof.append(_range_root(hashes, low, middle))
            low = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, hashes: Hashes) -> list[bytes]:
    """Prove that the tree of `old` entries is a prefix of that of `new` (RFC 6962 section 2.1.2).

    Raises:
        IndexError: `old` is not between 1 and `new`.
        MissingHashError: storage does not reach that far.
    """
    if not 0 < old <= new:
        raise IndexError(f"no consistency from {old} to {new} entries")
    proof, low, high, known = [], 0, new, True
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            proof.append(_range_root(hashes, middle, high))
            high = middle
        else:
            proof.append(_range_root(hashes, low, middle))
            low, known = middle, False
    if not known:
        proof.append(_range_root(hashes, low, high))
    return proof[::-1]


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Verify an inclusion proof (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, folded = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            folded = node_hash(sibling, folded)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            folded = node_hash(folded, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and folded == root


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Verify a consistency proof (RFC 9162 section 2.1.4.2). Every tree continues the empty one."""
    if old == new:
        return old_root == new_root and not proof
    if old == 0:
        return old_root == EMPTY_ROOT and not proof
    if not 0 < old < new or not proof:
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_folded = new_folded = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old_folded, new_folded = node_hash(sibling, old_folded), node_hash(sibling, new_folded)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            new_folded = node_hash(new_folded, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old_folded == old_root and new_folded == new_root


def cover_proof(rows: Sequence[int], size: int, hashes: Hashes) -> list[bytes]:
    """Prove many leaves at once: the roots of the largest subtrees that hold none of `rows`, left to right.

    `rows` are ascending indices below `size`. Neighbouring leaves share their proof, so an extract of one person's
    rows from a sorted segment needs only a few hashes.
    """
    proof: list[bytes] = []

    def walk(low: int, high: int, wanted: Sequence[int]) -> None:
        if not wanted:
            proof.append(_range_root(hashes, low, high))
        elif high - low > 1:
            middle = low + _split(high - low)
            cut = bisect_left(wanted, middle)
            walk(low, middle, wanted[:cut])
            walk(middle, high, wanted[cut:])

    if size:
        walk(0, size, rows)
    return proof


def over(leaves: Sequence[bytes]) -> Hashes:
    """Serve `Hashes` from leaf hashes held in memory (a change list, a segment), without stored upper rows."""
    levels: list[list[bytes]] = [list(leaves)]
    while len(levels[-1]) >> TILE_HEIGHT:
        below, width = levels[-1], 1 << TILE_HEIGHT
        levels.append([root_of(below[i * width : (i + 1) * width]) for i in range(len(below) >> TILE_HEIGHT)])

    def hashes(level: int, first: int, count: int) -> Sequence[bytes]:
        return levels[level][first : first + count]

    return hashes


def _split(width: int) -> int:
    """Return the largest power of two below `width`, which is at least 2."""
    return 1 << ((width - 1).bit_length() - 1)


def _full_subtrees(low: int, high: int) -> Iterator[tuple[int, int]]:
    """Cut [low, high) into (height, index) of full subtrees; `low` is aligned as the RFC's recursion leaves it."""
    while low < high:
        height = (high - low).bit_length() - 1
        yield height, low >> height
        low += 1 << height


def _range_root(hashes: Hashes, low: int, high: int) -> bytes:
    return Frontier(high - low, tuple(_subtree(hashes, *place) for place in _full_subtrees(low, high))).root()


class Tiles:
    """Stored hashes by whole tiles, each read and folded once: for many proofs over a tree of one size.

    Keeps the tiles that were asked for last, 16 KiB each; `limit` bounds how many.
    """

    def __init__(self, hashes: Hashes, limit: int = 2_048) -> None:
        self._hashes, self._limit = hashes, limit
        self._kept: OrderedDict[tuple[int, int], list[bytes]] = OrderedDict()

    def __call__(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """Serve `Hashes` for a range within one tile."""
        row, start = self._folded(level, first >> TILE_HEIGHT)[0], first % TILE_WIDTH
        return [row[n * HASH : (n + 1) * HASH] for n in range(start, min(start + count, len(row) // HASH))]

    def root(self, height: int, index: int) -> bytes | None:
        """Return the root of a full subtree, None where storage does not reach."""
        level, rest = divmod(height, TILE_HEIGHT)
        row = self._folded(level, index << rest >> TILE_HEIGHT)[rest]
        place = index % (TILE_WIDTH >> rest) * HASH
        return row[place : place + HASH] or None

    def _folded(self, level: int, tile: int) -> list[bytes]:
        """Return the hashes of a tile and, row by row, the roots over 2, 4 … 128 of them, each row in one piece."""
        found = self._kept.get((level, tile))
        if found is None:
            rows = [list(self._hashes(level, tile << TILE_HEIGHT, TILE_WIDTH))]
            for _height in range(1, TILE_HEIGHT):
                below = rows[-1]
                rows.append([node_hash(below[n], below[n + 1]) for n in range(0, len(below) - 1, 2)])
            found = self._kept[level, tile] = [b"".join(row) for row in rows]
            if len(self._kept) > self._limit:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end((level, tile))
        return found


def _subtree(hashes: Hashes, height: int, index: int) -> bytes:
    """Root of the full subtree over leaves [index*2**height, (index+1)*2**height)."""
    if isinstance(hashes, Tiles) and (root := hashes.root(height, index)):
        return root
    level, rest = divmod(height, TILE_HEIGHT)
    count = 1 << rest
    found = hashes(level, index * count, count)
    if len(found) != count:
        raise MissingHashError(f"level {level}: {count} hashes from {index * count} wanted, {len(found)} stored")
    return root_of(found)
