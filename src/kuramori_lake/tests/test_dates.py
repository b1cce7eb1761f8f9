"""Times as Japanese products write them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from kuramori_lake import clock
from kuramori_lake.sources.dates import DateError, offset_of, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026/11/20 09:05:07", "2026-11-20T09:05:07"),
        ("2026/1/2 9:05", "2026-01-02T09:05:00"),
        ("26/11/20 09:12:45", "2026-11-20T09:12:45"),
        ("2026-11-20T09:05:07.25", "2026-11-20T09:05:07.250000"),
        ("２０２６／１１／２０　９：０５", "2026-11-20T09:05:00"),
        ("2026年11月20日 午後3時05分", "2026-11-20T15:05:00"),
        ("2026/11/20(金) 午前12:10", "2026-11-20T00:10:00"),
        ("令和8年11月20日", "2026-11-20T00:00:00"),
        ("R8.11.20 8:00", "2026-11-20T08:00:00"),
        ("令和元年5月1日", "2019-05-01T00:00:00"),
        ("H31/4/30", "2019-04-30T00:00:00"),
        ("2026/11/20 25:04:10", "2026-11-21T01:04:10"),
        ("2026/12/31 30:00", "2027-01-01T06:00:00"),
    ],
)
def test_reads(text, expected):
    local, offset = parse(text)
    assert (local, offset) == (clock.micros(datetime.fromisoformat(expected)), None)


@pytest.mark.parametrize(
    "text", ["", "昨日", "2026/13/01", "2026/02/30", "2026/11/20 31:00", "2026/11/20 9:61", "0000/01/01"]
)
def test_refuses(text):
    with pytest.raises(DateError):
        parse(text)


def test_named_offset_is_returned():
    assert parse("2026-11-20T09:05:07+09:00")[1] == 9 * 3600 * 1_000_000
    assert parse("2026-11-20T09:05:07Z")[1] == 0
    assert (offset_of("GMT+09:00"), offset_of("GMT-05:30"), offset_of("東京")) == (32400, -19800, None)


def test_zone_is_applied_by_its_rule_of_the_day_both_ways():
    berlin = ZoneInfo("Europe/Berlin")
    local = np.array([clock.micros(datetime(2026, month, 1, 12)) for month in (1, 7)])  # noqa: DTZ001
    utc = clock.to_utc(local, berlin)
    assert [clock.moment(int(one)).hour for one in utc] == [11, 10]
    assert clock.to_local(utc, berlin).tolist() == local.tolist()


def test_night_is_from_ten_to_five():
    assert clock.is_night(np.array([21, 22, 0, 4, 5], dtype=np.int8)).tolist() == [False, True, True, True, False]
