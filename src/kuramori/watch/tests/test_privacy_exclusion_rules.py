"""Nobody is excluded for good, alone, or for what lies behind him (BetrVG § 78, GDPR art. 38(3))."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori.watch.privacy.exclusion_rules import (
    ExclusionStanding,
    ExclusionState,
    is_same_name,
    left_over,
    longest,
    may_judge,
    standing_on,
)

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
days = st.dates(date(2020, 1, 1), date(2020, 3, 1))
spans = st.tuples(days, days).map(sorted).map(tuple)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 11, 20), date(2027, 11, 19)),
        (date(2026, 1, 1), date(2026, 12, 31)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2027, 3, 1), date(2028, 2, 29)),
    ],
)
def test_a_year_is_a_year_less_a_day(first: date, last: date):
    assert longest(first) == last


@pytest.mark.parametrize(
    ("state", "taken_back", "today", "standing"),
    [
        ("waiting", None, MAY, "waiting"),
        ("waiting", None, JULY, "waiting"),
        ("waiting", None, JULY + timedelta(days=1), "lapsed"),
        ("waiting", JUNE, JULY, "withdrawn"),
        ("refused", None, JUNE, "refused"),
        ("refused", JUNE, JULY, "refused"),
        ("approved", None, MAY, "coming"),
        ("approved", None, JUNE, "active"),
        ("approved", None, JULY, "active"),
        ("approved", None, JULY + timedelta(days=1), "ended"),
        ("approved", JUNE, JUNE, "ended"),
    ],
)
def test_it_stands_where_people_and_time_left_it(state: str, taken_back: date | None, today: date, standing: str):
    found = standing_on(ExclusionState(state), (JUNE, JULY), taken_back, today)
    assert found is ExclusionStanding(standing)


def test_who_asked_and_who_is_concerned_never_decide():
    asker, concerned, other = uuid4(), uuid4(), uuid4()
    assert may_judge(other, asker=asker, concerned=concerned)
    assert may_judge(other, asker=asker, concerned=None)
    assert not may_judge(asker, asker=asker, concerned=concerned)
    assert not may_judge(concerned, asker=asker, concerned=concerned)
    assert not may_judge(None, asker=asker, concerned=None)


@pytest.mark.parametrize(
    ("excluded", "name", "is_same"),
    [
        ("akari", "akari", True),
        ("akari", r"KURA\Akari", True),
        (r"kura\akari", r"KURA\Akari", True),
        (r"other\akari", r"KURA\Akari", False),
        (r"kura\akari", "akari", False),
        ("akari", "akari2", False),
    ],
)
def test_a_name_without_a_domain_means_any(excluded: str, name: str, *, is_same: bool):
    assert is_same_name(excluded, name) is is_same


@given(spans, st.lists(spans, max_size=4))
def test_what_is_left_is_every_day_that_was_not_taken_once(whole: tuple[date, date], taken: list[tuple[date, date]]):
    def each(first: date, last: date) -> list[date]:
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    left = [day for since, until in left_over(whole, taken) for day in each(since, until or date.max)]
    assert left == [day for day in each(*whole) if not any(first <= day <= last for first, last in taken)]


def test_what_has_no_end_stays_without_one():
    assert list(left_over((MAY, None), [(JUNE, JULY)])) == [
        (MAY, JUNE - timedelta(days=1)),
        (JULY + timedelta(days=1), None),
    ]
    assert list(left_over((MAY, None), [])) == [(MAY, None)]
