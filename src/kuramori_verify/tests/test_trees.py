"""Trees and ledgers around their borders: every size where a tile fills, and proofs for every place."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori.evidence.rules import tree
from kuramori_verify import ledger
from kuramori_verify.canonical import FormError
from kuramori_verify.cli import verify
from kuramori_verify.merkle import leaf_hash, node_hash, root_by_cover, root_by_inclusion, root_of
from kuramori_verify.tests.samples import checkpoint, write_ledger

LEAVES = [leaf_hash(bytes([n % 256, n // 256])) for n in range(600)]
BORDERS = (1, 2, 3, 255, 256, 257, 511, 512, 513)


def by_definition(leaves):
    """RFC 6962 section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    cut = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node_hash(by_definition(leaves[:cut]), by_definition(leaves[cut:]))


@pytest.mark.parametrize("size", [0, *BORDERS])
def test_root_is_that_of_the_standard(size):
    assert root_of(LEAVES[:size]) == by_definition(LEAVES[:size])


def test_known_roots():
    """The empty tree, and one of the test trees of Certificate Transparency (one empty leaf)."""
    assert root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root_of([leaf_hash(b"")]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@given(st.integers(1, 600), st.data())
@settings(max_examples=60, deadline=None)
def test_proof_of_any_entry_leads_to_the_root_and_of_no_other(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = tree.inclusion_proof(index, size, tree.over(LEAVES[:size]))
    root = root_of(LEAVES[:size])
    assert root_by_inclusion(LEAVES[index], index, size, proof) == root
    assert root_by_inclusion(leaf_hash(b"other"), index, size, proof) != root
    if size > 1:
        other = data.draw(st.integers(0, size - 1).filter(lambda each: each != index))
        assert root_by_inclusion(LEAVES[index], other, size, proof) != root
        assert root_by_inclusion(LEAVES[index], index, size, proof[:-1]) != root


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (4, 3), (0, 0)])
def test_place_outside_the_tree_has_no_root(index, size):
    assert root_by_inclusion(LEAVES[0], index, size, []) is None


@given(st.integers(1, 80), st.data())
@settings(max_examples=60, deadline=None)
def test_any_rows_with_the_path_between_them_lead_to_the_root(size, data):
    rows = sorted(data.draw(st.sets(st.integers(0, size - 1), min_size=1)))
    leaves = LEAVES[:size]
    path = cover_path(leaves, 0, size, set(rows))
    shown = [leaves[row] for row in rows]
    assert root_by_cover(rows, shown, size, path) == root_of(leaves)
    assert root_by_cover(rows, [*shown[:-1], leaf_hash(b"other")], size, path) != root_of(leaves)
    assert root_by_cover(rows, shown, size, [*path, bytes(32)]) is None
    if path:
        assert root_by_cover(rows, shown, size, path[:-1]) is None


def cover_path(leaves, low, high, rows):
    """Roots of the largest subtrees without a shown row, from left to right."""
    if not rows & set(range(low, high)):
        return [by_definition(leaves[low:high])]
    if high - low == 1:
        return []
    cut = low + (1 << ((high - low - 1).bit_length() - 1))
    return cover_path(leaves, low, cut, rows) + cover_path(leaves, cut, high, rows)


# ledgers


def bodies(size):
    return [f'{{"n":{n}}}'.encode() for n in range(size)]


@pytest.mark.parametrize("size", BORDERS)
def test_ledger_around_the_border_of_a_tile_is_sound(tmp_path, size):
    report = verify(write_ledger(tmp_path / "l", bodies(size)))
    assert (report["exit"], report["checked"]["entries"], report["findings"]) == (0, size, [])


@pytest.mark.parametrize("size", BORDERS)
def test_last_entry_changed_is_named(tmp_path, size):
    export = write_ledger(tmp_path / "l", bodies(size))
    last = size - 1
    name = ledger._tile_name("entries", last // 256, last % 256 + 1)
    path = export / name
    path.write_bytes(path.read_bytes().replace(f'"n":{last}}}'.encode(), f'"n":{"9" * len(str(last))}}}'.encode()))
    first = verify(export)["findings"][0]
    assert (first["code"], first["entry"]) == ("ledger.entry_changed", last)


@pytest.mark.parametrize(("size", "older"), [(256, 255), (257, 256), (512, 257), (513, 512), (300, 300), (300, 0)])
def test_head_kept_before_a_border_is_continued_after_it(tmp_path, size, older):
    leaves = [leaf_hash(body) for body in bodies(older)]
    report = verify(write_ledger(tmp_path / "l", bodies(size)), older_heads=[checkpoint(older, root_of(leaves))])
    assert report["findings"] == []


@pytest.mark.parametrize(
    ("level", "index", "width", "name"),
    [
        ("0", 0, 256, "tile/0/000"), ("0", 0, 1, "tile/0/000.p/1"), ("1", 999, 256, "tile/1/999"),
        ("0", 1000, 256, "tile/0/x001/000"), ("entries", 1_234_067, 255, "tile/entries/x001/x234/067.p/255"),
        ("2", 67, 3, "tile/2/067.p/3"),
    ],
)  # fmt: skip
def test_names_of_tiles(level, index, width, name):
    """The examples of c2sp.org/tlog-tiles, and their borders."""
    assert ledger._tile_name(level, index, width) == name


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_entries_of_a_bundle_are_read_as_they_were_put_together(entries):
    raw = b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
    assert list(ledger._bodies(raw, len(entries))) == entries
    with pytest.raises(FormError):
        list(ledger._bodies(raw + b"\0", len(entries)))
    with pytest.raises(FormError):
        list(ledger._bodies(raw, len(entries) + 1))


@pytest.mark.parametrize(
    ("raw", "words"),
    [(b"", "ends before entry 0 of 1"), (b"\x00", "ends before entry 0"), (b"\x00\x02a", "ends inside entry 0"),
     (b"\x00\x01ab", "1 bytes after the last entry")],
)  # fmt: skip
def test_damaged_bundle_of_entries_says_where_it_ends(raw, words):
    with pytest.raises(FormError, match=words):
        list(ledger._bodies(raw, 1))


@pytest.mark.parametrize("size", [0, 10**15])
def test_head_of_a_size_that_the_tiles_do_not_have(tmp_path, size):
    export = write_ledger(tmp_path / "l", bodies(3))
    (export / "checkpoint").write_bytes(checkpoint(size, bytes(32)))
    report = verify(export)
    assert report["findings"][0]["code"] == ("ledger.entries_missing" if size else "ledger.root_differs")
    assert report["exit"] in (1, 2)
