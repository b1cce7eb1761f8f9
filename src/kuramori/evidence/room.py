"""The front page of the room `evidence`: what it is called, who may do what, its sentences, what it offers."""

from django.utils.translation import gettext_lazy as _

from kuramori.evidence.jobs import JOBS
from kuramori.evidence.rules.permissions import Permission
from kuramori.kernel.permissions import Role
from kuramori.kernel.room import MenuItem, Room

OFFICE = (Role.INFORMATION_MANAGER, Role.LEGAL)
READERS = (*OFFICE, Role.AUDITOR)

ROOM = Room(
    name="evidence",
    title=_("Evidence"),
    menu=(
        MenuItem(
            section="show",
            title=_("Evidence"),
            url_name="evidence:home",
            icon="scale",
            permission=Permission.LEDGER_VIEW,
            order=10,
        ),
    ),
    permissions={
        Permission.BUNDLE_DOWNLOAD: (*READERS, Role.IP),
        Permission.BUNDLE_PERSON: READERS,
        Permission.ENTRY_VIEW: READERS,
        Permission.LEDGER_CHECK: (Role.AUDITOR, Role.INFORMATION_MANAGER, Role.SYSTEM_ADMINISTRATOR),
        Permission.LEDGER_VIEW: (*READERS, Role.EXECUTIVE, Role.IP, Role.SECURITY_ANALYST, Role.SYSTEM_ADMINISTRATOR),
    },
    verbs={
        "evidence.bundle.download": _("%(by)s fetched the evidence bundle about %(subject)s"),
        "evidence.bundle.export": _("%(by)s made an evidence bundle about %(subject)s"),
        "evidence.check.run": _("%(by)s checked the ledger: %(entries)s entries, %(found)s findings"),
    },
    jobs=JOBS,
)
