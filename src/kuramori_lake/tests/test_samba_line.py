"""One line of vfs_full_audit: every operation, every form, every trap (connectors: file servers)."""

from datetime import datetime
from pathlib import PurePosixPath

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kuramori_lake.sources.samba_line import LineError, Opener, is_other, opened, outcome_of, read_line, two_names

TIME = "2026/11/23 03:30:28"
PREFIX = f"{TIME}|akari|192.0.2.7|pc-7|secret|"
REFUSED = "fail (NT_STATUS_ACCESS_DENIED)"
READING, WRITING, DELETING, LISTING = "0x120089", "0x12019f", "0x10000", "0x81"


def line(rest, opener=Opener.CREATE_FILE, prefix=PREFIX):
    return read_line(prefix + rest, opener)


def deed(rest, opener=Opener.CREATE_FILE):
    found = line(rest, opener)
    return found.activity, found.kind, found.path


# the prefix


def test_fields_of_the_prefix():
    found = line("unlinkat|ok|/srv/a")
    assert (found.user, found.ip, found.client) == ("akari", "192.0.2.7", "pc-7")
    assert found.time == datetime(2026, 11, 23, 3, 30, 28)  # noqa: DTZ001  # the server's clock has no zone


@pytest.mark.parametrize(
    ("head", "host"),
    [
        ("", None),
        ("<173>Nov 23 03:30:28 smbd_audit: ", None),
        ("<173>Nov 23 03:30:28 fs01 smbd_audit: ", "fs01"),
        ("Nov 23 03:30:28 fs01 smbd_audit[212]: ", "fs01"),
        ("2026-11-23T03:30:28.123+09:00 fs01 smbd_audit: ", "fs01"),
        ("<173>1 2026-11-23T03:30:28Z fs01.kura.example smbd_audit 212 - - ", "fs01.kura.example"),
        ("  ", None),
    ],
)
def test_header_of_any_syslog_is_skipped_and_its_host_is_taken(head, host):
    found = read_line(f"{head}{PREFIX}unlinkat|ok|/srv/a", Opener.CREATE_FILE)
    assert (found.host, found.user) == (host, "akari")


def test_year_is_that_of_the_server_not_of_the_syslog_header_which_has_none():
    found = read_line(
        f"<173>Jan  1 00:00:01 smbd_audit: 2025/12/31 23:59:59{PREFIX[19:]}unlinkat|ok|/a", Opener.CREATE_FILE
    )
    assert found.time.year == 2025


@pytest.mark.parametrize("name", ["佐倉 灯里", "KURA\\akari", "akari@kura.example", "ａｋａｒｉ", "", "root; drop"])
def test_user_is_data(name):
    assert line("unlinkat|ok|/srv/a", prefix=PREFIX.replace("akari", name)).user == name


# what cannot be understood says why


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no time and prefix found"),
        ("junk", "no time and prefix found"),
        ("2026-11-23 03:30:28|akari|1|2|3|unlinkat|ok|/a", "no time and prefix found"),
        (f"{TIME}|akari", "line ends before the operation's fields"),
        (PREFIX + "unlinkat|ok", "line ends before the operation's fields"),
        (PREFIX.replace("11/23", "13/45") + "unlinkat|ok|/a", "impossible time"),
        (PREFIX.replace("03:30:28", "24:00:00") + "unlinkat|ok|/a", "impossible time"),
        (PREFIX.replace("2026", "0000") + "unlinkat|ok|/a", "impossible time"),
        (PREFIX + "unlinkat|perhaps|/a", "result is neither ok nor fail"),
        (PREFIX + "create_file|ok|0x1|file", "create_file without a path"),
        (PREFIX + "create_file|ok|lots|file|open|/a", "access mask is not a number"),
        (PREFIX + "renameat|ok|/srv/a", "rename without a new name"),
    ],
)
def test_reason(text, reason):
    with pytest.raises(LineError, match=reason):
        read_line(text, Opener.CREATE_FILE)


# results


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        ("ok", "ok"),
        ("fail (Permission denied)", "denied"),
        ("fail (Operation not permitted)", "denied"),
        (REFUSED, "denied"),
        ("fail (No such file or directory)", "error"),
        ("fail (Argument list too long)", "error"),
        ("fail (Is a directory)", "error"),
    ],
)
def test_outcome(result, outcome):
    assert outcome_of(result) == outcome


# operations


@pytest.mark.parametrize(
    ("operation", "activity", "kind"),
    [
        ("unlinkat", "delete", "file"),
        ("unlink", "delete", "file"),
        ("rmdir", "delete", "folder"),
        ("mkdirat", "create", "folder"),
        ("mkdir", "create", "folder"),
        ("chmod", "permission_change", "file"),
        ("fchmod", "permission_change", "file"),
        ("chown", "permission_change", "file"),
        ("fchown", "permission_change", "file"),
        ("fset_nt_acl", "permission_change", "file"),
        ("pwrite", "write", "file"),
        ("pwrite_send", "write", "file"),
        ("write", "write", "file"),
        ("recvfile", "write", "file"),
    ],
)
def test_operation_with_one_path(operation, activity, kind):
    assert deed(f"{operation}|ok|/srv/機密/a|b.txt") == (activity, kind, "/srv/機密/a|b.txt")


@pytest.mark.parametrize("operation", ["pread", "pread_send", "read", "sendfile"])
def test_block_that_was_read_counts_only_where_nothing_else_tells_of_the_opening(operation):
    assert deed(f"{operation}|ok|/srv/a", Opener.DATA)[0] == "read"
    assert deed(f"{operation}|ok|/srv/a", Opener.OPENAT)[0] is None
    assert deed(f"{operation}|ok|/srv/a", Opener.CREATE_FILE)[0] is None


@pytest.mark.parametrize(("mode", "activity"), [("r", "read"), ("w", "write"), ("rw", "write")])
def test_openat_counts_only_where_there_is_no_create_file(mode, activity):
    assert deed(f"openat|ok|{mode}|/srv/a|b", Opener.OPENAT) == (activity, "file", "/srv/a|b")
    assert deed(f"openat|ok|{mode}|/srv/a", Opener.CREATE_FILE)[0] is None


@pytest.mark.parametrize("operation", ["fgetxattr", "fstatat", "close", "readdir", "get_dos_attributes", "unheard_of"])
def test_other_operations_are_noise(operation):
    assert deed(f"{operation}|ok|/srv/a")[0] is None


@pytest.mark.parametrize(
    ("operation", "result", "activity"),
    [("connect", "ok", "logon"), ("connect", REFUSED, "logon_fail"), ("disconnect", "ok", "logoff")],
)
def test_share_is_entered_and_left(operation, result, activity):
    assert deed(f"{operation}|{result}|secret") == (activity, "share", "secret")


@pytest.mark.parametrize("operation", ["connect", "disconnect"])
def test_ipc_is_noise(operation):
    assert line(f"{operation}|ok|IPC$", prefix=PREFIX.replace("secret", "IPC$")).activity is None


# create_file: what an open means


@pytest.mark.parametrize(
    ("mask", "disposition", "activity"),
    [
        (READING, "open", "read"),
        ("0x80000000", "open", "read"),
        ("0x20", "open", "read"),
        (WRITING, "open", "read"),
        (WRITING, "overwrite_if", "write"),
        (READING, "overwrite", "write"),
        (READING, "supersede", "write"),
        (WRITING, "open_if", "write"),
        (READING, "open_if", "read"),
        ("0x2", "open", "write"),
        ("0x4", "open", "write"),
        ("0x40000000", "open", "write"),
        (WRITING, "create", "create"),
        (READING, "create", "create"),
        (DELETING, "open", None),
        ("0x80", "open", None),
        ("0x100000", "open", None),
    ],
)
def test_open_of_a_file(mask, disposition, activity):
    assert deed(f"create_file|ok|{mask}|file|{disposition}|/srv/a") == (activity, "file", "/srv/a")


@pytest.mark.parametrize("mask", ["0x80", LISTING, READING])
def test_open_of_a_folder_is_noise_unless_it_was_refused(mask):
    assert deed(f"create_file|ok|{mask}|dir|open|/srv")[0] is None
    assert deed(f"create_file|{REFUSED}|{mask}|dir|open|/srv") == ("read", "folder", "/srv")


def test_refused_open_for_deletion_is_a_denied_deletion_and_a_granted_one_only_announces():
    refused = line(f"create_file|{REFUSED}|{DELETING}|file|open|/srv/a")
    assert (refused.activity, refused.outcome) == ("delete", "denied")
    assert line(f"create_file|ok|{DELETING}|file|open|/srv/a").activity is None


@given(st.integers(0, 2**32 - 1), st.sampled_from(["open", "open_if", "overwrite_if", "create"]))
def test_every_mask_means_at_most_one_deed(mask, disposition):
    assert opened(mask, "file", disposition, outcome_of("ok")) in {None, "read", "write", "create"}


# renames: two names, and bars in both


@pytest.mark.parametrize("operation", ["renameat", "rename"])
def test_rename_has_its_old_and_its_new_name(operation):
    found = line(f"{operation}|ok|/srv/機密/顧客リスト2.txt|/srv/機密/設計書2.txt")
    assert (found.activity, found.path, found.target, found.unsure) == (
        "rename",
        "/srv/機密/顧客リスト2.txt",
        "/srv/機密/設計書2.txt",
        False,
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/srv/s/a|b.txt", "/srv/s/c.txt"),
        ("/srv/s/a.txt", "/srv/s/c|d.txt"),
        ("/srv/s/a|b", "/srv/s/c|d"),
        ("/srv/s/設計|図.dwg", "/srv/s/古い/設計|図.dwg"),
        ("/srv/a", "/srv/b"),
    ],
)
def test_rename_with_bars_is_split_at_the_share_root(old, new):
    assert two_names(f"{old}|{new}") == (old, new, False)


def test_rename_whose_names_hold_the_root_itself_says_that_it_is_unsure():
    old, new, unsure = two_names("/srv/s/a|/srv/s/b|/srv/s/c")
    assert (old.startswith("/srv/s/a"), new.endswith("/srv/s/c"), unsure) == (True, True, True)


NAME = st.text("ab設|. ①", min_size=1, max_size=6)


@given(st.lists(NAME, min_size=1, max_size=3), st.lists(NAME, min_size=1, max_size=3))
def test_rename_inside_one_share_is_always_split_right(old, new):
    before, after = "/srv/s/" + "/".join(old), "/srv/s/" + "/".join(new)
    assume("|/srv/" not in before + after)
    assert two_names(f"{before}|{after}") == (before, after, False)
    assert PurePosixPath(before).is_absolute()


# other lines of the same file


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "[2026/11/23 03:29:29.660713,  1] ../../source3/modules/vfs_full_audit.c:643(do_log)",
        "Nov 23 03:30:28 fs01 sshd[12]: Accepted publickey for root",
        "<38>Nov  3 03:30:28 fs01 systemd[1]: Started Session 4",
    ],
)
def test_line_of_another_program_is_no_audit_line(text):
    assert is_other(text)


@pytest.mark.parametrize("text", [PREFIX, "junk", "<173>Nov 23 03:30:28 fs01 smbd_audit: junk", "[junk]"])
def test_anything_else_must_be_understood_or_rejected(text):
    assert not is_other(text)
