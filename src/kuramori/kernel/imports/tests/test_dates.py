"""A day is read as the office meant it, or refused; never guessed."""

from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori.kernel.imports.cells import day
from kuramori.kernel.imports.errors import Unreadable

APRIL = date(2026, 4, 1)
FULL_WIDTH = str.maketrans("0123456789./-", "０１２３４５６７８９．／－")
ERAS = [
    ("令和", "R", 2018, date(2019, 5, 1)),
    ("平成", "H", 1988, date(1989, 1, 8)),
    ("昭和", "S", 1925, date(1926, 12, 25)),
]


def era_of(found: date) -> tuple[str, str, int]:
    return next((name, sign, offset) for name, sign, offset, begins in ERAS if found >= begins)


@pytest.mark.parametrize(
    "written",
    [
        "2026-04-01", "2026/4/1", "2026.4.1", "20260401", "2026年4月1日", "2026年４月１日", "２０２６／０４／０１",
        "令和8年4月1日", "令和８年４月１日", "R8.4.1", "r08/04/01", "Ｒ８．４．１", "㋿8.4.1", "2026-04-01 00:00:00",
        "2026-04-01T00:00:00", "2026/4/1(水)", "2026年4月1日（水曜日）", " 2026-04-01 ", "西暦2026年4月1日", 20260401,
        date(2026, 4, 1), datetime(2026, 4, 1, 9, 30),  # noqa: DTZ001 - a spreadsheet's
    ],
)  # fmt: skip
def test_ways_of_writing_the_first_of_april_2026(written):
    assert day(written) == APRIL


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("令和元年5月1日", date(2019, 5, 1)), ("平成元年1月8日", date(1989, 1, 8)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("平成31年4月30日", date(2019, 4, 30)), ("H31.4.30", date(2019, 4, 30)),
        ("大正元年7月30日", date(1912, 7, 30)),
        ("明治45年7月29日", date(1912, 7, 29)), ("S39/10/10", date(1964, 10, 10)), ("2024-02-29", date(2024, 2, 29)),
    ],
)  # fmt: skip
def test_eras_change_on_their_day(written, meant):
    assert day(written) == meant


@pytest.mark.parametrize("written", ["令和元年4月30日", "平成31年5月1日", "昭和64年1月8日", "平成32年1月1日"])
def test_a_day_outside_its_era_is_refused_with_the_day_it_would_be(written):
    with pytest.raises(Unreadable) as refusal:
        day(written)
    assert "outside the era" in str(refusal.value.message)
    assert refusal.value.next_step.values["day"][:4].isdigit()


@pytest.mark.parametrize("written", ["26/4/1", "4/1/2026", "1.4.26", "26年4月1日", "01-04-26"])
def test_a_day_that_could_be_two_is_refused(written):
    with pytest.raises(Unreadable, match="more than one day"):
        day(written)


@pytest.mark.parametrize(
    "written", ["2026-02-29", "2026-13-01", "2026-04-31", "0000-00-00", "9999-12-31", "令和8年2月30日"]
)
def test_a_day_that_does_not_exist_is_refused(written):
    with pytest.raises(Unreadable, match="does not exist"):
        day(written)


@pytest.mark.parametrize("written", ["未定", "2026", "2026-04", True, 3.5, "2026-04-01 09:30", "令和8年度", "-"])
def test_what_is_no_day_is_refused(written):
    with pytest.raises(Unreadable, match="is not a date"):
        day(written)


@given(st.dates(min_value=date(1926, 12, 25), max_value=date(2117, 12, 31)))
def test_every_day_comes_back_from_every_way_of_writing_it(meant):
    name, sign, offset = era_of(meant)
    year = meant.year - offset
    western = [meant.isoformat(), f"{meant:%Y%m%d}", f"{meant.year}年{meant.month}月{meant.day}日"]
    eras = [f"{name}{year}年{meant.month}月{meant.day}日", f"{sign}{year}.{meant.month}.{meant.day}"]
    if year == 1:
        eras.append(f"{name}元年{meant.month}月{meant.day}日")
    for written in western + eras:
        assert day(written) == meant
        assert day(written.translate(FULL_WIDTH)) == meant


@given(st.text(max_size=30))
def test_no_text_does_worse_than_being_refused(written):
    with suppress(Unreadable):
        assert isinstance(day(written), date)
