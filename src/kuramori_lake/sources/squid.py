"""Squid's access log, in our own `logformat kura` (setup/squid.py writes it) and in Squid's native one.

The native format has no size of what a client sent: an upload shows there only as the size of the answer, so its bytes
stay unknown. Times are UTC by definition. A CONNECT is one line at the end of an encrypted tunnel: host and bytes are
all there is to know. Reading is what proxies do all day: it is skipped unless it failed by policy.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kuramori_lake import scratch
from kuramori_lake.event import PARSED
from kuramori_lake.sources.lines import LONGEST_LINE, decoded, split
from kuramori_lake.sources.parsed import Options, Reading, Reject, Source, reject

VERSION: Final = 1
LEAST: Final = 2_048
"""Bytes sent by a client above which a request is an upload: forms and searches stay below."""

_EVENTS: Final = f"""
WITH found AS (
    SELECT * REPLACE (rtrim(line, chr(13) || chr(10)) AS line) FROM lines WHERE NOT bad
), headed AS (
    SELECT *, CASE WHEN line[1] BETWEEN '0' AND '9' THEN line
        ELSE regexp_extract(line, '(?:squid|\\(squid-\\d+\\))(?:\\[\\d+\\])?: +(\\d{{9,10}}\\.\\d{{3}} .*)$', 1)
        END AS said
    FROM found
), cut AS (
    SELECT *, string_split(regexp_replace(said, ' +', ' '), ' ') AS f FROM headed
), named AS (
    SELECT *, CASE WHEN regexp_full_match(f[1], '\\d{{9,10}}\\.\\d{{3}}')
            THEN try_cast(replace(f[1], '.', '') AS BIGINT) END AS epoch_ms,
        f[3] AS ip, f[4] AS result, f[6] AS method, f[7] AS url,
        nullif(f[8], '-') AS account, len(f) AS n, upper(method) AS verb,
        CASE WHEN contains(said, ' up=') THEN regexp_extract(said, ' up=(\\d{{1,15}}) bodyreq=(\\S+) host=(\\S+)',
            ['up', 'body', 'host']) END AS own
    FROM cut
), judged AS (
    SELECT *, epoch_ms IS NULL OR n < 10 OR NOT regexp_full_match(result, '[A-Z_]+/\\d{{3}}')
            OR (own IS NOT NULL AND own.up = '') AS broken,
        try_cast(own.up AS BIGINT) AS sent,
        CASE WHEN verb = 'CONNECT' THEN url
            ELSE regexp_extract(url, '^[a-zA-Z][a-zA-Z0-9+.-]*://(?:[^/?#@]*@)?([^/?#]*)', 1) END AS authority,
        result LIKE 'TCP_DENIED%' OR result LIKE 'NONE%/403' OR result LIKE 'DENIED%' OR result LIKE '%/407' AS denied
    FROM named
), told AS (
    SELECT *, verb IN ('POST', 'PUT', 'PATCH') OR (verb = 'CONNECT' AND sent >= {LEAST}) AS sends,
        lower(regexp_replace(authority, ':\\d+$', '')) AS domain,
        trim(line) = '' OR (said = '' AND NOT contains(line, 'TCP_')) AS is_other
    FROM judged
)
SELECT raw_row, raw_offset, raw_length, broken AND NOT is_other AS broken,
    CASE WHEN broken OR is_other OR result LIKE '%/407' THEN NULL
        WHEN sends AND coalesce(sent, {LEAST}) >= {LEAST} THEN 'upload'
        WHEN denied THEN 'read' END AS activity,
    make_timestamp(epoch_ms * 1000) AS time_utc, f[1] AS original_text, account AS actor_raw, ip,
    CASE WHEN denied THEN 'denied' WHEN right(result, 3) BETWEEN '100' AND '399' THEN 'ok'
        WHEN result LIKE '%/000' THEN 'unknown' ELSE 'error' END AS outcome,
    CASE WHEN strpos(url, '?') > 0 THEN left(url, strpos(url, '?') - 1) ELSE url END AS path,
    sent AS bytes, nullif(domain, '') AS destination_domain, url AS destination_value,
    nullif(concat_ws(',', CASE WHEN own IS NULL AND sends THEN 'size_unknown' END,
        CASE WHEN verb = 'CONNECT' THEN 'tunnel' END), '') AS flags,
    CASE WHEN activity IS NOT NULL THEN ('0x' || left(sha256($salt || encode(said)), 16))::UBIGINT END AS row_key
FROM told ORDER BY raw_row"""


def _rejects(raw: pa.Table, lines: pa.Table, found: pa.Table, encoding: str) -> list[Reject]:
    first = raw["raw_row"][0].as_py()
    reasons = dict.fromkeys(np.flatnonzero(np.asarray(lines["bad"])).tolist(), f"not {encoding}")
    broken = np.asarray(found["raw_row"])[np.asarray(pc.fill_null(found["broken"], fill_value=True))]
    reasons |= dict.fromkeys((broken - first).tolist(), "not a line of an access log")
    rejects = []
    for at, reason in sorted(reasons.items()):
        row = raw.slice(at, 1).to_pylist()[0]
        why = "line longer than 1 MiB" if row["raw_length"] > LONGEST_LINE else reason
        rejects.append(reject(row["raw_row"], row["raw_offset"], why, row["line"].rstrip(b"\r\n")))
    return rejects


def _finished(events: pa.Table, options: Options) -> pa.Table:
    """Add what is the same for all rows. A name that the proxy asked for is certain, an address alone is nobody."""
    count = events.num_rows
    known = events["actor_raw"].is_valid()
    nothing = pa.scalar(None, pa.string())
    is_mail = pc.fill_null(pc.match_substring(events["actor_raw"], "@"), fill_value=False)
    namespace = pc.if_else(is_mail, "upn", str(options.namespace))
    constant: dict[str, Any] = {
        "tz_basis": "explicit", "object_kind": "url", "destination_class": "web", "raw_encoding": options.encoding,
        "host": options.host,
    }  # fmt: skip
    columns = {name: events[name] for name in events.column_names if name != "broken"}
    columns |= {name: pa.repeat(pa.scalar(value, pa.string()), count) for name, value in constant.items()}
    columns["actor_namespace"] = pc.if_else(known, namespace, nothing)
    columns["confidence"] = pc.if_else(known, "authenticated", nothing)
    return pa.table({name: column.cast(PARSED.field(name).type) for name, column in columns.items()})


def parse(data: bytes | memoryview, options: Options) -> Iterator[Reading]:
    """Read an access log, plain or as syslog has it. Yields one Reading per chunk of the file."""
    for chunk in split(data):
        lines = decoded(chunk.table, options.encoding)
        with scratch.cursor() as db:
            db.register("lines", lines)
            found = db.execute(_EVENTS, {"salt": options.salt}).to_arrow_table()
        rejects = _rejects(chunk.table, lines, found, options.encoding)
        events = _finished(found.filter(found["activity"].is_valid()), options)
        ignored = chunk.table.num_rows - events.num_rows - len(rejects)
        yield Reading(events=events, rejects=tuple(rejects), ignored=ignored)


SQUID: Final = Source(name="squid", version=VERSION, parse=parse)
