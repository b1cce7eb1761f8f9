import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori.evidence.rules import tree
from kuramori.kernel.merkle import EMPTY_ROOT, leaf_hash, root_of

LEAVES = [leaf_hash(n.to_bytes(2)) for n in range(1300)]


class Storage:
    """Rows as the ledger's tables hold them, filled only through growth."""

    def __init__(self):
        self.rows = {}
        self.frontier = tree.Frontier()

    def append(self, leaves):
        first = self.frontier.size
        self.frontier, rows = self.frontier.grown(leaves)
        self.rows |= {(0, first + place): leaf for place, leaf in enumerate(leaves)}
        assert not [row for row in rows if (row.level, row.index) in self.rows]
        self.rows |= {(row.level, row.index): row.hash for row in rows}

    def hashes(self, level, first, count):
        return [self.rows[level, n] for n in range(first, first + count) if (level, n) in self.rows]


@pytest.fixture(scope="module")
def storage():
    filled = Storage()
    filled.append(LEAVES)
    return filled


def test_the_proofs_of_the_rfc_6962_example():
    """Section 2.1.3: the tree of seven leaves."""
    leaves = LEAVES[:7]
    hashes = tree.over(leaves)
    a, b, c, d, e, f, j = leaves
    g, h, i = root_of([a, b]), root_of([c, d]), root_of([e, f])
    k, l = root_of([a, b, c, d]), tree.node_hash(i, j)  # noqa: E741 - the RFC's letters
    assert tree.inclusion_proof(0, 7, hashes) == [b, h, l]
    assert tree.inclusion_proof(3, 7, hashes) == [c, g, l]
    assert tree.inclusion_proof(4, 7, hashes) == [f, j, k]
    assert tree.inclusion_proof(6, 7, hashes) == [i, k]
    assert tree.consistency_proof(3, 7, hashes) == [c, d, g, l]
    assert tree.consistency_proof(4, 7, hashes) == [l]
    assert tree.consistency_proof(6, 7, hashes) == [i, j, k]


@given(st.lists(st.integers(0, 400), max_size=6))
@settings(max_examples=20, deadline=None)
def test_growth_in_any_groups_gives_the_same_tree(groups):
    grown = Storage()
    for group in groups:
        start = grown.frontier.size
        grown.append([leaf_hash(n.to_bytes(2)) for n in range(start, start + group)])
    size = sum(groups)
    assert grown.frontier.root() == root_of(leaf_hash(n.to_bytes(2)) for n in range(size))
    assert tree.frontier_at(size, grown.hashes) == grown.frontier


def test_growth_stores_one_row_for_every_256_leaves(storage):
    assert sorted(place for place in storage.rows if place[0]) == [(1, n) for n in range(5)]


@given(st.integers(0, 1299), st.integers(1, 1300))
@settings(max_examples=60, deadline=None)
def test_an_entry_is_proved_in_every_later_tree_and_in_no_other_place(storage, index, size):
    if index >= size:
        with pytest.raises(IndexError):
            tree.inclusion_proof(index, size, storage.hashes)
        return
    root = tree.root_at(size, storage.hashes)
    proof = tree.inclusion_proof(index, size, storage.hashes)
    assert root == root_of(LEAVES[:size])
    assert tree.is_included(LEAVES[index], index, size, proof, root)
    assert not tree.is_included(leaf_hash(b"other"), index, size, proof, root)
    assert not tree.is_included(LEAVES[index], index, size, [*proof, root], root)
    assert not tree.is_included(LEAVES[index], (index + 1) % size, size, proof, root) or size == 1


@given(st.integers(1, 1300), st.integers(1, 1300))
@settings(max_examples=60, deadline=None)
def test_a_tree_is_proved_to_continue_an_older_one(storage, one, other):
    old, new = sorted((one, other))
    old_root, new_root = (tree.root_at(size, storage.hashes) for size in (old, new))
    proof = tree.consistency_proof(old, new, storage.hashes)
    assert tree.is_consistent(old, new, old_root, new_root, proof)
    assert not tree.is_consistent(old, new, leaf_hash(b"forged"), new_root, proof)
    assert not tree.is_consistent(old, new, old_root, new_root, [*proof, old_root])


def test_every_tree_continues_the_empty_one():
    assert tree.is_consistent(0, 5, EMPTY_ROOT, LEAVES[0], [])
    assert not tree.is_consistent(0, 5, LEAVES[0], LEAVES[0], [])
    assert not tree.is_consistent(6, 5, LEAVES[0], LEAVES[0], [LEAVES[0]])


@pytest.mark.parametrize(("old", "new"), [(0, 5), (6, 5), (-1, 5)])
def test_there_is_no_consistency_from_nothing_or_backwards(storage, old, new):
    with pytest.raises(IndexError):
        tree.consistency_proof(old, new, storage.hashes)


def test_proofs_of_impossible_places_do_not_verify(storage):
    assert not tree.is_included(LEAVES[0], 5, 5, [], LEAVES[0])
    with pytest.raises(IndexError):
        tree.inclusion_proof(5, 5, storage.hashes)
    assert tree.cover_proof([], 0, storage.hashes) == []


def test_a_lost_row_is_named(storage):
    holed = {place: row for place, row in storage.rows.items() if place != (1, 2)}
    with pytest.raises(tree.MissingHashError, match="level 1"):
        tree.root_at(
            1300,
            lambda level, first, count: [holed[level, n] for n in range(first, first + count) if (level, n) in holed],
        )


def test_a_cover_proof_of_neighbours_is_short(storage):
    assert len(tree.cover_proof(range(600, 700), 1300, storage.hashes)) < 20
    assert tree.cover_proof(range(1300), 1300, storage.hashes) == []
    assert tree.cover_proof([], 1300, storage.hashes) == [tree.root_at(1300, storage.hashes)]


@given(size=st.integers(1, 1500), data=st.data())
def test_whole_tiles_give_the_same_proofs_and_are_read_once(size, data):
    leaves = [leaf_hash(n.to_bytes(4)) for n in range(size)]
    asked = []

    def counted(level, first, count):
        asked.append((level, first, count))
        return tree.over(leaves)(level, first, count)

    tiles = tree.Tiles(counted)
    some = data.draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=5))
    old = data.draw(st.integers(1, size))
    for index in some:
        assert tree.inclusion_proof(index, size, tiles) == tree.inclusion_proof(index, size, tree.over(leaves))
    assert tree.consistency_proof(old, size, tiles) == tree.consistency_proof(old, size, tree.over(leaves))
    assert len(asked) == len(set(asked))


def test_only_the_tiles_asked_for_last_are_kept():
    leaves = [leaf_hash(n.to_bytes(4)) for n in range(2_000)]
    asked = []

    def counted(level, first, count):
        asked.append(first)
        return tree.over(leaves)(level, first, count)

    tiles = tree.Tiles(counted, limit=2)
    for first in (0, 256, 0, 512, 0, 256):
        assert tiles(0, first + 3, 2) == leaves[first + 3 : first + 5]
    assert asked == [0, 256, 512, 256]


def test_a_tile_that_storage_lacks_is_missing():
    tiles = tree.Tiles(tree.over([leaf_hash(b"0")]))
    assert tiles.root(1, 0) is None
    with pytest.raises(tree.MissingHashError):
        tree.inclusion_proof(0, 3, tiles)
