"""Duties for tests: written down, opened by the round, reported."""

from datetime import date, timedelta

from django.utils.timezone import now

from kuramori.directory.tests.company import TODAY
from kuramori.duties.acts import duty_add
from kuramori.duties.days import places
from kuramori.duties.models import Duty, Task
from kuramori.duties.round import open_turns
from kuramori.kernel import jobs
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.models import JobState

WEDNESDAY = date(2026, 11, 25)


def duty(**values) -> Duty:
    """A duty of everybody's, written by hand, due next Wednesday, unless said otherwise."""
    usual = {"title": "共有フォルダーの整理", "first_on": WEDNESDAY, "lead_days": 14, "escalate_after": 3}
    return duty_add(by=SYSTEM, **(usual | values))


def opened(**values) -> Duty:
    """A duty whose turn is open."""
    written = duty(**values)
    open_turns([written], places(), now())
    return written


def run_round() -> dict:
    """One round, as the worker does it."""
    done = jobs.run(jobs.ask("duties.round", viewer=None))
    assert done.state == JobState.DONE, done.error
    return done.result


def task_of(person, duty=None) -> Task:
    found = Task.objects.filter(person=person).select_related("duty", "person")
    return (found.filter(duty=duty) if duty else found).get()


def pass_days(clock, days) -> date:
    """Move the clock on to noon of a later day, and return that day."""
    clock.shift(timedelta(days=days))
    return TODAY + timedelta(days=days)
