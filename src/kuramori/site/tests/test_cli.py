"""A command says plainly what keeps it from working, and ends with a code that a script can trust."""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError, ProgrammingError
from django.utils import translation

from kuramori.kernel.acts import Refused
from kuramori.kernel.tests.moments import just_before
from kuramori.site import cli
from kuramori.site.commands import check
from kuramori.site.terminal import Exit
from tests.installation import Installation


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    with translation.override("en"):
        yield


def raised(kind: type[DatabaseError], cause: Exception) -> DatabaseError:
    error = kind(str(cause))
    error.__cause__ = cause
    return error


BEHIND = {
    "a table of SQLite": raised(OperationalError, sqlite3.OperationalError("no such table: kernel_entry")),
    "a column of SQLite": raised(OperationalError, sqlite3.OperationalError("no such column: kernel_job.beat_at")),
    "a table of PostgreSQL": raised(ProgrammingError, psycopg.errors.UndefinedTable("relation … ist nicht vorhanden")),
    "a column of PostgreSQL": raised(ProgrammingError, psycopg.errors.UndefinedColumn("Spalte … existiert nicht")),
}


def raising(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def run_raising(error: BaseException) -> int:
    """Run a command that meets a fault as it begins."""
    with just_before(check.run, raising(error)):
        return cli.main(["check"])


@pytest.mark.parametrize("what", BEHIND)
def test_a_database_that_lags_behind_is_told_how_to_catch_up(what, monkeypatch, capsys) -> None:
    monkeypatch.setenv("KURAMORI_LANG", "en")
    assert run_raising(BEHIND[what]) == Exit.UNAVAILABLE
    said = capsys.readouterr()
    assert said.err == "The database is not up to date: run “kuramori migrate”.\n"
    assert said.out == ""


def test_it_says_so_in_japanese_too(monkeypatch, capsys) -> None:
    monkeypatch.setenv("KURAMORI_LANG", "ja")
    run_raising(BEHIND["a table of SQLite"])
    assert "「kuramori migrate」を実行してください" in capsys.readouterr().err


def test_any_other_fault_of_the_database_is_not_explained_away() -> None:
    with pytest.raises(OperationalError, match="malformed"):
        run_raising(OperationalError("database disk image is malformed"))


def test_a_new_data_folder_answers_with_a_sentence_and_no_traceback(tmp_path) -> None:
    new = Installation(tmp_path / "new")
    ran = new.run("import", "people", __file__)
    assert (ran.returncode, ran.stderr) == (
        Exit.UNAVAILABLE,
        "The database is not up to date: run “kuramori migrate”.\n",
    )


def test_an_interrupted_command_ends_as_the_shell_expects(monkeypatch, capsys) -> None:
    monkeypatch.setenv("KURAMORI_LANG", "en")
    assert run_raising(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == "stopped\n"


def test_a_refusal_is_its_sentence_and_its_next_step(monkeypatch, capsys) -> None:
    monkeypatch.setenv("KURAMORI_LANG", "en")
    assert run_raising(Refused("It is locked.", "Ask Daichi.")) == Exit.REFUSED
    assert run_raising(Refused("It is locked.")) == Exit.REFUSED
    assert capsys.readouterr() == ("", "It is locked. Ask Daichi.\nIt is locked.\n")


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), OperationalError("database or disk is full")]
)
def test_a_full_disk_is_a_sentence_and_no_traceback(error: Exception, capsys) -> None:
    assert run_raising(error) == Exit.REFUSED
    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1)


def test_another_fault_of_the_machine_is_not_explained_away() -> None:
    with pytest.raises(PermissionError):
        run_raising(PermissionError(errno.EACCES, "Permission denied"))


@pytest.mark.parametrize(
    "error", [ImproperlyConfigured("secret-key can be read by others: chmod 600 it"), OSError("Read-only file system")]
)
def test_an_installation_that_may_not_start_says_why(error: Exception, capsys) -> None:
    with just_before(cli.django.setup, raising(error)):
        assert cli.main(["check"]) == Exit.UNAVAILABLE
    assert capsys.readouterr().err == f"{error}\n"


def test_what_it_writes_is_for_its_owner_alone(capsys) -> None:
    before = os.umask(0o022)
    try:
        run_raising(Refused("x"))
        assert os.umask(before) == 0o077
    finally:
        os.umask(before)


def test_a_reader_that_went_away_ends_it_in_silence(monkeypatch) -> None:
    monkeypatch.setattr(cli.sys, "stderr", open(os.devnull, "w"))  # noqa: PTH123, SIM115  (it is closed by the command)
    assert run_raising(BrokenPipeError()) == Exit.OK


@pytest.mark.parametrize(("words", "folder"), [(["--data", "a", "demo"], "a"), (["demo"], "kuramori-demo")])
def test_a_demo_lives_in_a_folder_of_its_own_unless_it_is_told(words, folder, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("KURAMORI_DATA", "x")
    monkeypatch.delenv("KURAMORI_DATA")
    monkeypatch.setenv("KURAMORI_DEMO", "")
    with just_before(cli.django.setup, raising(ImproperlyConfigured("here it ends"))):
        assert cli.main([*words, "--story"]) == Exit.UNAVAILABLE
    assert (os.environ["KURAMORI_DATA"], os.environ["KURAMORI_DEMO"]) == (folder, "1")
