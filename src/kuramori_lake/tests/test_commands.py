"""Every command of kuramori-lake: exit status, one JSON text a line, the user's language, nothing written on wrong use.

0 done; 1 done, but rows were rejected or damage was found; 2 wrong use; 3 failed.
"""

import hashlib
import json
from datetime import date

import pytest

from kuramori_lake import cli
from kuramori_lake.commands.rank import LeaversError, read_leavers
from kuramori_lake.setup import RECIPES
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import SAMPLES

SAMPLE = SAMPLES / "samba417_minimal_syslog_raw.txt"


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A lake with one small log, read by the commands that change nothing."""
    folder = tmp_path_factory.mktemp("commands") / "lake"
    assert cli.main(["ingest", "--lake", str(folder), "--source", "samba", "--tz", "Asia/Tokyo", str(SAMPLE)]) == 0
    return folder


def call(capsys, *words):
    """Exit status, standard output, standard error; argparse's way of leaving is a status too."""
    capsys.readouterr()
    try:
        status = cli.main([str(word) for word in words])
    except SystemExit as left:
        status = left.code
    told = capsys.readouterr()
    return status, told.out, told.err


def below(folder):
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*"))


WRONG = {
    "ingest without a source": ["ingest", "--lake", "{new}", "x.log"],
    "ingest without a file": ["ingest", "--lake", "{new}", "--source", "samba"],
    "ingest of an unknown kind": ["ingest", "--lake", "{new}", "--source", "none", "x.log"],
    "ingest in no zone": ["ingest", "--lake", "{new}", "--source", "samba", "--tz", "Mars", "x.log"],
    "ingest at a site in no zone": ["ingest", "--lake", "{new}", "--source", "samba", "--site-tz", "../etc", "x.log"],
    "ingest by a mapping that is not there": ["ingest", "--lake", "{new}", "--source", "table:/no.json", "x.log"],
    "rank without days": ["rank", "--lake", "{new}"],
    "rank of no day": ["rank", "--lake", "{new}", "--from", "2026-13-01", "--to", "2026-11-01"],
    "rank of a number that is none": ["rank", "--lake", "{new}", "--from", "2026-11-01", "--to", "2026-11-02",
                                      "--per-day", "few"],
    "sigma from no day": ["sigma", "--lake", "{new}", "--from", "yesterday"],
    "sigma to no day": ["sigma", "--lake", "{new}", "--to", "20/11/2026"],
    "sigma of no file": ["sigma", "--lake", "{new}", "/nowhere/rules"],
    "sigma importing nothing": ["sigma", "--lake", "{new}", "--import", "ours"],
    "receive at no port at all": ["receive", "--lake", "{new}", "--source", "sshd", "--spool", "{new}"],
    "receive by TLS without a key": ["receive", "--lake", "{new}", "--source", "sshd", "--spool", "{new}",
                                     "--tls", "0", "--cert", "c.pem"],
    "sigma of two wishes": ["sigma", "--lake", "{new}", "--check", "--back-test"],
    "detect without a day": ["detect", "--lake", "{new}"],
    "detect as of no day": ["detect", "--lake", "{new}", "--as-of", "today"],
    "stats of no lake": ["stats"],
    "verify of no lake": ["verify"],
    "compact of no lake": ["compact"],
    "receive without a spool": ["receive", "--lake", "{new}", "--source", "sshd"],
    "receive of an unknown kind": ["receive", "--lake", "{new}", "--source", "none", "--spool", "{new}", "--tcp", "1"],
    "receive at no port": ["receive", "--lake", "{new}", "--source", "sshd", "--spool", "{new}", "--tcp", "http"],
    "setup of nothing": ["setup"],
    "setup of an unknown server": ["setup", "mainframe"],
    "setup of no version": ["setup", "samba", "--server-version", "new"],
    "simulate to nowhere": ["simulate"],
    "simulate of an unknown case": ["simulate", "--out", "{new}", "--cases", "CASE-99"],
    "simulate up to no day": ["simulate", "--out", "{new}", "--today", "soon"],
    "no command": [],
    "an unknown command": ["dance"],
    "an unknown option": ["stats", "--lake", "{new}", "--colour"],
}  # fmt: skip


@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG)
def test_wrong_use_ends_with_2_says_why_and_writes_nothing(words, tmp_path, capsys):
    status, out, err = call(capsys, *(word.format(new=tmp_path / "new") for word in words))
    assert (status, out) == (2, "")
    assert err.strip()
    assert below(tmp_path) == []


TOLD = [
    (["ingest", "--lake", "{new}", "--source", "samba", "--tz", "Mars", "x"], "タイムゾーンではありません: Mars"),
    (["rank", "--lake", "{new}", "--from", "11/1", "--to", "11/2"], "日付ではありません（例: 2026-11-20）: 11/1"),
    (["sigma", "--lake", "{new}", "/nowhere"], "/nowhere: ファイルまたはフォルダーがありません"),
    (["sigma", "--lake", "{new}", "--import", "ours"], "取り込むルールのファイルを指定してください"),
    (["receive", "--lake", "{new}", "--source", "sshd", "--spool", "{new}"], "待ち受けるポートを指定してください"),
    (["receive", "--lake", "{new}", "--source", "sshd", "--spool", "s", "--tls", "1"], "TLS には --cert と --key"),
    (["rank", "--lake", "{new}", "--from", "2026-11-01", "--to", "2026-11-02", "--leavers", "{leavers}"],
     "2 行目: 日付ではありません: soon"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "told"), TOLD)
def test_wrong_use_is_told_in_japanese_where_the_locale_is(words, told, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    leavers = tmp_path / "leavers.csv"
    leavers.write_text("person,date\nakari,soon\n", encoding="utf-8")
    status, out, err = call(capsys, *(word.format(new=tmp_path / "new", leavers=leavers) for word in words))
    assert (status, out) == (2, "")
    assert told in err


def segments(root):
    """Files of events with their digests; what detection and rank work out beside them may come and go."""
    with Lake.open(root) as lake:
        paths = [row["path"] for row in lake.manifest.db.execute("SELECT path FROM segment")]
    return {path: hashlib.sha256((root / path).read_bytes()).hexdigest() for path in paths}


READING = {
    "stats": ["stats"],
    "verify": ["verify"],
    "detect": ["detect", "--as-of", "2026-11-20"],
    "rank": ["rank", "--from", "2000-01-01", "--to", "2000-01-02"],
    "sigma": ["sigma", "--to", "2000-01-01"],
    "check": ["sigma", "--check"],
    "back-test": ["sigma", "--back-test", "--to", "2000-01-01"],
}


@pytest.mark.parametrize("words", READING.values(), ids=READING)
def test_commands_that_read_speak_json_by_the_line_and_leave_events_as_they_are(words, root, capsys):
    before = segments(root)
    status, out, err = call(capsys, words[0], "--lake", root, "--json", *words[1:])
    assert (status, err) == (0, "")
    for line in out.splitlines():
        assert isinstance(json.loads(line), dict | list)
    assert segments(root) == before


def test_stats_name_each_source_and_its_last_event(root, capsys):
    (line,) = call(capsys, "stats", "--lake", root, "--json")[1].splitlines()
    told = json.loads(line)
    (source,) = told["sources"]
    assert (told["events"], told["batches"], told["damaged"]) == (8, 1, [])
    assert (source["source"], source["instance"], source["rejected"]) == ("samba", "default", 0)
    assert source["last_event_utc"].startswith("2026-")


def test_an_ingest_of_the_same_file_is_known_and_its_line_says_so(tmp_path, capsys):
    words = ["ingest", "--lake", tmp_path / "lake", "--source", "samba", "--tz", "Asia/Tokyo", "--json", SAMPLE]
    first, again = (json.loads(call(capsys, *words)[1]) for _ in range(2))
    assert (first["known"], again["known"]) == (False, True)
    assert first["file"] == again["file"] == str(SAMPLE)
    assert first["sha256"] == again["sha256"]
    assert again["counts"]["accepted"] == 0
    assert first["counts"]["rows"] == again["counts"]["rows"] == 14


def test_one_file_that_fails_decides_the_status_whatever_the_others_did(tmp_path, capsys):
    bad = tmp_path / "bad.log"
    bad.write_text("junk|\n")
    words = ["ingest", "--lake", tmp_path / "lake", "--source", "samba", "--tz", "Asia/Tokyo", "--json"]
    status, out, err = call(capsys, *words, SAMPLE, bad, tmp_path / "gone.log")
    assert status == 3
    assert [json.loads(line)["counts"]["rejected"] for line in out.splitlines()] == [0, 1]
    assert "gone.log" in err


def test_compact_tells_what_became_of_the_segments_and_loses_no_row(tmp_path, capsys):
    lake = tmp_path / "lake"
    for number in range(2):
        part = tmp_path / f"{number}.log"
        part.write_text("".join(SAMPLE.read_text().splitlines(keepends=True)[number::2]))
        call(capsys, "ingest", "--lake", lake, "--source", "samba", "--tz", "Asia/Tokyo", part)
    status, out, err = call(capsys, "compact", "--lake", lake, "--json")
    told = json.loads(out)
    assert (status, err, told["rows"]) == (0, "", 8)
    assert told["segments_before"] == 2
    assert json.loads(call(capsys, "stats", "--lake", lake, "--json")[1])["events"] == 8
    assert call(capsys, "verify", "--lake", lake)[:2] == (0, "all files are as they were stored\n")


def test_sets_are_kept_only_under_names_that_are_folders_of_ours(tmp_path, capsys):
    rules = tmp_path / "r.yml"
    rules.write_text("title: a\nlogsource: {product: windows}\ndetection: {s: [x], condition: s}\n")
    for name in ("", "Ours", "a b", "a/b", "..", "-a", "a" * 41, "日本", "a\n"):
        status = call(capsys, "sigma", "--lake", tmp_path / "lake", "--import", name, rules)[0]
        assert status == 2 or not name
        assert not (tmp_path / "lake" / "sigma").exists()
    assert call(capsys, "sigma", "--lake", tmp_path / "lake", "--import", "a" * 40, rules)[0] == 0
    assert [one.name for one in (tmp_path / "lake" / "sigma").iterdir()] == ["a" * 40]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("person,date\nakari,2026-11-20\n", {"akari": date(2026, 11, 20)}),
        ("\ufeffperson,date\r\n akari , 2026/11/20 \r\n", {"akari": date(2026, 11, 20)}),
        ("date,person,why\n11/20/2026,akari,x\n", {"akari": date(2026, 11, 20)}),
        ("person,date\nakari,2026-11-20 09:00:00\n", {"akari": date(2026, 11, 20)}),
        ("person,date\n佐倉,11/20/2026 09:00:00\n,\n", {"佐倉": date(2026, 11, 20)}),
        ("person,date\n", {}),
        ("person\nakari\n", "no columns"),
        ("", "no columns"),
        ("person,date\nakari,2026-02-30\n", "line 2: not a day: 2026-02-30"),
        ("person,date\nakari,2026-11-20\nbotan,\n", "line 3: not a day"),
        ("person,date\nakari,2026-11-20\nbotan\n", "line 3: not a day"),
    ],
)
def test_people_who_leave_are_read_by_name_and_day(text, expected, tmp_path):
    file = tmp_path / "leavers.csv"
    file.write_text(text, encoding="utf-8", newline="")
    if isinstance(expected, dict):
        assert read_leavers(file) == expected
    else:
        with pytest.raises(LeaversError, match=expected):
            read_leavers(file)


@pytest.mark.parametrize("content", [b"person,date\n\xff\xfe,2026-11-20\n", b"person,date\nakari,\x00\n"])
def test_a_list_of_leavers_that_is_no_text_is_wrong_use(content, root, tmp_path, capsys):
    file = tmp_path / "leavers.csv"
    file.write_bytes(content)
    words = ["rank", "--lake", root, "--from", "2026-11-01", "--to", "2026-11-02", "--leavers", file]
    status, _, err = call(capsys, *words)
    assert status == 2
    assert "leavers.csv" in err


@pytest.mark.parametrize("server", sorted(RECIPES))
def test_setup_as_json_is_one_line_with_both_languages(server, capsys):
    status, out, err = call(capsys, "setup", server, "--json")
    assert (status, err, out.count("\n")) == (0, "", 1)
    for one in json.loads(out):
        assert set(one) == {"title_ja", "title_en", "file", "text", "check", "warnings"}
        assert all(set(warning) == {"ja", "en"} for warning in one["warnings"])
