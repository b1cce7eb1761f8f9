"""Every read of duties and tasks, with the viewer first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from kuramori.directory.api import today_of
from kuramori.duties.entitled import exempting_refusal, people_under, reporting_refusal
from kuramori.duties.models import Duty, Escalation, State, Task, Turn
from kuramori.duties.rules.permissions import Permission
from kuramori.kernel.permissions import Viewer


def duties_visible_to(viewer: Viewer) -> QuerySet[Duty]:
    """Return the duties, for those who look after them."""
    if not viewer.may_everywhere(Permission.DUTY_VIEW):
        return Duty.objects.none()
    return Duty.objects.select_related("person", "unit", "site")


def tasks_visible_to(viewer: Viewer) -> QuerySet[Task]:
    """Return one's own tasks and those that went up to one; all of them, or those of one's units, for who may."""
    found: QuerySet[Task] = Task.objects.select_related("duty", "person")
    if viewer.may_everywhere(Permission.TASK_VIEW_ALL):
        return found
    seen = Q(pk__in=())
    if viewer.person_id is not None:
        told = Escalation.objects.filter(person=viewer.person_id).values("task")
        seen |= Q(person=viewer.person_id) | Q(pk__in=told)
    if viewer.units_for(Permission.TASK_VIEW_ALL):
        under = people_under(viewer, today_of(viewer), Permission.TASK_VIEW_ALL)
        seen |= Q(person__in=under.order_by().values("pk"))
    return found.filter(seen)


def due_from(viewer: Viewer) -> QuerySet[Task]:
    """Return what the viewer himself still has to do, what is due first before."""
    if viewer.person_id is None:
        return Task.objects.none()
    mine = Task.objects.open().filter(person=viewer.person_id)
    found: QuerySet[Task] = mine.select_related("duty").order_by("due_on", "id")
    return found


def gone_up_to(viewer: Viewer) -> QuerySet[Task]:
    """Return the late tasks of others that went up the line to the viewer, the latest first."""
    if viewer.person_id is None:
        return Task.objects.none()
    told = Escalation.objects.filter(person=viewer.person_id).values("task")
    late = Task.objects.open().filter(pk__in=told)
    found: QuerySet[Task] = late.select_related("duty", "person").order_by("due_on", "id")
    return found


def done_lately(viewer: Viewer, *, limit: int) -> Sequence[Task]:
    """Return what of the viewer's own has ended, the newest first."""
    if viewer.person_id is None:
        return ()
    ended = Task.objects.filter(person=viewer.person_id).exclude(state=State.OPEN).select_related("duty")
    return list(ended.order_by("-ended_at", "-id")[:limit])


def may_report(viewer: Viewer, task: Task) -> bool:
    """Say whether the viewer can report this task done by a statement."""
    return reporting_refusal(task, viewer) is None


def may_exempt(viewer: Viewer, task: Task) -> bool:
    """Say whether the viewer can exempt from this task."""
    return viewer.may(Permission.TASK_EXEMPT) and exempting_refusal(task, viewer) is None


def escalations_of(viewer: Viewer, task: Task) -> list[Escalation]:
    """Return to whom a task went up the line, the first before."""
    if not tasks_visible_to(viewer).filter(pk=task.pk).exists():
        return []
    return list(task.escalations.select_related("person", "on_behalf_of").order_by("level"))


def turns_of(viewer: Viewer, duty: Duty, *, limit: int) -> list[dict[str, Any]]:
    """Return the latest turns of a duty with how many tasks each has, by state; nothing to who may not see it."""
    if not duties_visible_to(viewer).filter(pk=duty.pk).exists():
        return []
    turns = list(Turn.objects.filter(duty=duty).order_by("-planned_on")[:limit])
    counted = Task.objects.filter(turn__in=turns).order_by().values_list("turn_id", "state").annotate(n=Count("pk"))
    counts: dict[tuple[UUID, str], int] = {(turn, state): n for turn, state, n in counted}
    return [
        {"planned_on": turn.planned_on, **{state.value: counts.get((turn.pk, state), 0) for state in State}}
        for turn in turns
    ]
