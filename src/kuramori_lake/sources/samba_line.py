"""One line of Samba's full_audit log, read by hand: for odd lines, and the check of the fast path in `samba`.

The line: `[header]YYYY/MM/DD hh:mm:ss|user|ip|client|share|operation|ok or fail (reason)|operation's own fields`,
from `full_audit:prefix = %T|%u|%I|%m|%S`. A name may hold `|`: the first seven fields are split from the left, the rest
by what the operation carries.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from kuramori_lake.event import Activity, ObjectKind, Outcome

CUT_AT: Final = 1023
"""Old syslog relays cut a message at 1,024 bytes (RFC 3164, 4.1); a line this long may have lost its end."""

WRITE_BITS: Final = 0x40000006  # write data, append data, generic write
READ_BITS: Final = 0x80000021  # read data, execute, generic read
DELETE_BIT: Final = 0x10000

LINE: Final = re.compile(
    r"(?P<head>[^|]*?)(?P<time>[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})\|(?P<rest>.*)\Z", re.DOTALL
)
HOST: Final = re.compile(r"(\S+) smbd_audit")


class Opener(StrEnum):
    """Which operation tells that a file was opened: the first of these that the log holds at all.

    A log with `create_file` lines has `openat` and `pread_send` lines for the same deed; counting them would double it.
    """

    CREATE_FILE = "create_file"
    OPENAT = "openat"
    DATA = "data"


RENAMES: Final = frozenset({"renameat", "rename"})
OPENS: Final = frozenset({"openat", "open"})
READS: Final = frozenset({"pread", "pread_send", "read", "sendfile"})
WRITES: Final = frozenset({"pwrite", "pwrite_send", "write", "recvfile"})
SIMPLE: Final = {
    "chmod": Activity.PERMISSION_CHANGE,
    "chown": Activity.PERMISSION_CHANGE,
    "fchmod": Activity.PERMISSION_CHANGE,
    "fchown": Activity.PERMISSION_CHANGE,
    "fset_nt_acl": Activity.PERMISSION_CHANGE,
    "mkdir": Activity.CREATE,
    "mkdirat": Activity.CREATE,
    "rmdir": Activity.DELETE,
    "unlink": Activity.DELETE,
    "unlinkat": Activity.DELETE,
}
FOLDER_OPERATIONS: Final = frozenset({"mkdir", "mkdirat", "rmdir"})


_OTHER: Final = re.compile(
    r"\[\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d+, +\d+.*\]"  # heading of a message in Samba's debug log
    r"|  [^|]*\Z"  # what that message says: two blanks in front, no field
    r"|(<\d+>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?!.*smbd_audit)\S+ \S+: "  # another program in a shared syslog
)


def is_other(text: str) -> bool:
    """The line is no audit line: blank, the heading of one, or another program's."""
    return not text.strip() or bool(_OTHER.match(text))


class LineError(ValueError):
    """The line cannot be understood; the message is the reason shown in quarantine."""


@dataclass(frozen=True, kw_only=True)
class SambaLine:
    """What one line says. `activity` None: the line is noise by design."""

    time: datetime
    user: str
    ip: str
    client: str
    host: str | None
    activity: Activity | None
    outcome: Outcome
    kind: ObjectKind
    path: str
    target: str | None = None
    unsure: bool = False
    """A rename whose two names could not be told apart with certainty."""


def outcome_of(result: str) -> Outcome:
    """`ok` or `fail (reason)`.

    Raises:
        LineError: neither.
    """
    if result == "ok":
        return Outcome.OK
    if not result.startswith("fail"):
        raise LineError("result is neither ok nor fail")
    lowered = result.lower()
    return Outcome.DENIED if "denied" in lowered or "not permitted" in lowered else Outcome.ERROR


def opened(mask: int, kind: str, disposition: str, outcome: Outcome) -> Activity | None:
    """What a `create_file` line means; None for folders being listed and for opens that only touch attributes."""
    denied = outcome is Outcome.DENIED
    if kind == "dir":
        return Activity.READ if denied else None
    if disposition == "create":
        return Activity.CREATE
    if disposition in {"overwrite", "overwrite_if", "supersede"} or (disposition == "open_if" and mask & WRITE_BITS):
        return Activity.WRITE
    if mask & READ_BITS:
        return Activity.READ
    if mask & WRITE_BITS:
        return Activity.WRITE
    return Activity.DELETE if mask & DELETE_BIT and denied else None


def two_names(text: str) -> tuple[str, str, bool]:
    """The old and the new path of a rename, and whether the split is unsure because a name holds `|/`."""
    root = text[: text.find("/", 1) + 1] or "/"
    splits = [m.start() for m in re.finditer(re.escape("|" + root), text)]
    if not splits:
        splits = [m.start() for m in re.finditer(r"\|", text)]
    if not splits:
        raise LineError("rename without a new name")
    middle = max(splits, key=lambda at: len(_common(text[:at], text[at + 1 :])))
    return text[:middle], text[middle + 1 :], len(splits) > 1


def _common(left: str, right: str) -> str:
    """The folders that two paths share."""
    shared = 0
    for a, b in zip(left.split("/"), right.split("/"), strict=False):
        if a != b:
            break
        shared += len(a) + 1
    return left[:shared]


def read_line(text: str, opener: Opener) -> SambaLine:
    """Understand one line without its line end.

    Raises:
        LineError: with the reason.
    """
    found = LINE.match(text)
    if not found:
        raise LineError("no time and prefix found")
    fields = found["rest"].split("|", 6)
    if len(fields) < 7:  # noqa: PLR2004  # user, ip, client, share, operation, result, the rest
        raise LineError("line ends before the operation's fields")
    user, ip, client, share, operation, result, rest = fields
    try:
        time = datetime.strptime(found["time"], "%Y/%m/%d %H:%M:%S")  # noqa: DTZ007  # local clock, zone from options
    except ValueError as error:
        raise LineError("impossible time") from error
    outcome = outcome_of(result)
    host = HOST.search(found["head"])
    activity, kind, path, target, unsure = _deed(operation, rest, share, outcome, opener)
    return SambaLine(
        time=time,
        user=user,
        ip=ip,
        client=client,
        host=host[1] if host and ":" not in host[1] else None,
        activity=activity,
        outcome=outcome,
        kind=kind,
        path=path,
        target=target,
        unsure=unsure,
    )


_Deed = tuple[Activity | None, ObjectKind, str, str | None, bool]


def _deed(operation: str, rest: str, share: str, outcome: Outcome, opener: Opener) -> _Deed:
    """Activity, kind of object, path, new path and doubt of an operation."""
    ok = outcome is Outcome.OK
    if operation in {"connect", "disconnect"}:
        did = Activity.LOGOFF if operation == "disconnect" else Activity.LOGON if ok else Activity.LOGON_FAIL
        return (None if share == "IPC$" else did), ObjectKind.SHARE, share, None, False
    if operation == "create_file":
        return _create_file(rest, outcome)
    if operation in RENAMES:
        old, new, unsure = two_names(rest)
        return Activity.RENAME, ObjectKind.FILE, old, new, unsure
    if operation in OPENS and opener is Opener.OPENAT:
        mode, _, path = rest.partition("|")
        return (Activity.WRITE if "w" in mode else Activity.READ), ObjectKind.FILE, path, None, False
    kind = ObjectKind.FOLDER if operation in FOLDER_OPERATIONS else ObjectKind.FILE
    return _by_name(operation, opener), kind, rest, None, False


def _by_name(operation: str, opener: Opener) -> Activity | None:
    """What an operation means whose only field is the path."""
    if operation in WRITES:
        return Activity.WRITE
    if operation in READS and opener is Opener.DATA:
        return Activity.READ
    return SIMPLE.get(operation)


def _create_file(rest: str, outcome: Outcome) -> _Deed:
    fields = rest.split("|", 3)
    if len(fields) < 4:  # noqa: PLR2004  # mask, kind, disposition, path
        raise LineError("create_file without a path")
    mask, kind, disposition, path = fields
    try:
        activity = opened(int(mask, 16), kind, disposition, outcome)
    except ValueError as error:
        raise LineError("access mask is not a number") from error
    return activity, ObjectKind.FOLDER if kind == "dir" else ObjectKind.FILE, path, None, False
