"""What hashes alone tell of two heads that do not fit: reordered, inserted, deleted, or edited, and where first."""

import itertools
from collections.abc import Sequence

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori.evidence.rules.damage import MAX_TRIED, Damage, Found, Placed, explain, mismatched
from kuramori.evidence.rules.tree import Frontier
from kuramori.evidence.wording import DAMAGE, damage_words
from kuramori.kernel.merkle import leaf_hash


def placed(*seqs: int) -> list[Placed]:
    return [Placed(seq, leaf_hash(seq.to_bytes(4))) for seq in seqs]


def root(leaves: Sequence[Placed], before: Frontier | None = None) -> bytes:
    return (before or Frontier()).grown(leaf.hash for leaf in leaves)[0].root()


TRUE = placed(*range(1, 9))
BEFORE = Frontier().grown(leaf.hash for leaf in placed(101, 102, 103))[0]


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(range(8), 2))[::3])
def test_two_leaves_swapped_are_named_at_the_first(one: int, other: int) -> None:
    swapped = list(TRUE)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    assert explain(Frontier(), swapped, (), root(TRUE)) == Found(damage=Damage.REORDERED, index=one)


@given(st.permutations(range(8)))
@settings(max_examples=40, deadline=None)
def test_any_other_order_is_told_as_reordered_at_its_first_place(order: list[int]) -> None:
    mixed = [TRUE[n] for n in order]
    first = next((place for place, n in enumerate(order) if place != n), None)
    if first is None:
        return
    assert explain(BEFORE, mixed, (), root(TRUE, BEFORE)) == Found(damage=Damage.REORDERED, index=BEFORE.size + first)


@pytest.mark.parametrize("place", range(8))
def test_a_leaf_slipped_in_is_named_where_it_stands(place: int) -> None:
    stranger = Placed(50, leaf_hash(b"stranger"))
    longer = [*TRUE[:place], stranger, *TRUE[place:]]
    found = explain(Frontier(), longer[:8], longer[8:], root(TRUE))
    assert found == Found(damage=Damage.INSERTED, index=place)


@pytest.mark.parametrize("gone", range(1, 7))
def test_a_leaf_that_was_closed_over_is_seen_by_the_hole_in_the_writing(gone: int) -> None:
    shorter = [*TRUE[:gone], *TRUE[gone + 1 :]]
    following = placed(9, 10)
    found = explain(Frontier(), [*shorter, following[0]], following[1:], root(TRUE))
    assert found == Found(damage=Damage.DELETED, index=gone)


@pytest.mark.parametrize("place", range(8))
def test_content_and_hash_replaced_is_an_edit_somewhere_between_the_heads(place: int) -> None:
    edited = list(TRUE)
    edited[place] = Placed(TRUE[place].seq, leaf_hash(b"other"))
    found = explain(BEFORE, edited, placed(9), root(TRUE, BEFORE))
    assert found == Found(damage=Damage.EDITED, index=3, detail="3–10")


def test_many_leaves_are_not_tried_one_by_one_for_ever() -> None:
    many = placed(*range(1, MAX_TRIED + 3))
    stranger = Placed(9999, leaf_hash(b"stranger"))
    longer = [*many[:5], stranger, *many[5:]]
    found = explain(Frontier(), longer[:-1], longer[-1:], root(many))
    assert found.damage in {Damage.DELETED, Damage.EDITED}
    assert found.index is not None
    assert found.index <= 6


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], []),
        ([(4, b"a", b"x")], [(Damage.EDITED, 4)]),
        ([(4, b"a", b"b"), (9, b"b", b"a")], [(Damage.REORDERED, 4), (Damage.REORDERED, 9)]),
        ([(4, b"a", b"b"), (9, b"b", b"x")], [(Damage.REORDERED, 4), (Damage.EDITED, 9)]),
        ([(1, b"a", b"b"), (2, b"b", b"c"), (3, b"c", b"a")], [(Damage.REORDERED, n) for n in (1, 2, 3)]),
    ],
)
def test_bodies_that_stand_at_each_other_s_places_were_swapped(pairs, expected) -> None:
    assert [(each.damage, each.index) for each in mismatched(pairs)] == expected


@pytest.mark.parametrize("damage", Damage)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_finding_says_what_where_and_which(damage: Damage, language: str) -> None:
    with translation.override(language):
        plain = damage_words(damage, None, "")
        placed_words = damage_words(damage, 7, "abc")
    assert plain.isascii() is (language == "en")
    assert "7" in placed_words
    assert placed_words.endswith("(abc)")
    assert str(DAMAGE[damage])


def test_the_names_of_damages_are_kept_in_reports_for_ever() -> None:
    assert sorted(Damage) == [
        "back_dated",
        "changes_differ",
        "deleted",
        "disclosure_differs",
        "disclosure_missing",
        "edited",
        "file_differs",
        "file_missing",
        "file_unsealed",
        "guard_missing",
        "head_forged",
        "inserted",
        "node_differs",
        "reordered",
        "stamp_differs",
        "subjects_differ",
        "truncated",
        "waiting",
    ], "a stored finding must be readable years later: add names, never change one"
