"""Overlapping ranges of days become disjoint ones, the same as asking for every single day."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.spans import disjoint

FIRST = date(2026, 1, 1)
DAYS = 20


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def row(since: int, until: int | None, name: str = "a"):
    return {"since": day(since), "until": date.max if until is None else day(until), "name": name}


RANKED = st.lists(
    st.tuples(st.integers(0, 2), st.builds(row, st.integers(0, DAYS), st.one_of(st.none(), st.integers(0, DAYS)))),
    max_size=6,
)


def best_on(ranked, when):
    holding = [
        (rank, one["since"], at) for at, (rank, one) in enumerate(ranked) if one["since"] <= when <= one["until"]
    ]
    return ranked[max(holding)[2]][1] if holding else None


@given(RANKED)
def test_each_day_belongs_to_the_highest_rank_and_among_equals_to_the_latest(ranked):
    spans = disjoint(ranked)
    for when in map(day, range(DAYS + 2)):
        holding = [span.row for span in spans if span.since <= when <= span.until]
        assert len(holding) <= 1
        assert (holding[0] if holding else None) is best_on(ranked, when)


@given(RANKED)
def test_spans_never_overlap_and_are_in_order(ranked):
    spans = disjoint(ranked)
    assert all(span.since <= span.until for span in spans)
    assert all(one.until < other.since for one, other in pairwise(spans))


def test_nothing_gives_nothing():
    assert disjoint([]) == []


def test_range_that_ends_before_it_begins_holds_on_no_day():
    assert disjoint([(0, row(5, 3))]) == []
    assert [span.since for span in disjoint([(0, row(5, 3)), (0, row(7, 8))])] == [day(7)]


def test_range_without_end_goes_on_for_ever():
    (span,) = disjoint([(0, row(5, None))])
    assert span.until == date.max


def test_neighbouring_spans_of_one_row_are_one():
    whole = row(0, 10)
    assert len(disjoint([(1, whole), (0, row(3, 5, "b"))])) == 1
