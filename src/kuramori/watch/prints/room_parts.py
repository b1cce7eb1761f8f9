"""What the index of documents gives to the room's front page: menu, register, permissions, sentences; data only."""

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.permissions import Role
from kuramori.kernel.room import MenuItem
from kuramori.watch.prints import jobs
from kuramori.watch.prints.register import documents
from kuramori.watch.rules.permissions import Permission

KEEPERS = (Role.INFORMATION_MANAGER, Role.IT, Role.SECURITY_ANALYST, Role.SYSTEM_ADMINISTRATOR)
READERS = (Role.AUDITOR, *KEEPERS)

MENU = (
    MenuItem(
        section="rules",
        title=_("Documents of secrets"),
        url_name="watch:documents",
        icon="fingerprint-pattern",
        permission=Permission.DOCUMENT_VIEW,
        order=35,
    ),
)
PERMISSIONS: dict[str, tuple[Role, ...]] = {
    Permission.DOCUMENT_EXPORT: READERS,
    Permission.DOCUMENT_RUN: KEEPERS,
    Permission.DOCUMENT_VIEW: READERS,
}
VERBS = {
    "watch.document.index": _(
        "%(by)s compared %(files)s files of secrets with the index: %(indexed)s new, %(unchanged)s unchanged, "
        "%(rejected)s rejected; %(removed)s taken out"
    ),
}
REGISTERS = (documents,)
JOBS = jobs.JOBS
