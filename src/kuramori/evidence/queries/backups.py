"""Who may see the list of backups: those who know of erasures, which backups outlive (fault L13)."""

from kuramori.evidence.known_backups import KnownBackup, known_backups
from kuramori.evidence.rules.permissions import Permission
from kuramori.kernel.permissions import Viewer


def backups_visible_to(viewer: Viewer) -> list[KnownBackup]:
    """Return every backup that was written, oldest first; nothing for who may not know of erasures."""
    return known_backups() if viewer.may(Permission.ERASURE_VIEW) else []
