"""Who may see the list of backups: those who know of erasures, which backups outlive (fault L13)."""

from django.utils.timezone import now

from kuramori.evidence.known_backups import KnownBackup, known_backups
from kuramori.evidence.rules.permissions import Permission
from kuramori.kernel.permissions import Viewer


def backups_visible_to(viewer: Viewer) -> list[KnownBackup]:
    """Return every backup that was written, oldest first; nothing for who may not know of erasures."""
    return known_backups() if viewer.may(Permission.ERASURE_VIEW) else []


def overdue_backups(viewer: Viewer) -> list[KnownBackup]:
    """Return the backups that should be gone by now: they hold what was to be erased (GDPR art. 5(1)(e), fault L13)."""
    moment = now()
    return [each for each in backups_visible_to(viewer) if each.is_overdue(moment)]
