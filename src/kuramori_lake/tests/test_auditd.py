"""The Linux audit system: records become events by their serial number, and names come out of hexadecimal."""

from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.sources.auditd import MASKED, parse
from kuramori_lake.sources.auditd_deeds import call_of
from kuramori_lake.tests.conftest import SAMPLES, TOKYO
from kuramori_lake.tests.records import OPTIONS, read

DRAWING = "/srv/秘/設計 図.dwg"


def record(kind, rest, serial=7, at="1783414613.166"):
    return f"type={kind} msg=audit({at}:{serial}): {rest}\n"


def call(name, *paths, flags="a1=0", serial=7, at="1783414613.166", more="success=yes exit=3"):
    lines = [
        record(
            "SYSCALL",
            f'arch=c000003e syscall=0 {more} {flags} auid=1001 uid=0 ses=4 exe="/usr/bin/cp" '
            f'key="kura"\x1dSYSCALL={name} AUID="akari" UID="root"',
            serial,
            at,
        )
    ]
    lines.append(record("CWD", 'cwd="/home"', serial, at))
    lines += [record("PATH", f"item=0 name={path} nametype={kind}", serial, at) for path, kind in paths]
    return [*lines, record("PROCTITLE", "proctitle=6370006120" + "62", serial, at)]


def one(lines):
    (row,), rejects, _ = read("auditd", "".join(lines).encode())
    assert rejects == []
    return row


def test_japanese_name_comes_out_of_hexadecimal_and_the_person_is_who_signed_in():
    row = one(call("openat", (DRAWING.encode().hex().upper(), "NORMAL")))
    assert (row["activity"], row["path"], row["actor_raw"]) == ("read", DRAWING, "akari")
    assert (row["confidence"], row["outcome"], row["stitched_from"]) == ("authenticated", "ok", "2,3,4")
    assert orjson.loads(row["fields"])["UID"] == "root"
    assert orjson.loads(row["fields"])["proctitle"] == "cp a b"


@pytest.mark.parametrize(
    ("name", "paths", "flags", "activity", "path", "target"),
    [
        ("openat", [('"a"', "NORMAL")], "a2=241", "write", "/home/a", None),
        ("openat", [('"/d"', "PARENT"), ('"./n"', "CREATE")], "a2=241", "create", "/home/n", None),
        ("unlinkat", [('"/d/"', "PARENT"), ('"/d/x"', "DELETE")], "a2=0", "delete", "/d/x", None),
        ("rename", [('"/d/x"', "DELETE"), ('"/d/y"', "CREATE")], "a2=0", "rename", "/d/x", "/d/y"),
        ("linkat", [('"/d/x"', "NORMAL"), ('"/u/x"', "CREATE")], "a2=0", "copy", "/d/x", "/u/x"),
        ("mkdir", [('"/d/n"', "CREATE")], "a2=0", "create", "/d/n", None),
        ("fchmodat", [('"/d/x"', "NORMAL")], "a2=0", "permission_change", "/d/x", None),
        ("execve", [('"/usr/bin/scp"', "NORMAL")], "a2=0", "process_start", "/usr/bin/scp", None),
    ],
)  # fmt: skip
def test_system_call_says_what_was_done(name, paths, flags, activity, path, target):  # noqa: PLR0917
    row = one(call(name, *paths, flags=flags))
    assert (row["activity"], row["path"], row["destination_value"]) == (activity, path, target)


def test_refusal_of_the_kernel_is_denied_and_another_error_is_an_error():
    for code, outcome in (("-13", "denied"), ("-2", "error")):
        assert one(call("openat", ('"/x"', "NORMAL"), more=f"success=no exit={code}"))["outcome"] == outcome


def test_system_call_is_known_by_its_number_where_the_log_is_not_enriched():
    assert call_of({"arch": "c000003e", "syscall": "257"}) == call_of({"arch": "c00000b7", "syscall": "56"}) == "openat"
    assert call_of({"arch": "40000003", "syscall": "5"}) == ""


def test_real_log_tells_accounts_sign_ins_and_programs():
    rows, rejects, _ = read("auditd", (SAMPLES / "plaso_audit_enriched.log").read_bytes())
    assert rejects == []
    assert [row["activity"] for row in rows] == [
        "account_disable", "account_enable", "privilege", "logon_fail", *["process_start"] * 3,
    ]  # fmt: skip
    assert rows[-1]["path"] == "/usr/bin/cat"
    assert "my report.txt" in rows[-1]["fields"]


def test_lines_that_lack_a_time_or_a_type_are_rejected_one_by_one():
    _, rejects, ignored = read("auditd", (SAMPLES / "plaso_selinux.log").read_bytes())
    assert ([one.row for one in rejects], ignored) == ([2, 4, 6, 7], 8)


def test_stopping_the_audit_is_an_event():
    row = one([record("DAEMON_END", "op=terminate auid=0 pid=1 res=success")])
    assert (row["activity"], row["object_kind"]) == ("agent_silent", "log")


def test_event_cut_by_the_end_of_a_file_is_told_once_by_the_next():
    lines = call("openat", ('"/x"', "NORMAL"))
    whole = one(lines)
    for cut in (1, 2, 3):
        first, second = "".join(lines[:cut]).encode(), "".join(lines[cut:]).encode()
        (begun,) = parse(first, OPTIONS)
        assert begun.events.num_rows == 0
        waiting = tuple(replace(each, batch_id=5) for each in begun.loose)
        (ended,) = parse(second, replace(OPTIONS, loose=waiting))
        (row,) = ended.events.to_pylist()
        assert (row["row_key"], row["path"], ended.derived, ended.loose) == (whole["row_key"], "/x", 1, ())
        assert row["stitched_from"].startswith("5:1")
        (again,) = parse(first + second, replace(OPTIONS, loose=waiting))
        assert (again.events.num_rows, again.derived) == (1, 0)


def test_event_whose_end_never_comes_is_told_without_it():
    lines = [*call("openat", ('"/x"', "NORMAL"))[:-1], record("USER_START", "res=success", 9, "1783414620.000")]
    row = one(lines)
    assert (row["flags"], row["path"]) == ("incomplete", "/x")


def test_event_of_a_protected_party_stays_untold_in_the_next_file():
    lines = call("openat", ('"/x"', "NORMAL"))
    (begun,) = parse("".join(lines[:2]).encode(), OPTIONS)
    waiting = tuple(replace(each, line=each.masked, batch_id=1) for each in begun.loose)
    assert {each.line for each in waiting} == {MASKED}
    (ended,) = parse("".join(lines[2:]).encode(), replace(OPTIONS, loose=waiting))
    assert (ended.events.num_rows, ended.loose) == (0, ())


def test_records_of_two_events_may_be_mixed():
    first, second = call("openat", ('"/x"', "NORMAL")), call("openat", ('"/y"', "NORMAL"), serial=8)
    mixed = [line for pair in zip(first, second, strict=True) for line in pair]
    rows, _, ignored = read("auditd", "".join(mixed).encode())
    assert ([row["path"] for row in rows], ignored) == (["/x", "/y"], 6)


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=300))
def test_no_bytes_raise_and_every_line_is_counted_once(tail, cut):
    content = "".join(call("openat", ('"/x"', "NORMAL"))).encode()[:cut] + tail
    (reading,) = parse(content, replace(OPTIONS, zone=TOKYO))
    lines = content.count(b"\n") + bool(content and not content.endswith(b"\n"))
    assert reading.events.num_rows - reading.derived + len(reading.rejects) + reading.ignored == lines
