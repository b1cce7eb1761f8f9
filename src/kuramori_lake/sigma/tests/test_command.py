"""`kuramori-lake sigma`: matches as JSON lines, check, back-test, sets; exit codes; both languages."""

import json
import zipfile

import pytest

from kuramori_lake import cli
from kuramori_lake.sigma import sets
from kuramori_lake.sigma.planning import plan
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import SAMPLES

READ = """
title: Something was read
title_ja: 閲覧
name: read
id: 00000001-0000-4000-8000-000000000000
level: low
practices: [DET-01]
logsource: {product: kuramori, category: file}
detection:
  s: {source: samba}
  condition: s
---
title: Much was done
id: 00000002-0000-4000-8000-000000000000
correlation:
  type: event_count
  rules: [read]
  group-by: [actor_key]
  timespan: 1d
  condition: {gte: 2}
  generate: true
"""
WRONG = "title: Wrong\nlogsource: {product: aix}\ndetection: {s: {a: b}, condition: s}\n"


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sigma") / "lake"
    sample = SAMPLES / "samba417_minimal_syslog_raw.txt"
    assert cli.main(["ingest", "--lake", str(folder), "--source", "samba", "--tz", "Asia/Tokyo", str(sample)]) == 0
    return folder


@pytest.fixture
def rules(tmp_path):
    (tmp_path / "read.yml").write_text(READ, encoding="utf-8")
    return tmp_path


def run(root, capsys, *words):
    capsys.readouterr()
    status = cli.main(["sigma", "--lake", str(root), *map(str, words)])
    told = capsys.readouterr()
    return status, told.out, told.err


def lines(out):
    return [json.loads(line) for line in out.splitlines()]


def test_a_line_for_each_match_with_rule_and_events(root, rules, capsys):
    status, out, err = run(root, capsys, rules, "--json")
    found = lines(out)
    assert (status, err) == (0, "")
    singles = [one for one in found if one["kind"] == "event"]
    (many,) = [one for one in found if one["kind"] == "event_count"]
    assert {one["rule_id"] for one in singles} == {"00000001-0000-4000-8000-000000000000"}
    assert singles[0]["practices"] == ["DET-01"]
    assert many["event_ids"] == [one["event_ids"][0] for one in singles]
    assert many["value"] == len(singles) >= 2
    assert many["group"] == {"actor_key": "kuratest"}
    with Lake.open(root) as lake:
        ids = lake.query("SELECT event_id FROM events WHERE object_kind = 'file'")["event_id"].to_pylist()
    assert set(many["event_ids"]) <= set(ids)


def test_rules_for_windows_match_what_a_real_log_holds(capsys, tmp_path):
    """5145 and 4656 keep no members of their own: number, share and account answer from the common columns."""
    for name in ("md_5145_user_files.evtx", "md_4656_file_failures.evtx"):
        words = ["--source", "evtx", "--tz", "Asia/Tokyo", str(SAMPLES / name)]
        assert cli.main(["ingest", "--lake", str(tmp_path / "lake"), *words]) == 0
    text = "title: {0}\nlogsource: {{product: windows, service: security}}\ndetection:\n  s: {1}\n  condition: s\n---\n"
    (tmp_path / "windows.yml").write_text(
        text.format(
            "share", "{EventID: 5145, ShareName|startswith: '\\\\\\\\', RelativeTargetName: '*', SubjectUserName: '*'}"
        )
        + text.format("refused", "{EventID: 4656, ObjectName|contains: ':'}")
    )
    status, out, _ = run(tmp_path / "lake", capsys, tmp_path / "windows.yml", "--json")
    assert status == 0
    assert {one["title"] for one in lines(out)} == {"share", "refused"}


def test_days_outside_have_no_matches(root, rules, capsys):
    assert run(root, capsys, rules, "--to", "2000-01-01", "--json")[:2] == (0, "")
    assert run(root, capsys, rules, "--from", "2100-01-01", "--json")[:2] == (0, "")


def test_a_refused_rule_is_told_and_the_others_run(root, rules, capsys):
    (rules / "wrong.yml").write_text(WRONG)
    status, out, err = run(root, capsys, rules, "--json")
    assert status == 1
    assert lines(out)
    assert "wrong.yml: Wrong: logsource: no events of the log source aix" in err


def test_check_says_what_can_be_used_and_why_not(root, rules, capsys):
    (rules / "wrong.yml").write_text(WRONG)
    status, out, _ = run(root, capsys, rules, "--check", "--json")
    assert status == 1
    assert [one["usable"] for one in lines(out)] == [True, True, False]
    status, out, err = run(root, capsys, rules / "read.yml", "--check")
    assert (status, err) == (0, "")
    assert "Something was read" in out
    assert "2 usable, 0 refused" in out


def test_matches_are_told_in_words_in_the_readers_language(root, rules, capsys, monkeypatch):
    assert "low  2026-" in run(root, capsys, rules)[1]
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    (rules / "wrong.yml").write_text(WRONG)
    _, out, err = run(root, capsys, rules)
    assert "閲覧" in out
    assert "…" in out
    assert "イベントは収集していません" in err


def test_a_back_test_counts_by_day_before_a_rule_is_switched_on(root, rules, capsys):
    status, out, _ = run(root, capsys, rules, "--back-test", "--json")
    first, second = lines(out)
    assert status == 0
    assert first["alerts"] == sum(first["by_day"].values()) > second["alerts"] == 1
    assert first["busiest"] == max(first["by_day"].values())
    status, out, _ = run(root, capsys, rules, "--back-test", "--to", "2000-01-01")
    assert "0 alerts on 0 days, at most 0 a day: Something was read" in out


def test_own_rules_run_when_none_is_named(root, capsys):
    status, out, err = run(root, capsys, "--check")
    assert (status, err) == (0, "")
    assert "USB medium that nobody registered" in out


def test_a_set_is_taken_in_replaced_and_used(rules, capsys, tmp_path):
    root = tmp_path / "own"
    archive = tmp_path / "set.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("../../evil/read.yml", READ)
        file.writestr("wrong.yml", WRONG)
    status, out, _ = run(root, capsys, "--import", "ours", archive, "--json")
    (report,) = lines(out)
    assert status == 1
    assert (report["files"], report["rules"], report["correlations"]) == (2, 1, 1)
    assert report["refused"][0]["rule_id"] == "Wrong"
    (folder,) = sets.imported(root)
    assert sorted(one.name for one in folder.iterdir()) == ["00000-read.yml", "00001-wrong.yml"]
    assert any(one.about.name == "read" for one in sets.all_rules(root).rules)
    status, out, err = run(root, capsys, "--import", "ours", rules / "read.yml")
    assert (status, err) == (0, "")
    assert "set ours: 1 files, 1 rules, 1 correlations, 0 refused" in out
    assert [one.name for one in (root / "sigma").iterdir()] == ["ours"]
    assert not plan(sets.all_rules(root), "duckdb").refused


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["/nowhere/rules"], "no such file or folder"),
        (["--import", "ours"], "name the rule files"),
        (["--import", "../up", "{rules}"], "not a name for a set"),
    ],
)
def test_wrong_use(root, rules, capsys, words, told):
    status, _, err = run(root, capsys, *(word.format(rules=rules) for word in words))
    assert status == 2
    assert told in err


@pytest.mark.parametrize("language", ["C.UTF-8", "ja_JP.UTF-8"])
def test_the_command_explains_itself(root, capsys, monkeypatch, language):
    monkeypatch.setenv("LC_ALL", language)
    with pytest.raises(SystemExit):
        cli.main(["sigma", "--help"])
    assert ("終了コード" in capsys.readouterr().out) is language.startswith("ja")
