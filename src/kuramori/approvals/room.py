"""The front page of the room `approvals`: who may ask, who runs requests, what they ask of people."""

from django.utils.translation import gettext_lazy as _

from kuramori.approvals.deputies import deputies
from kuramori.approvals.duties import decision_duties
from kuramori.approvals.figures import request_tiles
from kuramori.approvals.jobs import JOBS
from kuramori.approvals.registers import requests
from kuramori.approvals.rules.permissions import Permission
from kuramori.kernel.permissions import Role
from kuramori.kernel.room import MenuItem, Room

EVERYBODY = (Role.AUDITOR, Role.EMPLOYEE, Role.EXECUTIVE, Role.INFORMATION_MANAGER, Role.LEGAL, Role.UNIT_HEAD)
ASKERS = (Role.EMPLOYEE,)
OFFICE = (Role.INFORMATION_MANAGER,)
READERS = (*OFFICE, Role.AUDITOR, Role.LEGAL)

ROOM = Room(
    name="approvals",
    title=_("Requests"),
    menu=(
        MenuItem(
            section="",
            title=_("Requests"),
            url_name="approvals:home",
            icon="file-question-mark",
            permission=Permission.REQUEST_VIEW,
            order=30,
        ),
    ),
    registers=(requests, deputies),
    permissions={
        Permission.DEPUTY_ADD: (*ASKERS, *OFFICE),
        Permission.DEPUTY_ADD_ALL: OFFICE,
        Permission.DEPUTY_EXPORT: (*OFFICE, Role.AUDITOR),
        Permission.DEPUTY_RETIRE: (*ASKERS, *OFFICE),
        Permission.DEPUTY_VIEW: EVERYBODY,
        Permission.DEPUTY_VIEW_ALL: READERS,
        Permission.REQUEST_ASK: ASKERS,
        Permission.REQUEST_EXPORT: READERS,
        Permission.REQUEST_VIEW: EVERYBODY,
        Permission.REQUEST_VIEW_ALL: READERS,
    },
    verbs={
        "approvals.deputy.add": _("%(by)s entered who stands in while somebody is away: %(subject)s"),
        "approvals.deputy.retire": _("%(by)s ended that somebody stands in: %(subject)s"),
        "approvals.request.approve": _("%(by)s approved the request %(subject)s (%(count)s of %(needs)s)"),
        "approvals.request.ask": _("%(by)s handed in the request %(subject)s"),
        "approvals.request.expire": _("%(by)s recorded that nobody decided on the request %(subject)s in time"),
        "approvals.request.refuse": _("%(by)s refused the request %(subject)s"),
        "approvals.request.reroute": _("%(by)s laid the request %(subject)s before those who may decide now"),
        "approvals.request.withdraw": _("%(by)s took the request %(subject)s back"),
    },
    jobs=JOBS,
    duties=(decision_duties,),
    measures=(request_tiles,),
)
