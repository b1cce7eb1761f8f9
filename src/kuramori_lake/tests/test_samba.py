"""Samba's log: what counts as a deed, names with bars, cut lines; the fast path says what the slow one says."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_lake.sources import samba
from kuramori_lake.sources.parsed import Options, digest
from kuramori_lake.sources.samba_line import LineError, Opener, is_other, read_line
from kuramori_lake.tests.conftest import SAMPLES, TOKYO

HEAD = "<173>Nov 23 03:30:28 smbd_audit: 2026/11/23 03:30:28|akari|192.0.2.7|PC-7|secret|"
OPTIONS = Options(zone=TOKYO, salt=b"salt")


def read(*lines: str | bytes, options: Options = OPTIONS):
    data = b"\n".join(line if isinstance(line, bytes) else (HEAD + line).encode() for line in lines) + b"\n"
    (reading,) = samba.parse(data, options)
    assert reading.events.num_rows + len(reading.rejects) + reading.ignored == len(lines)
    return reading


def deeds(*lines: str | bytes):
    return [(row["activity"], row["path"]) for row in read(*lines).events.to_pylist()]


def test_real_session_in_all_three_forms_is_the_same_story():
    stories = []
    for name in ("samba417_full_audit_syslog_raw.txt", "samba417_full_audit_debuglog.txt"):
        (reading,) = samba.parse((SAMPLES / name).read_bytes(), OPTIONS)
        assert not reading.rejects
        stories.append([(row["activity"], row["outcome"]) for row in reading.events.to_pylist()])
    assert stories[0] == stories[1]
    assert [activity for activity, _ in stories[0]] == [
        "logon", "write", "read", "rename", "read", "read", "create", "delete", "logoff",
    ]  # fmt: skip


def test_local_server_time_becomes_utc_with_its_basis():
    row = read("unlinkat|ok|/srv/a.txt").events.to_pylist()[0]
    assert row["time_utc"].isoformat() == "2026-11-22T18:30:28"
    assert (row["original_text"], row["tz_basis"]) == ("2026/11/23 03:30:28", "configured")


def test_bar_in_a_name_belongs_to_the_name():
    assert deeds("create_file|ok|0x120089|file|open|/srv/機密/pipe|name.txt") == [("read", "/srv/機密/pipe|name.txt")]


def test_rename_with_bars_is_split_where_both_names_share_their_folder():
    (row,) = read("renameat|ok|/srv/s/a|b.txt|/srv/s/c|d.txt").events.to_pylist()
    assert (row["path"], row["destination_value"], row["flags"]) == ("/srv/s/a|b.txt", "/srv/s/c|d.txt", None)


def test_rename_that_cannot_be_split_for_sure_says_so():
    (row,) = read("renameat|ok|/srv/s/a|/srv/s/b|/srv/s/c").events.to_pylist()
    assert row["flags"] == "name_unsure"


def test_line_cut_at_1024_bytes_inside_a_letter_is_kept_and_flagged():
    line = (HEAD + "create_file|ok|0x120089|file|open|/srv/" + "設" * 400).encode()[:1024]
    (row,) = read(line).events.to_pylist()
    assert row["flags"] == "cut"
    assert row["path"].endswith("設")


def test_line_cut_before_its_operation_is_rejected_with_its_place():
    reading = read("unlinkat|ok|/srv/a", b"2026/11/23 03:30:28|akari|192.0.2.7|PC")
    (rejected,) = reading.rejects
    assert (rejected.row, rejected.reason) == (2, "line ends before the operation's fields")
    assert rejected.excerpt.startswith(b"2026/11/23")


def test_bytes_that_are_no_utf8_are_rejected_alone_and_read_where_the_encoding_is_told():
    japanese = (HEAD + "unlinkat|ok|/srv/①髙橋.txt").encode("cp932")
    assert [one.reason for one in read(japanese, "unlinkat|ok|/srv/a").rejects] == ["not utf-8"]
    told = Options(zone=TOKYO, encoding="cp932")
    assert read(japanese, options=told).events["path"].to_pylist() == ["/srv/①髙橋.txt"]


def test_refusal_is_denied_and_other_failures_are_errors():
    rows = read(
        "create_file|fail (NT_STATUS_ACCESS_DENIED)|0x120089|file|open|/srv/a",
        "create_file|fail (Permission denied)|0x120089|file|open|/srv/a",
        "create_file|fail (Argument list too long)|0x120089|file|open|/srv/b",
    ).events.to_pylist()
    assert [row["outcome"] for row in rows] == ["denied", "denied", "error"]


def test_noise_is_counted_as_ignored():
    reading = read(
        "create_file|ok|0x80|dir|open|/srv",
        "create_file|ok|0x10000|file|open|/srv/a",
        "fgetxattr|fail (No data available)|/srv/a|user.DOSATTRIB",
        b"",
        b"Nov 23 03:30:28 fs01 sshd[12]: Accepted publickey",
    )
    assert (reading.events.num_rows, reading.ignored) == (0, 5)


def test_equal_blocks_of_one_second_are_one_write():
    assert deeds(*["pwrite_send|ok|/srv/a"] * 3, "pwrite_send|ok|/srv/b") == [("write", "/srv/a"), ("write", "/srv/b")]


def test_ipc_is_noise_and_a_refused_share_is_a_failed_logon():
    ipc = HEAD.replace("|secret|", "|IPC$|").encode() + b"connect|ok|IPC$"
    assert deeds(ipc, "connect|fail (NT_STATUS_ACCESS_DENIED)|secret") == [("logon_fail", "secret")]


def test_log_without_create_file_is_read_by_its_openat_lines():
    assert deeds("openat|ok|r|/srv/a", "openat|ok|w|/srv/b") == [("read", "/srv/a"), ("write", "/srv/b")]
    assert deeds("pread_send|ok|/srv/a") == [("read", "/srv/a")]


OPERATIONS = (
    "connect", "disconnect", "create_file", "openat", "open", "renameat", "unlinkat", "mkdirat", "rmdir", "pread_send",
    "pwrite_send", "fchmod", "unheard_of",
)  # fmt: skip
RESULT = st.sampled_from(["ok", "fail (Permission denied)", "fail (No such file)", "nonsense"])
MASK = st.sampled_from(["0x120089", "0x12019f", "0x10000", "0x80", "0x2", "junk"])
OPENED = st.tuples(
    MASK, st.sampled_from(["file", "dir"]), st.sampled_from(["open", "create", "overwrite_if", "open_if"])
)
NAMES = st.lists(st.text("a/|設①髙 .", min_size=1, max_size=8).map(lambda name: "/srv/" + name), min_size=1, max_size=2)


def by_hand(text: str):
    """What the slow path says of a line: the columns of its event, None for noise, or the reason of its rejection."""
    try:
        line = read_line(text, Opener.CREATE_FILE)
    except LineError as error:
        return str(error)
    return (line.activity, line.outcome, line.kind, line.path, line.target) if line.activity else None


TEXT = st.tuples(st.sampled_from(OPERATIONS), RESULT, OPENED, NAMES).map(
    lambda found: (
        HEAD
        + "|".join(
            (
                *found[:2],
                *(found[2] if found[0] == "create_file" else ("r",) if found[0] in {"openat", "open"} else ()),
                *found[3],
            )
        )
    )
)


@settings(max_examples=40)
@given(texts=st.lists(TEXT, min_size=1, max_size=40, unique=True))
def test_fast_path_agrees_with_the_line_read_by_hand(texts):
    reading = next(samba.parse("\n".join([*texts, "|create_file|", ""]).encode(), OPTIONS))
    columns = ("activity", "outcome", "object_kind", "path", "destination_value")
    rows = reading.events.to_pylist()
    assert [row["row_key"] for row in rows if row["raw_row"] <= len(texts)] == [
        digest(OPTIONS.salt, texts[row["raw_row"] - 1].encode()) for row in rows if row["raw_row"] <= len(texts)
    ]
    assert {(row["actor_raw"], row["ip"], row["client"]) for row in rows} <= {("akari", "192.0.2.7", "PC-7")}
    found = {row["raw_row"]: tuple(row[name] for name in columns) for row in rows}
    found |= {one.row: one.reason for one in reading.rejects}
    expected = {row: said for row, text in enumerate(texts, 1) if (said := by_hand(text)) is not None}
    del found[len(texts) + 1]
    assert found == expected


def test_every_line_keeps_its_own_names_though_one_of_its_kind_is_read():
    heads = [
        HEAD.replace("akari", f"user{n}").replace("192.0.2.7", f"10.0.0.{n}").replace("PC-7", f"PC-{n}") for n in (1, 2)
    ]
    lines = [(head + f"unlinkat|ok|/srv/{n}").encode() for n, head in enumerate(heads)]
    found = [(row["actor_raw"], row["ip"], row["client"], row["path"]) for row in read(*lines).events.to_pylist()]
    assert found == [("user1", "10.0.0.1", "PC-1", "/srv/0"), ("user2", "10.0.0.2", "PC-2", "/srv/1")]


def test_share_makes_another_kind_of_connection():
    """The first line of a kind speaks for the others, so IPC$ must not speak for a share, nor the other way round."""
    ipc = HEAD.replace("|secret|", "|IPC$|").encode() + b"connect|ok|IPC$"
    assert deeds(ipc, "connect|ok|secret", ipc, "connect|ok|secret") == [("logon", "secret"), ("logon", "secret")]


def test_equal_deletions_are_two_deeds_and_only_blocks_are_one():
    """Only what Samba writes block by block is told once; two equal rows are two events otherwise."""
    assert deeds(*["unlinkat|ok|/srv/a"] * 2, *["pwrite_send|ok|/srv/a"] * 2) == [
        ("delete", "/srv/a"), ("delete", "/srv/a"), ("write", "/srv/a"),
    ]  # fmt: skip


def test_blocks_of_two_seconds_or_two_people_are_two_writes():
    later = HEAD.replace("03:30:28|", "03:30:29|").encode() + b"pwrite_send|ok|/srv/a"
    other = HEAD.replace("akari", "botan").encode() + b"pwrite_send|ok|/srv/a"
    assert len(deeds("pwrite_send|ok|/srv/a", later, other, "pwrite_send|ok|/srv/a")) == 3


@pytest.mark.parametrize(
    "time",
    ["2026/02/30 03:30:28", "2026/11/23 24:30:28", "2026/11/23 03:30:60", "0000/11/23 03:30:28", "2026-11-23 03:30:28",
     "2026/1/23  03:30:28", "２０２６/11/23 03:30:28", "23/11/2026 03:30:28"],
)  # fmt: skip
def test_line_of_an_impossible_time_is_rejected_alone(time):
    wrong = HEAD.replace("2026/11/23 03:30:28", time).encode() + b"unlinkat|ok|/srv/b"
    reading = read("unlinkat|ok|/srv/a", wrong, "unlinkat|ok|/srv/c")
    assert reading.events["path"].to_pylist() == ["/srv/a", "/srv/c"]
    assert [one.row for one in reading.rejects] == [2]


def test_result_that_is_none_is_rejected_even_of_an_operation_that_is_noise():
    reading = read("pread_recv|perhaps|/srv/a", "pread_recv|ok|/srv/a")
    assert [one.reason for one in reading.rejects] == ["result is neither ok nor fail"]
    assert reading.ignored == 1


def test_carriage_returns_of_a_windows_relay_are_no_part_of_names_or_keys():
    plain = read("unlinkat|ok|/srv/a").events.to_pylist()[0]
    returned = read((HEAD + "unlinkat|ok|/srv/a\r").encode()).events.to_pylist()[0]
    assert (returned["path"], returned["row_key"]) == (plain["path"], plain["row_key"])
    assert returned["raw_length"] == plain["raw_length"] + 1


@pytest.mark.parametrize(
    ("log", "opener"),
    [
        ("|openat|ok|", Opener.OPENAT), ("|open|ok|", Opener.OPENAT), ("|pread|ok|", Opener.DATA), ("", Opener.DATA),
        ("|openat|ok|\n|create_file|ok|", Opener.CREATE_FILE), ("|reopen|openat2|", Opener.DATA),
    ],
)  # fmt: skip
def test_what_tells_of_an_opened_file_is_seen_by_the_whole_log(log, opener):
    assert samba.opener_of(log.encode()) is opener
    assert samba.opener_of(memoryview(log.encode())) is opener


def test_debug_log_has_two_lines_for_a_deed_and_the_heading_is_no_row_of_its_own():
    heading = b"[2026/11/23 03:29:29.660713,  1] ../../source3/modules/vfs_full_audit.c:643(do_log)"
    reading = read(heading, b"  " + (HEAD + "unlinkat|ok|/srv/a").encode(), heading)
    assert (reading.events["path"].to_pylist(), reading.ignored) == (["/srv/a"], 2)


def test_summer_time_of_the_site_is_applied_by_the_day():
    berlin = Options(zone=ZoneInfo("Europe/Berlin"))
    summer = (HEAD + "unlinkat|ok|/srv/a").replace("2026/11/23", "2026/07/23").encode()
    found = read("unlinkat|ok|/srv/a", summer, options=berlin).events["time_utc"].to_pylist()
    assert [one.hour for one in found] == [2, 1]


def test_doubled_hour_of_autumn_is_its_first_pass_and_the_missing_one_of_spring_is_kept():
    berlin = Options(zone=ZoneInfo("Europe/Berlin"))
    doubled = (HEAD + "unlinkat|ok|/srv/a").replace("2026/11/23 03:30", "2026/10/25 02:30").encode()
    missing = (HEAD + "unlinkat|ok|/srv/a").replace("2026/11/23 03:30", "2026/03/29 02:30").encode()
    found = read(doubled, missing, options=berlin).events["time_utc"].to_pylist()
    assert [one.isoformat() for one in found] == ["2026-10-25T00:30:28", "2026-03-29T01:30:28"]


def test_host_of_the_settings_stands_in_where_the_log_names_none():
    told = Options(zone=TOKYO, host="fs01")
    named = HEAD.replace("smbd_audit", "fs09 smbd_audit").encode() + b"unlinkat|ok|/srv/a"
    assert read("unlinkat|ok|/srv/a", named, options=told).events["host"].to_pylist() == ["fs01", "fs09"]
    assert read("unlinkat|ok|/srv/a").events["host"].to_pylist() == [None]


def test_line_of_more_than_a_mebibyte_is_one_reject_that_holds_its_beginning():
    reading = read("unlinkat|ok|/srv/a", HEAD.encode() + b"unlinkat|ok|/" + b"x" * 2**20, "unlinkat|ok|/srv/b")
    assert reading.events["path"].to_pylist() == ["/srv/a", "/srv/b"]
    assert [(one.row, one.reason, len(one.excerpt)) for one in reading.rejects] == [(2, "line longer than 1 MiB", 200)]


def test_nul_bytes_escapes_and_bidi_marks_are_data():
    name = "/srv/\x00\x1b[31m\u202egpj.exe"
    assert deeds(f"unlinkat|ok|{name}") == [("delete", name)]


def test_line_feed_in_a_name_cannot_forge_a_line_of_somebody_else():
    """A relay that does not escape line feeds: the second half has no prefix of its own, so it is refused."""
    reading = read("unlinkat|ok|/srv/a", b"x.txt|daichi|unlinkat|ok|/srv/b")
    assert reading.events["actor_raw"].to_pylist() == ["akari"]
    assert len(reading.rejects) == 1


@pytest.mark.parametrize("encoding", ["cp932", "euc-jp"])
def test_old_server_is_read_in_the_encoding_that_its_administrator_named(encoding):
    raw = (HEAD + "unlinkat|ok|/srv/表計算ソフト能.txt").encode(encoding)
    told = Options(zone=TOKYO, encoding=encoding)
    assert read(raw, options=told).events["path"].to_pylist() == ["/srv/表計算ソフト能.txt"]


def test_last_line_without_a_line_feed_is_read():
    (reading,) = samba.parse((HEAD + "unlinkat|ok|/srv/a").encode(), OPTIONS)
    assert reading.events["path"].to_pylist() == ["/srv/a"]


def test_deletion_and_rename_are_told_once_though_samba_writes_two_lines():
    announced = "create_file|ok|0x10000|file|open|/srv/s/a"
    assert deeds(announced, "unlinkat|ok|/srv/s/a") == [("delete", "/srv/s/a")]
    assert deeds(announced, "renameat|ok|/srv/s/a|/srv/s/b") == [("rename", "/srv/s/a")]


def test_upload_is_a_creation_and_its_blocks_are_one_write():
    made = "create_file|ok|0x12019f|file|create|/srv/a"
    assert deeds(made, *["pwrite_send|ok|/srv/a"] * 50) == [("create", "/srv/a"), ("write", "/srv/a")]


def test_file_of_several_chunks_is_read_like_one(monkeypatch):
    content = "".join(f"{HEAD}unlinkat|ok|/srv/{n}\n" for n in range(50)).encode()
    (whole,) = samba.parse(content, OPTIONS)
    monkeypatch.setattr("kuramori_lake.sources.lines.CHUNK_BYTES", 700)
    parts = list(samba.parse(content, OPTIONS))
    assert len(parts) > 5
    assert [row for one in parts for row in one.events.to_pylist()] == whole.events.to_pylist()


def test_headings_and_other_programs_are_no_audit_lines():
    assert is_other("[2026/11/23 03:29:29.660713,  1] ../../source3/modules/vfs_full_audit.c:643(do_log)")
    assert not is_other(HEAD)
