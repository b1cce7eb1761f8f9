"""Samba's log: what counts as a deed, names with bars, cut lines; the fast path says what the slow one says."""

from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.sources import samba
from kuramori_lake.sources.parsed import Options
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


@given(operation=st.sampled_from(OPERATIONS), result=RESULT, opened=OPENED, names=NAMES)
def test_fast_path_agrees_with_the_line_read_by_hand(operation, result, opened, names):
    before = opened if operation == "create_file" else ("r",) if operation in {"openat", "open"} else ()
    text = HEAD + "|".join((operation, result, *before, *names))
    reading = next(samba.parse(text.encode() + b"\n|create_file|\n", OPTIONS))
    columns = ("activity", "outcome", "object_kind", "path", "destination_value")
    found = [tuple(row[name] for name in columns) for row in reading.events.to_pylist()]
    found += [one.reason for one in reading.rejects if one.row == 1]
    expected = by_hand(text)
    assert found == ([] if expected is None else [expected])


def test_headings_and_other_programs_are_no_audit_lines():
    assert is_other("[2026/11/23 03:29:29.660713,  1] ../../source3/modules/vfs_full_audit.c:643(do_log)")
    assert not is_other(HEAD)
