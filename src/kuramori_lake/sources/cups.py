"""CUPS' page_log: one event per job. The title is not quoted and may hold spaces; the user is whom the client named.

`printer user job [time] page copies billing host title media sides`, with `total N` in place of page and copies where
CUPS counts per job. Numbered page lines of one job are added up to one event at the first of them, so that a log that
grew tells it once; a `total` line stands for them all. Pages of raw and driverless queues are 0 and mean "not known".
Times have their own zone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import pyarrow as pa

from kuramori_lake import clock
from kuramori_lake.event import PARSED, Activity, Confidence, DestinationClass, ObjectKind, Outcome, TimeBasis
from kuramori_lake.sources.lines import LONGEST_LINE, split
from kuramori_lake.sources.parsed import Options, Reading, Reject, Source, digest, reject

VERSION: Final = 1

_LINE: Final = re.compile(
    r"(?P<printer>\S+) (?P<user>.+?) (?P<job>\d+) \[(?P<time>\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "
    r"(?:total (?P<total>\d{1,12})|(?P<page>\d{1,12}) (?P<copies>\d{1,9})) (?P<billing>\S+) (?P<host>\S+)"
    r"(?: (?P<title>.*) (?P<media>\S+) (?P<sides>\S+))?"
)
_ACCESS: Final = re.compile(r'\S+ \S+ .*? \[[^\]]*\] "[A-Z]+ .*" \d{3} \S+ \S+ \S+')
_COLUMNS: Final = (
    "row_key", "time_utc", "original_text", "tz_basis", "actor_raw", "actor_namespace", "confidence", "activity",
    "outcome", "object_kind", "name", "uid", "count", "ip", "client", "device", "destination_class",
    "destination_value", "session_key", "stitched_from", "flags", "raw_row", "raw_offset", "raw_length", "raw_encoding",
)  # fmt: skip


@dataclass(kw_only=True)
class _Job:
    """The lines of one job so far; the event is that of its first line."""

    row: dict[str, Any]
    pages: int = 0
    total: int | None = None
    rows: list[int] = field(default_factory=list)

    def event(self) -> dict[str, Any]:
        """One row: the total that CUPS counted, else the sum of the pages; 0 is "not known"."""
        known = self.pages if self.total is None else self.total
        also = [str(row) for row in self.rows if row != self.row["raw_row"]]
        return self.row | {
            "count": known or None, "flags": None if known else "pages_unknown",
            "stitched_from": ",".join(also) or None,
        }  # fmt: skip


def _read(text: str, raw: bytes, place: dict[str, Any], options: Options) -> tuple[str, dict[str, Any], re.Match[str]]:
    found = _LINE.fullmatch(text) if len(raw) <= LONGEST_LINE else None
    if not found:
        raise ValueError("not a line of a page log")
    moment = datetime.strptime(found["time"], "%d/%b/%Y:%H:%M:%S %z")
    is_address = bool(re.fullmatch(r"[0-9a-f.:]*[.:][0-9a-f.:]*", found["host"]))
    job = f"{found['printer']}/{found['job']}"
    return job, {
        "row_key": digest(options.salt, raw), "time_utc": clock.micros(moment), "original_text": found["time"],
        "tz_basis": TimeBasis.EXPLICIT, "actor_raw": found["user"], "actor_namespace": options.namespace,
        "confidence": Confidence.CLAIMED, "activity": Activity.PRINT, "outcome": Outcome.OK,
        "object_kind": ObjectKind.PAPER, "name": found["title"] or None, "uid": found["job"],
        "ip": found["host"] if is_address else None, "client": None if is_address else found["host"],
        "device": found["printer"], "destination_class": DestinationClass.PRINTER,
        "destination_value": found["printer"], "session_key": job, "raw_row": place["raw_row"],
        "raw_offset": place["raw_offset"], "raw_length": place["raw_length"], "raw_encoding": options.encoding,
    }, found  # fmt: skip


class _Jobs:
    """Jobs of one file by printer and number; a number that comes again with another title or user is another job."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._open: dict[str, _Job] = {}
        self.done: list[_Job] = []
        self.rejects: list[Reject] = []

    def take(self, place: dict[str, Any]) -> None:
        """One line of the file."""
        raw: bytes = place["line"].rstrip(b"\r\n")
        if not raw.strip():
            return
        try:
            text = raw.decode(self._options.encoding)
            if _ACCESS.fullmatch(text):
                return
            self._add(*_read(text, raw, place, self._options))
        except UnicodeDecodeError:
            self.rejects.append(reject(place["raw_row"], place["raw_offset"], f"not {self._options.encoding}", raw))
        except (ValueError, OverflowError) as error:
            self.rejects.append(reject(place["raw_row"], place["raw_offset"], str(error), raw))

    def _add(self, name: str, row: dict[str, Any], found: re.Match[str]) -> None:
        job = self._open.get(name)
        if job is None or job.total is not None or any(job.row[one] != row[one] for one in ("actor_raw", "name")):
            job = self._open[name] = _Job(row=row)
            self.done.append(job)
        job.rows.append(row["raw_row"])
        if found["total"] is not None:
            job.total = int(found["total"])
        else:
            job.pages += max(int(found["copies"]), 1)


def parse(data: bytes | memoryview, options: Options) -> Iterator[Reading]:
    """Read one page_log. Lines of an access_log tell nothing of a person; they are counted as ignored."""
    jobs, rows = _Jobs(options), 0
    for chunk in split(data):
        rows += chunk.table.num_rows
        for place in chunk.table.to_pylist():
            jobs.take(place)
    events = sorted((job.event() for job in jobs.done), key=lambda row: row["raw_row"])
    columns = {name: pa.array([row.get(name) for row in events], PARSED.field(name).type) for name in _COLUMNS}
    rejects = tuple(jobs.rejects)
    yield Reading(events=pa.table(columns), rejects=rejects, ignored=rows - len(events) - len(rejects))


CUPS: Final = Source(name="cups", version=VERSION, parse=parse)
