"""Postfix's mail log: one event per recipient of a mail, told once however many queues and files it passed.

Who sent is certain where the client logged in (`sasl_username`), else only claimed by the envelope. Subject and
attachments are not in the log. A mail whose lines lie in two files is joined by `Loose` lines, in either order.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kuramori_lake import clock, scratch
from kuramori_lake.event import PARSED
from kuramori_lake.sources.lines import LONGEST_LINE, decoded, split
from kuramori_lake.sources.parsed import Loose, Options, Reading, Reject, Source, reject
from kuramori_lake.sources.postfix_lines import read_lines
from kuramori_lake.sources.postfix_mails import HELD, join
from kuramori_lake.sources.syslog_head import Times, last_line_of

VERSION: Final = 1
FILTER: Final = "filter"
"""Group of the loose lines that are no lines of a mail: next hops known to give mails back."""

_DAY: Final = 86_400_000_000
_LONG_ID: Final = re.compile(r"([0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{6,})[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-y]{4}z\w+")
_DIGITS: Final = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"

_EVENTS: Final = """
WITH told AS (
    SELECT *, nullif(lower(array_extract(string_split(recipient, '@'), -1)), lower(recipient)) AS domain,
        lower(array_extract(string_split(sender, '@'), -1)) AS sender_domain,
        coalesce(first_login, login) AS account, nullif(sender, '') AS claimed,
        regexp_matches(coalesce(relay, ''), '\\[(127\\.|::1)') AS is_near
    FROM fates WHERE fate = 'event'
)
SELECT row_key, make_timestamp(utc) AS time_utc, stamp AS original_text, basis AS tz_basis,
    coalesce(account, claimed) AS actor_raw,
    CASE WHEN contains(account, '@') OR (account IS NULL AND claimed IS NOT NULL) THEN 'mail'
        WHEN account IS NOT NULL THEN $namespace END AS actor_namespace,
    CASE WHEN account IS NOT NULL THEN 'authenticated' WHEN claimed IS NOT NULL THEN 'claimed' END AS confidence,
    CASE kind WHEN 'hold' THEN 'mail_hold' WHEN 'release' THEN 'mail_release' WHEN 'to' THEN
        CASE WHEN by_filter THEN 'mail_hold' WHEN status = 'bounced' AND is_near THEN 'mail_block' ELSE 'mail_send' END
        ELSE 'mail_block' END AS activity,
    CASE kind WHEN 'hold' THEN 'held' WHEN 'release' THEN 'ok' WHEN 'to' THEN
        CASE WHEN by_filter THEN 'held' WHEN status = 'sent' THEN 'ok'
            WHEN status = 'bounced' AND is_near THEN 'blocked' ELSE 'error' END
        ELSE 'blocked' END AS outcome,
    'mail' AS object_kind, nullif(message_id, '') AS uid, size, size AS bytes, recipients AS count, host,
    CASE WHEN is_second THEN first_ip ELSE coalesce(orig_ip, ip) END AS ip,
    CASE WHEN is_second THEN first_client ELSE client END AS client,
    CASE WHEN recipient IS NULL THEN NULL WHEN len($domains) > 0 THEN
        CASE WHEN list_contains($domains, domain) THEN 'person' ELSE 'external_mail' END
        WHEN service IN ('local', 'virtual', 'pipe', 'lmtp') OR domain IS NULL OR domain = sender_domain THEN 'person'
        ELSE 'external_mail' END AS destination_class,
    recipient AS destination_value, domain AS destination_domain, host || '/' || queue_id AS session_key,
    concat_ws(',', CASE WHEN batch_id IS NOT NULL THEN cited END, from_lines) AS stitched_from,
    nullif(concat_ws(',', CASE WHEN NOT is_whole THEN 'head_missing' END,
        CASE WHEN by_filter THEN 'not_returned' END,
        CASE WHEN kind = 'to' AND status <> 'sent' THEN status END,
        CASE WHEN batch_id IS NOT NULL THEN 'joined_later' END), '') AS flags,
    CASE WHEN batch_id IS NULL THEN row END AS raw_row, CASE WHEN batch_id IS NULL THEN raw_offset END AS raw_offset,
    CASE WHEN batch_id IS NULL THEN raw_length END::INTEGER AS raw_length, $encoding AS raw_encoding,
    to_json(struct_pack(sender := sender, relay := relay, dsn := dsn, status := status, reply := reply)) AS fields,
    batch_id IS NOT NULL AS is_derived
FROM told ORDER BY is_derived, spot"""

_PLACES: Final = ("utc", "basis", "since", "row", "raw_offset", "raw_length", "told", "batch_id", "cited")


def born(queue_id: str) -> int | None:
    """When a long queue id was given, microseconds UTC: it is the only year and zone in an old log (None: short)."""
    found = _LONG_ID.fullmatch(queue_id)
    if not found:
        return None
    seconds = 0
    for letter in found[1]:
        seconds = seconds * len(_DIGITS) + _DIGITS.index(letter)
    return seconds * 1_000_000


class _Log:
    """One file being read: what goes on from chunk to chunk."""

    def __init__(self, data: bytes | memoryview, options: Options) -> None:
        self._options = options
        self._data = memoryview(data)
        self._times: Times | None = None
        self._since: int | None = None
        self._loose = options.loose

    def read(self, raw: pa.Table) -> Reading:
        """One chunk, joined with what is loose so far."""
        options = self._options
        lines = decoded(raw, options.encoding)
        found = read_lines(lines, options.salt)
        if self._times is None:
            self._times = self._clock_of(found)
        utc, basis, known = self._times.of(found)
        matters = np.asarray(found["matters"]) & known & ~np.asarray(pc.fill_null(found["cut"], fill_value=False))
        rejects = self._rejects(raw, lines, found, known)
        if self._since is None and known.any():
            self._since = int(utc[known][0])
        mask = pa.array(matters)
        rows = found["raw_row"].filter(mask)
        place = raw.take(pa.array(np.asarray(rows) - raw["raw_row"][0].as_py())) if len(rows) else raw.slice(0, 0)
        fresh = _placed(found.filter(mask), {
            "utc": pa.array(utc[matters]), "basis": pa.array(basis[matters], pa.string()),
            "since": pa.repeat(self._since or 0, len(rows)), "row": rows, "raw_offset": place["raw_offset"],
            "raw_length": place["raw_length"], "told": pa.repeat(pa.scalar(value=False), len(rows)),
            "batch_id": pa.nulls(len(rows), pa.int64()), "cited": rows.cast(pa.string()),
        })  # fmt: skip
        events = self._joined(fresh, place["line"].to_pylist)
        derived = int(pc.sum(events["is_derived"]).as_py() or 0)
        read = events.num_rows - derived
        return Reading(
            events=events.drop_columns(["is_derived"]), rejects=tuple(rejects), derived=derived,
            ignored=raw.num_rows - read - len(rejects), loose=self._loose,
        )  # fmt: skip

    def _clock_of(self, found: pa.Table) -> Times:
        """The years of the log: by its first long queue id, else by the time the file was written."""
        options = self._options
        first = next(
            ((row["yearless"], known) for row in found.select(["yearless", "queue_id"]).slice(0, 5_000).to_pylist()
             if row["yearless"] is not None and (known := born(row["queue_id"] or "")) is not None),
            None,
        )  # fmt: skip
        if first is not None:
            anchor = int(clock.to_local(np.array([first[1]]), options.zone)[0])
            return Times.near(found, clock.micros(first[0]), anchor, options)
        last = read_lines(decoded(last_line_of(self._data), options.encoding), b"")
        return Times.before(found, last, options)

    def _rejects(self, raw: pa.Table, lines: pa.Table, found: pa.Table, known: Any) -> list[Reject]:
        bad = np.flatnonzero(np.asarray(lines["bad"]))
        reasons = {int(at): f"not {self._options.encoding}" for at in bad}
        reasons |= {at: "line longer than 1 MiB" for at in reasons if raw["raw_length"][at].as_py() > LONGEST_LINE}
        rows = np.asarray(found["raw_row"]) - (raw["raw_row"][0].as_py() if raw.num_rows else 0)
        matters, cut = np.asarray(found["matters"]), np.asarray(pc.fill_null(found["cut"], fill_value=False))
        reasons |= dict.fromkeys(rows[np.asarray(found["broken"])].tolist(), "no time and program found")
        reasons |= dict.fromkeys(rows[cut].tolist(), "delivery without recipient, relay or status")
        dated = ~np.asarray(found["broken"])
        reasons |= dict.fromkeys(rows[matters & ~known & dated].tolist(), "the year of the line is not known")
        places = raw.select(["raw_row", "raw_offset", "line"])
        chosen = [(places.slice(at, 1).to_pylist()[0], why) for at, why in sorted(reasons.items())]
        return [reject(row["raw_row"], row["raw_offset"], why, row["line"].rstrip(b"\r\n")) for row, why in chosen]

    def _joined(self, fresh: pa.Table, texts: Any) -> pa.Table:
        """Events of the fresh lines and of the loose ones that they complete; keeps what is loose now."""
        options = self._options
        loose = [one for one in self._loose if one.group != FILTER]
        filters = {one.line.decode(): one.time for one in self._loose if one.group == FILTER}
        together = fresh
        if loose:
            old = _reread(loose, options)
            is_new = np.isin(np.asarray(old["row_key"]), np.asarray(fresh["row_key"]), invert=True)
            loose = [one for one, new in zip(loose, is_new, strict=True) if new]
            together = pa.concat_tables([old.filter(pa.array(is_new)), fresh], promote_options="permissive")
        content = [*(one.line for one in loose), *texts()]
        order = np.lexsort((np.asarray(together["row"]), np.asarray(together["since"])))
        together = together.take(pa.array(order)).append_column("spot", pa.array(np.arange(len(order))))
        now = self._now(together)
        fates = join(together, pa.table({"relay": pa.array(list(filters), pa.string())}), now)
        self._loose = (*_still_loose(fates, [content[i] for i in order]), *_filters(fates, filters, now))
        with scratch.cursor() as db:
            db.register("fates", fates)
            words = {
                "namespace": str(options.namespace),
                "domains": list(options.domains),
                "encoding": options.encoding,
            }
            events = db.execute(_EVENTS, words).to_arrow_table()
        typed = [
            PARSED.field(name) if name in PARSED.names else events.schema.field(name) for name in events.column_names
        ]
        return events.cast(pa.schema([field.with_nullable(True) for field in typed]))

    def _now(self, lines: pa.Table) -> int:
        latest = pc.max(lines["utc"]).as_py() or 0
        written = self._options.written
        return min(latest, clock.micros(written) + _DAY) if written else latest


def _placed(found: pa.Table, places: dict[str, Any]) -> pa.Table:
    kept = found.drop_columns(["matters", "broken", "cut", "yearless", "zoned", "raw_row"])
    for name in _PLACES:
        kept = kept.append_column(name, places[name])
    return kept


def _reread(loose: list[Loose], options: Options) -> pa.Table:
    """Loose lines as `read_lines` gives them; their places are those of the file that they came in."""
    lines = pa.table({
        "raw_row": pa.array(range(len(loose)), pa.int64()), "raw_offset": pa.array([0] * len(loose), pa.int64()),
        "raw_length": pa.array([len(one.line) for one in loose], pa.int64()),
        "line": pa.array([one.line.decode(options.encoding, "replace") for one in loose], pa.large_string()),
        "bad": pa.array([False] * len(loose), pa.bool_()),
    })  # fmt: skip
    found = read_lines(lines, options.salt)
    zoned = found["zoned"].is_valid()
    return _placed(found, {
        "utc": pa.array([one.time for one in loose], pa.int64()),
        "basis": pc.if_else(zoned, "explicit", str(options.basis)),
        "since": pa.array([one.since for one in loose], pa.int64()),
        "row": pa.array([one.row for one in loose], pa.int64()),
        "raw_offset": pa.array([one.offset for one in loose], pa.int64()),
        "raw_length": pa.array([one.length for one in loose], pa.int64()),
        "told": pa.array([one.told for one in loose], pa.bool_()),
        "batch_id": pa.array([one.batch_id for one in loose], pa.int64()),
        "cited": pa.array([_cited(one) for one in loose], pa.string()),
    })  # fmt: skip


def _cited(one: Loose) -> str:
    return f"{one.batch_id}:{one.row}" if one.batch_id else str(one.row)


def _still_loose(fates: pa.Table, content: list[bytes]) -> Iterator[Loose]:
    for row in fates.filter(fates["keeps"]).to_pylist():
        line = content[row["spot"]].rstrip(b"\r\n")
        name = f"{row['queue_id']}: ".encode()
        masked = line.partition(name)[0] + name + b"masked"
        yield Loose(
            group=f"{row['host']}/{row['queue_id']}", line=masked if row["is_masked"] else line, masked=masked,
            time=row["utc"], since=row["since"], row=row["row"], offset=row["raw_offset"], length=row["raw_length"],
            told=row["told"] or row["fate"] in {"event", "done"}, batch_id=row["batch_id"],
        )  # fmt: skip


def _filters(fates: pa.Table, known: dict[str, int], now: int) -> Iterator[Loose]:
    """The next hops that give mails back, as far as one was seen within the last 90 days."""
    seen = set(pc.unique(fates["relay"].filter(fates["by_filter"])).to_pylist()) - {None}
    for relay, time in (known | dict.fromkeys(seen, now)).items():
        if now - time < HELD:
            name = relay.encode()
            yield Loose(group=FILTER, line=name, masked=name, time=time, since=0, row=0, offset=0, length=0)


def parse(data: bytes | memoryview, options: Options) -> Iterator[Reading]:
    """Read a mail log in any of syslog's forms. Yields one Reading per chunk; the last one has what is still loose."""
    log = _Log(data, options)
    for chunk in split(data):
        yield log.read(chunk.table)


POSTFIX: Final = Source(name="postfix", version=VERSION, parse=parse, numbered=True, joins=True)
