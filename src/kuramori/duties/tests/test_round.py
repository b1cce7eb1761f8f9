"""The round: whom a duty asks, by when; what proves it done; who falls away; to whom it goes up, and that only once."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import now

from kuramori.directory.acts import people, units
from kuramori.directory.tests.company import FOUNDED, TODAY
from kuramori.duties.acts import duty_edit, duty_retire, task_report
from kuramori.duties.days import places
from kuramori.duties.models import Audience, Escalation, Every, State, Task, Turn
from kuramori.duties.people import Workforce, is_same_human, lines_up
from kuramori.duties.round import in_batches, open_turns
from kuramori.duties.tests.asked import WEDNESDAY, duty, opened, pass_days, run_round, task_of
from kuramori.duties.tests.chores.room import STANDING_IN, sweep
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role


def asked_by(written):
    return set(Task.objects.filter(duty=written).values_list("person__number", flat=True))


def leave(company, person, last):
    people.engagement_end(engagement=company.engagement(person), last=last, today=TODAY, by=SYSTEM)


def test_everybody_who_works_here_is_asked_and_nobody_twice(company):
    company.person("A-9", "未来 入社", "ミライ", "Mirai Later", company.sales, start=date(2026, 12, 1))
    written = opened()
    assert asked_by(written) == {"A-1", "A-2", "A-3", "A-4"}
    assert run_round()["opened"] == 0
    assert Turn.objects.count() == 1
    task = task_of(company.akari)
    assert (task.opened_on, task.due_on, task.state) == (TODAY, WEDNESDAY, State.OPEN)


def test_each_audience_asks_exactly_its_people(company):
    company.give(company.botan, Role.AUDITOR)
    assert asked_by(opened(audience=Audience.PERSON, person=company.akari)) == {"A-1"}
    assert asked_by(opened(audience=Audience.ROLE, role=Role.AUDITOR)) == {"A-2"}
    assert asked_by(opened(audience=Audience.ROLE, role=Role.UNIT_HEAD)) == {"A-2", "A-4"}
    assert asked_by(opened(audience=Audience.UNIT, unit=company.research)) == {"A-1", "A-2"}, "units below it too"
    assert asked_by(opened(audience=Audience.KIND, kind="chores.sweeping")) == {"A-1", "A-2"}
    assert asked_by(opened(audience=Audience.ROLE, role=Role.LEGAL)) == set(), "nobody holds it"


def test_a_kind_whose_room_has_gone_asks_nobody_and_proves_nothing(company):
    assert asked_by(opened(audience=Audience.KIND, kind="gone.kind")) == set()
    written = opened(kind="gone.kind")
    run_round()
    assert set(Task.objects.filter(duty=written).values_list("state", flat=True)) == {State.OPEN}


def test_somebody_with_a_second_place_is_asked_there_too(company):
    people.assignment_add(
        engagement=company.engagement(company.chihiro), unit=company.materials, starts_on=FOUNDED, is_main=False,
        today=TODAY, by=SYSTEM,
    )  # fmt: skip
    assert asked_by(opened(audience=Audience.UNIT, unit=company.materials)) == {"A-1", "A-2", "A-3"}


def test_a_day_off_moves_the_day_by_the_calendar_of_where_each_works(company):
    berlin = units.site_add(code="BER", name_ja="ベルリン", country="DE", zone_name="Europe/Berlin", by=SYSTEM)
    people.assignment_add(
        engagement=company.engagement(company.chihiro), unit=company.sales, site=berlin, starts_on=TODAY, today=TODAY,
        by=SYSTEM,
    )  # fmt: skip
    units.holiday_add(site=company.tokyo, day=date(2026, 11, 24), name="創立記念日", by=SYSTEM)
    opened(first_on=date(2026, 11, 23), on_holiday="after")
    assert task_of(company.akari).due_on == date(2026, 11, 25), "Labour Thanksgiving Day, then the company's own"
    assert task_of(company.chihiro).due_on == date(2026, 11, 23), "a plain Monday in Berlin"


def test_a_turn_waits_for_its_day_and_the_next_comes_by_itself(company, clock):
    written = duty(every=Every.MONTHS, first_on=date(2026, 11, 30), at_month_end=True, lead_days=5)
    assert run_round()["opened"] == 0
    pass_days(clock, 5)
    assert run_round()["opened"] == 4
    pass_days(clock, 31)
    assert run_round()["opened"] == 4
    planned = Turn.objects.filter(duty=written).order_by("planned_on").values_list("planned_on", flat=True)
    assert list(planned) == [date(2026, 11, 30), date(2026, 12, 31)]


def test_whoever_comes_while_a_turn_is_open_is_asked_and_has_not_been_late_before_he_came(company, clock):
    written = opened()
    pass_days(clock, 7)
    company.person("A-5", "新田 入", "ニッタ イル", "Iru Nitta", company.sales, start=date(2026, 11, 26))
    assert run_round()["opened"] == 1
    assert Task.objects.get(person__number="A-5").due_on == date(2026, 11, 27)
    pass_days(clock, 14)
    company.person("A-6", "遅田 来", "オソダ クル", "Kuru Osoda", company.sales, start=date(2026, 12, 1))
    assert run_round()["opened"] == 0, "a week after its day a turn asks nobody any more"
    assert len(asked_by(written)) == 5


def test_a_turn_opened_long_after_its_day_still_asks_everybody_after_a_crash(company):
    written = opened(first_on=date(2026, 6, 1), audience=Audience.PERSON, person=company.akari)
    assert task_of(company.akari).due_on == TODAY, "nobody is late on the day he hears of it"
    everybody = {"audience": Audience.EVERYBODY, "person": None}
    duty_edit(duty=written, by=SYSTEM, why="x", **everybody)
    assert open_turns([written], places(), now()) == 3


def test_an_opening_says_how_far_it_is(company):
    told = []
    open_turns([duty()], places(), now(), lambda done, of: told.append((done, of)))
    assert told == [(4, 4)]
    assert list(in_batches(range(5), 2)) == [[0, 1], [2, 3], [4]]


def test_an_act_that_proves_it_closes_the_task_and_an_older_one_does_not(company, clock):
    sweep(by=company.viewer(company.akari).actor)
    pass_days(clock, 1)
    written = opened(kind="chores.sweeping", audience=Audience.KIND)
    assert run_round()["proven"] == 0, "swept before it was asked"
    clock.shift(timedelta(hours=1))
    sweep(by=company.viewer(company.akari).actor)
    sweep(by=company.viewer(company.akari).actor)
    sweep(by=company.viewer(company.daichi).actor)  # nobody asked him
    assert run_round()["proven"] == 1
    task = task_of(company.akari)
    assert task.state == State.DONE
    swept = Entry.objects.filter(verb="chores.floor.sweep", actor_id=company.akari.pk).order_by("seq")
    assert task.proof == swept[1].id, "the first one since it was asked"
    assert task_of(company.botan).state == State.OPEN
    assert run_round()["proven"] == 0
    assert entries_about(task.pk).first().verb == "duties.task.prove"
    assert asked_by(written) == {"A-1", "A-2"}


def test_whoever_has_left_is_asked_nothing_any_more(company, clock):
    opened()
    leave(company, company.chihiro, TODAY)
    pass_days(clock, 1)
    people.departure_settle(person=company.chihiro, today=TODAY + timedelta(days=1), by=SYSTEM)
    assert run_round()["dropped"] == 1
    assert task_of(company.chihiro).state == State.DROPPED
    assert run_round()["dropped"] == 0


def test_a_duty_out_of_use_asks_nobody_at_once_and_its_tasks_fall_away(company):
    written = opened()
    duty_retire(duty=written, by=SYSTEM, why="統合")
    assert not Task.objects.open().exists()
    assert run_round() == {"opened": 0, "proven": 0, "dropped": 4, "escalated": 0, "letters": 0}


def test_a_late_task_goes_to_the_boss_then_above_and_on_each_level_once(company, clock):
    opened(audience=Audience.PERSON, person=company.akari)
    pass_days(clock, 9)  # Sunday: two business days late
    assert run_round()["escalated"] == 0
    pass_days(clock, 1)
    assert run_round()["escalated"] == 1
    assert run_round()["escalated"] == 0, "three further business days first"
    pass_days(clock, 3)
    assert run_round()["escalated"] == 1
    pass_days(clock, 30)
    assert run_round()["escalated"] == 0, "nobody stands above the top"
    steps = Escalation.objects.order_by("level").values_list("level", "person__number", "told_on", "on_behalf_of")
    assert list(steps) == [(1, "A-2", date(2026, 11, 30), None), (2, "A-4", date(2026, 12, 3), None)]
    verbs = list(entries_about(task_of(company.akari).pk).values_list("verb", flat=True))
    assert verbs == ["duties.task.escalate", "duties.task.escalate", "duties.task.lay"], "each is an act"


def test_what_was_done_in_time_or_late_goes_up_no_further(company, clock):
    opened(audience=Audience.UNIT, unit=company.materials)
    task_report(task=task_of(company.akari), words="済み", by=company.viewer(company.akari))
    pass_days(clock, 10)
    assert run_round()["escalated"] == 1, "Botan's, to Daichi"
    task_report(task=task_of(company.botan), words="済み", by=company.viewer(company.botan))
    pass_days(clock, 30)
    assert run_round()["escalated"] == 0


def test_a_duty_that_never_goes_up_does_not(company, clock):
    opened(escalate_after=0)
    pass_days(clock, 60)
    assert run_round()["escalated"] == 0


def test_tasks_of_many_go_to_one_boss_in_one_act(company, clock):
    company.person("A-5", "三田 稔", "ミタ ミノル", "Minoru Mita", company.materials)
    opened(audience=Audience.UNIT, unit=company.materials)
    pass_days(clock, 10)
    assert run_round()["escalated"] == 3
    assert Entry.objects.filter(verb="duties.task.escalate").count() == 2, "two people under Botan; Botan under Daichi"


def test_while_the_boss_is_away_his_deputy_is_told_for_him(company, clock):
    opened(audience=Audience.PERSON, person=company.akari)
    STANDING_IN[company.botan.pk] = company.chihiro.pk
    pass_days(clock, 10)
    run_round()
    step = Escalation.objects.get()
    assert (step.person, step.on_behalf_of) == (company.chihiro, company.botan)


@pytest.mark.parametrize("top_is_left", [False, True])
def test_the_late_ones_himself_is_never_told_as_deputy(company, clock, top_is_left):
    opened(audience=Audience.PERSON, person=company.akari)
    STANDING_IN[company.botan.pk] = company.akari.pk
    if top_is_left:
        units.unit_edit(unit=company.top, head=None, by=SYSTEM)
    pass_days(clock, 10)
    run_round()
    step = Escalation.objects.get()
    told = company.botan if top_is_left else company.daichi
    assert (step.person, step.on_behalf_of) == (told, None), "the next above; where there is none, whoever is away"


def test_a_boss_who_has_left_is_passed_over(company, clock):
    opened(audience=Audience.PERSON, person=company.akari)
    leave(company, company.botan, TODAY)
    pass_days(clock, 10)
    run_round()
    assert Escalation.objects.get().person == company.daichi


def test_the_line_begins_with_the_boss_who_is_named_and_has_nobody_twice(company):
    place = company.akari.assignments.known().get()
    people.assignment_correct(assignment=place, boss=company.chihiro, by=SYSTEM, why="x")
    units.unit_edit(unit=company.research, head=company.chihiro, by=SYSTEM)
    lines = lines_up([company.akari.pk, company.daichi.pk, company.botan.pk], TODAY)
    assert lines[company.akari.pk] == [company.chihiro.pk, company.botan.pk, company.daichi.pk]
    assert lines[company.daichi.pk] == [], "nobody stands above himself"
    assert lines[company.botan.pk] == [company.chihiro.pk, company.daichi.pk]


def test_who_has_no_place_has_no_line_and_no_site(company):
    nobody = people.person_add(number="X-1", name="未配属", by=SYSTEM)
    assert lines_up([nobody.pk], TODAY) == {nobody.pk: []}
    assert Workforce(TODAY).site_of(nobody.pk) is None
    assert lines_up([], TODAY) == {}


def test_one_human_under_two_numbers_is_one(company):
    twin = people.person_add(number="A-1B", name="佐倉 灯里", mail="AKARI@example.jp", by=SYSTEM)
    by_account = people.person_add(number="A-1C", name="佐倉", account_name="akari.s", by=SYSTEM)
    assert is_same_human(company.akari, twin.pk)
    assert is_same_human(company.akari, company.akari.pk)
    assert not is_same_human(company.akari, company.botan.pk)
    assert not is_same_human(company.akari, by_account.pk), "an empty account name is nobody's"
    assert not is_same_human(company.akari, None)


def test_without_any_site_the_companys_zone_and_a_plain_week_count(company):
    here = places()
    assert here.works(None)(date(2026, 11, 23)), "a holiday of Japan, but nobody said that we sit there"
    assert not here.works(None)(date(2026, 11, 22))
    assert not here.works(company.tokyo.pk)(date(2026, 11, 23))
    assert here.today(None, now()) == TODAY
    assert str(here.zone(company.tokyo.pk)) == "Asia/Tokyo"
