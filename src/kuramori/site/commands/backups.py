"""`kuramori backups`: which there are, until when each is kept, and which should be gone (fault L13)."""

import argparse
from dataclasses import asdict

from kuramori.directory.api import viewer_of_system
from kuramori.evidence.api import KnownBackup, backup_destroy, backups_visible_to, overdue_backups
from kuramori.kernel.acts import Refused
from kuramori.site.terminal import Exit, complain, say, say_json
from kuramori.site.words import gettext as _


def run(arguments: argparse.Namespace) -> int:
    """Enter that one was destroyed, or list them; 1 when one is kept longer than it should be."""
    viewer = viewer_of_system()
    if arguments.destroyed:
        try:
            backup_destroy(sha256=arguments.destroyed, by=viewer.actor, why=arguments.why)
        except Refused as refusal:
            complain(f"{refusal.message} {refusal.next_step}")
            return Exit.REFUSED
    known, overdue = backups_visible_to(viewer), overdue_backups(viewer)
    if arguments.json:
        say_json([asdict(each) | {"is_overdue": each in overdue} for each in known])
    else:
        for each in known:
            state = _state(each, is_overdue=each in overdue)
            say(f"{each.sha256}  {each.began_at:%Y-%m-%dT%H:%MZ}  {state}  {each.file}")
    return Exit.REFUSED if overdue else Exit.OK


def _state(backup: KnownBackup, *, is_overdue: bool) -> str:
    if backup.destroyed_at is not None:
        return _("destroyed on %(day)s") % {"day": backup.destroyed_at.date()}
    words = _("kept until %(day)s: overdue, destroy it") if is_overdue else _("kept until %(day)s")
    return words % {"day": backup.keep_until}
