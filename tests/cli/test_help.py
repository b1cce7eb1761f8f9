"""Help is there for every command, in Japanese and in English, at once and without a data folder."""

import argparse
import re
import subprocess
import sys

import pytest

from kuramori.site.arguments import parser
from tests.installation import ROOT, Installation

COMMANDS = ["serve", "demo", "import", "ingest", "detect", "ledger", "bundle", "verify", "backup", "restore", "check"]
JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


def known() -> dict[str, argparse.ArgumentParser]:
    action = next(each for each in parser()._actions if isinstance(each, argparse._SubParsersAction))
    return action.choices


@pytest.fixture(scope="module")
def nowhere(tmp_path_factory) -> Installation:
    return Installation(tmp_path_factory.mktemp("nowhere") / "data")


def test_every_command_of_the_contract_is_there():
    assert set(COMMANDS) <= set(known())


def test_help_is_a_page_of_japanese_or_of_english(nowhere):
    english, japanese = (nowhere.run("--help", env={"KURAMORI_LANG": each}) for each in ("en", "ja"))
    assert (english.returncode, japanese.returncode) == (0, 0)
    assert not JAPANESE.search(english.stdout)
    for name in known():
        assert name in english.stdout
        assert name in japanese.stdout
    assert "使い方" in japanese.stdout
    assert not nowhere.data.exists(), "help makes no data folder"


@pytest.mark.parametrize("name", sorted(known()))
@pytest.mark.parametrize("language", ["ja", "en"])
def test_each_command_explains_itself_and_each_of_its_arguments(name, language, monkeypatch):
    monkeypatch.setenv("KURAMORI_LANG", language)
    command = known()[name]
    assert command.description in command.format_help()
    assert bool(JAPANESE.search(command.description)) is (language == "ja")
    for argument in command._actions:
        assert argument.help or argument.nargs == argparse.PARSER, argument.dest


def test_the_locale_decides_when_nothing_else_does(nowhere):
    for locale, word in (("ja_JP.UTF-8", "使い方"), ("C", "usage"), ("de_DE.UTF-8", "usage")):
        assert word in nowhere.run("backup", "--help", env={"KURAMORI_LANG": "", "LANG": locale}).stdout


@pytest.mark.parametrize("words", [[], ["nonsense"], ["serve", "--port", "x"], ["import"], ["--nonsense"]])
def test_wrong_usage_is_said_on_the_error_channel_and_ends_with_2(nowhere, words):
    ran = nowhere.run(*words)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "kuramori" in ran.stderr


@pytest.mark.parametrize("module", ["kuramori", "kuramori_verify", "kuramori_lake"])
def test_the_modules_can_be_run_as_commands(nowhere, module):
    ran = nowhere.python("-m", module, "--help")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout


def test_the_verifier_needs_nothing_of_ours_nor_any_package(tmp_path):
    nothing_else = [sys.executable, "-I", "-S", "-c"]
    program = "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); runpy.run_module('kuramori_verify')"
    words = [ROOT / "src", tmp_path]
    ran = subprocess.run([*nothing_else, program, *words], capture_output=True, text=True, check=False)
    assert ran.returncode == 3, "no bundle, but a verdict"
    assert "Traceback" not in ran.stderr
