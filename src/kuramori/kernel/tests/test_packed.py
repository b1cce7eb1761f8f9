"""A packed list is the list that was put in, however long, and may be walked as often as one likes."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.utils.translation import gettext_lazy as _
from hypothesis import given
from hypothesis import strategies as st

from kuramori.kernel import packed
from kuramori.kernel.packed import BLOCK, Packed


@pytest.fixture(scope="module", autouse=True)
def _blocks_of_three() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packed, "BLOCK", 3)
        yield


@given(st.lists(st.tuples(st.text(), st.integers(), st.dates(), st.none() | st.booleans())))
def test_what_goes_in_comes_out_in_its_order_at_each_walk(items: list[tuple[str, int, date, bool | None]]) -> None:
    kept = Packed(items)
    assert (list(kept), list(kept), len(kept), bool(kept)) == (items, items, len(items), bool(items))
    assert [item for part in kept.parts() for item in part] == items
    assert all(0 < len(part) <= 3 for part in kept.parts())
    assert all(item in kept for item in items)
    assert "what was never put in" not in kept


def test_items_come_one_by_one_or_many_at_once() -> None:
    kept = Packed([1, 2])
    kept.append(3)
    kept.extend(iter([4, 5]))
    assert list(kept) == [1, 2, 3, 4, 5]


def test_nobody_changes_what_is_packed_through_a_copy_of_it() -> None:
    kept = Packed([["極秘"], ["秘"], ["社外秘"], ["公開"]])
    for part in kept.parts():
        part.clear()
    for item in kept:
        item[:] = item if item == ["公開"] else ["changed"]
    assert list(kept) == [["極秘"], ["秘"], ["社外秘"], ["公開"]]


def test_words_that_wait_for_their_language_wait_on() -> None:
    kept = Packed([_("number")] * 4)
    assert {str(word) for word in kept} == {str(_("number"))}


def test_two_walks_at_once_do_not_disturb_each_other() -> None:
    kept = Packed(range(7))
    assert [(a, b) for a in kept for b in kept] == [(a, b) for a in range(7) for b in range(7)]


def test_a_block_is_large_enough_to_be_worth_packing() -> None:
    assert BLOCK >= 100
