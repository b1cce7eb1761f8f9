"""`kuramori backup`: the whole installation in one file that says whether it is whole."""

import argparse

from django.utils.timezone import now

from kuramori.evidence.api import backup_note
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.site.backups import BackupError, write_backup
from kuramori.site.terminal import Exit, complain, progress, say
from kuramori.site.words import gettext as _


def run(arguments: argparse.Namespace) -> int:
    """Write the backup, read it back, enter it in the ledger with the day until which it is kept, say its digest."""
    began_at = now()
    try:
        with progress(_("writing the backup")) as step:
            digest = write_backup(arguments.file, step)
    except (BackupError, OSError) as error:
        complain(str(error))
        return Exit.REFUSED
    say(f"{digest}  {arguments.file.name}")
    try:
        backup_note(file=arguments.file.name, sha256=digest, began_at=began_at, days=arguments.keep_days, by=SYSTEM)
    except Refused as refusal:
        complain(_("The backup is whole, but stands in no list: %(words)s") % {"words": refusal.message})
        return Exit.REFUSED
    return Exit.OK
