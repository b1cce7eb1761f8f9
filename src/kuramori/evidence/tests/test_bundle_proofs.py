"""Proofs made in bulk are those that RFC 6962 defines, for every entry of every small tree and of a large one."""

import hashlib

import pytest

from kuramori.evidence.bundles.proofs import Proofs
from kuramori.evidence.rules.tree import MissingHashError, inclusion_proof, over


def leaves(count):
    return [hashlib.sha256(str(n).encode()).digest() for n in range(count)]


def test_every_entry_of_every_small_tree_has_the_proof_of_the_rfc():
    for size in (1, 2, 3, 7, 8, 9, 31, 64, 65):
        hashes = over(leaves(size))
        made = Proofs(size, hashes)
        assert [made.inclusion(n) for n in range(size)] == [inclusion_proof(n, size, hashes) for n in range(size)]


@pytest.mark.parametrize("size", [256, 257, 511, 70_001])
def test_borders_of_tiles_are_proved_alike(size):
    hashes = over(leaves(size))
    made = Proofs(size, hashes)
    for index in {0, 1, 127, 128, 254, 255, size // 2, size - 2, size - 1}:
        assert made.inclusion(index) == inclusion_proof(index, size, hashes)


def test_each_tile_is_read_once():
    asked = []
    stored = over(leaves(1_000))

    def counting(level, first, count):
        asked.append((level, first))
        return stored(level, first, count)

    made = Proofs(1_000, counting)
    for index in range(1_000):
        made.inclusion(index)
    assert len(asked) == len(set(asked)) == 5


def test_what_is_not_stored_and_what_is_not_in_the_tree_are_refused():
    made = Proofs(300, over(leaves(200)))
    with pytest.raises(MissingHashError):
        made.inclusion(100)
    for index in (-1, 300):
        with pytest.raises(IndexError):
            made.inclusion(index)
