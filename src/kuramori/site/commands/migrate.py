"""`kuramori migrate`: bring the database to this version and set its guards; a new one gets its levels."""

import argparse

from django.core.management import call_command
from django.db import connection, transaction

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
    """Apply what is new and set the guards; the checks, which refuse a database without guards, are left out.

    Django records a migration a moment after it was done, so a kill in between asks for hand work. On SQLite all of
    it is one transaction instead: a killed upgrade has not begun (O2).
    """
    if connection.vendor != "sqlite":
        _migrate()
        return
    connection.disable_constraint_checking()  # SQLite changes tables only so, and asks for it before the transaction
    try:
        with transaction.atomic():
            _migrate()
    finally:
        connection.enable_constraint_checking()


def _migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
