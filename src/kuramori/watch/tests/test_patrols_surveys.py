"""Anonymous surveys are counted by unit and topic, five answers at least; no text and nobody is kept (DET-09)."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError

from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.directory.tests.feed import actions, reasons, rows_of, take_in
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.imports.api import import_file
from kuramori.kernel.imports.mapping import Action
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Forbidden, Role
from kuramori.kernel.registers.tests.suite import RegisterSuite
from kuramori.watch.models import SurveyCount
from kuramori.watch.patrols.hits import surveys
from kuramori.watch.patrols.survey_import import SURVEYS
from kuramori.watch.patrols.term_acts import term_retire
from kuramori.watch.tests.patrolled import Board, look_for

ROW: dict[str, Any] = {"survey": "秘密管理アンケート", "asked_on": "2026-11-01", "unit": "1100", "text": "離席が多い"}


@pytest.fixture(autouse=True)
def terms(company: Company) -> dict[str, Any]:
    return look_for()


def told(*rows: dict[str, Any], times: int = 1) -> list[Any]:
    return take_in(SURVEYS, [ROW | row for row in rows for _n in range(times)])[0]


def kept() -> list[tuple[str | None, str, int, int]]:
    rows = SurveyCount.objects.order_by("unit__code", "topic").select_related("unit")
    return [(each.unit.code if each.unit else None, each.topic, each.found, each.answers) for each in rows]


def test_answers_are_counted_by_unit_and_topic_and_nothing_else_is_kept() -> None:
    told({}, {"text": "ﾛｯｸしない人がいる"}, {"text": "特になし"}, {"unit": "2000"}, times=5)
    assert kept() == [("1100", "離席", 10, 15), ("2000", "離席", 5, 5)]
    entry = Entry.objects.get(verb="watch.survey.import")
    assert json.loads(bytes(entry.body))["notes"]["answers"] == {"open": 20}
    words = json.dumps(entry.disclosure.members) + bytes(entry.body).decode()
    assert "特になし" not in words


def test_fewer_than_five_are_kept_nowhere_and_small_units_count_together() -> None:
    told(*[{}] * 4, *[{"unit": "2000", "survey": "別の調査"}] * 3, *[{"unit": "1000", "survey": "別の調査"}] * 2)
    assert kept() == [(None, "離席", 5, 5)]
    assert SurveyCount.objects.get().survey == "別の調査"


def test_the_database_too_holds_no_number_below_five() -> None:
    few = SurveyCount(survey="x", asked_on=TODAY, topic="離席", answers=9, found=4)
    with pytest.raises(IntegrityError), act("watch.survey.import", by=SYSTEM):
        few.save()


@pytest.mark.parametrize("header", ["氏名", "Employee No.", "IPアドレス"])
def test_a_column_that_names_people_is_refused_with_the_reason_and_may_be_left_out(
    company: Company, tmp_path: Path, header: str
) -> None:
    path = tmp_path / "survey.csv"
    lines = [f"アンケート,実施日,部署コード,自由記述,{header}"]
    lines += ["秘密管理,2026-11-01,1100,離席が多い,A-2" for _n in range(5)]
    path.write_text("\n".join(lines), encoding="utf-8")
    viewer = company.viewer(company.daichi)
    report = import_file("survey-answers", path, viewer=viewer, dry_run=True)
    assert (report.read, report.accepted, report.rejected) == (5, 0, 5)
    errors = report.errors[:5]
    assert {error.where for error in errors} == {f"E{n}" for n in range(2, 7)}
    assert all("匿名" in str(error.message) for error in errors)
    taken = import_file("survey-answers", path, viewer=viewer, why="年次", mapping={"person": ""})
    assert (taken.accepted, taken.rejected) == (5, 0)
    assert kept() == [("1100", "離席", 5, 5)]


def test_the_same_survey_again_is_not_doubled() -> None:
    told({}, times=5)
    assert set(actions(told({}, times=6))) == {Action.UNCHANGED}
    assert set(actions(told({"asked_on": "2026-10-01"}, times=5))) == {Action.ADD}
    assert [each[2] for each in kept()] == [5, 5]


def test_rows_without_what_is_needed_are_refused_with_their_place() -> None:
    outcomes = told({"unit": "9999"}, {"asked_on": "2026-12-24"}, {"text": ""}, {"survey": ""}, {})
    assert actions(outcomes) == [Action.REJECT] * 4 + [Action.ADD]
    assert "9999" in reasons(outcomes[0])
    assert "この日はまだ来ていません" in reasons(outcomes[1])
    assert [each.errors[0].where for each in outcomes[:2]] == ["C2", "B3"]


def test_without_topics_nothing_can_be_counted(terms: dict[str, Any]) -> None:
    term_retire(term=terms["離席"], by=SYSTEM, why="x")
    with pytest.raises(Refused, match="話題"):
        told({})


def test_who_may_import_and_who_may_read(company: Company) -> None:
    board = Board(company)
    for person in (board.hr, board.privacy, company.akari):
        with pytest.raises(Forbidden):
            SURVEYS.resolve(rows_of(SURVEYS, ROW), viewer=company.viewer(person), today=TODAY)
    told({}, times=5)
    company.give(company.botan, Role.AUDITOR)
    readers = {person: surveys.visible_to(company.viewer(person)).count() for person in (company.botan, board.privacy)}
    assert set(readers.values()) == {1}
    assert surveys.visible_to(company.viewer(board.hr)).count() == 0


class TestSurveys(RegisterSuite):
    register = surveys

    @pytest.fixture(autouse=True)
    def noon(self) -> Any:
        """Let the clock run: entries of a record must differ in their time."""
        with time_machine.travel(NOON):
            yield

    @pytest.fixture(autouse=True)
    def _people(self, company: Company) -> None:
        company.give(company.botan, Role.PRIVACY_OFFICER, unit=company.materials)
        company.give(company.akari, Role.PRIVACY_OFFICER)
        self.insider, self.stranger = company.viewer(company.akari), company.viewer(company.botan)

    def make(self, count: int) -> list[Any]:
        names = [f"調査{n}" for n in range(count)]
        told(*({"survey": name} for name in names), times=5)
        return [SurveyCount.objects.get(survey=name, asked_on=date(2026, 11, 1)) for name in names]
