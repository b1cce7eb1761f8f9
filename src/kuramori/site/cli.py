"""The command `kuramori`: the same acts and queries as the pages, for terminals and scripts."""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from importlib import import_module

import django
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError
from django.utils import translation

from kuramori.kernel.acts import Refused, storage_refusal
from kuramori.site.arguments import parser
from kuramori.site.terminal import Exit, complain
from kuramori.site.words import gettext as _
from kuramori.site.words import language

WITHOUT_DJANGO = {"verify"}
INTERRUPTED = 130
BEHIND = ("no such table", "no such column")
BEHIND_STATES = ("42P01", "42703")  # undefined_table, undefined_column
PRIVATE = 0o077  # what we write, database and backups before all, is for the owner of the process alone


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code: 0 done, 1 refused, 2 wrong usage, 3 not available."""
    os.umask(PRIVATE)
    given = parser().parse_args(arguments)
    _choose_folder(given)
    if given.command not in WITHOUT_DJANGO and not _set_up():
        return Exit.UNAVAILABLE
    try:
        return _run(given)
    except DatabaseError as error:
        if not _is_behind(error):
            raise
        complain(_("The database is not up to date: run “kuramori migrate”."))
        return Exit.UNAVAILABLE
    except KeyboardInterrupt:
        complain(_("stopped"))
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return Exit.OK


def _is_behind(error: DatabaseError) -> bool:
    """Say whether a table or column is not there yet: words of SQLite, SQLSTATE of PostgreSQL (its appendix A)."""
    return any(sign in str(error) for sign in BEHIND) or getattr(error.__cause__, "sqlstate", "") in BEHIND_STATES


def _run(given: Namespace) -> int:
    """Run the command's module; what a rule or a full disk refuses is told in words, not as a traceback (L6)."""
    try:
        return int(import_module(f"kuramori.site.commands.{given.module}").run(given))
    except Refused as refusal:
        told = refusal
    except (OSError, OperationalError) as error:
        found = storage_refusal(error)
        if found is None:
            raise
        told = found
    complain(f"{told.message} {told.next_step}".strip())
    return Exit.REFUSED


def _choose_folder(given: Namespace) -> None:
    if given.data:
        os.environ["KURAMORI_DATA"] = given.data
    if given.command == "demo":
        os.environ["KURAMORI_DEMO"] = "1"
        os.environ.setdefault("KURAMORI_DATA", "kuramori-demo")


def _set_up() -> bool:
    """Set Django up in the terminal's language; say plainly why when the installation refuses (O1)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuramori.site.settings")
    try:
        django.setup()
    except (ImproperlyConfigured, OSError) as error:
        complain(str(error))
        return False
    translation.activate(language(os.environ))
    return True
