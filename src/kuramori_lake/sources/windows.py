"""Windows security events (EVTX, rendered XML, JSON lines) of logons, file accesses, shares and cleared logs.

1102, 4624, 4625, 4634, 4647, 4656, 4658, 4660, 4663, 4670, 5140, 5142 to 5145; all others are noise by design.
Times are UTC, from System/TimeCreated. A record is known by channel, computer, record number and second: numbers start
again after a log is cleared, so the time stands for the log's epoch.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import pyarrow as pa

from kuramori_lake import clock
from kuramori_lake.event import PARSED, TimeBasis
from kuramori_lake.sources import record_numbers
from kuramori_lake.sources.parsed import Options, Reading, Reject, Source, digest
from kuramori_lake.sources.windows_deeds import Deed, Stitcher
from kuramori_lake.sources.windows_records import EVTX_MAGIC, Record, read

VERSION: Final = 2
ROWS_A_READING: Final = 20_000

_COLUMNS: Final = (
    "row_key", "time_utc", "original_text", "tz_basis", "actor_raw", "actor_namespace", "confidence", "activity",
    "outcome", "object_kind", "path", "name", "label_at_event", "count", "host", "ip", "client", "session_key",
    "stitched_from", "flags", "raw_row", "raw_offset", "raw_length", "raw_encoding",
)  # fmt: skip
_SCHEMA: Final = pa.schema([PARSED.field(name) for name in _COLUMNS])


_Seen = dict[tuple[str, str], list[tuple[int, str]]]


def _key(deed: Deed, salt: bytes) -> int:
    """By the second, not by its text: two shippers write the time of one record differently."""
    record, second = deed.record, deed.micros // 1_000_000
    return digest(salt, f"{record.channel}\0{record.computer}\0{record.record_id}\0{second}".encode())


def _row(deed: Deed, options: Options, encoding: str) -> tuple[Any, ...]:
    record = deed.record
    return (
        _key(deed, options.salt), deed.micros, record.time, TimeBasis.EXPLICIT, deed.actor,
        deed.namespace if deed.actor else None, deed.confidence if deed.actor else None, deed.activity, deed.outcome,
        deed.kind, deed.path, deed.name, deed.label, deed.count, record.computer, deed.ip, deed.client, deed.session,
        ",".join(map(str, deed.also)) or None, deed.flags, record.row, record.offset, record.length, encoding,
    )  # fmt: skip


def _table(rows: list[tuple[Any, ...]]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ((),) * len(_COLUMNS)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, _SCHEMA.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=_SCHEMA)


def parse(data: bytes | memoryview, options: Options) -> Iterator[Reading]:
    """Read one file of any of the wrappings. Yields a Reading per 20,000 records; gaps come in the last one."""
    content = bytes(data)
    encoding = "evtx" if content.startswith(EVTX_MAGIC) else "utf-8"
    stitcher, seen = Stitcher(), _Seen()
    records = read(content)
    while piece := list(islice(records, ROWS_A_READING)):
        yield _reading(piece, stitcher, seen, options, encoding)
    held = _table([_row(deed, options, encoding) for deed in stitcher.finish()])
    stretches, holes = record_numbers.within(seen)
    found = pa.concat_tables([held, record_numbers.events(holes, options.salt)], promote_options="default")
    yield Reading(events=found, ignored=-held.num_rows, derived=len(holes), stretches=tuple(stretches))


def _reading(piece: list[Record | Reject], stitcher: Stitcher, seen: _Seen, options: Options, encoding: str) -> Reading:
    """Rows held back by open handles are counted as ignored until a later Reading brings them (and takes them off)."""
    rows, rejects = [], []
    for found in piece:
        if isinstance(found, Reject):
            rejects.append(found)
            continue
        try:
            rows += [_row(deed, options, encoding) for deed in stitcher.take(found, clock.iso_micros(found.time))]
        except ValueError as error:
            rejects.append(Reject(row=found.row, offset=found.offset, reason=str(error)))
            continue
        seen.setdefault((found.channel, found.computer), []).append((found.record_id, found.time))
    return Reading(events=_table(rows), rejects=tuple(rejects), ignored=len(piece) - len(rows) - len(rejects))


EVTX: Final = Source(name="evtx", version=VERSION, parse=parse, numbered=True)
