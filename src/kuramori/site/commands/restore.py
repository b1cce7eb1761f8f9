"""`kuramori restore`: an empty data folder brought back from a backup."""

import argparse

from kuramori.site.backups import BackupError, restore_backup
from kuramori.site.terminal import Exit, complain, progress, say
from kuramori.site.words import gettext as _


def run(arguments: argparse.Namespace) -> int:
    """Restore into an empty data folder, then say what has to be done before it serves."""
    try:
        with progress(_("reading the backup")) as step:
            restore_backup(arguments.file, step)
    except (BackupError, OSError) as error:
        complain(str(error))
        return Exit.REFUSED
    say(_("Restored. Run “kuramori migrate”, then “kuramori ledger check” before you serve."))
    return Exit.OK
