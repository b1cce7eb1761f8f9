"""PostgreSQL's three forms of log as records: csvlog, jsonlog, and stderr under a `log_line_prefix` with `%m` first.

Columns of csvlog: PostgreSQL 15, section 20.8.4. A record of csvlog or stderr may span lines.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from kuramori_lake.sources.parsed import Reject, reject

_CSV: Final = (
    "timestamp", "user", "dbname", "pid", "remote_host", "session_id", "line_num", "ps", "session_start", "vxid",
    "txid", "error_severity", "state_code", "message", "detail", "hint", "internal_query", "internal_position",
    "context", "statement", "cursor_position", "func_name", "application_name", "backend_type",
)  # fmt: skip
_LEAST_CSV: Final = 23
_TIME: Final = r"(?P<timestamp>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [A-Z0-9+:-]{1,8})"
_STDERR: Final = re.compile(
    _TIME + r" ?:?(?P<prefix>[^\n]*?) ?(?P<error_severity>DEBUG[1-5]?|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC|DETAIL|"
    r"HINT|STATEMENT|CONTEXT|QUERY|LOCATION):  (?P<message>.*)",
    re.DOTALL,
)
_HEAD: Final = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_PID: Final = re.compile(r"\[(\d+)\]")
_SESSION: Final = re.compile(r"\b(?P<session_id>[0-9a-f]{6,10}\.[0-9a-f]+):(?P<line_num>\d+)\b")
_LOGIN: Final = re.compile(r"(?P<user>[^\s@\[\]]+)@(?P<dbname>[^\s@\[\]]+)")
_NAMED: Final = re.compile(r"\b(?P<name>user|db|app|host|client)=(?P<value>[^\s,]*)")
_NAMES: Final = {
    "user": "user",
    "db": "dbname",
    "app": "application_name",
    "host": "remote_host",
    "client": "remote_host",
}


@dataclass(slots=True)
class Found:
    """One record and where it stands; `lines` is how many lines it takes."""

    row: int
    offset: int
    raw: bytes
    lines: int
    record: Mapping[str, Any]


def _blocks(content: bytes, is_head: re.Pattern[bytes]) -> Iterator[tuple[int, int, bytes, int]]:
    """Lines gathered into records: a line that does not begin one belongs to the record before it."""
    row = offset = lines = 0
    block = b""
    at, number = 0, 1
    for line in content.splitlines(keepends=True) if b"\r" not in content else content.split(b"\n"):
        whole = line if line.endswith(b"\n") or at + len(line) >= len(content) else line + b"\n"
        if block and is_head.match(whole):
            yield row, offset, block, lines
            block = b""
        if not block:
            row, offset, lines = number, at, 0
        block, lines = block + whole, lines + 1
        at, number = at + len(whole), number + 1
    if block:
        yield row, offset, block, lines


def _from_csv(text: str) -> Mapping[str, Any]:
    cells = next(csv.reader(io.StringIO(text, newline=""), strict=True), [])
    if len(cells) < _LEAST_CSV:
        raise ValueError(f"{len(cells)} columns are no csvlog")
    record = dict(zip(_CSV, cells, strict=False))
    return record | {"remote_host": re.sub(r":\d+\Z", "", record["remote_host"])}


def _from_stderr(text: str) -> Mapping[str, Any]:
    found = _STDERR.fullmatch(text.replace("\n\t", "\n"))
    if not found:
        raise ValueError("not a line of PostgreSQL")
    prefix = found["prefix"]
    record: dict[str, Any] = {name: found[name] for name in ("timestamp", "error_severity", "message")}
    if pid := _PID.search(prefix):
        record["pid"] = pid[1]
    for pattern in (_SESSION, _LOGIN):
        if more := pattern.search(prefix):
            record |= more.groupdict()
    record |= {_NAMES[one["name"]]: one["value"] for one in _NAMED.finditer(prefix)}
    return record


def _from_json(text: str) -> Mapping[str, Any]:
    record = orjson.loads(text)
    if not isinstance(record, dict):
        raise ValueError("not an object")  # noqa: TRY004
    return record


def records(content: bytes, encoding: str) -> Iterator[Found | Reject]:
    """All records of a file, whichever form it has; what is none is a reject."""
    head = content[:4096].lstrip(b"\xef\xbb\xbf\r\n ")
    is_json = head.startswith(b"{")
    is_csv = bool(re.match(rb"[\d-]{10} [\d:.]+ [A-Z0-9+:-]{1,8},", head))
    read = _from_json if is_json else _from_csv if is_csv else _from_stderr
    begin = re.compile(rb"") if is_json else _HEAD
    for row, offset, raw, lines in _blocks(content, begin):
        plain = raw.rstrip(b"\r\n")
        if not plain.strip():
            continue
        try:
            yield Found(row, offset, raw, lines, read(plain.decode(encoding).removeprefix("\ufeff")))
        except UnicodeDecodeError:
            yield reject(row, offset, f"not {encoding}", plain)
        except (ValueError, csv.Error) as error:
            yield reject(row, offset, f"not understood: {error}", plain)
