"""Columns of times: local and UTC, whole zones of rules, and the edges of the calendar."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake import clock

ZONES = [ZoneInfo(name) for name in ("Asia/Tokyo", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC")]
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1))  # noqa: DTZ001  # naive UTC, as stored


def column(*times: datetime):
    return np.array([clock.micros(time) for time in times], dtype=np.int64)


@given(st.lists(MOMENTS, max_size=20), st.sampled_from(ZONES))
def test_columns_say_what_the_standard_library_says_of_each_row(times, zone):
    local = clock.to_local(column(*times), zone)
    expected = [time.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) for time in times]
    assert local.tolist() == column(*expected).tolist()


@given(st.lists(MOMENTS, max_size=20))
def test_japan_has_no_summer_time_so_both_ways_meet(times):
    tokyo = ZoneInfo("Asia/Tokyo")
    assert clock.to_utc(clock.to_local(column(*times), tokyo), tokyo).tolist() == column(*times).tolist()


def test_hour_that_comes_twice_is_its_first_pass():
    berlin = ZoneInfo("Europe/Berlin")
    (utc,) = clock.to_utc(column(datetime(2026, 10, 25, 2, 30)), berlin)  # noqa: DTZ001
    assert clock.moment(int(utc)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_hour_that_does_not_exist_is_moved_not_lost():
    berlin = ZoneInfo("Europe/Berlin")
    (utc,) = clock.to_utc(column(datetime(2026, 3, 29, 2, 30)), berlin)  # noqa: DTZ001
    assert clock.moment(int(utc)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("time", [datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59)])  # noqa: DTZ001
def test_ends_of_the_calendar_are_times_too(zone, time):
    assert len(clock.to_utc(column(time), zone)) == len(clock.to_local(column(time), zone)) == 1


def test_empty_column_stays_empty():
    assert clock.to_utc(column(), ZONES[0]).tolist() == []


@given(MOMENTS)
def test_micros_and_moment_are_inverse(time):
    assert clock.moment(clock.micros(time)) == time.replace(tzinfo=UTC)


def test_aware_times_are_brought_to_utc():
    tokyo = timezone(timedelta(hours=9))
    assert clock.micros(datetime(2026, 11, 20, 9, tzinfo=tokyo)) == clock.micros(datetime(2026, 11, 20))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-20T01:00:00Z", "2026-11-20T01:00:00"),
        ("2026-11-20T01:00:00.106986400Z", "2026-11-20T01:00:00.106986"),
        ("2026-11-20 01:00:00", "2026-11-20T01:00:00"),
        ("2026-11-20T10:00:00+09:00", "2026-11-20T01:00:00"),
        ("1601-01-01T00:00:00Z", "1601-01-01T00:00:00"),
    ],
)
def test_iso_times_of_windows_are_read(text, utc):
    assert clock.moment(clock.iso_micros(text)).replace(tzinfo=None) == datetime.fromisoformat(utc)


@pytest.mark.parametrize("text", ["", "now", "2026-13-01T00:00:00Z", "20/11/2026"])
def test_other_texts_are_no_iso_times(text):
    with pytest.raises(ValueError, match=r"isoformat|month"):
        clock.iso_micros(text)


@pytest.mark.parametrize(
    ("hour", "night"), [(0, True), (4, True), (5, False), (9, False), (21, False), (22, True), (23, True)]
)
def test_late_night_is_that_of_the_labour_standards_act(hour, night):
    local = column(datetime(2026, 11, 20, hour, 59))  # noqa: DTZ001
    hours, days = clock.hour_and_day(local)
    assert (hours.tolist(), clock.is_night(hours).tolist()) == ([hour], [night])
    assert days.tolist() == [(datetime(2026, 11, 20) - datetime(1970, 1, 1)).days]  # noqa: DTZ001


def test_hour_and_day_before_1970_do_not_run_backwards():
    hours, days = clock.hour_and_day(column(datetime(1969, 12, 31, 23)))  # noqa: DTZ001
    assert (hours.tolist(), days.tolist()) == ([23], [-1])
