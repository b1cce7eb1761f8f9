"""Samba's vfs_full_audit: the bulk by DuckDB's string functions, odd lines by `samba_line`, which is also the check.

A read is a file opened for reading, a write a block really written (equal lines of one second are one write): see
`samba_line.Opener`. The log has whole seconds on the server's local clock, no zone and no byte counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kuramori_lake import clock, scratch
from kuramori_lake.event import Confidence
from kuramori_lake.sources.lines import LONGEST_LINE, decoded, split
from kuramori_lake.sources.parsed import Options, Reading, Reject, Source, digest, reject
from kuramori_lake.sources.samba_line import (
    CUT_AT,
    DELETE_BIT,
    FOLDER_OPERATIONS,
    OPENS,
    READ_BITS,
    READS,
    RENAMES,
    SIMPLE,
    WRITE_BITS,
    WRITES,
    LineError,
    Opener,
    SambaLine,
    is_other,
    read_line,
)

VERSION: Final = 1


def _quoted(words: frozenset[str] | tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


def _simple_cases() -> str:
    return " ".join(f"WHEN op = '{op}' THEN '{activity}'" for op, activity in SIMPLE.items())


_PREFIX: Final = f"""
WITH found AS (
    SELECT raw_row, raw_offset, raw_length, rtrim(line, chr(13) || chr(10)) AS line FROM lines WHERE NOT bad
), split AS (
    SELECT *, strpos(line, '|') AS bar, string_split(line, '|') AS f FROM found
), prefixed AS (
    SELECT raw_row, raw_offset, raw_length, line, f, bar, f[2] AS actor_raw, f[3] AS ip, f[4] AS client, f[5] AS share,
        f[6] AS op, f[7] AS result, len(f) AS n, right(f[1], 19) AS original_text,
        try_strptime(right(f[1], 19), '%Y/%m/%d %H:%M:%S') AS local_time,
        regexp_extract(left(f[1], len(f[1]) - 19), '(\\S+) smbd_audit', 1) AS host,
        try_cast(f[8] AS BIGINT) AS mask, starts_with(result, 'fail') AS failed,
        failed AND (lower(result) LIKE '%denied%' OR lower(result) LIKE '%not permitted%') AS denied
    FROM split
), judged AS (
    SELECT *, op IN ({_quoted(RENAMES)}) AS renames,
        bar = 0 AND starts_with(line, '[') AS heading,
        NOT heading AND (bar = 0 OR n < 8 OR local_time IS NULL OR NOT (failed OR result = 'ok') OR (renames AND n <> 9)
            OR (op = 'create_file' AND (n < 11 OR mask IS NULL OR NOT starts_with(f[8], '0x')))) AS odd
    FROM prefixed
)"""

_DEED: Final = f"""
SELECT raw_row, raw_offset, raw_length, odd, original_text, local_time, actor_raw, ip, client,
    CASE WHEN host <> '' AND NOT contains(host, ':') THEN host END AS host,
    CASE WHEN odd OR heading THEN NULL
        WHEN op IN ('connect', 'disconnect') THEN CASE WHEN share = 'IPC$' THEN NULL
            WHEN op = 'disconnect' THEN 'logoff' WHEN failed THEN 'logon_fail' ELSE 'logon' END
        WHEN op = 'create_file' THEN CASE
            WHEN f[9] = 'dir' THEN CASE WHEN denied THEN 'read' END
            WHEN f[10] = 'create' THEN 'create'
            WHEN f[10] IN ('overwrite', 'overwrite_if', 'supersede') THEN 'write'
            WHEN f[10] = 'open_if' AND mask & {WRITE_BITS} <> 0 THEN 'write'
            WHEN mask & {READ_BITS} <> 0 THEN 'read'
            WHEN mask & {WRITE_BITS} <> 0 THEN 'write'
            WHEN mask & {DELETE_BIT} <> 0 AND denied THEN 'delete' END
        WHEN renames THEN 'rename'
        {_simple_cases()}
        WHEN op IN ({_quoted(WRITES)}) THEN 'write'
        WHEN op IN ({_quoted(OPENS)}) AND $opener = 'openat' THEN CASE WHEN f[8] LIKE '%w%' THEN 'write' ELSE 'read' END
        WHEN op IN ({_quoted(READS)}) AND $opener = 'data' THEN 'read' END AS activity,
    CASE WHEN denied THEN 'denied' WHEN failed THEN 'error' ELSE 'ok' END AS outcome,
    CASE WHEN op IN ('connect', 'disconnect') THEN 'share'
        WHEN op IN ({_quoted(FOLDER_OPERATIONS)}) OR (op = 'create_file' AND f[9] = 'dir') THEN 'folder'
        ELSE 'file' END AS object_kind,
    CASE WHEN op IN ('connect', 'disconnect') THEN share
        WHEN op = 'create_file' THEN array_to_string(f[11:], '|')
        WHEN renames THEN f[8]
        WHEN op IN ({_quoted(OPENS)}) THEN array_to_string(f[9:], '|')
        ELSE array_to_string(f[8:], '|') END AS path,
    CASE WHEN renames THEN f[9] END AS destination_value,
    op IN ({_quoted(WRITES | READS)}) AS repeats,
    CASE WHEN activity IS NOT NULL THEN ('0x' || left(sha256($salt || encode(line)), 16))::UBIGINT END AS row_key
FROM judged ORDER BY raw_row"""

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
    for chunk in split(data):
        text = chunk.table["line"].chunk(0).buffers()[2].to_pybytes()
        if b"|create_file|" in text:
            return Opener.CREATE_FILE
    head = bytes(data[: 2**25])
    return Opener.OPENAT if b"|openat|" in head or b"|open|" in head else Opener.DATA


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


def _once(events: pa.Table) -> pa.Table:
    """Keep the first of equal lines that say the same block-wise deed in one second."""
    repeats = np.asarray(events["repeats"])
    if not repeats.any():
        return events
    where = np.flatnonzero(repeats)
    _, first = np.unique(np.asarray(events["row_key"])[where], return_index=True)
    keep = ~repeats
    keep[where[first]] = True
    return events.filter(pa.array(keep))


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
    with scratch.cursor() as db:
        db.register("lines", lines)
        found = db.execute(_PREFIX + _DEED, {"opener": str(opener), "salt": options.salt}).to_arrow_table()
    is_odd = pc.fill_null(found["odd"], fill_value=True)
    deeds = found.filter(pc.and_(pc.invert(is_odd), pc.is_valid(found["activity"])))
    cut = pc.greater_equal(deeds["raw_length"], CUT_AT)
    deeds = deeds.append_column("flags", pc.if_else(cut, "cut", pa.scalar(None, pa.string())))
    events = _once(deeds)
    by_hand = pa.array(np.asarray(lines["bad"]) | np.isin(np.asarray(lines["raw_row"]), _rows(found.filter(is_odd))))
    odd = _read_odd(raw, by_hand, options, opener)
    local = np.asarray(events["local_time"].cast(pa.timestamp("us")).cast(pa.int64()))
    table = pa.concat_tables(
        [
            _finished(events.select([*_KEPT, "flags"]).cast(_ODD_SCHEMA), local, options),
            _finished(pa.Table.from_pylist(odd.rows, _ODD_SCHEMA), np.array(odd.times, dtype=np.int64), options),
        ],
        promote_options="permissive",
    )
    ignored = raw.num_rows - table.num_rows - len(odd.rejects)
    return Reading(events=table, rejects=tuple(odd.rejects), ignored=ignored)


def _rows(table: pa.Table) -> Any:
    return np.asarray(table["raw_row"])


def parse(data: bytes | memoryview, options: Options) -> Iterator[Reading]:
    """Read a syslog file, a raw audit file or Samba's own debug log. Yields one Reading per chunk of the file."""
    opener = opener_of(data)
    for chunk in split(data):
        yield _read_chunk(chunk.table, options, opener)


SAMBA: Final = Source(name="samba", version=VERSION, parse=parse)
