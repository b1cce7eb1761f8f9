"""What a bundle keeps of its entries while it is made: the same as lists would hold, in some bytes each (EVD-08)."""

import json
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori.evidence.bundles.compact import Chronology, Leaves, Placed, PlacedEntries, Places, WithheldMembers
from kuramori.evidence.rules.bundle import ChronologyRow, Withheld, shown_digest
from kuramori.evidence.rules.pieces import ITEMS, canonical_pieces
from kuramori.kernel.canonical import CanonicalError, canonical
from kuramori.kernel.merkle import leaf_hash

AT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
MANY = 4_000


def entry(index: int) -> Placed:
    return Placed(index=index, leaf=leaf_hash(str(index).encode()), shown=shown_digest([str(index)]))


def entries_of(indexes: list[int]) -> PlacedEntries:
    found = PlacedEntries()
    for index in indexes:
        found.add(entry(index))
    return found


def row(number: int, at: datetime = AT) -> ChronologyRow:
    return ChronologyRow(at=at, text_ja=f"{number}番目の変更\n改行", text_en=f"change {number}", entry=number)


@given(st.sets(st.integers(0, 2**53 - 1), max_size=30).map(sorted))
def test_entries_read_back_as_they_were_added(indexes: list[int]) -> None:
    found = entries_of(indexes)
    assert list(found) == [entry(index) for index in indexes]
    assert found[:3] == [entry(index) for index in indexes[:3]]
    assert dict(Leaves(found)) == {index: entry(index).leaf.hex() for index in indexes}
    assert list(Places((index, index + 1) for index in indexes)) == [(index, index + 1) for index in indexes]


def test_an_entry_that_is_not_shown_has_no_leaf() -> None:
    leaves = Leaves(entries_of([3, 7]))
    assert len(leaves) == 2
    assert 3 in leaves
    assert [index for index in (0, 4, 9) if index in leaves] == []
    with pytest.raises(IndexError):
        _ = entries_of([3])[1]


def test_members_that_are_kept_back_keep_their_reason_and_their_order() -> None:
    told = [
        Withheld(entry=n, member=member, reason=reason)
        for n in (5, 2)
        for member, reason in (("why", "reasons"), ("by.name", "names"), ("why", "erased"))
    ]
    found = WithheldMembers()
    for each in told:
        found.add(each)
    assert list(found) == told


def test_a_chronology_is_in_the_order_of_time_and_of_one_moment_in_the_order_of_adding() -> None:
    later, tokyo = AT + timedelta(microseconds=1), timezone(timedelta(hours=9))
    found = Chronology([row(1, later), row(2), row(3, AT.astimezone(tokyo)), row(4, AT - timedelta(days=30_000))])
    assert [each.entry for each in found] == [4, 2, 3, 1]
    log = ChronologyRow(at=AT, text_ja="記録", text_en="log")
    found.add(log)
    assert list(found) == [row(4, AT - timedelta(days=30_000)), row(2), row(3), log, row(1, later)]
    assert found[1:2] == [row(2)]
    assert len(found) == 5


def test_the_words_of_a_chronology_lie_in_a_file_without_a_name(tmp_path) -> None:
    found = Chronology([row(1)], tmp_path)
    assert list(tmp_path.iterdir()) == [], "nothing is left of a draft that was killed"
    assert list(found) == [row(1)]


def held(make: Callable[[], Any]) -> float:
    """Bytes that what `make` makes takes in memory."""
    tracemalloc.start()
    made = make()
    size, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(made) == MANY
    return size / MANY


def test_many_entries_take_little_memory() -> None:
    def withheld() -> WithheldMembers:
        found = WithheldMembers()
        for n in range(MANY):
            found.add(Withheld(entry=n, member="by.name", reason="names"))
        return found

    assert held(lambda: entries_of(list(range(MANY)))) < 110
    assert held(lambda: Chronology(row(n) for n in range(MANY))) < 60
    assert held(withheld) < 40
    assert held(lambda: Places((n, n) for n in range(MANY))) < 30


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text("abc_", max_size=4), JSON, max_size=5))
def test_pieces_are_the_canonical_form(members: dict[str, Any]) -> None:
    lazy = {name: iter(value) if isinstance(value, list) else value for name, value in members.items()}
    assert b"".join(canonical_pieces(lazy)) == canonical(members)


@pytest.mark.parametrize("count", [0, 1, ITEMS, ITEMS + 1, 2 * ITEMS])
def test_a_long_list_comes_in_pieces(count: int) -> None:
    pieces = list(canonical_pieces({"rows": ({"n": n} for n in range(count)), "z": count}))
    assert b"".join(pieces) == canonical({"rows": [{"n": n} for n in range(count)], "z": count})
    assert max(map(len, pieces)) < 20 * ITEMS
    assert json.loads(b"".join(pieces))["z"] == count


def test_what_has_no_canonical_form_is_refused_in_a_list_too() -> None:
    with pytest.raises(CanonicalError):
        list(canonical_pieces({"rows": iter([0.5])}))
