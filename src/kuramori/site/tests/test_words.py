"""The command line speaks the terminal's language, before any database exists."""

import argparse

import pytest

from kuramori.site.arguments import parser
from kuramori.site.words import gettext, language


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "KURAMORI_LANG": "ja"}, "ja"),
        ({"LC_MESSAGES": "ja_JP", "LANG": "en_US"}, "ja"),
        ({"LC_ALL": "", "LANG": "ja"}, "ja"),
    ],
)
def test_the_first_variable_that_is_set_decides(environment: dict[str, str], expected: str) -> None:
    assert language(environment) == expected


@pytest.mark.parametrize(("wanted", "word"), [("ja", "コマンド"), ("en", "COMMAND")])
def test_words_come_in_that_language(monkeypatch, wanted: str, word: str) -> None:
    monkeypatch.setenv("KURAMORI_LANG", wanted)
    assert gettext("COMMAND") == word


def commands() -> dict[str, argparse.ArgumentParser]:
    choices = next(a.choices for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    return dict(choices)


@pytest.mark.parametrize("wanted", ["ja", "en"])
def test_every_command_explains_itself_in_both_languages(monkeypatch, wanted: str) -> None:
    monkeypatch.setenv("KURAMORI_LANG", wanted)
    for name, command in commands().items():
        help_text = command.format_help()
        assert command.description, name
        assert ("使い方:" in help_text) == (wanted == "ja"), name


def test_every_command_has_a_module_that_does_it() -> None:
    from importlib.util import find_spec

    for command in commands().values():
        module = command.get_default("module")
        assert find_spec(f"kuramori.site.commands.{module}") is not None


@pytest.mark.parametrize(
    "words",
    [
        ["serve", "--port", "9000"],
        ["demo", "--story", "--json"],
        ["demo", "--build-only"],
        ["import", "people", "hr.csv", "--sheet", "S", "--mapping", "m.json", "--dry-run", "--json"],
        ["ingest", "--source", "table:badge", "a.csv", "b.csv"],
        ["detect", "--as-of", "2026-11-20", "--json"],
        ["ledger", "check", "--json"],
        ["ledger", "export", "out"],
        ["bundle", "secret", "S-1", "--out", "out"],
        ["bundle", "person", "A-1", "--out", "out"],
        ["verify", "bundle", "--json"],
        ["backup", "f.tar", "--keep-days", "90"],
        ["backups", "--json"],
        ["backups", "--destroyed", "a", "--why", "b"],
        ["restore", "f.tar"],
        ["check"],
        ["--data", "d", "check"],
        ["check", "--data", "d"],
    ],
    ids=" ".join,
)
def test_the_agreed_command_lines_are_understood(words: list[str]) -> None:
    assert parser().parse_args(words).command == next(w for w in words if w not in {"--data", "d"})


@pytest.mark.parametrize(
    "words", [["detect", "--as-of", "tomorrow"], ["ledger"], ["bundle", "unit", "x", "--out", "o"], []]
)
def test_wrong_usage_ends_with_two(words: list[str], capsys) -> None:
    with pytest.raises(SystemExit) as end:
        parser().parse_args(words)
    assert end.value.code == 2
    assert "usage:" in capsys.readouterr().err
