"""Long work is done once, by one worker, and goes on where a lost one stopped."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import QuerySet
from django.utils.timezone import now

from kuramori.kernel import jobs
from kuramori.kernel.actors import Actor, ActorKind
from kuramori.kernel.acts import Refused
from kuramori.kernel.jobs import JobKind, Progress
from kuramori.kernel.models import Job, JobState
from kuramori.kernel.permissions import Forbidden, Viewer
from kuramori.kernel.tests.above import room_above

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
AKARI = Viewer(actor=Actor(kind=ActorKind.PERSON, id=uuid.UUID(int=1), name="佐倉 灯里"), person_id=uuid.UUID(int=1))
RAN: list[Any] = []


def count_to_ten(progress: Progress, arguments: Mapping[str, Any]) -> dict[str, int]:
    """Go on from the cursor, and fall over where the arguments say."""
    for number in range(progress.cursor.get("at", 0), 10):
        if number == arguments.get("dies_at") and progress.job.attempts == 1:
            raise SystemExit  # as if the process were gone: no handler of ours runs
        RAN.append(number)
        progress.report(number + 1, 10, at=number + 1)
    return {"counted": 10}


def refuse(_progress: Progress, _arguments: Mapping[str, Any]) -> None:
    raise Refused("The file is empty.", "Hand in another.")


def forbid(_progress: Progress, _arguments: Mapping[str, Any]) -> None:
    raise Forbidden("register:secret:import")


def fail(_progress: Progress, _arguments: Mapping[str, Any]) -> None:
    raise ZeroDivisionError("a fault of ours")


def do_nothing(_progress: Progress, _arguments: Mapping[str, Any]) -> None:
    RAN.append("nothing")


KINDS = {
    each.name: each
    for each in (
        JobKind(name="count", title="Count", run=count_to_ten),
        JobKind(name="refuse", title="Refuse", run=refuse),
        JobKind(name="forbid", title="Forbid", run=forbid),
        JobKind(name="fail", title="Fail", run=fail),
        JobKind(name="nightly", title="Every night", run=do_nothing, every=timedelta(days=1)),
        JobKind(name="often", title="Every half minute", run=do_nothing, every=timedelta(seconds=30)),
        JobKind(name="prompt", title="At once", run=refuse, is_prompt=True),
    )
}


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    """A room declares them, as rooms do; what other rooms do by night stands beside them."""
    RAN.clear()
    with room_above(jobs=tuple(KINDS.values())):
        yield


def of(kind: str) -> QuerySet[Job]:
    return Job.objects.filter(kind=kind)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


def again(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def test_a_job_waits_with_who_asked_and_what_for() -> None:
    job = again(jobs.ask("count", viewer=AKARI, title="名簿", file="a.xlsx"))
    assert (job.state, job.title, job.arguments) == (JobState.WAITING, "名簿", {"file": "a.xlsx"})
    assert (job.asked_by, job.asked_by_name) == (AKARI.person_id, "佐倉 灯里")
    assert str(jobs.ask("count", viewer=None)) == "Count"


def test_a_job_that_was_done_says_so_and_keeps_its_result() -> None:
    job = jobs.ask("count", viewer=AKARI)
    assert jobs.run_waiting() == 1
    job = again(job)
    assert (job.state, job.result, job.done, job.total) == (JobState.DONE, {"counted": 10}, 10, 10)
    assert job.started_at <= job.ended_at
    assert jobs.run_waiting() == 0


def test_jobs_are_taken_in_the_order_in_which_they_were_asked_for(clock: time_machine.Traveller) -> None:
    asked = []
    for _number in range(3):
        asked.append(jobs.ask("nightly", viewer=None).pk)
        clock.shift(1)
    assert [jobs.take().pk for _number in range(3)] == asked
    assert jobs.take() is None


def test_after_its_worker_is_lost_a_job_goes_on_at_its_cursor_and_does_nothing_twice(
    clock: time_machine.Traveller,
) -> None:
    job = jobs.ask("count", viewer=AKARI, dies_at=4)
    with pytest.raises(SystemExit):
        jobs.run_waiting()
    assert again(job).state == JobState.RUNNING
    clock.shift(jobs.LOST_AFTER - timedelta(seconds=1))
    assert jobs.take() is None, "its worker may only be slow"
    clock.shift(timedelta(seconds=2))
    assert jobs.run_waiting() == 1
    assert list(range(10)) == RAN
    assert (again(job).state, again(job).attempts) == (JobState.DONE, 2)
    assert again(job).started_at == MORNING, "it began when it was first taken"


def test_a_job_that_loses_every_worker_is_given_up(clock: time_machine.Traveller) -> None:
    job = jobs.ask("count", viewer=AKARI)
    for _attempt in range(jobs.MAX_ATTEMPTS):
        assert jobs.take() is not None
        clock.shift(jobs.LOST_AFTER + timedelta(seconds=1))
    assert jobs.run_waiting() == 1
    assert RAN == []
    assert (again(job).state, again(job).error) == (JobState.FAILED, "given up after 5 lost workers")


def test_a_refusal_is_shown_with_its_next_step() -> None:
    job = jobs.ask("refuse", viewer=AKARI)
    jobs.run_waiting()
    assert (again(job).state, again(job).error) == (JobState.FAILED, "The file is empty. Hand in another.")


def test_a_lost_permission_is_said_in_words_and_not_by_its_name() -> None:
    job = jobs.ask("forbid", viewer=AKARI)
    jobs.run_waiting()
    assert again(job).state == JobState.FAILED
    assert "register:secret:import" not in again(job).error


def test_a_fault_of_ours_is_kept_and_stops_no_other_job(caplog: pytest.LogCaptureFixture) -> None:
    faulty, sound = jobs.ask("fail", viewer=AKARI), jobs.ask("count", viewer=AKARI)
    assert jobs.run_waiting() == 2
    assert again(faulty).error == "ZeroDivisionError: a fault of ours"
    assert str(faulty.pk) in caplog.text
    assert again(sound).state == JobState.DONE


def test_a_job_of_a_kind_that_no_room_knows_any_more_fails_alone() -> None:
    job = Job.objects.create(kind="gone", asked_at=now())
    jobs.run_waiting()
    assert again(job).state == JobState.FAILED


def test_cancelling_what_waits_ends_it_at_once() -> None:
    job = jobs.ask("count", viewer=AKARI)
    jobs.cancel(job)
    assert (again(job).state, again(job).ended_at is not None) == (JobState.CANCELLED, True)
    assert jobs.run_waiting() == 0


def test_cancelling_what_runs_stops_it_at_its_next_report() -> None:
    job = jobs.ask("count", viewer=AKARI)
    taken = jobs.take()
    assert taken is not None
    jobs.cancel(job)
    jobs.run(taken)
    assert RAN == [0], "what was done before the report stays done"
    assert again(job).state == JobState.CANCELLED


def test_cancelling_what_has_ended_changes_nothing_of_it() -> None:
    job = jobs.ask("count", viewer=AKARI)
    jobs.run_waiting()
    jobs.cancel(job)
    assert (again(job).state, again(job).result) == (JobState.DONE, {"counted": 10})


def test_progress_is_written_once_a_second_but_a_cursor_always(
    clock: time_machine.Traveller, django_assert_num_queries: Any
) -> None:
    jobs.ask("count", viewer=AKARI)
    taken = jobs.take()
    assert taken is not None
    progress = Progress(taken)
    with django_assert_num_queries(0):
        progress.report(1, 100)
    with django_assert_num_queries(2):
        progress.report(2, at=2)
    clock.shift(jobs.BEAT_EVERY)
    with django_assert_num_queries(2):
        progress.report(3)
    kept = again(taken)
    assert (kept.done, kept.total, kept.cursor, kept.beat_at) == (3, 100, {"at": 2}, MORNING + jobs.BEAT_EVERY)


def test_a_recurring_kind_is_asked_for_once_until_it_is_due_again(clock: time_machine.Traveller) -> None:
    jobs.ask_recurring()
    jobs.ask_recurring()
    recurring = {kind.name for kind in jobs.kinds().values() if kind.every}
    assert "nightly" in recurring
    assert sorted(job.kind for job in Job.objects.all()) == sorted(recurring), "each once, and no other"
    jobs.run(of("nightly").get())
    clock.shift(timedelta(hours=23))
    jobs.ask_recurring()
    assert of("nightly").count() == 1
    clock.shift(timedelta(hours=1))
    jobs.ask_recurring()
    assert of("nightly").count() == 2


def test_a_prompt_kind_does_not_wait_behind_the_others_and_each_has_its_own_worker() -> None:
    slow, quick = jobs.ask("count", viewer=None), jobs.ask("prompt", viewer=None)
    assert jobs.take(prompt=True) == quick
    assert jobs.take(prompt=True) is None
    assert jobs.take(prompt=False) == slow
    assert jobs.run_waiting() == 0


def test_what_recurs_often_leaves_an_hour_of_finished_rows_and_no_failure_goes(
    clock: time_machine.Traveller,
) -> None:
    for _ in range(3):
        jobs.ask_recurring()
        jobs.run(of("often").get(state=JobState.WAITING))
        clock.shift(timedelta(seconds=30))
    of("often").filter(pk=of("often").order_by("asked_at").values("pk")[:1]).update(state=JobState.FAILED)
    assert of("often").count() == 3
    clock.shift(jobs.KEPT_OF_OFTEN)
    jobs.ask_recurring()
    assert sorted(of("often").values_list("state", flat=True)) == [JobState.FAILED, JobState.WAITING]


@pytest.mark.parametrize("state", [JobState.WAITING, JobState.RUNNING])
def test_a_recurring_kind_that_is_still_open_is_not_asked_for_again(
    state: JobState, clock: time_machine.Traveller
) -> None:
    jobs.ask_recurring()
    asked = Job.objects.count()
    Job.objects.update(state=state)
    clock.shift(timedelta(days=3))
    jobs.ask_recurring()
    assert Job.objects.count() == asked


def test_a_viewer_sees_his_own_jobs_and_who_runs_the_system_sees_all() -> None:
    own, other = jobs.ask("count", viewer=AKARI), jobs.ask("count", viewer=None)
    assert list(jobs.jobs_seen_by(AKARI)) == [own]
    assert jobs.job_seen_by(AKARI, other.pk) is None
    runs_it = replace(AKARI, person_id=uuid.uuid4(), permissions=frozenset({jobs.JOBS_VIEW_ALL}))
    assert set(jobs.jobs_seen_by(runs_it)) == {own, other}


def test_a_job_is_done_as_who_asked_for_it_stands_by_then(settings: Any) -> None:
    settings.KURAMORI_VIEWER_OF = f"{__name__}.somebody"
    job = jobs.ask("count", viewer=AKARI)
    assert jobs.viewer_of(job).actor.name == f"{AKARI.person_id}"
    with pytest.raises(Forbidden):
        jobs.viewer_of(jobs.ask("count", viewer=None))


def somebody(person_id: uuid.UUID, _at: datetime) -> Viewer:
    return replace(AKARI, actor=Actor(kind=ActorKind.PERSON, id=person_id, name=str(person_id)))
