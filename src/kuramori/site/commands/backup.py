"""`kuramori backup`: the whole installation in one file that says whether it is whole."""

import argparse

from kuramori.site.backups import BackupError, write_backup
from kuramori.site.terminal import Exit, complain, progress, say
from kuramori.site.words import gettext as _


def run(arguments: argparse.Namespace) -> int:
    """Write the backup, read it back, and say its digest."""
    try:
        with progress(_("writing the backup")) as step:
            digest = write_backup(arguments.file, step)
    except (BackupError, OSError) as error:
        complain(str(error))
        return Exit.REFUSED
    say(f"{digest}  {arguments.file.name}")
    return Exit.OK
