"""`kuramori-lake simulate`: companies with cases from the shell, without a lake, in both languages."""

import ast
import json
from pathlib import Path

import pytest

from kuramori_lake import cli, simulator, words

SMALL = ("--people", 60, "--months", 2, "--events", 1_000, "--cases", "none")
JAPANESE = "ja_JP.UTF-8"


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def run(*args):
    return cli.main(["simulate", *map(str, args)])


def test_a_company_is_made_and_its_truth_named(tmp_path, capsys):
    assert run("--out", tmp_path, *SMALL, "--seed", 3, "--today", "2026-10-01") == 0
    told = capsys.readouterr()
    assert "60 people" in told.out
    assert str(tmp_path / "truth.json") in told.out
    assert told.err == ""
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert (truth["seed"], truth["today"], truth["cases"]) == (3, "2026-10-01", [])
    assert run("--out", tmp_path, *SMALL, "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["people"] == 60


def test_what_is_made_is_told_in_japanese_where_the_locale_is(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LC_ALL", JAPANESE)
    assert run("--out", tmp_path / "会社", *SMALL) == 0
    told = capsys.readouterr().out
    assert told.startswith("60 人、ログ ")
    assert "会社" in told


REFUSED = [
    (("--cases", "CASE-99"), "no such case: CASE-99", "そのような事例はありません: CASE-99"),
    (("--cases", ""), "no such case: ", "そのような事例はありません: "),
    (("--cases", "CASE-03,,CASE-07"), "no such case: ", "そのような事例はありません: "),
    (("--cases", "case-03"), "no such case: case-03", "そのような事例はありません: case-03"),
    (("--cases", "CASE-03:heavy"), "no such strength: heavy", "そのような強さはありません: heavy"),
    (("--cases", "all,none"), "no such case: all", "そのような事例はありません: all"),
    (("--people", 5), "at least 30 people, not 5", "少なくとも 30 人が必要です（指定は 5 人）"),
    (("--people", -1), "30 people, not -1", "指定は -1 人"),
    (
        ("--people", 31, "--cases", "none"),
        "31 people are too few for all parts",
        "物語のすべての役を割り当てられません",
    ),
    (("--months", 1), "at least two months of history", "少なくとも 2 か月の履歴"),
    (("--months", 0), "at least two months of history", "少なくとも 2 か月の履歴"),
    (("--months", 3), "the history is too short for CASE-", "には履歴が短すぎます: "),
    (("--events", 0), "at least one line of logs", "ログは少なくとも 1 行必要です"),
    (("--events", -7), "at least one line of logs", "ログは少なくとも 1 行必要です"),
    (("--within", 3), "at least 4 days before today", "少なくとも 4 日前です"),
]


@pytest.mark.parametrize(("more", "why"), [(more, why) for more, *why in REFUSED])
def test_what_cannot_be_played_is_refused_in_words_of_the_users_language(tmp_path, monkeypatch, capsys, more, why):
    for locale, words_of_it in zip(("C.UTF-8", JAPANESE), why, strict=True):
        monkeypatch.setenv("LC_ALL", locale)
        assert run("--out", tmp_path / "out", *more) == 2
        told = capsys.readouterr()
        assert words_of_it in told.err
        assert told.out == ""
        assert not (tmp_path / "out" / "truth.json").exists()


@pytest.mark.parametrize(
    "more",
    [("--seed", "x"), ("--people", "many"), ("--months", "1.5"), ("--events", "1e5"), ("--today", "2026-02-30"),
     ("--today", "yesterday"), ("--within", "soon"), ("--colour", "red"), ("extra",)],
    ids=" ".join,
)  # fmt: skip
def test_an_argument_of_the_wrong_kind_is_wrong_use_and_writes_nothing(tmp_path, capsys, more):
    with pytest.raises(SystemExit) as ended:
        run("--out", tmp_path / "out", *more)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_without_a_place_to_write_to_nothing_begins(capsys):
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 2
    assert "--out" in capsys.readouterr().err


def test_a_place_that_is_a_file_fails_and_is_named(tmp_path, capsys):
    (tmp_path / "taken").write_text("mine")
    assert run("--out", tmp_path / "taken", *SMALL) == 3
    assert "taken" in capsys.readouterr().err
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_seed_may_be_any_whole_number_and_the_order_of_options_is_free(tmp_path, capsys):
    assert run(*SMALL, "--seed", -4, "--json", "--out", tmp_path) == 0
    assert json.loads(capsys.readouterr().out)["seed"] == -4


def test_help_names_every_option_in_both_languages(monkeypatch, capsys):
    for locale, phrase in (("C.UTF-8", "the same seed gives the same bytes"), (JAPANESE, "同じシードからは")):
        monkeypatch.setenv("LC_ALL", locale)
        with pytest.raises(SystemExit) as ended:
            run("--help")
        told = capsys.readouterr().out
        assert ended.value.code == 0
        assert phrase in told
        for option in (
            "--out",
            "--seed",
            "--people",
            "--months",
            "--events",
            "--today",
            "--cases",
            "--within",
            "--json",
        ):
            assert option in told


def test_every_refusal_of_the_simulator_can_be_said_in_japanese():
    said = set()
    for file in Path(simulator.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Unplayable":
                said |= {arg.value for arg in node.args if isinstance(arg, ast.Constant)}
    assert len(said) >= 8
    assert said <= set(words.JAPANESE)
