"""Samba's vfs_full_audit: the bulk as columns (`samba_bulk`), odd lines one by one.

A read is a file opened for reading, a write a block really written (equal lines of one second are one write): see
`samba_line.Opener`. The log has whole seconds on the server's local clock, no zone and no byte counts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kuramori_lake import clock
from kuramori_lake.event import Confidence
from kuramori_lake.side_by_side import side_by_side
from kuramori_lake.sources.lines import LONGEST_LINE, decoded, split
from kuramori_lake.sources.parsed import Options, Reading, Reject, Source, digest, reject
from kuramori_lake.sources.samba_bulk import Bulk
from kuramori_lake.sources.samba_line import CUT_AT, LineError, Opener, SambaLine, is_other, read_line

VERSION: Final = 1


_KEPT: Final = (
    "row_key", "original_text", "actor_raw", "ip", "client", "host", "activity", "outcome", "object_kind", "path",
    "destination_value", "raw_row", "raw_offset", "raw_length",
)  # fmt: skip


@dataclass(kw_only=True)
class _Odd:
    """Lines read one by one: events as columns, and the rest."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    ignored: int = 0


def opener_of(data: bytes | memoryview) -> Opener:
    """Which operation of this log tells that a file was opened."""
    if re.search(rb"\|create_file\|", data):
        return Opener.CREATE_FILE
    return Opener.OPENAT if re.search(rb"\|open(at)?\|", data[: 2**25]) else Opener.DATA


def _flags(found: SambaLine, *, cut: bool) -> str | None:
    return ",".join(["cut"] * cut + ["name_unsure"] * found.unsure) or None


def _understood(text: str, raw: bytes, encoding: str, opener: Opener) -> SambaLine | None:
    """One odd line, None for another program's. Bytes that the encoding cannot read were decoded to lone surrogates.

    Raises:
        LineError: with the reason.
    """
    if len(raw) > LONGEST_LINE:
        raise LineError("line longer than 1 MiB")
    if any("\udc80" <= letter <= "\udcff" for letter in text):
        raise LineError(f"not {encoding}")
    return None if is_other(text) else read_line(text, opener)


def _read_odd(lines: pa.Table, chosen: pa.Array, options: Options, opener: Opener) -> _Odd:
    """Read the chosen lines by hand; a character cut in half by a relay is dropped and flagged."""
    odd = _Odd()
    for row in lines.filter(chosen).select(["raw_row", "raw_offset", "raw_length", "line"]).to_pylist():
        raw: bytes = row["line"].rstrip(b"\r\n")
        cut = len(raw) >= CUT_AT
        text = raw.decode(options.encoding, errors="ignore" if cut else "surrogateescape")
        try:
            found = _understood(text, raw, options.encoding, opener)
        except LineError as error:
            odd.rejects.append(reject(row["raw_row"], row["raw_offset"], str(error), raw))
            continue
        if found is None or found.activity is None:
            odd.ignored += 1
            continue
        odd.times.append(clock.micros(found.time))
        odd.rows.append(_row(found, raw, row, options, flags=_flags(found, cut=cut)))
    return odd


def _row(found: SambaLine, raw: bytes, place: dict[str, Any], options: Options, *, flags: str | None) -> dict[str, Any]:
    return {
        "row_key": digest(options.salt, raw),
        "original_text": found.time.strftime("%Y/%m/%d %H:%M:%S"),
        "actor_raw": found.user,
        "ip": found.ip,
        "client": found.client,
        "host": found.host,
        "activity": found.activity,
        "outcome": found.outcome,
        "object_kind": found.kind,
        "path": found.path,
        "destination_value": found.target,
        "raw_row": place["raw_row"],
        "raw_offset": place["raw_offset"],
        "raw_length": place["raw_length"],
        "flags": flags,
    }


_ODD_SCHEMA: Final = pa.schema(
    [(n, {"row_key": pa.uint64(), "raw_length": pa.int64()}.get(n, pa.int64() if n.startswith("raw_") else pa.string()))
     for n in [*_KEPT, "flags"]]
)  # fmt: skip


def _finished(events: pa.Table, local: clock.Micros, options: Options) -> pa.Table:
    """Add what is the same for all rows, and the time in UTC."""
    constant = partial(pa.repeat, size=events.num_rows)
    columns = {name: events[name] for name in events.column_names}
    columns |= {
        "time_utc": pa.array(clock.to_utc(local, options.zone)).cast(pa.timestamp("us")),
        "tz_basis": constant(str(options.basis)),
        "actor_namespace": constant(str(options.namespace)),
        "confidence": constant(str(Confidence.AUTHENTICATED)),
        "raw_encoding": constant(options.encoding),
        "host": pc.fill_null(events["host"].cast(pa.string()), options.host) if options.host else events["host"],
    }
    return pa.table(columns)


def _read_chunk(raw: pa.Table, options: Options, opener: Opener) -> Reading:
    lines = decoded(raw, options.encoding)
    bulk = Bulk(lines, opener)
    events, local = bulk.events(options.salt)
    odd = _read_odd(raw, pa.array(bulk.odd), options, opener)
    table = pa.concat_tables(
        [
            _finished(events.select([*_KEPT, "flags"]).cast(_ODD_SCHEMA), local, options),
            _finished(pa.Table.from_pylist(odd.rows, _ODD_SCHEMA), np.array(odd.times, dtype=np.int64), options),
        ],
        promote_options="permissive",
    )
    ignored = raw.num_rows - table.num_rows - len(odd.rejects)
    return Reading(events=table, rejects=tuple(odd.rejects), ignored=ignored)


def parse(data: bytes | memoryview, options: Options) -> Iterator[Reading]:
    """Read a syslog file, a raw audit file or Samba's own debug log. Yields one Reading per chunk of the file."""
    opener = opener_of(data)
    return side_by_side(lambda chunk: _read_chunk(chunk.table, options, opener), split(data))


SAMBA: Final = Source(name="samba", version=VERSION, parse=parse)
