"""Merkle tree hashing of RFC 6962 section 2.1 (SHA-256): what the ledger, change lists and segments share."""

import hashlib
from collections.abc import Iterable

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(content: bytes) -> bytes:
    """Hash one leaf; the 0x00 in front keeps leaves and nodes apart (second preimages)."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash one inner node over its two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Iterable[bytes]) -> bytes:
    """Root over leaf hashes, or over roots of equally large full subtrees, in one pass with a short stack."""
    stack: list[bytes] = []
    for count, leaf in enumerate(hashes, start=1):
        folded, merged = leaf, count
        while not merged & 1:
            folded, merged = node_hash(stack.pop(), folded), merged >> 1
        stack.append(folded)
    if not stack:
        return EMPTY_ROOT
    root = stack.pop()
    while stack:
        root = node_hash(stack.pop(), root)
    return root
