"""What a file of HR changes in somebody who is there already: facts, kind, places, names, boss; each with its day."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from kuramori.directory.acts.units import unit_add
from kuramori.directory.feeds.people import PEOPLE_FEED
from kuramori.directory.models import Assignment, Engagement, Identity, Person
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.directory.tests.feed import actions, reasons, rows_of, take_in
from kuramori.directory.tests.test_people_feed import ROW, main_of
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.imports.errors import Unreadable
from kuramori.kernel.imports.mapping import Action

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def _taro(company: Company) -> None:
    """Taro came with a former file."""
    outcomes, stop = take_in(PEOPLE_FEED, [ROW | {"boss": "A-1", "side_1": "2000", "job_role": "設計"}])
    assert (actions(outcomes), stop) == ([Action.ADD], None)


def told(**changed: str) -> Action:
    """Let a later file say of Taro what changed; return what it does."""
    outcomes, stop = take_in(PEOPLE_FEED, [ROW | {"boss": "A-1", "side_1": "2000", "job_role": "設計"} | changed])
    assert stop is None
    return actions(outcomes)[0]


def taro() -> Person:
    return Person.objects.get(number="E0001")


def held() -> set[tuple[str, bool]]:
    """The units he is in today, and whether as his main one."""
    known = Assignment.objects.known().on(TODAY).filter(person=taro())
    return {(each.unit.code, each.is_main) for each in known}


def engagement() -> Engagement:
    return Engagement.objects.known().get(person=taro())


@pytest.mark.parametrize(
    ("column", "says"),
    [("name", "山田 太朗"), ("kana", "ヤマダ タロー"), ("mail", "taro@example.jp"), ("account_name", "taro")],
)
def test_a_fact_is_written_over_and_the_rest_stays(column: str, says: str) -> None:
    before = main_of("E0001").pk
    assert told(**{column: says}) is Action.EDIT
    assert getattr(taro(), column) == says
    assert main_of("E0001").pk == before, "a new name is no move"
    assert told(**{column: says}) is Action.UNCHANGED


def test_a_new_kind_of_engagement_is_a_corrected_version_of_the_same() -> None:
    line = engagement().line
    assert told(kind="契約社員", end_planned="2027/03/31") is Action.EDIT
    assert (engagement().line, engagement().engagement_kind) == (line, "contract")
    assert engagement().end_planned == date(2027, 3, 31)
    assert Engagement.objects.filter(person=taro()).count() == 2, "what we believed until now stays readable"


def test_an_earlier_day_of_joining_is_taken_over_and_a_later_one_does_not_move_the_person() -> None:
    assert told(start="2020/04/01") is Action.EDIT
    assert (engagement().start, taro().joined_on) == (date(2020, 4, 1), date(2020, 4, 1))
    told(start="2022/04/01")
    assert taro().joined_on == date(2020, 4, 1)


@pytest.mark.parametrize(
    ("column", "says", "read"),
    [
        ("position", "課長", lambda place: place.position),
        ("job_role", "評価", lambda place: place.job_role),
        ("unit_code", "2000", lambda place: place.unit.code),
    ],
)
def test_a_move_begins_today_and_keeps_what_the_file_does_not_change(column: str, says: str, read: Any) -> None:
    assert told(**{column: says, "side_1": ""}) is Action.EDIT
    now, then = main_of("E0001"), Assignment.objects.known().on(YESTERDAY).get(person=taro(), is_main=True)
    assert (read(now), now.starts_on, then.ends_on) == (says, TODAY, YESTERDAY)
    assert now.boss == then.boss
    assert {"position", "job_role"} - {column} <= {
        name for name in ("position", "job_role") if getattr(now, name) == getattr(then, name)
    }


def test_two_files_on_one_day_leave_one_place_of_that_day() -> None:
    told(position="課長")
    told(position="部長")
    assert (main_of("E0001").position, main_of("E0001").starts_on) == ("部長", TODAY)
    days = Assignment.objects.known().filter(person=taro(), is_main=True).values_list("starts_on", flat=True)
    assert sorted(days) == [date(2021, 4, 1), TODAY]


def test_a_boss_is_changed_and_taken_away(company: Company) -> None:
    told(boss="A-3")
    assert main_of("E0001").boss == company.chihiro
    told(boss="")
    assert main_of("E0001").boss is None


def test_a_second_unit_comes_changes_and_goes_without_touching_the_main_one(company: Company) -> None:
    main = main_of("E0001").pk
    unit_add(code="3000", name_ja="品質", name_en="Quality", parent=company.top, site=company.tokyo, by=SYSTEM)
    told(side_1="3000")
    assert held() == {("1100", True), ("3000", False)}
    told(side_1="3000", side_2="2000")
    assert held() == {("1100", True), ("3000", False), ("2000", False)}
    told(side_1="")
    assert held() == {("1100", True)}
    assert main_of("E0001").pk == main
    ended = Assignment.objects.known().get(person=taro(), unit=company.sales, is_main=False, starts_on__lt=TODAY)
    assert ended.ends_on == YESTERDAY, "he was there until yesterday"


def test_a_name_of_yesterday_still_finds_him_in_yesterday_s_log() -> None:
    told(account_name="taro", mail="")
    names = Identity.objects.known().filter(person=taro())
    assert {(n.namespace, n.value, n.starts_on, n.ends_on) for n in names} == {
        ("ad", "yamada", date(2021, 4, 1), YESTERDAY),
        ("ad", "taro", TODAY, None),
        ("mail", "yamada@example.jp", date(2021, 4, 1), YESTERDAY),
    }


def test_who_is_no_longer_named_ended_on_the_planned_day_when_it_has_passed() -> None:
    others = [ROW | {"number": f"E1{n:03}", "mail": f"m{n}@example.jp", "account_name": f"m{n}"} for n in range(30)]
    take_in(PEOPLE_FEED, [ROW | {"boss": "A-1", "end_planned": TOMORROW.isoformat()}, *others])
    with time_machine.travel(NOON + timedelta(days=30), tick=False):
        take_in(PEOPLE_FEED, others, today=TODAY + timedelta(days=30))
    assert engagement().end_actual == TOMORROW, "and not on the day before the file"


@pytest.mark.parametrize(
    ("column", "text", "longest"),
    [("number", "E" * 41, 40), ("name", "山" * 101, 100), ("position", "長" * 101, 100), ("employer", "社" * 201, 200)],
)
def test_a_text_that_does_not_fit_is_refused_before_it_meets_the_database(column: str, text: str, longest: int) -> None:
    with pytest.raises(Unreadable) as refusal:
        rows_of(PEOPLE_FEED, ROW | {column: text})
    assert refusal.value.message.values == {"count": str(longest + 1), "longest": str(longest)}
    rows_of(PEOPLE_FEED, ROW | {column: text[:longest]})


def test_a_row_that_names_an_unknown_unit_says_so_and_changes_nothing() -> None:
    outcomes, _stop = take_in(PEOPLE_FEED, [ROW | {"unit_code": "9999", "position": "課長"}])
    assert actions(outcomes) == [Action.REJECT]
    assert "9999" in reasons(outcomes[0])
    assert main_of("E0001").position == "主任"
