"""What an event of the Linux audit system means: by system call and paths, or by the type a program reported.

The person is `auid`, the account that signed in, through su and sudo; `uid` only says what rights were used.
"""

from typing import Final

import orjson

from kuramori_lake.event import Activity, Confidence, Namespace, ObjectKind, Outcome
from kuramori_lake.sources.auditd_records import Group
from kuramori_lake.sources.text_rows import Row

UNSET: Final = frozenset({"4294967295", "-1", "unset", "?", ""})
_WRITES: Final = 0x3  # O_WRONLY | O_RDWR
_CREATES: Final = 0x40
_DENIED: Final = frozenset({"-1", "-13", "EPERM", "EACCES", "-EPERM", "-EACCES"})

_X86_64: Final = {
    "2": "open", "59": "execve", "76": "truncate", "82": "rename", "83": "mkdir", "84": "rmdir", "85": "creat",
    "86": "link", "87": "unlink", "88": "symlink", "90": "chmod", "91": "fchmod", "92": "chown", "93": "fchown",
    "94": "lchown", "165": "mount", "188": "setxattr", "257": "openat", "258": "mkdirat", "260": "fchownat",
    "263": "unlinkat", "264": "renameat", "265": "linkat", "266": "symlinkat", "268": "fchmodat", "316": "renameat2",
    "322": "execveat", "326": "copy_file_range", "437": "openat2",
}  # fmt: skip
_ARM64: Final = {
    "5": "setxattr", "34": "mkdirat", "35": "unlinkat", "36": "symlinkat", "37": "linkat", "38": "renameat",
    "40": "mount", "45": "truncate", "52": "fchmod", "53": "fchmodat", "54": "fchownat", "55": "fchown",
    "56": "openat", "221": "execve", "276": "renameat2", "281": "execveat", "285": "copy_file_range", "437": "openat2",
}  # fmt: skip
_NUMBERS: Final = {"c000003e": _X86_64, "c00000b7": _ARM64}
_OPENS: Final = {"open": "a1", "openat": "a2", "openat2": ""}
_CALLS: Final = {
    "creat": Activity.CREATE, "truncate": Activity.WRITE, "rename": Activity.RENAME, "renameat": Activity.RENAME,
    "renameat2": Activity.RENAME, "mkdir": Activity.CREATE, "mkdirat": Activity.CREATE, "rmdir": Activity.DELETE,
    "unlink": Activity.DELETE, "unlinkat": Activity.DELETE, "link": Activity.COPY, "linkat": Activity.COPY,
    "symlink": Activity.CREATE, "symlinkat": Activity.CREATE, "chmod": Activity.PERMISSION_CHANGE,
    "fchmod": Activity.PERMISSION_CHANGE, "fchmodat": Activity.PERMISSION_CHANGE, "chown": Activity.PERMISSION_CHANGE,
    "fchown": Activity.PERMISSION_CHANGE, "fchownat": Activity.PERMISSION_CHANGE,
    "lchown": Activity.PERMISSION_CHANGE, "setxattr": Activity.PERMISSION_CHANGE, "execve": Activity.PROCESS_START,
    "execveat": Activity.PROCESS_START, "copy_file_range": Activity.COPY, "mount": Activity.SYSTEM_EVENT,
}  # fmt: skip
_FOLDERS: Final = frozenset({"mkdir", "mkdirat", "rmdir"})
_REPORTS: Final = {
    "USER_LOGIN": Activity.LOGON, "USER_LOGOUT": Activity.LOGOFF, "USER_AUTH": Activity.LOGON_FAIL,
    "USER_CMD": Activity.PRIVILEGE, "ADD_USER": Activity.ACCOUNT_ENABLE, "DEL_USER": Activity.ACCOUNT_DISABLE,
    "ADD_GROUP": Activity.PERMISSION_CHANGE, "DEL_GROUP": Activity.PERMISSION_CHANGE,
    "USER_MGMT": Activity.PERMISSION_CHANGE, "GRP_MGMT": Activity.PERMISSION_CHANGE,
    "USER_CHAUTHTOK": Activity.PERMISSION_CHANGE, "CONFIG_CHANGE": Activity.PERMISSION_CHANGE,
    "DAEMON_END": Activity.AGENT_SILENT, "DAEMON_ABORT": Activity.AGENT_SILENT,
}  # fmt: skip
_ONLY_FAILED: Final = frozenset({"USER_AUTH"})
_ONLY_DONE: Final = frozenset({"USER_LOGIN"})


def _who(members: dict[str, str]) -> Row:
    """The account that signed in; before sign-in what it claims to be."""
    name, number = members.get("AUID", ""), members.get("auid", "")
    known = next((one for one in (name, number) if one not in UNSET), None)
    claimed = None if members.get("acct", "") in UNSET | {"(unknown)", "(invalid user)"} else members.get("acct")
    user = known or claimed
    sure = Confidence.AUTHENTICATED if known else Confidence.CLAIMED
    named = {"actor_raw": user, "actor_namespace": Namespace.LOCAL, "confidence": sure}
    return (named if user else {}) | {"session_key": _set(members.get("ses"))}


def _set(value: str | None) -> str | None:
    return None if value is None or value in UNSET else value


def _outcome(members: dict[str, str]) -> Outcome:
    result = members.get("success") or members.get("res") or members.get("result") or ""
    if result in {"yes", "success", "1"}:
        return Outcome.OK
    return Outcome.DENIED if members.get("exit", "-13") in _DENIED else Outcome.ERROR


def call_of(members: dict[str, str]) -> str:
    """The name of the system call, from ENRICHED or by its number on x86-64 and ARM64."""
    named = members.get("SYSCALL")
    return named or _NUMBERS.get(members.get("arch", ""), {}).get(members.get("syscall", ""), "")


def _full(name: str | None, cwd: str) -> str | None:
    if name in {None, "(null)", ""}:
        return None
    return name if name is None or name.startswith("/") or not cwd else f"{cwd.rstrip('/')}/{name.removeprefix('./')}"


def _paths(group: Group) -> tuple[str | None, str | None, bool]:
    """The object, where it went, and whether it was made by the call."""
    cwd = group.first("CWD").get("cwd", "")
    by_type: dict[str, list[str | None]] = {}
    for one in group.all("PATH"):
        by_type.setdefault(one.get("nametype", "UNKNOWN"), []).append(_full(one.get("name"), cwd))
    made, gone = by_type.get("CREATE", []), by_type.get("DELETE", [])
    plain = by_type.get("NORMAL", []) + by_type.get("UNKNOWN", [])
    if gone:
        return gone[0], made[0] if made else None, False
    if made:
        return (plain[0], made[0], True) if plain else (made[0], None, True)
    return (plain[0] if plain else None), None, False


def _flags_of(call: str, members: dict[str, str]) -> int:
    try:
        return int(members.get(_OPENS[call], "0") or "0", 16)
    except ValueError:
        return 0


def _called(group: Group) -> Row | None:
    members = group.first("SYSCALL")
    call = call_of(members)
    path, target, made = _paths(group)
    if call in _OPENS:
        flags = _flags_of(call, members)
        wrote = Activity.WRITE if flags & _WRITES else Activity.READ
        activity: Activity | None = Activity.CREATE if made and flags & _CREATES else wrote
        path, target = (target, None) if target else (path, None)
    else:
        activity = _CALLS.get(call)
    if activity is None:
        return None
    told = {key: value for key in ("exe", "comm", "key", "uid", "UID", "a0") if (value := _set(members.get(key)))}
    arguments = group.first("EXECVE")
    line = " ".join(arguments[f"a{at}"] for at in range(len(arguments)) if f"a{at}" in arguments)
    title = group.first("PROCTITLE").get("proctitle") or line
    told |= {"proctitle": title} if title else {}
    told |= {"SYSCALL": call}
    kind = ObjectKind.FOLDER if call in _FOLDERS else ObjectKind.FILE
    return _who(members) | {
        "activity": activity, "outcome": _outcome(members), "object_kind": kind, "path": path,
        "destination_value": target, "name": members.get("exe") if activity == Activity.PROCESS_START else None,
        "fields": orjson.dumps(told).decode(),
    }  # fmt: skip


def deed(group: Group) -> Row | None:
    """The event of a group of records; None for what nobody did."""
    if group.first("SYSCALL") and any(one.type in {"PATH", "EXECVE"} for one in group.records):
        return _called(group)
    for record in group.records:
        activity, members = _REPORTS.get(record.type), record.members
        outcome = _outcome(members)
        done = outcome == Outcome.OK
        if activity is None or (record.type in _ONLY_FAILED and done) or (record.type in _ONLY_DONE and not done):
            continue
        kind = ObjectKind.LOG if record.type in {"CONFIG_CHANGE", "DAEMON_END", "DAEMON_ABORT"} else ObjectKind.ACCOUNT
        told = {"type": record.type} | {
            key: members[key] for key in ("op", "exe", "cmd", "key", "list") if key in members
        }
        ip = _set(members.get("addr"))
        return _who(members) | {
            "activity": activity, "outcome": outcome, "object_kind": kind, "ip": ip,
            "name": members.get("cmd") or members.get("op"), "client": _set(members.get("hostname")),
            "destination_value": _set(members.get("acct")) if kind == ObjectKind.ACCOUNT else None,
            "fields": orjson.dumps(told).decode(),
        }  # fmt: skip
    return None
