"""Work without requests goes on whatever happens, ends when it is told to, and outlives nobody (O3)."""

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kuramori.kernel.jobs import kinds
from kuramori.kernel.models import Job, JobState
from kuramori.site import background

Signals = Iterator[None]


@pytest.fixture(autouse=True)
def _as_it_was() -> Signals:
    """Give the signals back to the tests: `work` takes them for its process."""
    held = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in held.items():
        signal.signal(number, handler)


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The queue is looked at a hundred times a second."""
    monkeypatch.setattr(background, "IDLE", 0.01)


def noted(done: list[str], name: str) -> background.Work:
    """Work that only says that it was done; its thread needs no database."""
    return lambda _stop: done.append(name)


def in_time(do: Callable[[], Any]) -> Any:
    """Do something that must end by itself: a hanging worker fails the test instead of holding it."""
    alarm = threading.Timer(10, lambda: os.kill(os.getpid(), signal.SIGTERM))
    alarm.start()
    try:
        return do()
    finally:
        assert alarm.is_alive(), "it did not end by itself"
        alarm.cancel()
        alarm.join()


@pytest.mark.django_db
def test_what_recurs_is_asked_for_once_and_what_waits_is_done() -> None:
    stop = threading.Event()
    background.work_once(stop)
    waiting = set(Job.objects.filter(state=JobState.WAITING).values_list("kind", flat=True))
    assert waiting
    assert not [kind for kind in waiting if kinds()[kind].is_prompt], "what is prompt does not wait for the rest"
    background.work_long(stop)
    first = Job.objects.count()
    assert first > 0
    assert not Job.objects.filter(state=JobState.WAITING).exists()
    background.work_once(stop)
    assert Job.objects.count() == first, "what recurs is not due again"


def test_the_work_of_a_server_is_its_jobs_its_sequencer_and_its_witnesses() -> None:
    assert set(background.WORK) == {"jobs", "long-jobs", "sequencer", "witnesses"}


def test_a_worker_ends_when_the_process_that_started_it_is_gone() -> None:
    done: list[str] = []
    gone = os.getppid() + 1
    in_time(lambda: background.work(parent=gone, each={name: noted(done, name) for name in ("jobs", "sequencer")}))
    assert set(done) == {"jobs", "sequencer"}, "each has a thread of its own"


def test_a_worker_of_a_living_process_works_until_it_is_told_to_stop() -> None:
    done: list[int] = []

    def stop_at_the_third(_stop: threading.Event) -> None:
        done.append(1)
        if len(done) == 3:
            os.kill(os.getpid(), signal.SIGTERM)

    background.work(parent=os.getppid(), each={"jobs": stop_at_the_third})
    assert len(done) >= 3


def test_ctrl_c_ends_it_in_order_too() -> None:
    background.work(each={"jobs": lambda _stop: os.kill(os.getpid(), signal.SIGINT)})
    assert not [t for t in threading.enumerate() if t.name.startswith("kuramori-")], "its threads ended with it"


def test_a_failure_is_logged_with_its_cause_and_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tries: list[int] = []

    def fail_twice(stop: threading.Event) -> None:
        tries.append(1)
        if len(tries) == 3:
            stop.set()
            return
        raise RuntimeError("the disk hiccuped")

    with caplog.at_level(logging.ERROR, logger=background.__name__):
        in_time(lambda: background.work(each={"jobs": fail_twice}))
    assert len(tries) == 3
    assert [str(record.exc_info[1]) for record in caplog.records] == ["the disk hiccuped"] * 2


def test_what_is_told_to_stop_before_it_begins_does_nothing() -> None:
    stop, done = threading.Event(), []
    stop.set()
    background._again(stop, noted(done, "done"))
    assert done == []


def test_a_thread_that_does_not_end_holds_the_process_no_longer_than_its_patience(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    free = threading.Event()
    monkeypatch.setattr(background, "PATIENCE", 0.05)
    in_time(lambda: background.work(parent=os.getppid() + 1, each={"sequencer": lambda _stop: free.wait(10)}))
    held = [thread for thread in threading.enumerate() if thread.name == "kuramori-sequencer"]
    assert [thread.daemon for thread in held] == [True], "a daemon thread dies with its process"
    free.set()
    held[0].join(5)
