"""Windows security events (EVTX, rendered XML, JSON lines) of logons, file accesses, shares and cleared logs.

1102, 4624, 4625, 4634, 4647, 4656, 4658, 4660, 4663, 5140, 5145; all others are noise by design.
Times are UTC, from System/TimeCreated. A record is known by channel, computer, record number and second: numbers start
again after a log is cleared, so the time stands for the log's epoch.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

import numpy as np
import pyarrow as pa

from kuramori_lake.event import PARSED, Activity, ObjectKind, Outcome, TimeBasis
from kuramori_lake.sources.parsed import Options, Reading, Reject, Source, digest
from kuramori_lake.sources.windows_deeds import Deed, Stitcher
from kuramori_lake.sources.windows_records import EVTX_MAGIC, Record, read

VERSION: Final = 1
ROWS_A_READING: Final = 20_000
MOST_GAPS: Final = 1_000

_COLUMNS: Final = (
    "row_key", "time_utc", "original_text", "tz_basis", "actor_raw", "actor_namespace", "confidence", "activity",
    "outcome", "object_kind", "path", "name", "label_at_event", "count", "host", "ip", "client", "session_key",
    "stitched_from", "flags", "raw_row", "raw_offset", "raw_length", "raw_encoding",
)  # fmt: skip
_SCHEMA: Final = pa.schema([PARSED.field(name) for name in _COLUMNS])

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_NAIVE: Final = datetime(1970, 1, 1)  # noqa: DTZ001  # Windows writes UTC, some shippers without saying so
_MICROSECOND: Final = timedelta(microseconds=1)
_Stream = dict[tuple[str, str], list[tuple[int, str]]]


def _micros(time: str) -> int:
    """Microseconds since 1970 of an ISO time; without a zone it is UTC.

    Raises:
        ValueError: not a time.
    """
    found = datetime.fromisoformat(time)
    return (found - (_EPOCH if found.tzinfo else _EPOCH_NAIVE)) // _MICROSECOND


def _key(record: Record, salt: bytes) -> int:
    return digest(salt, f"{record.channel}\0{record.computer}\0{record.record_id}\0{record.time[:19]}".encode())


def _row(deed: Deed, options: Options, encoding: str) -> tuple[Any, ...]:
    record = deed.record
    return (
        _key(record, options.salt), deed.micros, record.time, TimeBasis.EXPLICIT, deed.actor,
        deed.namespace if deed.actor else None, deed.confidence if deed.actor else None, deed.activity, deed.outcome,
        deed.kind, deed.path, deed.name, deed.label, deed.count, record.computer, deed.ip, deed.client, deed.session,
        ",".join(map(str, deed.also)) or None, deed.flags, record.row, record.offset, record.length, encoding,
    )  # fmt: skip


def _table(rows: list[tuple[Any, ...]]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ((),) * len(_COLUMNS)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, _SCHEMA.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=_SCHEMA)


def gaps(streams: _Stream, options: Options) -> list[tuple[Any, ...]]:
    """One event per hole in a log's record numbers, at the time of the record after the hole.

    A selection of a log (less than half of its numbers) has holes by nature and yields none.
    """
    rows: list[tuple[Any, ...]] = []
    for stream, seen in streams.items():
        times = dict(seen)
        numbers = np.unique(np.fromiter(times, dtype=np.int64, count=len(times)))
        if len(numbers) * 2 < numbers[-1] - numbers[0] + 1:
            continue
        holes = np.flatnonzero(np.diff(numbers) > 1)[:MOST_GAPS]
        rows += [_gap(stream, int(numbers[at]) + 1, int(numbers[at + 1]) - 1, times, options) for at in holes]
    return rows


def _gap(stream: tuple[str, str], first: int, last: int, times: dict[int, str], options: Options) -> tuple[Any, ...]:
    (channel, computer), time = stream, times[last + 1]
    key = digest(options.salt, f"gap\0{channel}\0{computer}\0{first}\0{last}\0{time[:19]}".encode())
    values: dict[str, Any] = {
        "row_key": key, "time_utc": _micros(time), "original_text": time, "tz_basis": TimeBasis.EXPLICIT,
        "activity": Activity.LOG_GAP, "outcome": Outcome.UNKNOWN, "object_kind": ObjectKind.LOG, "path": channel,
        "name": f"{first}-{last}", "count": last - first + 1, "host": computer,
    }  # fmt: skip
    return tuple(values.get(name) for name in _COLUMNS)


def parse(data: bytes | memoryview, options: Options) -> Iterator[Reading]:
    """Read one file of any of the wrappings. Yields a Reading per 20,000 records; gaps come in the last one."""
    content = bytes(data)
    encoding = "evtx" if content.startswith(EVTX_MAGIC) else "utf-8"
    stitcher, streams = Stitcher(), _Stream()
    records = read(content)
    while piece := list(islice(records, ROWS_A_READING)):
        yield _reading(piece, stitcher, streams, options, encoding)
    held = [_row(deed, options, encoding) for deed in stitcher.finish()]
    holes = gaps(streams, options)
    yield Reading(events=_table(held + holes), ignored=-len(held), derived=len(holes))


def _reading(
    piece: list[Record | Reject], stitcher: Stitcher, streams: _Stream, options: Options, encoding: str
) -> Reading:
    """Rows held back by open handles are counted as ignored until a later Reading brings them (and takes them off)."""
    rows, rejects = [], []
    for found in piece:
        if isinstance(found, Reject):
            rejects.append(found)
            continue
        try:
            rows += [_row(deed, options, encoding) for deed in stitcher.take(found, _micros(found.time))]
        except ValueError as error:
            rejects.append(Reject(row=found.row, offset=found.offset, reason=str(error), excerpt=b""))
            continue
        streams.setdefault((found.channel, found.computer), []).append((found.record_id, found.time))
    return Reading(events=_table(rows), rejects=tuple(rejects), ignored=len(piece) - len(rows) - len(rejects))


EVTX: Final = Source(name="evtx", version=VERSION, parse=parse, numbered=True)
