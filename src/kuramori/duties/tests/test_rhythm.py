"""When it is due again: business days, weeks, months, month ends, days off of Japan and Germany, missed turns."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori.directory.rules.calendars import Calendar
from kuramori.duties.rules.rhythm import (
    Every,
    OnHoliday,
    Rhythm,
    business_days_between,
    business_days_later,
    months_later,
    moved,
    next_planned,
    planned_days,
    turn_to_open,
)

JAPAN = Calendar(country="JP").is_business_day
BAVARIA = Calendar(country="DE", subdivision="BY").is_business_day


def rhythm(every, first, **values):
    return Rhythm(every=every, first=first, **values)


def first_days(of, count, works=JAPAN):
    return list(islice(planned_days(of, works), count))


def never(_day):
    return False


def test_what_happens_once_is_planned_once():
    assert first_days(rhythm(Every.ONCE, date(2026, 12, 1)), 5) == [date(2026, 12, 1)]


def test_weeks_are_counted_from_the_first_day_whatever_the_calendar_says():
    assert first_days(rhythm(Every.WEEKS, date(2026, 12, 21), step=2), 3) == [
        date(2026, 12, 21), date(2027, 1, 4), date(2027, 1, 18),
    ]  # fmt: skip


def test_a_month_that_has_no_thirty_first_does_not_make_it_the_thirtieth_for_ever():
    days = first_days(rhythm(Every.MONTHS, date(2027, 12, 31)), 4)
    assert days == [date(2027, 12, 31), date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31)]


def test_a_day_of_february_becomes_the_last_of_each_month_only_if_that_is_meant():
    assert first_days(rhythm(Every.MONTHS, date(2027, 2, 28)), 2)[1] == date(2027, 3, 28)
    assert first_days(rhythm(Every.MONTHS, date(2027, 2, 10), at_month_end=True), 2) == [
        date(2027, 2, 28), date(2027, 3, 31),
    ]  # fmt: skip


def test_quarters_go_over_the_year():
    assert months_later(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert months_later(date(2026, 1, 31), -2) == date(2025, 11, 30)


@given(st.dates(date(2000, 1, 1), date(2080, 1, 1)), st.integers(0, 400))
def test_months_later_is_always_in_that_month_and_never_a_later_day(day, months):
    later = months_later(day, months)
    assert later.year * 12 + later.month == day.year * 12 + day.month + months
    assert later.day <= day.day


def test_every_second_business_day_steps_over_the_golden_week():
    days = first_days(rhythm(Every.BUSINESS_DAYS, date(2026, 4, 28), step=2), 4)
    # the 29th is Showa Day; May 3 to 6 are days off (the 6th in place of Sunday the 3rd)
    assert days == [date(2026, 4, 28), date(2026, 5, 1), date(2026, 5, 8), date(2026, 5, 12)]


def test_a_rhythm_of_business_days_that_begins_on_a_day_off_begins_on_the_next_business_day():
    assert first_days(rhythm(Every.BUSINESS_DAYS, date(2026, 11, 21)), 1) == [
        date(2026, 11, 24)
    ]  # Saturday; Labour Day


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        (OnHoliday.BEFORE, date(2026, 11, 20)),
        (OnHoliday.AFTER, date(2026, 11, 24)),
        (OnHoliday.STAY, date(2026, 11, 23)),
    ],
)
def test_a_day_off_moves_the_day_as_it_was_said(rule, due):
    labour_thanksgiving = date(2026, 11, 23)  # a Monday
    assert moved(labour_thanksgiving, rule, JAPAN) == due
    assert moved(date(2026, 11, 25), rule, JAPAN) == date(2026, 11, 25), "a business day stays"


def test_the_same_planned_day_is_due_on_different_days_at_sites_with_different_calendars():
    yearly = rhythm(Every.MONTHS, date(2026, 11, 23), step=12)
    assert yearly.due(date(2026, 11, 23), JAPAN) == date(2026, 11, 20)
    assert yearly.due(date(2026, 11, 23), BAVARIA) == date(2026, 11, 23)
    all_saints = date(2027, 11, 1)
    assert yearly.due(all_saints, BAVARIA) == date(2027, 10, 29)
    assert yearly.due(all_saints, JAPAN) == all_saints


def test_the_companys_own_day_off_counts_as_one_and_its_working_saturday_does_not():
    own = Calendar(country="JP", off={date(2026, 12, 1)}, on={date(2026, 12, 5)}).is_business_day
    assert moved(date(2026, 12, 1), OnHoliday.AFTER, own) == date(2026, 12, 2)
    assert moved(date(2026, 12, 5), OnHoliday.AFTER, own) == date(2026, 12, 5)


def test_a_calendar_on_which_nobody_ever_works_leaves_days_where_they_are_and_ends():
    assert moved(date(2026, 12, 1), OnHoliday.BEFORE, never) == date(2026, 12, 1)
    assert business_days_later(date(2026, 12, 1), 3, never) == date(2026, 12, 4)
    assert business_days_between(date(2026, 12, 1), date(2026, 12, 9), never) == 0


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 30))
def test_counting_forward_and_counting_between_agree(day, count):
    assert business_days_between(day, business_days_later(day, count, JAPAN), JAPAN) == count


def test_counting_backwards_is_nothing():
    assert business_days_between(date(2026, 12, 9), date(2026, 12, 1), JAPAN) == 0


def test_a_turn_opens_as_many_days_ahead_as_there_are_to_do_it_in():
    monthly = rhythm(Every.MONTHS, date(2026, 11, 30), at_month_end=True, lead=10)
    assert turn_to_open(monthly, date(2026, 11, 19), JAPAN) is None
    assert turn_to_open(monthly, date(2026, 11, 20), JAPAN) == date(2026, 11, 30)
    assert turn_to_open(monthly, date(2026, 11, 20), JAPAN, after=date(2026, 11, 30)) is None
    assert turn_to_open(monthly, date(2026, 12, 21), JAPAN, after=date(2026, 11, 30)) == date(2026, 12, 31)


def test_what_is_due_before_a_day_off_opens_in_time_for_that_day():
    weekly = rhythm(Every.WEEKS, date(2026, 11, 23))
    assert turn_to_open(weekly, date(2026, 11, 19), JAPAN) is None
    assert turn_to_open(weekly, date(2026, 11, 20), JAPAN) == date(2026, 11, 23), "due on Friday, not seen on Monday"


def test_of_turns_missed_while_nothing_ran_only_the_latest_opens():
    weekly = rhythm(Every.WEEKS, date(2026, 10, 5))
    assert turn_to_open(weekly, date(2026, 11, 11), JAPAN, after=date(2026, 10, 12)) == date(2026, 11, 9)


def test_the_next_turn_is_named_or_there_is_none():
    once = rhythm(Every.ONCE, date(2026, 12, 1))
    assert next_planned(once, date(2026, 11, 20), JAPAN) == date(2026, 12, 1)
    assert next_planned(once, date(2026, 11, 20), JAPAN, after=date(2026, 12, 1)) is None
    assert next_planned(once, date(2026, 12, 2), JAPAN) is None
    weekly = rhythm(Every.WEEKS, date(2026, 11, 24))
    assert next_planned(weekly, date(2026, 11, 25), JAPAN, after=date(2026, 11, 24)) == date(2026, 12, 1)


def test_the_end_of_summer_time_in_germany_moves_no_day_and_doubles_none():
    daily = rhythm(Every.BUSINESS_DAYS, date(2026, 10, 23))
    days = first_days(daily, 4, BAVARIA)
    assert days == [date(2026, 10, 23), date(2026, 10, 26), date(2026, 10, 27), date(2026, 10, 28)]
    berlin = ZoneInfo("Europe/Berlin")
    hours = [datetime(2026, 10, 24, 21, 30, tzinfo=UTC) + timedelta(hours=n) for n in range(28)]
    local = [hour.astimezone(berlin).date() for hour in hours]
    assert local.count(date(2026, 10, 25)) == 25, "the day of 25 hours is one day"
    opened = {
        turn_to_open(rhythm(Every.WEEKS, date(2026, 10, 25), on_holiday=OnHoliday.STAY), d, BAVARIA) for d in local
    }
    assert opened == {None, date(2026, 10, 25)}
