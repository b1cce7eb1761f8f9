"""vsftpd's own log (`OK DOWNLOAD: Client …`) and the transfer log that wu-ftpd invented (`xferlog_std_format=YES`).

Whole seconds without a zone; vsftpd writes UTC unless `use_localtime=YES`, which the zone of the clock must say. A name
in brackets is certain after `OK LOGIN`; anonymous users (`ftp`) prove nothing.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

import numpy as np

from kuramori_lake import clock
from kuramori_lake.event import Activity, Confidence, Namespace, ObjectKind, Outcome
from kuramori_lake.sources.lines import LONGEST_LINE, split
from kuramori_lake.sources.parsed import Options, Reading, Reject, Source, digest, reject
from kuramori_lake.sources.text_rows import Row, number, table_of, where

VERSION: Final = 1

_TIME: Final = r"(?P<time>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})"
_OWN: Final = re.compile(
    _TIME + r" \[pid (?P<pid>\d+)\] (?:\[(?P<user>[^\]]*)\] )?(?:(?P<result>OK|FAIL) )?(?P<what>[A-Z ]+): "
    r'Client "(?P<ip>[^"]*)"(?:, "(?P<path>.*)")?(?:, (?P<bytes>\d+) bytes)?(?:, [\d.]+Kbyte/sec)?'
)
_TRANSFER: Final = re.compile(
    _TIME + r" \d+ (?P<ip>\S+) (?P<bytes>\d+) (?P<path>.*) [ab] \S (?P<way>[iod]) (?P<mode>[arg]) (?P<user>\S+) \S+ "
    r"[01] \S+ (?P<end>[ci])"
)
_OTHER: Final = re.compile(_TIME + r" \[pid \d+\] .*")
_DEEDS: Final = {
    "LOGIN": (Activity.LOGON, ObjectKind.ACCOUNT), "UPLOAD": (Activity.WRITE, ObjectKind.FILE),
    "APPEND": (Activity.WRITE, ObjectKind.FILE), "DOWNLOAD": (Activity.DOWNLOAD, ObjectKind.FILE),
    "DELETE": (Activity.DELETE, ObjectKind.FILE), "RENAME": (Activity.RENAME, ObjectKind.FILE),
    "MKDIR": (Activity.CREATE, ObjectKind.FOLDER), "RMDIR": (Activity.DELETE, ObjectKind.FOLDER),
    "CHMOD": (Activity.PERMISSION_CHANGE, ObjectKind.FILE),
}  # fmt: skip
_WAYS: Final = {"i": Activity.WRITE, "o": Activity.DOWNLOAD, "d": Activity.DELETE}
_NOBODY: Final = frozenset({"ftp", "anonymous"})


def _who(user: str | None, *, proved: bool) -> Row:
    sure = Confidence.AUTHENTICATED if proved and user not in _NOBODY else Confidence.CLAIMED
    named = {"actor_raw": user, "actor_namespace": Namespace.LOCAL, "confidence": sure}
    return named if user else {}


def _own(found: re.Match[str]) -> Row | None:
    if found["what"] not in _DEEDS:
        return None
    activity, kind = _DEEDS[found["what"]]
    good = found["result"] != "FAIL"
    if activity == Activity.LOGON and not good:
        activity = Activity.LOGON_FAIL
    path, target = found["path"], None
    if activity == Activity.RENAME and path and " " in path:
        path, target = path.split('" "', 1) if '" "' in path else path.split(" ", 1)
    proved = activity != Activity.LOGON_FAIL
    return _who(found["user"], proved=proved) | {
        "activity": activity, "object_kind": kind, "path": path, "destination_value": target, "ip": found["ip"],
        "outcome": Outcome.OK if good else Outcome.DENIED, "bytes": number(found["bytes"]), "session_key": found["pid"],
    }  # fmt: skip


def _transfer(found: re.Match[str]) -> Row:
    return _who(found["user"], proved=found["mode"] == "r") | {
        "activity": _WAYS[found["way"]], "object_kind": ObjectKind.FILE, "path": found["path"], "ip": found["ip"],
        "outcome": Outcome.OK if found["end"] == "c" else Outcome.ERROR, "bytes": number(found["bytes"]),
    }  # fmt: skip


def _understood(line: str) -> tuple[Row | None, str]:
    """The event of a line (None: nothing that anybody did) and its time.

    Raises:
        ValueError: it is no line of such a log.
    """
    if found := _OWN.fullmatch(line):
        return _own(found), found["time"]
    if found := _TRANSFER.fullmatch(line):
        return _transfer(found), found["time"]
    if found := _OTHER.fullmatch(line):
        return None, found["time"]
    raise ValueError("not a line of vsftpd")


def _local(text: str) -> int:
    return clock.micros(datetime.strptime(text, "%a %b %d %H:%M:%S %Y"))  # noqa: DTZ007  # the server's own clock


class _Rows:
    """Rows of one chunk, each with its time on the server's clock."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.rows: list[Row] = []
        self.times: list[int] = []
        self.rejects: list[Reject] = []

    def take(self, place: Row) -> None:
        """One line of the file."""
        raw: bytes = place["line"].rstrip(b"\r\n")
        if not raw.strip():
            return
        try:
            if len(raw) > LONGEST_LINE:
                raise ValueError("line longer than 1 MiB")  # noqa: TRY301
            row, time = _understood(raw.decode(self._options.encoding))
            local = _local(time)
        except UnicodeDecodeError:
            self.rejects.append(reject(place["raw_row"], place["raw_offset"], f"not {self._options.encoding}", raw))
        except ValueError as error:
            self.rejects.append(reject(place["raw_row"], place["raw_offset"], str(error), raw))
        else:
            if row is not None:
                key = {"row_key": digest(self._options.salt, raw), "original_text": time}
                self.rows.append(row | key | where(place, self._options.encoding))
                self.times.append(local)

    def reading(self, lines: int) -> Reading:
        """What the chunk says, in UTC."""
        utc = clock.to_utc(np.array(self.times, dtype=np.int64), self._options.zone).tolist()
        more = {"tz_basis": self._options.basis, "host": self._options.host}
        events = table_of(
            row | more | {"time_utc": clock.moment(at).replace(tzinfo=None)}
            for row, at in zip(self.rows, utc, strict=True)
        )
        ignored = lines - events.num_rows - len(self.rejects)
        return Reading(events=events, rejects=tuple(self.rejects), ignored=ignored)


def parse(data: bytes | memoryview, options: Options) -> Iterator[Reading]:
    """Read one log of either form. Yields one Reading per chunk of the file."""
    for chunk in split(data):
        rows = _Rows(options)
        for place in chunk.table.to_pylist():
            rows.take(place)
        yield rows.reading(chunk.table.num_rows)


VSFTPD: Final = Source(name="vsftpd", version=VERSION, parse=parse)
