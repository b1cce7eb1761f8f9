"""A ledger as static files that others' tools read: c2sp.org/tlog-tiles."""

import struct
from collections.abc import Iterator, Sequence

from kuramori.evidence.rules.tree import TILE_HEIGHT, Hashes

WIDTH = 1 << TILE_HEIGHT
CHECKPOINT = "checkpoint"
MAX_ENTRY_BYTES = 65_535

# (level, index, width) of a tile; width is below 256 only in the last tile of a level.
Tile = tuple[int, int, int]


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """Path of a hash tile, such as `tile/0/x001/234.p/17`."""
    return f"tile/{level}/{_number(index)}{_partial(width)}"


def entries_path(index: int, width: int = WIDTH) -> str:
    """Path of the bundle with the entries whose hashes are level-0 tile `index`."""
    return f"tile/entries/{_number(index)}{_partial(width)}"


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile of a tree of `size` entries, level by level, full ones first; empty tiles do not exist."""
    level = 0
    while size:
        for index in range((size + WIDTH - 1) // WIDTH):
            yield level, index, min(WIDTH, size - index * WIDTH)
        level, size = level + 1, size // WIDTH


def tile_bytes(tile: Tile, hashes: Hashes) -> bytes:
    """The content of a hash tile: its hashes, one after the other."""
    level, index, width = tile
    return b"".join(hashes(level, index * WIDTH, width))


def entry_bundle(bodies: Sequence[bytes]) -> bytes:
    """The content of an entry bundle: each body behind its length as a 16-bit big-endian number.

    Raises:
        ValueError: a body is longer than 65,535 bytes.
    """
    if any(len(body) > MAX_ENTRY_BYTES for body in bodies):
        raise ValueError("an entry of more than 65,535 bytes does not fit a bundle")
    return b"".join(struct.pack(">H", len(body)) + body for body in bodies)


def _number(index: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))


def _partial(width: int) -> str:
    return f".p/{width}" if width < WIDTH else ""
