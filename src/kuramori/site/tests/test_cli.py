"""A command says plainly what keeps it from working, and ends with a code that a script can trust."""

import sqlite3
from collections.abc import Iterator

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, ProgrammingError
from django.utils import translation

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


def run_raising(error: Exception, monkeypatch: pytest.MonkeyPatch) -> int:
    def fail(_given: object) -> int:
        raise error

    monkeypatch.setattr(check, "run", fail)
    return cli.main(["check"])


@pytest.mark.parametrize("what", BEHIND)
def test_a_database_that_lags_behind_is_told_how_to_catch_up(what, monkeypatch, capsys) -> None:
    monkeypatch.setenv("KURAMORI_LANG", "en")
    assert run_raising(BEHIND[what], monkeypatch) == Exit.UNAVAILABLE
    said = capsys.readouterr()
    assert said.err == "The database is not up to date: run “kuramori migrate”.\n"
    assert said.out == ""


def test_it_says_so_in_japanese_too(monkeypatch, capsys) -> None:
    monkeypatch.setenv("KURAMORI_LANG", "ja")
    run_raising(BEHIND["a table of SQLite"], monkeypatch)
    assert "「kuramori migrate」を実行してください" in capsys.readouterr().err


def test_any_other_fault_of_the_database_is_not_explained_away(monkeypatch) -> None:
    with pytest.raises(OperationalError, match="malformed"):
        run_raising(OperationalError("database disk image is malformed"), monkeypatch)


def test_a_new_data_folder_answers_with_a_sentence_and_no_traceback(tmp_path) -> None:
    new = Installation(tmp_path / "new")
    ran = new.run("import", "people", __file__)
    assert (ran.returncode, ran.stderr) == (
        Exit.UNAVAILABLE,
        "The database is not up to date: run “kuramori migrate”.\n",
    )


def test_an_interrupted_command_ends_as_the_shell_expects(monkeypatch, capsys) -> None:
    monkeypatch.setenv("KURAMORI_LANG", "en")
    assert run_raising(KeyboardInterrupt(), monkeypatch) == 130
    assert capsys.readouterr().err == "stopped\n"
