"""What may be said of a way out from what its logs told: seen, partly, silent, blind (DET-05)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori.watch.models import WayChoice
from kuramori.watch.models.detecting import StandingChoice
from kuramori.watch.rules.detecting import (
    WAYS,
    Sight,
    Standing,
    days_between,
    needs_owner,
    runs_of,
    sighting_of,
    working_days,
)
from kuramori.watch.wording import SOURCE_WORDS
from kuramori_lake.sources import names

MONDAY = date(2026, 11, 16)
WEEK = [MONDAY + timedelta(days=n) for n in range(5)]
days = st.dates(date(2026, 1, 1), date(2026, 3, 1))


def test_every_way_has_a_word_and_is_seen_by_kinds_of_log_that_there_are():
    assert set(WAYS) == set(WayChoice.values)
    assert {str(each) for each in Standing} == set(StandingChoice.values)
    for way, kinds in WAYS.items():
        assert kinds, way
        assert kinds <= set(names()) == set(names()) & set(SOURCE_WORDS), "a source without words cannot be chosen"


def test_a_way_without_a_source_is_blind_whatever_was_heard():
    told = sighting_of(WEEK, WEEK, has_source=False)
    assert told.sight is Sight.BLIND


def test_a_source_that_told_nothing_is_silent_and_never_seen():
    told = sighting_of(WEEK, [], has_source=True)
    assert (told.sight, told.heard, told.expected, told.missing) == (Sight.SILENT, 0, 5, tuple(WEEK))


def test_one_missing_working_day_is_told():
    told = sighting_of(WEEK, WEEK[1:], has_source=True)
    assert (told.sight, told.heard, told.missing) == (Sight.PARTLY, 4, (MONDAY,))


def test_days_that_nobody_expected_neither_help_nor_harm():
    sunday = MONDAY - timedelta(days=1)
    assert sighting_of(WEEK, [sunday, *WEEK], has_source=True).sight is Sight.SEEN
    assert sighting_of(WEEK, [sunday], has_source=True).sight is Sight.SILENT


def test_where_nothing_is_expected_nothing_is_missing():
    assert sighting_of([], [], has_source=True).sight is Sight.SEEN
    assert sighting_of([], [], has_source=False).sight is Sight.BLIND


@given(st.lists(days, unique=True), st.lists(days), st.booleans())
def test_days_heard_and_days_missing_are_all_that_were_expected(expected: list[date], heard: list[date], known: bool):
    told = sighting_of(sorted(expected), heard, has_source=known)
    assert told.heard + len(told.missing) == told.expected == len(expected)
    assert not set(told.missing) & set(heard)
    assert (told.sight is Sight.SEEN) is (known and not told.missing)


def test_days_between_are_all_and_none_when_the_end_lies_before_the_beginning():
    assert days_between(MONDAY, MONDAY) == [MONDAY]
    assert len(days_between(MONDAY, MONDAY + timedelta(days=6))) == 7
    assert days_between(MONDAY, MONDAY - timedelta(days=1)) == []
    assert working_days(MONDAY, WEEK[-1], {WEEK[2]}) == [*WEEK[:2], *WEEK[3:]]


@pytest.mark.parametrize(
    ("missing", "runs"),
    [
        ([], []),
        ([0], [(0, 0)]),
        ([0, 1], [(0, 1)]),
        ([0, 2], [(0, 0), (2, 2)]),
        ([3, 4, 5], [(3, 5)]),
        ([5, 4, 3], [(3, 5)]),
    ],
)
def test_missing_days_are_told_as_runs_that_a_weekend_does_not_part(missing: list[int], runs: list[tuple[int, int]]):
    expected = [*WEEK, MONDAY + timedelta(days=7), MONDAY + timedelta(days=8)]
    found = runs_of([expected[n] for n in missing], expected)
    assert found == [(expected[first], expected[last]) for first, last in runs]


@given(st.sets(days))
def test_runs_hold_exactly_the_missing_days(missing: set[date]):
    expected = days_between(date(2026, 1, 1), date(2026, 3, 1))
    runs = runs_of(missing, expected)
    assert {day for first, last in runs for day in days_between(first, last)} == missing
    assert all(runs[n + 1][0] - runs[n][1] > timedelta(days=1) for n in range(len(runs) - 1))


def test_only_a_gap_that_nobody_decided_on_needs_somebody():
    assert needs_owner(Sight.BLIND, None)
    assert needs_owner(Sight.SILENT, None)
    assert needs_owner(Sight.PARTLY, None)
    assert not needs_owner(Sight.SEEN, None)
    assert not any(needs_owner(sight, standing) for sight in Sight for standing in Standing)
