"""`kuramori migrate`: bring the database to this version and set its guards; a new one gets its levels."""

import argparse

from django.core.management import call_command

from kuramori.directory.api import viewer_of_system
from kuramori.governance.api import levels_visible_to, scheme_install
from kuramori.kernel.actors import SYSTEM
from kuramori.site.terminal import Exit, say
from kuramori.site.words import gettext as _


def run(arguments: argparse.Namespace) -> int:
    """Migrate, give a new installation the chosen levels, then say that the guards stand."""
    bring_up_to_date()
    if not levels_visible_to(viewer_of_system()).exists():
        scheme_install(scheme=arguments.levels, by=SYSTEM)
    say(_("The database is up to date and its guards stand."))
    return Exit.OK


def bring_up_to_date() -> None:
    """Apply what is new and set the guards; the checks, which refuse a database without guards, are left out."""
    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
