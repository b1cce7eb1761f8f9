"""Reporting done, and exempting: by whom, with what, never for himself. A refusal leaves everything as it was."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from kuramori.directory.acts import people
from kuramori.directory.models import Person
from kuramori.duties.acts import (
    duty_edit,
    duty_retire,
    task_exempt,
    task_report,
    tasks_drop,
    tasks_escalate,
    tasks_lay,
    tasks_prove,
    turn_open,
)
from kuramori.duties.models import Audience, Duty, Escalation, State, Task, Turn
from kuramori.duties.queries import (
    done_lately,
    due_from,
    duties_visible_to,
    escalations_of,
    gone_up_to,
    may_exempt,
    may_report,
    tasks_visible_to,
    turns_of,
)
from kuramori.duties.tests.asked import WEDNESDAY, duty, opened, task_of
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import OutsideAct, Refused, act
from kuramori.kernel.ids import uuid7
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role


@pytest.fixture
def task(company):
    opened()
    return task_of(company.akari)


def report(company, task, person, **values):
    return task_report(task=task, by=company.viewer(person), **({"words": "整理しました"} | values))


def exempt(company, task, person, reason="育児休業中"):
    return task_exempt(task=task, reason=reason, by=company.viewer(person))


def told(task):
    return read(entries_about(task.pk)[:1])[0]


def test_a_duty_gets_the_next_number_whatever_was_retired(company):
    first, second = duty(), duty()
    duty_retire(duty=second, by=SYSTEM, why="x")
    assert [first.number, second.number, duty().number] == ["D-00001", "D-00002", "D-00003"]
    assert str(first) == "D-00001 共有フォルダーの整理"


def test_a_duty_asks_exactly_one_sort_of_people(company):
    for wrong in (
        {"audience": Audience.PERSON},
        {"audience": Audience.ROLE, "unit": company.top},
        {"audience": Audience.EVERYBODY, "person": company.akari},
        {"audience": Audience.KIND},
        {"step": 0},
    ):
        with pytest.raises(ValidationError):
            duty(**wrong)
    assert Duty.objects.count() == 0


def test_a_changed_duty_leaves_open_turns_their_days(company):
    written = opened()
    duty_edit(duty=written, by=SYSTEM, why="翌月へ", first_on=date(2026, 12, 25))
    assert task_of(company.akari).due_on == WEDNESDAY
    assert entries_about(written.pk).first().verb == "duties.duty.edit"


def test_a_turn_opens_once_whoever_comes_second(company):
    written = duty()
    turn = turn_open(duty=written, planned_on=WEDNESDAY, by=SYSTEM)
    assert turn_open(duty=written, planned_on=WEDNESDAY, by=SYSTEM) == turn
    assert Turn.objects.count() == 1
    assert str(turn) == "D-00001 2026-11-25"
    due = {company.akari.pk: WEDNESDAY}
    assert tasks_lay(turn=turn, due=due, today=date(2026, 11, 20), by=SYSTEM) == 1
    assert tasks_lay(turn=turn, due=due, today=date(2026, 11, 20), by=SYSTEM) == 0, "two rounds at once ask once"


def test_who_has_to_do_it_reports_it_and_the_ledger_keeps_the_words(company, task):
    done = report(company, task, company.akari, words="  整理しました ")
    assert (done.state, done.words, done.proof) == (State.DONE, "整理しました", None)
    entry = told(task)
    assert (entry.verb, entry.actor_id) == ("duties.task.report", company.akari.pk)
    assert done.ended_at == entry.at
    with pytest.raises(Refused):
        report(company, task, company.akari)


def test_nobody_reports_for_another_not_even_his_boss(company, task):
    for other in (company.botan, company.chihiro, company.daichi):
        with pytest.raises(Refused):
            report(company, task, other)
    assert task_of(company.akari).state == State.OPEN
    assert Entry.objects.filter(verb="duties.task.report").count() == 0


def test_a_report_says_what_was_done(company, task):
    with pytest.raises(Refused):
        report(company, task, company.akari, words=" \n")


def test_a_record_is_named_where_the_duty_asks_for_one(company):
    opened(needs_record=True)
    task = task_of(company.akari)
    with pytest.raises(Refused):
        report(company, task, company.akari)
    done = report(company, task, company.akari, record=company.materials)
    assert (done.named_kind, done.named_id) == ("directory.unit", company.materials.pk)
    assert entries_about(company.materials.pk).first().verb == "duties.task.report", "the record's history tells it"


def test_what_a_kind_proves_is_not_reported(company):
    opened(kind="chores.sweeping")
    opened(kind="gone.kind", title="昔の義務")
    for task in Task.objects.filter(person=company.akari):
        assert not may_report(company.viewer(company.akari), task)
        with pytest.raises(Refused) as refusal:
            report(company, task, company.akari)
        assert str(refusal.value.next_step)


def test_a_duty_out_of_use_takes_no_report_and_needs_no_exemption(company, task):
    duty_retire(duty=task.duty, by=SYSTEM, why="x")
    with pytest.raises(Refused):
        report(company, task, company.akari)
    with pytest.raises(Refused):
        exempt(company, task, company.chihiro)


def test_the_office_and_the_head_of_the_unit_exempt_with_a_reason(company, task):
    exempt(company, task, company.botan)
    assert task_of(company.akari).state == State.EXEMPT
    assert told(task).why == "育児休業中"
    exempt(company, task_of(company.botan), company.chihiro)
    assert told(task_of(company.botan)).actor_id == company.chihiro.pk


def test_an_exemption_has_a_reason_also_in_the_table_itself(company, task):
    with pytest.raises(Refused):
        exempt(company, task, company.botan, reason="  ")
    with pytest.raises(IntegrityError), act("duties.task.exempt", by=SYSTEM) as this:
        task.state, task.ended_at = State.EXEMPT, this.at
        task.save()


def test_nobody_exempts_himself_under_no_number(company):
    opened()
    for who in (company.botan, company.chihiro):  # a head and the office, each entitled to exempt others
        with pytest.raises(Refused):
            exempt(company, task_of(who), who)
    second = people.person_add(number="A-3B", name="遠山", mail="Chihiro@Example.jp", by=SYSTEM)
    people.engagement_add(person=second, kind="part_time", start=date(2024, 4, 1), by=SYSTEM)
    company.give(second, Role.HR)
    with pytest.raises(Refused):
        exempt(company, task_of(company.chihiro), second)
    assert not may_exempt(company.viewer(company.chihiro), task_of(company.chihiro))


def test_a_head_exempts_his_own_people_alone_and_an_employee_nobody(company):
    opened()
    with pytest.raises(Refused):
        exempt(company, task_of(company.chihiro), company.botan)
    with pytest.raises(Refused):
        exempt(company, task_of(company.daichi), company.akari)
    assert not may_exempt(company.viewer(company.akari), task_of(company.daichi))
    assert may_exempt(company.viewer(company.botan), task_of(company.akari))


def test_an_exemption_after_the_end_changes_nothing(company, task):
    report(company, task, company.akari)
    with pytest.raises(Refused):
        exempt(company, task, company.botan)
    assert task_of(company.akari).state == State.DONE


def test_what_ended_meanwhile_is_neither_proven_nor_dropped_nor_told_up(company, task):
    report(company, task, company.akari)
    ended = task_of(company.akari)
    assert tasks_prove(proven={task.pk: uuid7()}, duty=task.duty, by=SYSTEM) == 0
    assert tasks_drop(tasks=[task.pk], duty=task.duty, by=SYSTEM) == 0
    up = {"duty": task.duty, "level": 0, "person": company.botan.pk, "on_behalf_of": None, "today": WEDNESDAY}
    assert tasks_escalate(tasks=[task.pk], by=SYSTEM, **up) == 0
    other = task_of(company.chihiro)
    assert tasks_escalate(tasks=[other.pk], by=SYSTEM, **up) == 1
    assert tasks_escalate(tasks=[other.pk], by=SYSTEM, **up) == 0, "on each level once"
    assert task_of(company.akari) == ended
    assert str(Escalation.objects.get()) == "1"


def test_a_task_changes_in_no_other_way(company, task):
    with pytest.raises(OutsideAct):
        task.save()
    with pytest.raises(OutsideAct):
        Task.objects.filter(pk=task.pk).update(state=State.DONE)
    with pytest.raises(OutsideAct):
        task.delete()


def test_each_sees_his_own_what_came_up_to_him_and_what_his_office_sees(company, task):
    akari, botan, chihiro = (company.viewer(one) for one in (company.akari, company.botan, company.chihiro))
    assert {one.person.number for one in tasks_visible_to(akari)} == {"A-1"}
    assert {one.person.number for one in tasks_visible_to(botan)} == {"A-1", "A-2"}, "who heads a unit, his people"
    assert tasks_visible_to(chihiro).count() == 4
    assert [one.person_id for one in due_from(akari)] == [company.akari.pk]
    assert not gone_up_to(botan).exists()
    assert list(duties_visible_to(akari)) == list(duties_visible_to(botan)) == []
    assert duties_visible_to(chihiro).get() == task.duty


def test_what_came_up_to_somebody_is_his_to_see_until_it_is_done(company, task):
    told_too = {"duty": task.duty, "level": 0, "on_behalf_of": company.botan.pk, "today": WEDNESDAY}
    sato = company.person("A-5", "佐藤 一", "サトウ ハジメ", "Hajime Sato", company.sales)
    viewer = company.viewer(sato)
    assert escalations_of(viewer, task) == []
    tasks_escalate(tasks=[task.pk], person=sato.pk, by=SYSTEM, **told_too)
    assert gone_up_to(viewer).get() == task
    assert tasks_visible_to(viewer).get() == task
    assert [(step.person, step.on_behalf_of) for step in escalations_of(viewer, task)] == [(sato, company.botan)]
    report(company, task, company.akari)
    assert not gone_up_to(viewer).exists()
    assert done_lately(company.viewer(company.akari), limit=5) == [task]
    assert done_lately(viewer, limit=5) == []


def test_the_turns_of_a_duty_are_counted_for_the_office_alone(company, task):
    report(company, task, company.akari)
    counted = turns_of(company.viewer(company.chihiro), task.duty, limit=3)
    assert counted == [{"planned_on": WEDNESDAY, "open": 3, "done": 1, "exempt": 0, "dropped": 0}]
    assert turns_of(company.viewer(company.akari), task.duty, limit=3) == []


def test_who_is_no_person_has_nothing_to_do_and_sees_nothing(company, task):

    nobody = replace(company.viewer(company.akari), person_id=None, permissions=frozenset(), company_wide=frozenset())
    assert not due_from(nobody).exists()
    assert not gone_up_to(nobody).exists()
    assert not tasks_visible_to(nobody).exists()
    assert done_lately(nobody, limit=3) == ()
    assert not may_report(nobody, task)
    assert not may_exempt(nobody, task)
    assert Person.objects.filter(pk=task.person_id).exists()
