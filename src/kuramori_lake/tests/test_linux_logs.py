"""sshd, PAM, sudo, internal-sftp, USB media and vsftpd: one deed of several lines, over several files."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.sources import source
from kuramori_lake.tests.conftest import SAMPLES
from kuramori_lake.tests.records import OPTIONS

DATED = replace(OPTIONS, written=datetime(2026, 11, 24))  # noqa: DTZ001  # naive UTC


def syslog(*messages, program="internal-sftp[9]", start=0):
    lines = (f"Nov 23 10:00:{start + at:02d} fs01 {program}: {said}\n" for at, said in enumerate(messages))
    return "".join(lines).encode()


def read(name, content, options=DATED):
    (reading,) = source(name).parse(content, options)
    return reading.events.to_pylist(), reading


def deeds(name, content, *columns):
    return [tuple(row[column] for column in columns) for row in read(name, content)[0]]


OPENED = "session opened for local user akari from [192.0.2.7]"
CLOSED = 'close "/srv/秘/図.dwg" bytes read 4096 written 0'


def test_real_sshd_log_tells_who_came_in_and_who_did_not():
    rows, reading = read("sshd", (SAMPLES / "plaso_syslog_ssh.log").read_bytes())
    assert [row["activity"] for row in rows] == ["logon"] * 2 + ["logon_fail"] * 2 + ["logon"] * 3
    assert {row["confidence"] for row in rows if row["activity"] == "logon_fail"} == {"claimed"}
    assert (reading.rejects, reading.ignored, reading.loose) == ((), 2, ())


@pytest.mark.parametrize(
    ("written", "path"),
    [
        (r"/s/\350\250\255 1.dwg", "/s/設 1.dwg"), (r"/s/a\\b", r"/s/a\b"), (r"/s/\\350\\250", r"/s/\350\250"),
        (r"/s/\350\250", r"/s/\350\250"), (r"/s/a\nb", r"/s/a\nb"), (r"/s/\033[0m", r"/s/\033[0m"),
        ("/s/設", "/s/設"), ("/s/a\\", "/s/a\\"),
    ],
)  # fmt: skip
def test_name_that_openssh_wrote_in_octal_digits_is_read_in_its_letters(written, path):
    closed = f'close "{written}" bytes read 5 written 0'
    assert deeds("sshd", syslog(OPENED, closed), "activity", "path") == [("download", path)]


def test_account_of_a_domain_has_one_backslash_and_other_programs_keep_theirs():
    said = r"Accepted publickey for KURA\\akari from 192.0.2.7 port 5 ssh2"
    assert deeds("sshd", syslog(said, program="sshd[9]"), "actor_raw") == [("KURA\\akari",)]
    ran = r"akari : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/printf \350\250\255"
    assert deeds("sshd", syslog(ran, program="sudo[9]"), "name") == [(r"/bin/printf \350\250\255",)]


def test_file_read_over_sftp_is_a_download_with_its_bytes_by_who_opened_the_session():
    more = (
        'open "/srv/x" flags READ mode 0666',
        CLOSED,
        'close "/up" bytes read 0 written 7',
        'remove name "/a"',
        'rename old "/a" new "/b"',
        'mkdir name "/d" mode 0777',
        "session closed for local user akari from [192.0.2.7]",
    )
    found = deeds("sshd", syslog(OPENED, *more), "activity", "actor_raw", "path", "ip")
    assert found == [
        ("download", "akari", "/srv/秘/図.dwg", "192.0.2.7"), ("write", "akari", "/up", "192.0.2.7"),
        ("delete", "akari", "/a", "192.0.2.7"), ("rename", "akari", "/a", "192.0.2.7"),
        ("create", "akari", "/d", "192.0.2.7"),
    ]  # fmt: skip


def test_session_begun_in_one_file_names_the_person_in_the_next():
    _, begun = read("sshd", syslog(OPENED))
    assert len(begun.loose) == 1
    (row,), ended = read("sshd", syslog(CLOSED, start=5), replace(DATED, loose=begun.loose))
    assert (row["actor_raw"], row["bytes"], len(ended.loose)) == ("akari", 4096, 1)
    (grown,), again = read("sshd", syslog(OPENED, CLOSED), replace(DATED, loose=begun.loose))
    assert (grown["actor_raw"], len(again.loose)) == ("akari", 1)
    _, over = read(
        "sshd", syslog("session closed for local user akari from [1]", start=9), replace(DATED, loose=ended.loose)
    )
    assert over.loose == ()


def test_session_of_a_protected_party_is_told_by_no_later_file():
    _, begun = read("sshd", syslog(OPENED))
    masked = tuple(replace(one, line=one.masked) for one in begun.loose)
    rows, ended = read("sshd", syslog(CLOSED, start=5), replace(DATED, loose=masked))
    assert (rows, [one.line for one in ended.loose]) == ([], [b"masked"])


def test_deed_whose_session_began_unseen_says_so():
    ((flags, actor),) = deeds("sshd", syslog(CLOSED), "flags", "actor_raw")
    assert (flags, actor) == ("head_missing", None)


@pytest.mark.parametrize(
    ("program", "message", "expected"),
    [
        ("sudo", "akari : TTY=pts/0 ; PWD=/home ; USER=root ; COMMAND=/bin/cat /srv/x", ("privilege", "ok", "akari")),
        ("sudo", "bo : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh",
         ("privilege", "denied", "bo")),
        ("su", "pam_unix(su-l:session): session opened for user root(uid=0) by akari(uid=1001)",
         ("privilege", "ok", "akari")),
        ("sshd[3]", "pam_unix(sshd:session): session closed for user akari", ("logoff", "ok", "akari")),
        ("login[4]", "pam_unix(login:session): session opened for user bo(uid=2) by LOGIN(uid=0)",
         ("logon", "ok", "bo")),
        ("sudo", "pam_unix(sudo:auth): authentication failure; logname= uid=1 tty=pts/0 ruser=bo rhost=  user=bo",
         ("logon_fail", "denied", "bo")),
        ("sshd[3]", "Failed password for invalid user x y from 192.0.2.1 port 3 ssh2", ("logon_fail", "denied", "x y")),
    ],
)  # fmt: skip
def test_rights_and_sign_ins(program, message, expected):
    assert deeds("sshd", syslog(message, program=program), "activity", "outcome", "actor_raw") == [expected]


@pytest.mark.parametrize(
    ("program", "message"),
    [("cron[1]", "pam_unix(cron:session): session opened for user root"),
     ("sudo", "pam_unix(sudo:session): session opened"),
     ("sshd[1]", "Connection closed by 192.0.2.1"), ("internal-sftp[1]", 'opendir "/x"'), ("su", "hello")],
)  # fmt: skip
def test_what_nobody_did_is_counted_only(program, message):
    rows, reading = read("sshd", syslog(message, program=program))
    assert (rows, reading.ignored) == ([], 1)


STICK = (
    "[ 1.5] usb 1-2: New USB device found, idVendor=0781, idProduct=5581, bcdDevice= 1.00",
     "[ 1.5] usb 1-2: Product: Ultra",
    "[ 1.5] usb 1-2: Manufacturer: SanDisk", "[ 1.5] usb 1-2: SerialNumber: 4C530001",
)  # fmt: skip
STORAGE = "[ 1.6] usb-storage 1-2:1.0: USB Mass Storage device detected"


def test_stick_is_told_once_with_its_serial_number_and_again_when_it_goes():
    log = syslog(
        *STICK,
        STORAGE,
        "[ 1.7] scsi host2: usb-storage 1-2:1.0",
        "usb 1-2: USB disconnect, device number 5",
        program="kernel",
    )
    found = deeds("udev", log, "activity", "device", "device_serial", "uid")
    what = ("SanDisk Ultra", "4C530001", "USB\\VID_0781&PID_5581")
    assert found == [("device_connect", *what), ("device_disconnect", *what)]


def test_keyboard_is_no_medium():
    log = syslog(*STICK, "usb 1-2: USB disconnect, device number 5", program="kernel")
    assert deeds("udev", log, "activity") == []


def test_stick_that_stays_in_is_known_when_it_goes_in_a_later_file():
    _, begun = read("udev", syslog(*STICK, STORAGE, program="kernel"))
    gone = syslog("usb 1-2: USB disconnect, device number 5", program="kernel", start=30)
    (row,), ended = read("udev", gone, replace(DATED, loose=begun.loose))
    assert (row["activity"], row["device_serial"], ended.loose) == ("device_disconnect", "4C530001", ())


def test_line_of_a_year_that_nothing_tells_and_one_that_is_no_syslog_are_rejected():
    (reading,) = source("sshd").parse(syslog(OPENED) + b"hello\n\xff\n\n", OPTIONS)
    assert [one.reason for one in reading.rejects] == ["nothing tells the year", "not a line of syslog", "not utf-8"]
    assert reading.ignored == 1


def test_real_vsftpd_log_tells_transfers_with_their_bytes():
    rows, reading = read("vsftpd", (SAMPLES / "plaso_vsftpd.log").read_bytes())
    assert (len(rows), reading.rejects, reading.ignored) == (20, (), 5)
    assert (rows[2]["activity"], rows[2]["bytes"], rows[2]["actor_raw"]) == ("write", 1_884_648, "jean")
    assert rows[6]["outcome"] == "denied"
    assert {row["confidence"] for row in rows if row["actor_raw"] == "ftp"} == {"claimed"}
    assert rows[0]["time_utc"].isoformat() == "2016-06-06T09:43:32"


def test_transfer_log_of_wu_ftpd_is_read_too():
    line = b"Mon Jun  6 18:43:41 2016 1 192.0.2.9 4096 /srv/\xe5\x9b\xb3 1.dwg b _ o r jean ftp 0 * c\n"
    ((activity, path, size),) = deeds("vsftpd", line, "activity", "path", "bytes")
    assert (activity, path, size) == ("download", "/srv/図 1.dwg", 4096)
    failed = b'Mon Jun  6 18:43:41 2016 [pid 2] [bo] FAIL LOGIN: Client "192.0.2.1"\nMon\n'
    rows, reading = read("vsftpd", failed)
    assert (rows[0]["activity"], len(reading.rejects)) == ("logon_fail", 1)


@given(st.sampled_from(["sshd", "udev", "vsftpd"]), st.binary(max_size=200), st.booleans())
def test_no_bytes_raise_and_every_line_is_counted_once(name, tail, real):
    content = (syslog(OPENED, CLOSED) if real else b"") + tail
    lines = content.count(b"\n") + bool(content and not content.endswith(b"\n"))
    readings = list(source(name).parse(content, DATED))
    assert sum(one.events.num_rows + len(one.rejects) + one.ignored for one in readings) == lines
