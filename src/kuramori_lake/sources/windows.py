"""Windows events of any channel (EVTX, rendered XML, JSON lines); see `docs/connectors/windows.md` for each id.

Logons, files and shares are joined by `windows_deeds`; devices, printing, programs and the rest stand for themselves
(`windows_channels`). What nobody acts on is a `system_event`, kept with its members for Sigma rules.
Times are UTC, from System/TimeCreated. A record is known by channel, computer, record number and second: numbers start
again after a log is cleared, so the time stands for the log's epoch.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import orjson
import pyarrow as pa

from kuramori_lake import clock
from kuramori_lake.event import PARSED, TimeBasis
from kuramori_lake.sources import record_numbers
from kuramori_lake.sources.parsed import Options, Reading, Reject, Source, digest, uncollected
from kuramori_lake.sources.windows_deed import Deed
from kuramori_lake.sources.windows_deeds import Stitcher
from kuramori_lake.sources.windows_records import EVTX_MAGIC, UNNUMBERED, Record, read

VERSION: Final = 3
ROWS_A_READING: Final = 20_000
MOST_NUMBER: Final = 2**62

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
    if record.record_id == UNNUMBERED:
        members = orjson.dumps(record.data, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
        return digest(
            salt, f"{record.channel}\0{record.computer}\0{record.event_id}\0{record.time}\0".encode() + members
        )
    return digest(salt, f"{record.channel}\0{record.computer}\0{record.record_id}\0{second}".encode())


def _row(deed: Deed, options: Options, encoding: str) -> tuple[Any, ...]:
    record = deed.record
    return (
        _key(deed, options.salt), deed.micros, record.time, TimeBasis.EXPLICIT, deed.actor,
        deed.namespace if deed.actor else None, deed.confidence if deed.actor else None, deed.activity, deed.outcome,
        deed.kind, deed.path, deed.name, deed.label, deed.count, record.computer, deed.ip, deed.client, deed.session,
        ",".join(map(str, deed.also)) or None, deed.flags, record.row, record.offset, record.length, encoding,
    )  # fmt: skip


def _table(deeds: list[Deed], options: Options, encoding: str) -> pa.Table:
    """Deeds as columns; those that few kinds of record have are there only if one of these deeds has them."""
    rows = [_row(deed, options, encoding) for deed in deeds]
    columns = zip(*rows, strict=True) if rows else ((),) * len(_COLUMNS)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, _SCHEMA.types, strict=True)]
    table = pa.Table.from_arrays(arrays, schema=_SCHEMA)
    names = dict.fromkeys(name for deed in deeds if deed.more for name in deed.more)
    for name in names:
        values = [deed.more.get(name) if deed.more else None for deed in deeds]
        table = table.append_column(PARSED.field(name), pa.array(values, PARSED.field(name).type))
    return table


def parse(data: bytes | memoryview, options: Options) -> Iterator[Reading]:
    """Read one file of any of the wrappings. Yields a Reading per 20,000 records; gaps come in the last one."""
    content = bytes(data)
    encoding = "evtx" if content.startswith(EVTX_MAGIC) else "utf-8"
    stitcher, seen = Stitcher(), _Seen()
    records = read(content)
    while (reading := _next(records, stitcher, seen, options, encoding)) is not None:
        yield reading
    held = _table(list(stitcher.finish()), options, encoding)
    stretches, holes = record_numbers.within(seen)
    found = pa.concat_tables([held, record_numbers.events(holes, options.salt)], promote_options="default")
    yield Reading(events=found, ignored=-held.num_rows, derived=len(holes), stretches=tuple(stretches))


def _next(
    records: Iterator[Record | Reject], stitcher: Stitcher, seen: _Seen, options: Options, encoding: str
) -> Reading | None:
    """The next piece of the file; None at its end."""
    with uncollected():
        piece = list(islice(records, ROWS_A_READING))
        return _reading(piece, stitcher, seen, options, encoding) if piece else None


def _must_be_sound(record: Record) -> None:
    """JSON can hold anything where a record's header has texts and a number."""
    texts = type(record.channel) is type(record.computer) is type(record.time) is str
    if not texts or not UNNUMBERED <= record.record_id < MOST_NUMBER:
        raise ValueError("header of a record with values of the wrong kind")


def _reading(piece: list[Record | Reject], stitcher: Stitcher, seen: _Seen, options: Options, encoding: str) -> Reading:
    """Rows held back by open handles are counted as ignored until a later Reading brings them (and takes them off)."""
    deeds: list[Deed] = []
    rejects = []
    for found in piece:
        if isinstance(found, Reject):
            rejects.append(found)
            continue
        try:
            _must_be_sound(found)
            deeds += stitcher.take(found, clock.iso_micros(found.time))
        except ValueError as error:
            rejects.append(Reject(row=found.row, offset=found.offset, reason=str(error)))
            continue
        if found.record_id != UNNUMBERED:
            seen.setdefault((found.channel, found.computer), []).append((found.record_id, found.time))
    table = _table(deeds, options, encoding)
    return Reading(events=table, rejects=tuple(rejects), ignored=len(piece) - len(deeds) - len(rejects))


EVTX: Final = Source(name="evtx", version=VERSION, parse=parse, numbered=True)
