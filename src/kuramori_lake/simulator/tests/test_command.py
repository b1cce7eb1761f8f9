"""`kuramori-lake simulate`: companies with cases from the shell, without a lake."""

import json

import pytest

from kuramori_lake import cli


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def run(*args):
    return cli.main(["simulate", *map(str, args)])


def test_a_company_is_made_and_its_truth_named(tmp_path, capsys):
    small = ("--out", tmp_path, "--people", 60, "--months", 2, "--events", 1_000, "--cases", "none")
    assert run(*small, "--seed", 3, "--today", "2026-10-01") == 0
    assert "60 people" in capsys.readouterr().out
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert (truth["seed"], truth["today"], truth["cases"]) == (3, "2026-10-01", [])
    assert run(*small, "--json") == 0
    assert json.loads(capsys.readouterr().out)["people"] == 60


@pytest.mark.parametrize(
    ("more", "why"),
    [(("--cases", "CASE-99"), "no such case: CASE-99"), (("--people", 5), "at least"), (("--months", 1), "two months")],
)
def test_what_cannot_be_played_is_refused_in_words(tmp_path, capsys, more, why):
    assert run("--out", tmp_path, *more) == 2
    assert why in capsys.readouterr().err
