"""The truth file: complete, as the files are, and readable by whoever has neither this package nor this language."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from kuramori_lake.simulator.calendars import HAMAMATSU, KITAKAMI, LUDWIGSBURG, SITES, days
from kuramori_lake.simulator.truth import DAYS_AHEAD, KINDS
from kuramori_lake.sources import LOGS
from kuramori_lake.sources.table import table_source


def test_it_is_the_answer_itself_as_json_without_the_place_it_lies_in(demo):
    written = json.loads((demo.out / "truth.json").read_text(encoding="utf-8"))
    assert written == demo.truth.as_json()
    assert "path" not in written
    assert demo.truth.path == demo.out / "truth.json"
    text = (demo.out / "truth.json").read_text(encoding="utf-8")
    assert str(demo.out) not in text, "the same bytes on every machine"
    assert "\\u" not in text, "people read it"
    assert text.endswith("}\n")


def test_every_file_of_every_source_is_named_and_no_other_lies_there(demo):
    named = {demo.out / file["path"] for source in demo.truth.sources for file in source["files"]}
    assert named == {path for path in (demo.out / "logs").rglob("*") if path.is_file()}


def test_months_follow_one_another_in_each_source(demo):
    for source in demo.truth.sources:
        months = [Path(file["path"]).stem[-7:] for file in source["files"]]
        assert months == sorted(set(months)), source["name"]
        assert all("2026-08" <= month <= "2026-11" for month in months)


def test_every_kind_has_a_parser_and_every_zone_is_one(demo):
    for source in demo.truth.sources:
        kind = source["kind"]
        known = {"winlogbeat": "evtx", "table:endpoint": "table:jp1_itdm2"}.get(kind, kind)
        if known.startswith("table:"):
            assert table_source(known.removeprefix("table:")).name
        else:
            assert known in LOGS
        assert source["zone"] in {"UTC", "Asia/Tokyo", "Europe/Berlin"}
    assert {source["name"] for source in demo.truth.sources} == {*KINDS, "badge-hmm", "badge-ktk", "badge-lud"}


def test_every_source_has_lines_up_to_the_last_days_before_today(demo):
    today = date.fromisoformat(demo.truth.today)
    for source in demo.truth.sources:
        last = source["files"][-1]
        assert last["lines"] > 0, source["name"]
        assert Path(last["path"]).stem.endswith(f"{today - timedelta(days=1):%Y-%m}"), source["name"]


def test_people_named_in_it_stand_in_the_personnel_file(demo):
    numbers = {row["社員番号"] for row in demo.people}
    truth = demo.truth
    told = {truth.story["person"], truth.confusers["handover"]["person"], truth.confusers["handover"]["successor"],
            truth.traps["renamed_account"]["person"], *truth.cast["leavers"], *truth.cast["newcomers"],
            *(one["person"] for one in truth.innocent_leavers), *truth.database_users.values()}  # fmt: skip
    assert told <= numbers
    assert truth.people == len(numbers)


# what nobody could know from the logs alone


def test_accounts_of_the_database_are_told_by_person_and_all_of_them_are_in_its_log(demo):
    asked = {line.split('"')[1] for line in demo.lines("db01")}
    assert asked == set(demo.truth.database_users)
    accounts = {row["アカウント(AD)"]: row["社員番号"] for row in demo.people}
    renamed = demo.truth.traps["renamed_account"]
    accounts |= {renamed["before"]: renamed["person"]}
    assert demo.truth.database_users == {account: accounts[account] for account in sorted(asked)}


def test_lent_media_are_those_that_innocent_people_use(demo):
    lent = set(demo.truth.lent_media)
    assert lent
    used = {row.split(",")[10] for row in demo.lines("endpoint") if ",外部メディア操作," in row}
    assert used - lent == {demo.truth.story["usb"]["serial"]}


def test_innocent_leavers_have_a_last_day_and_took_nothing(demo):
    told = {one["person"]: one for one in demo.truth.innocent_leavers}
    assert demo.truth.confusers["handover"]["person"] in told
    assert demo.truth.story["person"] not in told
    rows = {row["社員番号"]: row for row in demo.people}
    for number, one in told.items():
        assert one["last_day"] == rows[number]["最終出社日"].replace("/", "-"), number
        assert (one["notice"] or "") == rows[number]["退職届受理日"].replace("/", "-"), number


# the company's calendar


def test_closing_days_are_those_that_no_public_calendar_knows(demo):
    start, end = date.fromisoformat(demo.truth.start), date.fromisoformat(demo.truth.today) + timedelta(days=DAYS_AHEAD)
    assert set(demo.truth.closing_days) == {site.code for site in SITES}
    for site in SITES:
        told = [date.fromisoformat(day) for day in demo.truth.closing_days[site.code]]
        assert told == sorted(set(told))
        for day in told:
            assert start <= day < end
            assert not site.works_on(day)
            assert day.weekday() < 5


@pytest.mark.parametrize(
    ("site", "day", "is_told"),
    [
        (HAMAMATSU, date(2026, 12, 30), True),
        (HAMAMATSU, date(2027, 1, 1), False),
        (HAMAMATSU, date(2027, 1, 4), True),
        (KITAKAMI, date(2026, 8, 13), True),
        (KITAKAMI, date(2026, 8, 15), False),
        (HAMAMATSU, date(2026, 11, 23), False),
        (HAMAMATSU, date(2026, 4, 30), True),
        (LUDWIGSBURG, date(2026, 12, 24), True),
        (LUDWIGSBURG, date(2026, 12, 25), False),
        (LUDWIGSBURG, date(2026, 8, 13), False),
    ],
    ids=["year end", "New Year is public", "back on the fifth", "Obon", "Obon on a Saturday", "public", "bridge day",
         "Christmas Eve", "Christmas is public", "no Obon there"],
)  # fmt: skip
def test_a_closing_day_is_neither_weekend_nor_public_holiday(site, day, is_told):
    assert (day in site.closed_between(day - timedelta(days=40), day + timedelta(days=40))) is is_told


def test_of_no_days_none_is_closed_and_the_last_one_is_left_out():
    assert HAMAMATSU.closed_between(date(2026, 12, 30), date(2026, 12, 30)) == []
    assert HAMAMATSU.closed_between(date(2026, 12, 29), date(2026, 12, 30)) == [date(2026, 12, 29)]
    year = HAMAMATSU.closed_between(date(2026, 1, 1), date(2027, 1, 1))
    assert set(year) <= {day for day in days(date(2026, 1, 1), date(2027, 1, 1)) if day.weekday() < 5}
    assert 6 <= len(year) <= 14
