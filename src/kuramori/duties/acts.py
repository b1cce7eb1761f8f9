"""Every change of duties and tasks. What the system does by itself, it does here too, as an act of its own."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kuramori.duties.entitled import exempting_refusal, reporting_refusal
from kuramori.duties.models import Duty, Escalation, State, Task, Turn
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act, current
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.records import Record, record_many


def duty_add(*, by: Actor, why: str = "", **values: Any) -> Duty:
    """Write a duty down; its first turn opens by itself, `lead_days` before it is due."""
    with act("duties.duty.add", by=by, why=why) as this:
        numbers = Duty.objects.order_by("-number").values_list("number", flat=True)
        last = numbers.first()
        duty = Duty(number=f"D-{int(last.removeprefix('D-')) + 1 if last else 1:05d}", **values)
        duty.full_clean(exclude=["id"])
        duty.save()
        this.about(duty)
    return duty


def duty_edit(*, duty: Duty, by: Actor, why: str = "", **values: Any) -> Duty:
    """Change a duty: turns still to come follow it, open ones keep their days."""
    with act("duties.duty.edit", by=by, why=why, subjects=[duty]):
        for name, value in values.items():
            setattr(duty, name, value)
        duty.full_clean(exclude=["id"])
        duty.save()
    return duty


def duty_retire(*, duty: Duty, by: Actor, why: str) -> Duty:
    """Take a duty out of use: nobody is asked any more from this moment on, also in turns that are open."""
    with act("duties.duty.retire", by=by, why=why, subjects=[duty]):
        duty.retire()
    return duty


def turn_open(*, duty: Duty, planned_on: date, by: Actor) -> Turn:
    """Open the turn of a planned day, once: whoever comes second gets the one that is there."""
    with act("duties.turn.open", by=by, subjects=[duty]) as this:
        standing: Turn | None = Turn.objects.filter(duty=duty, planned_on=planned_on).first()
        if standing is not None:
            return standing
        turn = Turn(duty=duty, planned_on=planned_on)
        turn.save()
        this.note("planned_on", planned_on.isoformat(), in_clear=True)
    return turn


def tasks_lay(*, turn: Turn, due: Mapping[UUID, date], today: date, by: Actor) -> int:
    """Ask people in one turn, each by his own day, none of them twice; return how many were asked."""
    with act("duties.task.lay", by=by, subjects=[turn.duty]) as this:
        asked = set(Task.objects.filter(turn=turn, person__in=due).values_list("person_id", flat=True))
        new = [
            Task(duty=turn.duty, turn=turn, person_id=person, opened_on=today, due_on=day)
            for person, day in due.items()
            if person not in asked
        ]
        this.about(*record_many(new))
        this.note("count", len(new), in_clear=True)
    return len(new)


def task_report(*, task: Task, words: str, record: Record | None = None, by: Viewer) -> Task:
    """Report one's own task done, with a statement, and a record of this system where the duty asks for one.

    Raises Refused for somebody else's, for one that has ended, for what a kind proves by itself, without a statement,
    and without the record that is needed.
    """
    with act("duties.task.report", by=by.actor, why=words) as this:
        found = _locked(task)
        refusal = reporting_refusal(found, by)
        if refusal is not None:
            raise refusal
        if not words.strip():
            raise Refused(_("Say in one sentence what was done."))
        if found.duty.needs_record and record is None:
            raise Refused(_("This duty needs a record as proof."), _("Give the address of its page."))
        if record is not None:
            found.named_kind, found.named_id = record.record_kind(), record.pk
            this.about(record)
        found.words = words.strip()
        _end(this, found, State.DONE)
    return found


def task_exempt(*, task: Task, reason: str, by: Viewer) -> Task:
    """Exempt somebody from one task, with a reason; never himself, under no number (A5).

    Raises Refused for who is not entitled, for a task that has ended, and without a reason.
    """
    if not reason.strip():
        raise Refused(_("An exemption needs a reason."), _("Write one sentence why."))
    with act("duties.task.exempt", by=by.actor, why=reason) as this:
        found = _locked(task)
        refusal = exempting_refusal(found, by)
        if refusal is not None:
            raise refusal
        found.words = reason.strip()
        _end(this, found, State.EXEMPT)
    return found


def tasks_prove(*, proven: Mapping[UUID, UUID], duty: Duty, by: Actor) -> int:
    """Close tasks by what proves them: the ledger's entries, by task. What has ended meanwhile stays as it ended."""
    with act("duties.task.prove", by=by, subjects=[duty]) as this:
        found = _open_of(proven, duty)
        for task in found:
            task.proof = proven[task.pk]
            _end(this, task, State.DONE)
        this.note("count", len(found), in_clear=True)
    return len(found)


def tasks_drop(*, tasks: Sequence[UUID], duty: Duty, by: Actor) -> int:
    """Let tasks fall away: whom they asked has left the company, or the duty is out of use."""
    with act("duties.task.drop", by=by, subjects=[duty]) as this:
        found = _open_of(tasks, duty)
        for task in found:
            _end(this, task, State.DROPPED)
        this.note("count", len(found), in_clear=True)
    return len(found)


def tasks_escalate(
    *, tasks: Sequence[UUID], duty: Duty, level: int, person: UUID, on_behalf_of: UUID | None, today: date, by: Actor
) -> int:
    """Tell somebody up the line of late tasks of people below him; of each task once on each level."""
    with act("duties.task.escalate", by=by, subjects=[duty]) as this:
        found = [task for task in _open_of(tasks, duty) if task.level == level]
        for task in found:
            task.level, task.escalated_on = level + 1, today
            task.save()
            this.about(task)
        record_many(
            Escalation(task=task, person_id=person, on_behalf_of_id=on_behalf_of, level=level + 1, told_on=today)
            for task in found
        )
        this.note("count", len(found), in_clear=True)
        this.note("level", level + 1, in_clear=True)
    return len(found)


def _locked(task: Task) -> Task:
    found: Task = Task.objects.select_for_update(of=("self",)).select_related("duty").get(pk=task.pk)
    return found


def _open_of(tasks: Mapping[UUID, UUID] | Sequence[UUID], duty: Duty) -> list[Task]:
    found = list(Task.objects.filter(pk__in=list(tasks), duty=duty, state=State.OPEN).order_by("id"))
    for task in found:
        task.duty = duty
    return found


def _end(this: Any, task: Task, state: State) -> None:
    task.state, task.ended_at = state, current().at
    task.save()
    this.about(task)
