import pytest

from kuramori.evidence.rules import tiles, tree
from kuramori.kernel.merkle import leaf_hash


def test_paths_of_the_standard():
    assert tiles.tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tiles.entries_path(1234067, 8) == "tile/entries/x001/x234/067.p/8"
    assert tiles.tile_path(3, 0, 1) == "tile/3/000.p/1"


def test_a_tree_of_70000_has_the_tiles_the_standard_lists():
    widths = {}
    for level, _, width in tiles.tiles_of(70_000):
        widths.setdefault(level, []).append(width)
    assert widths == {0: [256] * 273 + [112], 1: [256, 17], 2: [1]}


def test_256_entries_make_a_full_tile_and_one_hash_above():
    assert list(tiles.tiles_of(256)) == [(0, 0, 256), (1, 0, 1)]
    assert list(tiles.tiles_of(0)) == []


def test_contents():
    hashes = tree.over([leaf_hash(bytes([n % 256])) for n in range(300)])
    assert tiles.tile_bytes((0, 1, 44), hashes) == b"".join(hashes(0, 256, 44))
    assert tiles.entry_bundle([b"ab", b""]) == b"\x00\x02ab\x00\x00"
    with pytest.raises(ValueError, match="65,535"):
        tiles.entry_bundle([bytes(65_536)])
