"""No number that is told of watching points at anybody: whole quarters, and no small count, not even by subtraction."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori.watch.rules.privacy import (
    FEW,
    Quarter,
    closed,
    closed_sum,
    each_closed,
    ended_quarters,
    points,
    quarter_named,
    quarter_of,
)

days = st.dates(date(1990, 1, 1), date(2100, 1, 1))
groups = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 40), min_size=1)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 1, 1), "2026-Q1"),
        (date(2026, 3, 31), "2026-Q1"),
        (date(2026, 4, 1), "2026-Q2"),
        (date(2026, 9, 30), "2026-Q3"),
        (date(2026, 12, 31), "2026-Q4"),
    ],
)
def test_a_day_lies_in_the_quarter_of_its_months(day: date, name: str):
    assert quarter_of(day).name == name
    assert quarter_named(name) == quarter_of(day)


@given(days)
def test_quarters_follow_each_other_without_a_gap(day: date):
    quarter = quarter_of(day)
    assert quarter.first <= day <= quarter.last
    assert quarter.next.first == quarter.last + timedelta(days=1)
    assert quarter_of(quarter.next.first - timedelta(days=1)) == quarter
    assert quarter_named(quarter.name) == quarter


@pytest.mark.parametrize("name", ["", "2026", "2026-Q0", "2026-Q5", "2026-Q12", "x-Q1", "2026-q1", "Q1-2026", "٢-Qx"])
def test_what_is_no_quarter_is_refused(name: str):
    with pytest.raises(ValueError, match=r".*"):
        quarter_named(name)


def test_only_quarters_that_are_over_are_offered_the_newest_first():
    assert [each.name for each in ended_quarters(date(2026, 11, 20), 4)] == ["2026-Q3", "2026-Q2", "2026-Q1", "2025-Q4"]
    assert ended_quarters(date(2026, 10, 1), 1) == [Quarter(date(2026, 7, 1))]
    assert ended_quarters(date(2026, 9, 30), 1) == [Quarter(date(2026, 4, 1))], "its last day still runs"
    assert ended_quarters(date(2026, 9, 30), 0) == []


def test_none_points_at_nobody_and_one_to_four_point_at_somebody():
    assert [count for count in range(8) if points(count)] == [1, 2, 3, 4]
    assert FEW == 5


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"a": 0, "b": 9}, {"a": 0, "b": 9}),
        ({"a": 3}, {"a": None}),
        ({"a": 3, "b": 0}, {"a": None, "b": 0}),
        ({"a": 3, "b": 10}, {"a": None, "b": None}),
        ({"a": 3, "b": 10, "c": 50}, {"a": None, "b": None, "c": 50}),
        ({"a": 1, "b": 1, "c": 50}, {"a": None, "b": None, "c": None}),
        ({"a": 4, "b": 4, "c": 50}, {"a": None, "b": None, "c": 50}),
        ({"a": 1, "b": 1, "c": 7, "d": 50}, {"a": None, "b": None, "c": None, "d": 50}),
    ],
)
def test_a_hidden_count_takes_others_with_it_until_it_cannot_be_worked_out(counts, told):
    assert closed(counts) == told


@given(groups)
def test_nothing_small_can_be_worked_out_from_what_is_told(counts: dict[str, int]):
    """Whoever knows the sum and every count that is told still finds more than one value for each hidden one."""
    told, total = closed(counts), closed_sum(counts)
    hidden = [name for name in counts if told[name] is None]
    assert not any(told[name] is not None and points(told[name]) for name in counts)
    assert not (total is not None and points(total))
    if not hidden or total is None:
        return
    left = total - sum(count for count in told.values() if count is not None)
    assert len(hidden) > 1, "a single hidden count would be the rest of the sum"
    assert left >= FEW


@given(groups)
def test_what_is_told_is_true(counts: dict[str, int]):
    assert all(count is None or count == counts[name] for name, count in closed(counts).items())
    assert closed_sum(counts) in {None, sum(counts.values())}
    assert each_closed(counts) == {name: None if points(count) else count for name, count in counts.items()}
