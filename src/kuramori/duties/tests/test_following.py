"""Who hears of a task on which day, and when a late one goes up the line."""

from datetime import date, timedelta

import pytest

from kuramori.directory.rules.calendars import Calendar
from kuramori.duties.rules.following import Reminding, escalates, is_told

JAPAN = Calendar(country="JP").is_business_day
OPENED, DUE = date(2026, 11, 2), date(2026, 11, 16)
USUAL = Reminding(before=3, again=7)


def told_on(day, reminding=USUAL, since=None, opened=OPENED):
    return is_told(opened, DUE, reminding, since=since or day - timedelta(days=1), today=day)


def test_a_task_is_told_of_when_new_some_days_before_on_its_day_and_then_again_and_again():
    days = [OPENED + timedelta(days=n) for n in range(60)]
    assert [day for day in days if told_on(day)] == [
        OPENED,
        date(2026, 11, 13),
        DUE,
        date(2026, 11, 23),
        date(2026, 11, 30),
        date(2026, 12, 7),
        date(2026, 12, 14),
        date(2026, 12, 21),
        date(2026, 12, 28),
    ]


def test_a_late_one_is_left_alone_where_nobody_wants_to_be_reminded_again():
    assert not told_on(DUE + timedelta(days=7), Reminding(before=3, again=0))
    assert told_on(DUE, Reminding(before=0, again=0))


def test_a_reminder_that_fell_on_days_without_mail_is_made_up_for_once():
    monday = date(2026, 11, 16)
    friday = date(2026, 11, 13)
    assert is_told(OPENED, monday + timedelta(days=1), USUAL, since=friday, today=monday), "the 14th was a Saturday"
    assert not is_told(OPENED, monday + timedelta(days=1), USUAL, since=monday - timedelta(days=1), today=monday)


def test_weeks_of_silence_make_one_reminder_of_several():
    assert told_on(DUE + timedelta(days=30), since=DUE + timedelta(days=1))
    assert not told_on(DUE + timedelta(days=30), since=DUE + timedelta(days=29))


def test_nobody_is_reminded_of_days_before_he_was_asked():
    late_comer = date(2026, 11, 15)
    assert not told_on(date(2026, 11, 13), opened=late_comer)
    assert told_on(late_comer, opened=late_comer)


@pytest.mark.parametrize(
    ("after", "day", "goes"),
    [
        (0, date(2027, 11, 16), False),  # never
        (1, date(2026, 11, 16), False),  # the day itself
        (1, date(2026, 11, 17), True),
        (5, date(2026, 11, 23), False),  # Labour Thanksgiving Day does not count
        (5, date(2026, 11, 24), True),
        (5, date(2026, 12, 24), True),
    ],
)
def test_a_late_task_goes_up_after_business_days_not_after_holidays(after, day, goes):
    assert escalates(DUE, day, after, JAPAN) is goes
