"""Linux sign-ins and what follows them: sshd, PAM, su, sudo and internal-sftp, as syslog has them.

internal-sftp says who at the beginning of a session and how many bytes when a file is closed: a file that was read is a
download, one that was written an upload to the server. `LogLevel VERBOSE` of the subsystem is needed for that
(sshd_config: `Subsystem sftp internal-sftp -l VERBOSE`). A name of a failed sign-in is only claimed.
OpenSSH writes every byte beyond ASCII as three octal digits and a backslash twice (log.c, vis(3)): that is undone here.
"""

import re
from dataclasses import replace
from typing import Final

import orjson

from kuramori_lake.event import Activity, Confidence, Namespace, ObjectKind, Outcome
from kuramori_lake.sources.syslog_talk import NOTHING, Answer, Said, Talk, talk_source
from kuramori_lake.sources.text_rows import Row, number

VERSION: Final = 2
_SFTP: Final = frozenset({"internal-sftp", "sftp-server"})
_SSHD: Final = frozenset({"sshd", "sshd-session"})

_LOGIN: Final = re.compile(
    r"(?P<how>Accepted|Failed) (?P<method>\S+) for (?P<invalid>invalid user )?(?P<user>.*) from (?P<ip>\S+) port \d+"
)
_SESSION: Final = re.compile(
    r"pam_unix\((?P<service>[^:)]+):session\): session "
    r"(?P<what>opened|closed) for user (?P<user>[^\s(]+)"
)
_FAILED: Final = re.compile(
    r"pam_unix\((?P<service>[^:)]+):auth\): authentication failure;.*?"
    r"(?: rhost=(?P<ip>\S+))?(?:\s+user=(?P<user>\S+))?$"
)
_SUDO: Final = re.compile(
    r"(?P<user>\S+) : (?P<why>(?!TTY=|PWD=)[^;]*; )?(?:TTY=\S+ ; )?"
    r"PWD=(?P<cwd>.*?) ; USER=(?P<as>\S+) ;.*? ?COMMAND=(?P<command>.*)"
)
_SFTP_USER: Final = re.compile(r"session (?P<what>opened|closed) for local user (?P<user>.+?) from \[(?P<ip>[^\]]*)\]")
_CLOSED: Final = re.compile(r'(?:forced )?close "(?P<path>.*)" bytes read (?P<read>\d+) written (?P<written>\d+)')
_CHANGED: Final = re.compile(
    r"(?P<what>remove name|mkdir name|rmdir name|(?:posix-)?rename old|set|symlink old|"
    r"(?:hardlink )?link old|hardlink old)"
    r' "(?P<path>.*?)"(?: new "(?P<new>.*)")?(?: .*)?'
)
_CHANGES: Final = {
    "remove": (Activity.DELETE, ObjectKind.FILE), "mkdir": (Activity.CREATE, ObjectKind.FOLDER),
    "rmdir": (Activity.DELETE, ObjectKind.FOLDER), "rename": (Activity.RENAME, ObjectKind.FILE),
    "posix-rename": (Activity.RENAME, ObjectKind.FILE), "set": (Activity.PERMISSION_CHANGE, ObjectKind.FILE),
    "symlink": (Activity.CREATE, ObjectKind.FILE), "link": (Activity.COPY, ObjectKind.FILE),
    "hardlink": (Activity.COPY, ObjectKind.FILE),
}  # fmt: skip
_ESCAPED: Final = re.compile(rb"\\(?:(\\)|([23][0-7]{2}))")


def _unescaped(message: str) -> str:
    """The message with its letters; as it was where its bytes are no UTF-8. Control characters stay escaped."""
    if "\\" not in message:
        return message
    plain = _ESCAPED.sub(lambda one: one[1] or bytes([int(one[2], 8)]), message.encode())
    try:
        return plain.decode()
    except UnicodeDecodeError:
        return message


def _who(user: str | None, *, proved: bool) -> Row:
    if not user:
        return {}
    sure = Confidence.AUTHENTICATED if proved else Confidence.CLAIMED
    return {"actor_raw": user, "actor_namespace": Namespace.LOCAL, "confidence": sure}


def _group(said: Said) -> str:
    """A process of a host. sshd gives its work to children, whose lines stand for themselves."""
    return f"{said.host}/{said.service}/{said.pid}"


def _sshd(said: Said) -> Answer:
    key = {"session_key": _group(said), "object_kind": ObjectKind.ACCOUNT}
    if found := _LOGIN.match(said.message):
        good = found["how"] == "Accepted"
        who = _who(found["user"], proved=good) | {"ip": found["ip"], "name": found["method"]} | key
        if good:
            return Answer(row=who | {"activity": Activity.LOGON})
        flag = "unknown_account" if found["invalid"] else None
        return Answer(row=who | {"activity": Activity.LOGON_FAIL, "outcome": Outcome.DENIED, "flags": flag})
    session = _SESSION.match(said.message)
    if session and session["what"] == "closed":
        row = _who(session["user"], proved=True) | key | {"activity": Activity.LOGOFF}
        return Answer(row=row, over=True)
    return NOTHING


def _pam(said: Said) -> Answer:
    """su, login, cron and others through PAM; a job that the clock started is nobody's sign-in."""
    if session := _SESSION.match(said.message):
        if session["what"] == "closed" or session["service"] in {"cron", "sudo", "systemd-user"}:
            return NOTHING
        switched = session["service"].startswith("su")
        what = Activity.PRIVILEGE if switched else Activity.LOGON
        by = re.search(r" by ([^\s(]+)\(uid=", said.message)
        who = by[1] if switched and by else session["user"]
        target = {"name": session["service"], "destination_value": session["user"] if switched else None}
        row = _who(who, proved=True) | {"activity": what, "object_kind": ObjectKind.ACCOUNT} | target
        return Answer(row=row)
    if failed := _FAILED.match(said.message):
        row = _who(failed["user"], proved=False) | {"ip": failed["ip"], "name": failed["service"]}
        return Answer(row=row | {"activity": Activity.LOGON_FAIL, "outcome": Outcome.DENIED})
    return NOTHING


def _sudo(said: Said) -> Answer:
    found = _SUDO.match(said.message)
    if not found:
        return NOTHING
    members = {"COMMAND": found["command"], "USER": found["as"], "PWD": found["cwd"]}
    row = _who(found["user"], proved=True) | {
        "activity": Activity.PRIVILEGE, "outcome": Outcome.DENIED if found["why"] else Outcome.OK,
        "object_kind": ObjectKind.ACCOUNT, "name": found["command"], "destination_value": found["as"],
        "fields": orjson.dumps(members).decode(),
    }  # fmt: skip
    return Answer(row=row)


def _sftp(said: Said, memory: Row) -> Answer:
    if found := _SFTP_USER.match(said.message):
        if found["what"] == "closed":
            return Answer(over=True)
        memory |= {"user": found["user"], "ip": found["ip"]}
        return Answer(keep=True)
    who = _who(memory.get("user"), proved=True) | {"ip": memory.get("ip"), "session_key": _group(said)}
    if not memory.get("user"):
        who["flags"] = "head_missing"
    if found := _CLOSED.fullmatch(said.message):
        read, written = number(found["read"]) or 0, number(found["written"]) or 0
        what = Activity.WRITE if written else Activity.DOWNLOAD
        row = who | {"activity": what, "object_kind": ObjectKind.FILE, "path": found["path"], "bytes": written or read}
        return Answer(row=row if read or written else None)
    changed = _CHANGED.fullmatch(said.message)
    if not changed:
        return NOTHING
    what, kind = _CHANGES[changed["what"].split(" ")[0]]
    row = who | {"activity": what, "object_kind": kind, "path": changed["path"], "destination_value": changed["new"]}
    return Answer(row=row)


def _answer(said: Said, memory: Row) -> Answer:
    if said.service in _SFTP | _SSHD:
        said = replace(said, message=_unescaped(said.message))
    if said.service in _SFTP:
        return _sftp(said, memory)
    if said.service == "sudo":
        failed = _FAILED.match(said.message)
        return _pam(said) if failed else _sudo(said)
    return _sshd(said) if said.service in _SSHD else _pam(said)


SSHD: Final = talk_source(
    "sshd",
    VERSION,
    Talk(services=_SSHD | _SFTP | {"sudo", "su", "login", "systemd-logind"}, group=_group, answer=_answer),
)
