"""The front page of the room `duties`: what is due from whom, and what follows."""

from django.utils.translation import gettext_lazy as _

from kuramori.duties.inbox import task_duties
from kuramori.duties.jobs import JOBS
from kuramori.duties.registers import duties, tasks
from kuramori.duties.rules.permissions import Permission
from kuramori.kernel.permissions import Role
from kuramori.kernel.room import MenuItem, Room

EVERYBODY = (
    Role.AUDITOR, Role.EMPLOYEE, Role.EXECUTIVE, Role.HR, Role.INFORMATION_MANAGER, Role.LEGAL, Role.UNIT_HEAD,
)  # fmt: skip
OFFICE = (Role.HR, Role.INFORMATION_MANAGER)
READERS = (Role.AUDITOR, *OFFICE)

ROOM = Room(
    name="duties",
    title=_("Duties"),
    menu=(
        MenuItem(
            section="",
            title=_("What is due from me"),
            url_name="duties:home",
            icon="list-todo",
            permission=Permission.TASK_VIEW,
            order=20,
        ),
    ),
    registers=(duties, tasks),
    permissions={
        Permission.DUTY_ADD: OFFICE,
        Permission.DUTY_EDIT: OFFICE,
        Permission.DUTY_EXPORT: READERS,
        Permission.DUTY_RETIRE: OFFICE,
        Permission.DUTY_VIEW: READERS,
        Permission.TASK_EXEMPT: (*OFFICE, Role.UNIT_HEAD),
        Permission.TASK_EXPORT: READERS,
        Permission.TASK_VIEW: EVERYBODY,
        Permission.TASK_VIEW_ALL: (*READERS, Role.UNIT_HEAD),
    },
    verbs={
        "duties.duty.add": _("%(by)s wrote down the duty %(subject)s"),
        "duties.duty.edit": _("%(by)s changed the duty %(subject)s"),
        "duties.duty.retire": _("%(by)s took the duty %(subject)s out of use"),
        "duties.feed.add": _("%(by)s made a calendar address"),
        "duties.feed.retire": _("%(by)s ended a calendar address"),
        "duties.turn.open": _("%(by)s opened the turn of %(planned_on)s"),
        "duties.task.lay": _("%(by)s asked %(count)s people for it"),
        "duties.task.report": _("%(by)s reported it done"),
        "duties.task.exempt": _("%(by)s gave an exemption from it"),
        "duties.task.prove": _("%(by)s found it done by %(count)s people"),
        "duties.task.drop": _("%(by)s let it fall away for %(count)s people"),
        "duties.task.escalate": _("%(by)s told %(count)s late tasks up the line, step %(level)s"),
    },
    jobs=JOBS,
    duties=(task_duties,),
)
