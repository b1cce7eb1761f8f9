"""Sizes around the borders of tiles: 0, 1, 255, 256, 257, 65,535, 65,536, 65,537 leaves, by stored rows alone."""

import hashlib
import itertools
from collections.abc import Sequence

import pytest

from kuramori.evidence.check import ledger_check
from kuramori.evidence.export import export_ledger
from kuramori.evidence.models import Leaf, Node
from kuramori.evidence.rules import tiles, tree
from kuramori.evidence.rules.damage import Damage
from kuramori.evidence.sequencer import Sequencer, seal_now, sequence_all
from kuramori.evidence.tree_store import hashes, tree_size
from kuramori.kernel import guards
from kuramori.kernel.merkle import EMPTY_ROOT, leaf_hash, node_hash
from kuramori_verify.cli import verify

SMALL = (0, 1, 2, 255, 256, 257, 511, 512, 513)
LARGE = (65_535, 65_536, 65_537)


class Rows:
    """The rows of a tree as its tables hold them, for any number of tiny leaves; a smaller tree is a beginning."""

    def __init__(self, levels: dict[int, list[bytes]], size: int) -> None:
        self.levels = {level: rows[: size >> 8 * level] for level, rows in levels.items() if size >> 8 * level}
        self.frontier, _rows = tree.Frontier().grown(self.levels.get(0, []))

    def hashes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        return self.levels.get(level, [])[first : first + count]


@pytest.fixture(scope="module")
def rows() -> dict[int, Rows]:
    levels: dict[int, list[bytes]] = {0: [hashlib.sha256(n.to_bytes(4)).digest() for n in range(max(LARGE))]}
    _frontier, stored = tree.Frontier().grown(levels[0])
    for row in stored:
        level = levels.setdefault(row.level, [])
        assert row.index == len(level), "rows come in order, each once"
        level.append(row.hash)
    return {size: Rows(levels, size) for size in (*SMALL, *LARGE)}


def root_by_definition(leaves: Sequence[bytes]) -> bytes:
    """The recursion of RFC 6962, section 2.1, as it is written there."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(root_by_definition(leaves[:k]), root_by_definition(leaves[k:]))


@pytest.mark.parametrize("size", [*SMALL, *LARGE])
def test_the_root_is_the_root_of_the_rfc(rows: dict[int, Rows], size: int) -> None:
    held = rows[size]
    expected = root_by_definition(held.levels.get(0, []))
    assert held.frontier.root() == expected
    assert tree.root_at(size, held.hashes) == expected
    assert tree.frontier_at(size, held.hashes) == held.frontier


@pytest.mark.parametrize(
    ("size", "upper"),
    [(255, []), (256, [1]), (257, [1]), (512, [2]), (65_535, [255]), (65_536, [256, 1]), (65_537, [256, 1])],
)
def test_a_row_is_stored_once_its_256_are_full(rows: dict[int, Rows], size: int, upper: list[int]) -> None:
    held = rows[size]
    assert [len(held.levels[level]) for level in sorted(held.levels) if level] == upper


@pytest.mark.parametrize("size", [1, 255, 256, 257, *LARGE])
def test_entries_at_the_borders_are_proved(rows: dict[int, Rows], size: int) -> None:
    held, root = rows[size], rows[size].frontier.root()
    for index in {0, size // 2, size - 1, *(n for n in (254, 255, 256, 65_534, 65_535, 65_536) if n < size)}:
        proof = tree.inclusion_proof(index, size, held.hashes)
        leaf = held.levels[0][index]
        assert tree.is_included(leaf, index, size, proof, root)
        assert size == 1 or not tree.is_included(leaf, (index + 1) % size, size, proof, root)
        assert len(proof) <= 17


@pytest.mark.parametrize(
    ("old", "new"), [(1, 255), (255, 256), (256, 257), (256, 513), (257, 65_536), (65_535, 65_537), (65_536, 65_537)]
)
def test_a_tree_over_a_border_continues_the_one_before(rows: dict[int, Rows], old: int, new: int) -> None:
    held = rows[new]
    proof = tree.consistency_proof(old, new, held.hashes)
    assert tree.is_consistent(old, new, rows[old].frontier.root(), held.frontier.root(), proof)
    assert not tree.is_consistent(old, new, held.frontier.root(), held.frontier.root(), proof)


@pytest.mark.parametrize("size", [255, 256, 257, *LARGE])
def test_tiles_hold_every_row_once(rows: dict[int, Rows], size: int) -> None:
    held = rows[size]
    read: dict[int, bytes] = {}
    for tile in tiles.tiles_of(size):
        read[tile[0]] = read.get(tile[0], b"") + tiles.tile_bytes(tile, held.hashes)
    assert read == {level: b"".join(stored) for level, stored in held.levels.items()}


@pytest.mark.parametrize(("size", "paths"), [
    (255, ["tile/0/000.p/255"]),
    (256, ["tile/0/000", "tile/1/000.p/1"]),
    (257, ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]),
])  # fmt: skip
def test_tiles_have_the_paths_of_the_standard(size: int, paths: list[str]) -> None:
    assert [tiles.tile_path(*tile) for tile in tiles.tiles_of(size)] == paths


# the same borders in the database, with real acts


@pytest.mark.django_db
@pytest.mark.parametrize("size", [255, 256, 257])
def test_the_ledger_is_checked_exported_and_verified_at_the_borders(write, tmp_path, size: int) -> None:
    write(size)
    head = seal_now()
    assert (head.size, tree_size(), Node.objects.count()) == (size, size, size // 256)
    report = ledger_check()
    assert (report.is_sound, report.entries, report.root) == (True, size, bytes(head.root).hex())
    export_ledger(tmp_path / "out")
    told = verify(tmp_path / "out")
    assert (told["exit"], told["checked"]["entries"]) == (0, size)


@pytest.mark.django_db
def test_a_head_before_at_and_after_the_border_all_fit(write) -> None:
    write(255)
    heads = [seal_now()]
    for _ in range(2):
        write()
        heads.append(seal_now())
    assert [head.size for head in heads] == [255, 256, 257]
    assert ledger_check().is_sound
    for old, new in itertools.pairwise(heads):
        proof = tree.consistency_proof(old.size, new.size, hashes)
        assert tree.is_consistent(old.size, new.size, bytes(old.root), bytes(new.root), proof)


@pytest.mark.django_db
@pytest.mark.parametrize("group", [1, 255, 256, 257])
def test_groups_of_any_size_cross_the_border_alike(write, group: int) -> None:
    write(260)
    sequencer = Sequencer()
    while sequencer.step(limit=group):
        pass
    leaves = [bytes(each) for each in Leaf.objects.order_by("index").values_list("hash", flat=True)]
    assert tree.root_at(260, hashes) == root_by_definition(leaves)
    assert bytes(Node.objects.get().hash) == root_by_definition(leaves[:256])


@pytest.mark.django_db
def test_a_leaf_changed_in_a_full_tile_is_found_by_root_and_node(write) -> None:
    write(257)
    seal_now()
    guards.lift()
    leaf = Leaf.objects.get(index=255)
    Leaf.objects.filter(index=255).update(hash=leaf_hash(b"other"))
    guards.install()
    found = {(each.damage, each.index) for each in ledger_check().found}
    assert (Damage.EDITED, 255) in found
    assert (Damage.NODE_DIFFERS, 0) in found
    guards.lift()
    Leaf.objects.filter(index=255).update(hash=leaf.hash)
    guards.install()
    assert ledger_check().is_sound


@pytest.mark.django_db
def test_a_restart_at_the_border_reads_the_open_end_back(write) -> None:
    for count in (255, 1, 1, 255, 1):
        write(count)
        assert sequence_all(Sequencer()) == count
    assert tree_size() == 513
    assert seal_now().size == 513
    assert ledger_check().is_sound
