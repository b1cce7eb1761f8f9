"""The command line: exit codes, JSON, and both languages complete."""

import ast
import json
from pathlib import Path

import pytest

from kuramori_lake import cli, words
from kuramori_lake.tests.conftest import SAMPLES


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def run(*args) -> int:
    return cli.main([str(arg) for arg in args])


def ingest(folder, *paths, source="samba", more=()):
    return run("ingest", "--lake", folder, "--source", source, "--tz", "Asia/Tokyo", "--json", *more, *paths)


def test_ingest_tells_counts_as_json_and_ends_with_zero(tmp_path, capsys):
    assert ingest(tmp_path / "lake", SAMPLES / "samba417_minimal_syslog_raw.txt") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["counts"] == {"rows": 14, "accepted": 8, "duplicate": 0, "rejected": 0, "ignored": 6, "derived": 0}


def test_rejected_rows_end_with_one_and_are_shown(tmp_path, capsys):
    bad = tmp_path / "bad.log"
    bad.write_text("junk|\n")
    assert run("ingest", "--lake", tmp_path / "lake", "--source", "samba", "--tz", "Asia/Tokyo", bad) == 1
    assert "row 1: no time and prefix found" in capsys.readouterr().err


def test_wrong_use_ends_with_two(tmp_path, capsys):
    assert ingest(tmp_path / "lake", "x", source="none") == 2
    with pytest.raises(SystemExit) as ended:
        run("ingest", "--lake", tmp_path / "lake", "--source", "samba", "--tz", "Mars/Phobos", "x")
    assert ended.value.code == 2
    assert "not a time zone" in capsys.readouterr().err


def test_missing_file_ends_with_three_and_the_others_are_taken(tmp_path, capsys):
    good = SAMPLES / "samba417_minimal_syslog_raw.txt"
    assert ingest(tmp_path / "lake", tmp_path / "none.log", good) == 3
    assert json.loads(capsys.readouterr().out)["counts"]["accepted"] == 8


def test_assumed_zone_is_said(tmp_path, capsys):
    run("ingest", "--lake", tmp_path / "lake", "--source", "samba", SAMPLES / "samba417_minimal_syslog_raw.txt")
    assert "assumed to be Asia/Tokyo" in capsys.readouterr().err


def test_stats_verify_and_compact(tmp_path, capsys):
    ingest(tmp_path / "lake", SAMPLES / "samba417_minimal_syslog_raw.txt")
    capsys.readouterr()
    assert run("compact", "--lake", tmp_path / "lake") == 0
    assert run("verify", "--lake", tmp_path / "lake") == 0
    assert run("stats", "--lake", tmp_path / "lake", "--json") == 0
    compacted, verified, stats = capsys.readouterr().out.splitlines()
    assert compacted.startswith("1 segments became 1")
    assert verified == "all files are as they were stored"
    assert json.loads(stats)["sources"][0]["last_event_utc"] == "2026-11-22T18:30:28+00:00"
    next((tmp_path / "lake" / "segments").rglob("*.parquet")).write_bytes(b"x")
    for segment in (tmp_path / "lake" / "segments").rglob("*.parquet"):
        segment.write_bytes(b"x")
    assert run("verify", "--lake", tmp_path / "lake") == 1


def test_help_is_japanese_where_the_locale_is(monkeypatch, capsys):
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    with pytest.raises(SystemExit):
        run("ingest", "--help")
    found = capsys.readouterr().out
    assert found.startswith("使い方: ")
    assert "ログファイル" in found
    assert "usage" not in found


def test_every_sentence_that_is_said_has_its_japanese():
    said = set()
    for node in ast.walk(ast.parse(Path(cli.__file__).read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"say", "_tell", "_complain"}
        ):
            said |= {arg.value for arg in node.args if isinstance(arg, ast.Constant)}
    assert said
    assert said <= set(words.JAPANESE)
