"""Who may report a task done, who may exempt from it; the refusals in words."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person, today_of
from kuramori.duties.kinds import kinds
from kuramori.duties.models import State, Task
from kuramori.duties.people import is_same_human
from kuramori.duties.rules.permissions import Permission
from kuramori.kernel.acts import Refused
from kuramori.kernel.permissions import Viewer


def reporting_refusal(task: Task, viewer: Viewer) -> Refused | None:
    """Return why this viewer cannot report the task done; None when he can."""
    if viewer.person_id is None or task.person_id != viewer.person_id:
        return Refused(_("Only who is asked reports it done."))
    if not _is_open(task):
        return _over(task)
    if task.duty.kind:
        kind = kinds().get(task.duty.kind)
        how = kind.done_when if kind else _("Ask the office that wrote it.")
        return Refused(_("This duty is not reported: it is done by the thing itself."), how)
    return None


def exempting_refusal(task: Task, viewer: Viewer) -> Refused | None:
    """Return why this viewer cannot exempt from the task; None when he can."""
    if viewer.person_id is None or is_same_human(task.person, viewer.person_id):
        return Refused(_("Nobody exempts himself."), _("Ask your boss or the office."))
    if not viewer.may_everywhere(Permission.TASK_EXEMPT) and not people_under(viewer, today_of(viewer)).filter(
        pk=task.person_id
    ):
        return Refused(_("You cannot exempt from this task."), _("Ask the office."))
    return None if _is_open(task) else _over(task)


def people_under(viewer: Viewer, day: date, permission: str = Permission.TASK_EXEMPT) -> QuerySet[Person]:
    """Return the people who work on a day in the units where the viewer holds a permission."""
    return working_in(viewer.units_for(permission), day)


def working_in(units: Collection[UUID], day: date) -> QuerySet[Person]:
    """Return the people who work in one of the units on a day; somebody with two places there comes twice."""
    holds = Q(assignments__ends_on__isnull=True) | Q(assignments__ends_on__gte=day)
    return Person.objects.filter(
        holds, assignments__unit__in=units, assignments__recorded_to__isnull=True, assignments__starts_on__lte=day
    )


def _is_open(task: Task) -> bool:
    return task.state == State.OPEN and task.duty.retired_at is None


def _over(task: Task) -> Refused:
    if task.state == State.OPEN:
        return Refused(_("The duty was taken out of use: nobody is asked any more."))
    return Refused(_("This task has ended already: %(state)s.") % {"state": task.get_state_display()})
