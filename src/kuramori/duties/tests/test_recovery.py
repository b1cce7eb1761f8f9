"""What was broken off goes on where it was: openings, rounds, letters; nobody is asked, told up or written to twice."""

from datetime import timedelta

import pytest
from django.utils.timezone import now
from django.utils.translation import override

from kuramori.duties.acts import tasks_lay, turn_open
from kuramori.duties.days import places
from kuramori.duties.models import Audience, Escalation, State, Task, Turn
from kuramori.duties.round import close_proven, drop_needless, escalate_late, open_turns
from kuramori.duties.tests.asked import WEDNESDAY, duty, opened, pass_days, run_round, task_of
from kuramori.duties.tests.chores.room import sweep
from kuramori.kernel import jobs
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.jobs import Cancelled
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Job, JobState
from kuramori.kernel.room import verbs


def test_an_opening_that_was_broken_off_asks_the_rest_and_nobody_twice(company):
    written = duty()
    turn = turn_open(duty=written, planned_on=WEDNESDAY, by=SYSTEM)
    tasks_lay(turn=turn, due={company.akari.pk: WEDNESDAY}, today=WEDNESDAY, by=SYSTEM)  # and then the power went
    assert open_turns([written], places(), now()) == 3
    assert Turn.objects.count() == 1
    assert Task.objects.count() == 4


def test_an_opening_that_its_owner_stops_keeps_what_it_did_and_goes_on_later(company):
    written = duty()

    def stop(_done, _of):
        raise Cancelled

    with pytest.raises(Cancelled):
        open_turns([written], places(), now(), stop)
    assert Task.objects.count() == 4, "the batch that was under way is whole"
    assert run_round()["opened"] == 0


def test_a_worker_that_was_lost_is_followed_by_another_that_ends_the_work(company, clock):
    written = duty()
    jobs.ask("duties.open", viewer=None, duty=str(written.pk))
    lost = jobs.take()
    assert lost.state == JobState.RUNNING
    clock.shift(timedelta(minutes=2))
    again = jobs.take()
    assert again.pk == lost.pk
    assert jobs.run(again).result == {"opened": 4}
    assert Job.objects.get().attempts == 2


def test_a_duty_that_was_retired_before_its_job_ran_asks_nobody(company):
    written = duty()
    job = jobs.ask("duties.open", viewer=None, duty=str(written.pk))
    run_round()
    assert jobs.run(job).result == {"opened": 0}


def test_each_step_done_again_does_nothing(company, clock):
    opened(audience=Audience.KIND, kind="chores.sweeping", escalate_after=3)
    clock.shift(timedelta(hours=1))
    sweep(by=company.viewer(company.akari).actor)
    assert (close_proven(), close_proven()) == (1, 0)
    pass_days(clock, 10)
    here = places()
    assert (escalate_late(here, now()), escalate_late(here, now())) == (1, 0)
    assert (drop_needless(), drop_needless()) == (0, 0)
    assert Escalation.objects.count() == 1


def test_a_month_without_a_server_makes_one_turn_and_one_step_up_not_many(company, clock):
    opened(every="weeks", first_on=WEDNESDAY, audience=Audience.PERSON, person=company.akari)
    pass_days(clock, 33)
    done = run_round()
    assert done["opened"] == 1, "of five turns missed, the latest"
    assert done["escalated"] == 1
    assert run_round()["escalated"] == 0
    assert Turn.objects.count() == 2


def test_a_proof_that_comes_late_still_closes_what_went_up(company, clock):
    opened(audience=Audience.KIND, kind="chores.sweeping", escalate_after=1)
    pass_days(clock, 10)
    assert run_round()["escalated"] == 2
    clock.shift(timedelta(hours=1))
    sweep(by=company.viewer(company.akari).actor)
    assert run_round()["proven"] == 1
    task = task_of(company.akari)
    assert (task.state, task.level) == (State.DONE, 1)


@pytest.mark.parametrize(("language", "told"), [("ja", "上長に通知しました"), ("en", "late tasks up the line, step 1")])
def test_what_the_system_did_reads_as_a_sentence_in_both_languages(company, clock, language, told):
    opened(audience=Audience.PERSON, person=company.akari)
    pass_days(clock, 10)
    run_round()
    entry = read(entries_about(task_of(company.akari).pk)[:1])[0]
    with override(language):
        words = str(verbs()[entry.verb]) % {"by": "Kuramori", **entry.notes}
    assert told in words


def test_the_entry_of_an_opening_counts_but_does_not_name_the_people(company):
    opened()
    entry = read(entries_about(task_of(company.akari).pk)[:1])[0]
    assert entry.notes["count"] == 4
    assert {subject.kind for subject in entry.subjects} == {"duties.duty", "duties.task"}, "no person's own history"
