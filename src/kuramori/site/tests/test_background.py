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


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Work that only says that it was done, looked for a hundred times a second; no database in its threads."""
    done: list[str] = []
    monkeypatch.setattr(background, "IDLE", 0.01)
    monkeypatch.setattr(background, "close_old_connections", lambda: None)
    monkeypatch.setattr(background, "work_once", lambda: done.append("jobs"))
    monkeypatch.setattr(background, "work_long", lambda: done.append("long jobs"))
    monkeypatch.setattr(background, "run_sequencer", lambda stop: done.append("sequencer"))
    return done


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
    background.work_once()
    waiting = set(Job.objects.filter(state=JobState.WAITING).values_list("kind", flat=True))
    assert waiting
    assert not [kind for kind in waiting if kinds()[kind].is_prompt], "what is prompt does not wait for the rest"
    background.work_long()
    first = Job.objects.count()
    assert first > 0
    assert not Job.objects.filter(state=JobState.WAITING).exists()
    background.work_once()
    assert Job.objects.count() == first, "what recurs is not due again"


def test_a_worker_ends_when_the_process_that_started_it_is_gone(quick: list[str]) -> None:
    gone = os.getppid() + 1
    in_time(lambda: background.work(parent=gone))
    assert {"jobs", "long jobs", "sequencer"} <= set(quick)


def test_a_worker_of_a_living_process_works_until_it_is_told_to_stop(quick: list[str], monkeypatch: Any) -> None:
    def stop_at_the_third() -> None:
        quick.append("jobs")
        if quick.count("jobs") == 3:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(background, "work_once", stop_at_the_third)
    background.work(parent=os.getppid())
    assert quick.count("jobs") >= 3


def test_ctrl_c_ends_it_in_order_too(quick: list[str], monkeypatch: Any) -> None:
    monkeypatch.setattr(background, "work_once", lambda: os.kill(os.getpid(), signal.SIGINT))
    background.work()
    assert not [t for t in threading.enumerate() if t.name.startswith("kuramori-")], "its threads ended with it"


def test_a_failure_is_logged_with_its_cause_and_tried_again(
    quick: list[str], caplog: pytest.LogCaptureFixture, monkeypatch: Any
) -> None:
    stop, tries = threading.Event(), []

    def fail_twice() -> None:
        tries.append(1)
        if len(tries) == 3:
            stop.set()
            return
        raise RuntimeError("the disk hiccuped")

    with caplog.at_level(logging.ERROR, logger=background.__name__):
        background._again(stop, fail_twice)
    assert len(tries) == 3
    assert [str(record.exc_info[1]) for record in caplog.records] == ["the disk hiccuped"] * 2


def test_what_is_told_to_stop_before_it_begins_does_nothing(quick: list[str]) -> None:
    stop = threading.Event()
    stop.set()
    background._again(stop, lambda: quick.append("done"))
    assert quick == []


def test_a_thread_that_does_not_end_holds_the_process_no_longer_than_its_patience(
    quick: list[str], monkeypatch: Any
) -> None:
    free = threading.Event()
    monkeypatch.setattr(background, "PATIENCE", 0.05)
    monkeypatch.setattr(background, "run_sequencer", lambda _stop: free.wait(10))
    in_time(lambda: background.work(parent=os.getppid() + 1))
    held = [thread for thread in threading.enumerate() if thread.name == "kuramori-sequencer"]
    assert [thread.daemon for thread in held] == [True], "a daemon thread dies with its process"
    free.set()
    held[0].join(5)
