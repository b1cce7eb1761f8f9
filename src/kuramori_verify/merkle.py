"""Merkle trees of RFC 6962, from the verifier's side: roots and what proofs lead to."""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

HASH_BYTES = 32


def leaf_hash(content: bytes) -> bytes:
    """Hash one leaf (0x00 in front, RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash one inner node (0x01 in front)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Growing:
    """A tree that grows leaf by leaf (or by roots of equally large full subtrees), with a short stack."""

    def __init__(self) -> None:
        self.size = 0
        self._stack: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Take the next leaf hash."""
        self.size += 1
        folded, merged = leaf, self.size
        while not merged & 1:
            folded, merged = node_hash(self._stack.pop(), folded), merged >> 1
        self._stack.append(folded)

    def root(self) -> bytes:
        """Root over all leaves so far."""
        if not self._stack:
            return hashlib.sha256(b"").digest()
        root = self._stack[-1]
        for peak in reversed(self._stack[:-1]):
            root = node_hash(peak, root)
        return root


def root_of(hashes: Iterable[bytes]) -> bytes:
    """Root over leaf hashes, or over roots of equally large full subtrees."""
    tree = Growing()
    for leaf in hashes:
        tree.add(leaf)
    return tree.root()


def root_by_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Root that an inclusion proof leads to (RFC 9162 section 2.1.3.2); None when its length cannot be right."""
    if not 0 <= index < size:
        return None
    node, last, folded = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if node & 1 or node == last:
            folded = node_hash(sibling, folded)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            folded = node_hash(folded, sibling)
        node, last = node >> 1, last >> 1
    return folded if last == 0 else None


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a tree of `new` leaves continues that of `old`, which is smaller (RFC 9162 section 2.1.4.2)."""
    if old == 0:
        return old_root == root_of(()) and not proof
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
    return last == 0 and (old_folded, new_folded) == (old_root, new_root)


def root_by_cover(rows: Sequence[int], leaves: Iterable[bytes], size: int, proof: Sequence[bytes]) -> bytes | None:
    """Root over `size` leaves of which `rows` (ascending) are shown and `proof` holds the largest subtrees between.

    None when rows, leaves and proof do not fit each other exactly.
    """
    ascending = all(one < other for one, other in pairwise(rows))
    if not ascending or not rows or rows[0] < 0 or rows[-1] >= size:
        return None
    shown, hidden = iter(leaves), iter(proof)
    try:
        root = _cover(0, size, (rows, 0, len(rows)), shown, hidden)
    except StopIteration:
        return None
    return root if next(hidden, None) is None and next(shown, None) is None else None


def _cover(
    low: int, high: int, wanted: tuple[Sequence[int], int, int], shown: Iterator[bytes], hidden: Iterator[bytes]
) -> bytes:
    rows, first, end = wanted
    if first == end:
        return next(hidden)
    if high - low == 1:
        return next(shown)
    middle = low + (1 << ((high - low - 1).bit_length() - 1))
    cut = bisect_left(rows, middle, first, end)
    left = _cover(low, middle, (rows, first, cut), shown, hidden)
    return node_hash(left, _cover(middle, high, (rows, cut, end), shown, hidden))
