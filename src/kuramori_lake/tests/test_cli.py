"""The command line: exit codes, JSON, and both languages complete."""

import ast
import json
import re
from pathlib import Path

import pytest

from kuramori_lake import cli, words
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import SAMPLES

SPEAKING = {"say", "tell", "complain"}


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
    here = Path(cli.__file__)
    for file in (here, *here.parent.glob("commands/*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPEAKING:
                said |= {arg.value for arg in node.args if isinstance(arg, ast.Constant)}
    assert said
    assert said <= set(words.JAPANESE)


def words_of(*, japanese, monkeypatch):
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8" if japanese else "C.UTF-8")


GOOD = SAMPLES / "samba417_minimal_syslog_raw.txt"


@pytest.mark.parametrize("command", ["ingest", "stats", "verify", "compact"])
@pytest.mark.parametrize("japanese", [False, True])
def test_every_command_explains_itself_and_its_exit_codes(monkeypatch, capsys, command, japanese):
    words_of(japanese=japanese, monkeypatch=monkeypatch)
    with pytest.raises(SystemExit) as ended:
        run(command, "--help")
    found = capsys.readouterr().out
    assert ended.value.code == 0
    assert ("終了コード" in found, "Exit status" in found) == (japanese, not japanese)
    assert "--lake" in found


def test_help_says_that_the_other_files_of_a_failed_call_are_in(capsys):
    with pytest.raises(SystemExit):
        run("ingest", "--help")
    assert "the other files of the call are in" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("argv", [[], ["fly"], ["ingest"], ["stats"], ["ingest", "--lake", "x", "--source", "samba"]])
def test_incomplete_command_is_wrong_use(argv, capsys):
    with pytest.raises(SystemExit) as ended:
        run(*argv)
    assert ended.value.code == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("japanese", [False, True])
def test_counts_are_told_in_words(tmp_path, monkeypatch, capsys, japanese):
    words_of(japanese=japanese, monkeypatch=monkeypatch)
    assert run("ingest", "--lake", tmp_path / "lake", "--source", "samba", "--tz", "Asia/Tokyo", GOOD) == 0
    expected = "新規 8、既知 0、取込不可 0、対象外 6" if japanese else "8 new, 0 known, 0 rejected, 6 skipped"
    assert expected in capsys.readouterr().out


@pytest.mark.parametrize("japanese", [False, True])
def test_state_of_the_lake_is_told_in_words(tmp_path, monkeypatch, capsys, japanese):
    words_of(japanese=japanese, monkeypatch=monkeypatch)
    (tmp_path / "bad.log").write_text("junk\n")
    ingest(tmp_path / "lake", GOOD)
    ingest(tmp_path / "lake", tmp_path / "bad.log", more=("--instance", "fs09"))
    capsys.readouterr()
    assert run("stats", "--lake", tmp_path / "lake") == 0
    first, _, silent = capsys.readouterr().out.splitlines()
    assert first.startswith("イベント 8 件" if japanese else "8 events in 1 segments")
    assert ("なし" if japanese else "never") in silent


def test_same_file_again_is_done_and_tells_it_as_known(tmp_path, capsys):
    ingest(tmp_path / "lake", GOOD)
    assert ingest(tmp_path / "lake", GOOD) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[1])
    assert (found["known"], found["counts"]["accepted"], found["counts"]["duplicate"]) == (True, 0, 8)


def test_known_file_with_rejects_does_not_fail_the_nightly_job_again(tmp_path):
    (tmp_path / "bad.log").write_text("junk\n")
    assert [ingest(tmp_path / "lake", tmp_path / "bad.log") for _ in range(2)] == [1, 0]


@pytest.mark.parametrize("what", ["folder", "missing", "no right"])
def test_path_that_cannot_be_read_fails_alone(tmp_path, capsys, what):
    path = tmp_path / what
    if what == "folder":
        path.mkdir()
    elif what == "no right":
        path = tmp_path / "x" / "y"  # below a file
        path.parent.write_text("")
    assert ingest(tmp_path / "lake", path, GOOD) == 3
    told = capsys.readouterr()
    assert str(path) in told.err
    assert len(told.out.splitlines()) == 1


def test_lake_that_is_a_file_fails(tmp_path, capsys):
    (tmp_path / "lake").write_text("no folder")
    assert run("stats", "--lake", tmp_path / "lake") == 3
    assert str(tmp_path / "lake") in capsys.readouterr().err


def test_lake_of_another_format_fails_and_names_both(tmp_path, capsys):
    with Lake.open(tmp_path / "lake") as lake, lake.manifest.transaction() as db:
        db.execute("UPDATE lake SET value = 99 WHERE key = 'format'")
    assert run("stats", "--lake", tmp_path / "lake") == 3
    assert "99" in capsys.readouterr().err


def test_manifest_that_is_no_database_fails(tmp_path, capsys):
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "manifest.sqlite3").write_bytes(b"no database at all" * 100)
    assert run("stats", "--lake", tmp_path / "lake") == 3
    assert "not a database" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["compact", "verify", "stats"])
def test_damage_is_named_and_is_never_success(tmp_path, capsys, command):
    ingest(tmp_path / "lake", GOOD)
    segment = next((tmp_path / "lake" / "segments").rglob("*.parquet"))
    segment.write_bytes(b"PAR1")
    assert run(command, "--lake", tmp_path / "lake") == (3 if command == "compact" else 1)
    assert segment.name in capsys.readouterr().err


def test_mapping_file_with_a_mistake_is_wrong_use(tmp_path, capsys):
    (tmp_path / "own.json").write_text('{"name": "own"}')
    assert ingest(tmp_path / "lake", GOOD, source=f"table:{tmp_path / 'own.json'}") == 2
    assert "wrong mapping" in capsys.readouterr().err


def test_kept_file_is_told_and_verified(tmp_path, capsys):
    ingest(tmp_path / "lake", GOOD, more=("--keep",))
    assert json.loads(capsys.readouterr().out)["kept"] is True
    assert run("verify", "--lake", tmp_path / "lake", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []


def test_pipe_gets_results_only_and_no_progress(tmp_path, capfd):
    ingest(tmp_path / "lake", GOOD)
    told = capfd.readouterr()
    assert len(told.out.splitlines()) == 1
    assert "\r" not in told.out + told.err
    assert told.err == ""


@pytest.mark.parametrize(
    ("environment", "japanese"),
    [
        ({"LC_ALL": "ja_JP.UTF-8", "LANG": "C"}, True),
        ({"LC_ALL": "", "LC_MESSAGES": "ja_JP", "LANG": "en_US"}, True),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "ja_JP.UTF-8"}, True),
        ({"LC_ALL": "en_GB.UTF-8", "LANG": "ja_JP.UTF-8"}, False),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": ""}, False),
    ],
)
def test_language_is_chosen_as_everywhere_on_unix(monkeypatch, environment, japanese):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert words.is_japanese() is japanese


def test_both_languages_fill_in_the_same_values():
    for english, translated in words.JAPANESE.items():
        assert sorted(re.findall(r"%\((\w+)\)s", english)) == sorted(re.findall(r"%\((\w+)\)s", translated)), english
