"""When the three sites work: public holidays of their own country and land, company closing days, and their clocks."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.simulator.calendars import (
    DAY,
    HAMAMATSU,
    KITAKAMI,
    LUDWIGSBURG,
    SITES,
    days,
    months_before,
    utc,
)
from kuramori_lake.simulator.moments import reckon

DATES = st.dates(date(2018, 1, 1), date(2035, 12, 30))
JAPANESE = (HAMAMATSU, KITAKAMI)


def working_days(site, year):
    return sum(site.works_on(day) for day in days(date(year, 1, 1), date(year + 1, 1, 1)))


@pytest.mark.parametrize(
    "day",
    [
        "2024-02-23", "2024-09-23", "2025-02-24", "2025-05-06", "2025-07-21", "2025-11-24", "2026-03-20", "2026-04-29",
        "2026-07-20", "2026-08-11", "2026-09-21", "2026-09-23", "2026-10-12", "2027-01-11", "2027-03-22",
    ],
)  # fmt: skip
def test_public_holidays_of_japan_move_with_the_year(day):
    assert not any(site.works_on(date.fromisoformat(day)) for site in JAPANESE)


@pytest.mark.parametrize(
    ("first", "last", "before", "after"),
    [
        ("2025-12-29", "2026-01-04", "2025-12-26", "2026-01-05"),
        ("2026-08-12", "2026-08-16", "2026-08-10", "2026-08-17"),
        ("2026-04-29", "2026-05-06", "2026-04-28", "2026-05-07"),
    ],
    ids=["year end", "Obon", "Golden Week"],
)
def test_japanese_closing_days_have_a_working_day_on_either_side(first, last, before, after):
    closed = days(date.fromisoformat(first), date.fromisoformat(last) + DAY)
    assert not any(HAMAMATSU.works_on(day) for day in closed)
    assert HAMAMATSU.works_on(date.fromisoformat(before))
    assert HAMAMATSU.works_on(date.fromisoformat(after))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2025-12-23", True), ("2025-12-24", False), ("2025-12-31", False), ("2026-01-01", False),
        ("2026-01-02", True), ("2026-01-05", True), ("2026-01-06", False), ("2026-05-14", False),
        ("2026-05-25", False), ("2026-04-06", False), ("2026-08-15", False), ("2026-10-02", True),
        ("2025-10-03", False), ("2026-04-30", True),
    ],
)  # fmt: skip
def test_german_year_by_the_day(day, works):
    assert LUDWIGSBURG.works_on(date.fromisoformat(day)) is works


@given(DATES)
def test_both_japanese_sites_share_their_calendar(day):
    assert HAMAMATSU.works_on(day) is KITAKAMI.works_on(day)


@pytest.mark.parametrize("year", range(2018, 2036))
def test_a_working_year_has_as_many_days_as_real_ones(year):
    assert 232 <= working_days(HAMAMATSU, year) <= 244
    assert 240 <= working_days(LUDWIGSBURG, year) <= 254


@given(DATES)
def test_nobody_rests_longer_than_a_fortnight(day):
    for site in SITES:
        assert any(site.works_on(day + n * DAY) for n in range(14))


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        ("2026-03-28", 1), ("2026-03-29", 2), ("2026-10-24", 2), ("2026-10-25", 1), ("2025-03-30", 2),
        ("2025-10-26", 1),
    ],
)  # fmt: skip
def test_german_clock_changes_on_the_last_sundays_of_march_and_october(day, hours):
    assert LUDWIGSBURG.utc_offset(date.fromisoformat(day)) == hours * 3600


@given(DATES)
def test_japan_has_no_summer_time(day):
    assert {site.utc_offset(day) for site in JAPANESE} == {9 * 3600}


@pytest.mark.parametrize(
    ("day", "second", "site", "expected"),
    [
        ("2026-11-20", 0, HAMAMATSU, "2026-11-19T15:00:00"),
        ("2026-11-20", 9 * 3600, KITAKAMI, "2026-11-20T00:00:00"),
        ("2026-11-20", 25 * 3600, KITAKAMI, "2026-11-20T16:00:00"),
        ("2026-07-01", 9 * 3600, LUDWIGSBURG, "2026-07-01T07:00:00"),
        ("2026-12-01", 1800, LUDWIGSBURG, "2026-11-30T23:30:00"),
    ],
)
def test_instant_of_a_local_second(day, second, site, expected):
    assert utc(date.fromisoformat(day), second, site) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@given(DATES, st.integers(8 * 3600, 20 * 3600))
def test_german_office_hours_are_the_zones_own_in_winter_and_summer(day, second):
    local = utc(day, second, LUDWIGSBURG).astimezone(ZoneInfo("Europe/Berlin"))
    assert (local.date(), local.hour * 3600 + local.minute * 60 + local.second) == (day, second)


@given(DATES, st.integers(0, 500))
def test_days_are_unbroken_and_as_many_as_asked_for(start, count):
    found = list(days(start, start + count * DAY))
    assert len(found) == count
    assert all(later - earlier == DAY for earlier, later in pairwise(found))


def test_no_days_before_the_start():
    assert list(days(date(2026, 1, 2), date(2026, 1, 1))) == []


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-11-20", 12, "2025-11-20"), ("2026-01-15", 1, "2025-12-15"), ("2026-03-31", 1, "2026-02-28"),
        ("2024-03-31", 1, "2024-02-28"), ("2026-12-31", 0, "2026-12-28"), ("2026-02-10", 14, "2024-12-10"),
    ],
)  # fmt: skip
def test_months_before(day, months, expected):
    assert months_before(date.fromisoformat(day), months) == date.fromisoformat(expected)


@given(DATES, st.integers(0, 24), st.integers(0, 24))
def test_months_before_add_up(day, first, second):
    assert months_before(months_before(day, first), second) == months_before(day, first + second)


# the dates of the story


def test_moments_of_the_demo_day():
    found = reckon(date(2026, 11, 20), 12)
    assert (found.start, found.today) == (date(2025, 11, 20), date(2026, 11, 20))
    assert found.evenings == (date(2026, 11, 13), date(2026, 11, 14), date(2026, 11, 16))
    assert (found.notice, found.leaves) == (date(2026, 11, 10), date(2026, 12, 31))


@given(DATES.filter(lambda day: day.year > 2019), st.integers(2, 24))
def test_story_begins_on_a_friday_that_is_worked_and_is_over_before_the_demo_day(today, months):
    found = reckon(today, months)
    assert HAMAMATSU.works_on(found.evenings[0])
    assert today - found.evenings[0] >= timedelta(days=4)
    assert today - found.evenings[0] <= timedelta(days=25)


@given(DATES.filter(lambda day: day.year > 2019), st.integers(2, 24))
def test_silent_and_doubled_days_are_worked_at_the_plant(today, months):
    found = reckon(today, months)
    assert KITAKAMI.works_on(found.silent_day)
    assert KITAKAMI.works_on(found.doubled_day)


@pytest.mark.parametrize(
    ("today", "leaves"),
    [("2026-11-20", "2026-12-31"), ("2026-12-31", "2027-01-31"), ("2027-01-31", "2027-02-28"),
     ("2028-01-10", "2028-02-29"), ("2026-07-01", "2026-08-31"), ("2026-07-31", "2026-08-31")],
)  # fmt: skip
def test_leave_takes_effect_at_the_end_of_next_month(today, leaves):
    assert reckon(date.fromisoformat(today), 6).leaves == date.fromisoformat(leaves)


def test_handover_lasts_a_fortnight_and_the_skew_five_days():
    found = reckon(date(2026, 11, 20), 12)
    assert found.handover[1] - found.handover[0] == 13 * DAY
    assert found.skewed[1] - found.skewed[0] == 4 * DAY


@given(DATES.filter(lambda day: day.year > 2019), st.integers(2, 24))
def test_nothing_planted_lies_outside_the_logs(today, months):
    found = reckon(today, months)
    for moment in (*found.handover, *found.skewed, found.renaming, found.role_change):
        assert found.start <= moment < today
