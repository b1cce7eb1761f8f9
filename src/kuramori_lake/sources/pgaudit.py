"""PostgreSQL with pgaudit: who read, exported or changed which table, and who signed in.

COPY … TO and everything that pg_dump reads is an export. pgaudit names no object and no rows for a COPY of a table: the
relation is read from the statement. A COPY of a query is told as its SELECT, with relations and rows, and once more as
COPY without them; the second is ignored. How sure the name is: `authenticated` where the log says that a password, key
or ticket was asked for (`log_connections` of PostgreSQL 14 and later), else claimed. A record's key is session id and
line number.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import numpy as np
import orjson

from kuramori_lake import clock
from kuramori_lake.event import Activity, Confidence, DestinationClass, Namespace, ObjectKind, Outcome, TimeBasis
from kuramori_lake.sources.parsed import Options, Reading, Reject, Source, digest, reject
from kuramori_lake.sources.pgaudit_records import Found, records
from kuramori_lake.sources.pgaudit_words import BEGIN, Audited, audited, copied, redacted, refused, unquoted
from kuramori_lake.sources.text_rows import Row, table_of

VERSION: Final = 2
ROWS_A_READING: Final = 20_000
_HOURS: Final = {"UTC": 0, "GMT": 0, "Z": 0, "JST": 9}
_OFFSET: Final = re.compile(r"([+-])(\d\d):?(\d\d)?\Z")
_DUMPS: Final = ("pg_dump", "pg_dumpall", "pg_basebackup")
_PROVED: Final = re.compile(r'connection authenticated: (?:identity="(?P<identity>.*)" )?method=(?P<method>\S+)')
_ON: Final = re.compile(r"connection authorized: (?:replication )?user=(?P<user>\S+)")
_OFF: Final = re.compile(r"disconnection: session time: \S+ user=(?P<user>\S+) database=\S* host=(?P<host>\S+)")
_REFUSED: Final = re.compile(
    r'(?:password|[\w-]+) authentication failed for user "(?P<user>.*?)"'
    r'|no pg_hba\.conf entry for host.*? user "(?P<also>.*?)"'
)
_DENIED: Final = re.compile(
    r"permission denied for (?P<kind>table|relation|view|sequence|schema|database) (?P<name>.*)"
)
_BY_KIND: Final = {
    "READ": Activity.DB_READ, "WRITE": Activity.DB_CHANGE, "DDL": Activity.DB_CHANGE,
    "ROLE": Activity.PERMISSION_CHANGE, "FUNCTION": Activity.SYSTEM_EVENT,
}  # fmt: skip


def _utc(text: str, options: Options) -> tuple[int, TimeBasis]:
    """Microseconds in UTC of `2026-11-23 12:42:43.121 JST`; an abbreviation that we do not know is the clock's zone."""
    moment, _, name = text.rpartition(" ")
    local = datetime.fromisoformat(moment)
    offset = _OFFSET.match(name)
    if offset:
        ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0)) * (-1 if offset[1] == "-" else 1)
    elif name in _HOURS:
        ahead = timedelta(hours=_HOURS[name])
    else:
        return int(clock.to_utc(np.array([clock.micros(local)]), options.zone)[0]), options.basis
    return clock.micros(local.replace(tzinfo=timezone(ahead))), TimeBasis.EXPLICIT


class _Sessions:
    """What the records of a file mean; remembers which sessions proved who they are."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._proved: set[str] = set()

    def row(self, found: Found) -> Row | None:
        """The event of a record; None for what nobody did.

        Raises:
            ValueError, KeyError: it is not understood.
        """
        record = found.record
        utc, basis = _utc(str(record["timestamp"]), self._options)
        message = str(record.get("message") or "")
        if known := _PROVED.match(message):
            if known["method"] != "trust":
                self._proved.add(str(record.get("session_id") or record.get("pid")))
            return None
        meant = self._meant(record, message)
        return None if meant is None else self._base(found, utc, basis) | meant

    def _base(self, found: Found, utc: int, basis: TimeBasis) -> Row:
        record = found.record
        session, number = record.get("session_id"), record.get("line_num")
        name = f"{session}:{number}".encode() if session and number else found.raw.rstrip(b"\r\n")
        host = record.get("remote_host")
        proved = str(session or record.get("pid")) in self._proved
        user = record.get("user") or None
        return {
            "row_key": digest(self._options.salt, b"pgaudit\0" + name), "original_text": record["timestamp"],
            "time_utc": clock.moment(utc).replace(tzinfo=None), "tz_basis": basis, "actor_raw": user,
            "actor_namespace": Namespace.DB if user else None, "outcome": Outcome.OK,
            "confidence": (Confidence.AUTHENTICATED if proved else Confidence.CLAIMED) if user else None,
            "ip": host if host and host != "[local]" else None, "client": record.get("application_name") or None,
            "session_key": session, "host": self._options.host, "raw_row": found.row, "raw_offset": found.offset,
            "raw_length": len(found.raw), "raw_encoding": self._options.encoding,
        }  # fmt: skip

    def _meant(self, record: Mapping[str, Any], message: str) -> Row | None:
        if message.startswith(BEGIN):
            return _deed(record, audited(message))
        account: Row = {"object_kind": ObjectKind.ACCOUNT, "name": record.get("dbname")}
        if on := _ON.match(message):
            return account | {"activity": Activity.LOGON, "actor_raw": on["user"], "actor_namespace": Namespace.DB}
        if _OFF.match(message):
            return account | {"activity": Activity.LOGOFF}
        if refused := _REFUSED.search(message):
            who = {"actor_raw": refused["user"] or refused["also"], "actor_namespace": Namespace.DB}
            more = {"confidence": Confidence.CLAIMED, "outcome": Outcome.DENIED, "activity": Activity.LOGON_FAIL}
            return account | who | more
        if denied := _DENIED.match(message):
            return _denial(record, denied)
        return None


def _denial(record: Mapping[str, Any], denied: re.Match[str]) -> Row:
    """A refusal. PostgreSQL names the relation alone, so its schema is read from the statement or guessed."""
    statement, guessed = str(record.get("statement") or ""), denied["kind"] not in {"schema", "database"}
    name = refused(denied["name"], statement) if guessed else denied["name"]
    return {
        "activity": Activity.DB_READ, "outcome": Outcome.DENIED, "object_kind": ObjectKind.DB_RELATION,
        "path": f"{record.get('dbname')}/{name}", "flags": "name_unsure" if guessed else None,
        "fields": _fields(None, statement),
    }  # fmt: skip


def _deed(record: Mapping[str, Any], entry: Audited) -> Row | None:
    """The event of an entry; settings and housekeeping (MISC) are nobody's deed, and a deed is told once."""
    activity = _BY_KIND.get(entry.kind)
    if activity is None or entry.told_before:
        return None
    place, flags = [str(record.get("dbname") or ""), *unquoted(entry.name)] if entry.name else [], []
    dumped = str(record.get("application_name") or "").startswith(_DUMPS)
    exports = entry.gives_out or (entry.kind == "READ" and dumped)
    if exports and not place and (relation := copied(entry.statement)):
        place, flags = [str(record.get("dbname") or ""), relation[0]], ["name_unsure"] * relation[1]
    if exports and not entry.rows:
        flags.append("rows_unknown")
    if exports:
        activity = Activity.DB_EXPORT
    return {
        "activity": activity, "object_kind": ObjectKind.DB_RELATION, "path": "/".join(place) or None,
        "count": entry.rows or (None if exports else entry.rows), "flags": ",".join(flags) or None,
        "destination_class": DestinationClass.DB_CLIENT if exports else None,
        "destination_value": record.get("remote_host") or None if exports else None,
        "name": entry.command, "fields": _fields(entry, entry.statement),
    }  # fmt: skip


def _fields(entry: Audited | None, statement: str) -> str:
    members: dict[str, str | None] = {"statement": redacted(statement)}
    if entry:
        members |= {
            "class": entry.kind,
            "command": entry.command,
            "object_type": entry.object_type,
            "part": entry.place,
        }
    return orjson.dumps(members).decode()


def parse(data: bytes | memoryview, options: Options) -> Iterator[Reading]:
    """Read one log. A record of several lines is one row; the lines after its first count as ignored."""
    sessions = _Sessions(options)
    rows: list[Row] = []
    rejects: list[Reject] = []
    content = bytes(data)
    lines = content.count(b"\n") + bool(content and not content.endswith(b"\n"))
    told = 0
    for found in records(content, options.encoding):
        if isinstance(found, Reject):
            rejects.append(found)
            continue
        try:
            row = sessions.row(found)
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            rejects.append(reject(found.row, found.offset, f"not understood: {error}", found.raw))
            continue
        if row is not None:
            rows.append(row)
        if len(rows) >= ROWS_A_READING:
            told += len(rows) + len(rejects)
            yield Reading(events=table_of(rows), rejects=tuple(rejects))
            rows, rejects = [], []
    told += len(rows) + len(rejects)
    yield Reading(events=table_of(rows), rejects=tuple(rejects), ignored=lines - told)


PGAUDIT: Final = Source(name="pgaudit", version=VERSION, parse=parse, numbered=True)
