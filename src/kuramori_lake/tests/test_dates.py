"""Times as Japanese products write them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake import clock
from kuramori_lake.sources.dates import DateError, offset_of, parse, usual


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


def said(text):
    """What a text says by itself; None for no time."""
    try:
        return parse(text)
    except DateError:
        return None


NEARLY = st.builds(
    "{}{}{}{}{}{}{}:{}:{}".format,
    st.sampled_from(["2026", "2024", "2000", "1900", "0001", "9999", "0000", "２０２６", "19 6"]),
    st.sampled_from("/-. "), st.sampled_from(["01", "02", "04", "12", "00", "13", "1", "0a"]),
    st.sampled_from("/-年"), st.sampled_from(["01", "28", "29", "30", "31", "00", "32", "9"]),
    st.sampled_from([" ", "T", "　"]), st.sampled_from(["00", "09", "23", "24", "30", "31", "9"]),
    st.sampled_from(["00", "59", "60", ":0", "-1"]), st.sampled_from(["00", "59", "60", "61", "5 ", "0x"]),
)  # fmt: skip
"""Times, and what differs from one by a letter."""


@given(st.lists(NEARLY | st.none() | st.text(max_size=19), max_size=30), st.integers(0, 2))
def test_times_read_at_one_go_say_what_each_says_by_itself(texts, cut):
    """DET-03: what is not of the usual form is left to the slow reading, which also says why it is no time."""
    column = pa.array(texts, pa.large_string()).slice(cut)
    local, known = usual(column)
    assert len(local) == len(known) == len(column)
    for text, found, is_known in zip(column.to_pylist(), local.tolist(), known.tolist(), strict=True):
        assert not is_known or said(text) == (found, None)


@pytest.mark.parametrize(
    ("text", "is_usual"),
    [
        ("2026/11/20 09:05:07", True), ("2026-11-20 09:05:07", True), ("2024/02/29 23:59:59", True),
        ("1900-02-28 00:00:00", True), ("0001/01/01 00:00:00", True), ("9999/12/31 23:59:59", True),
        ("2026/11-20 09:05:07", False), ("2026/11/20T09:05:07", False), ("2026/11/20 24:00:00", False),
        ("2026/11/20 09:05:60", False), ("2026/02/29 09:05:07", False), ("1900/02/29 09:05:07", False),
        ("0000/01/01 00:00:00", False), ("2026/00/20 09:05:07", False), ("2026/13/20 09:05:07", False),
        ("2026/11/00 09:05:07", False), ("2026/11/31 09:05:07", False), ("2026/11/20 09:05:0é", False),
        ("2026/11/20 9:05:07", False), ("", False), (None, False),
    ],
)  # fmt: skip
def test_usual_form_is_a_day_that_there_was_and_a_clock_that_shows_it(text, is_usual):
    local, known = usual(pa.array([text], pa.large_string()))
    assert known.tolist() == [is_usual]
    assert not is_usual or (int(local[0]), None) == parse(text)
