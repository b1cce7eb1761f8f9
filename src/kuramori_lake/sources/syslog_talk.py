"""Programs that say one thing in several syslog lines: the lines of one conversation, over as many files as it takes.

A conversation has a name, such as host and process; what was said in it is its memory. Lines that a later line will
need are kept as `Loose` until the conversation is over, a week at the longest. Bulk and time are read by SQL
(`syslog_head`); only lines of the programs asked for are looked at one by one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kuramori_lake import clock, scratch
from kuramori_lake.event import Outcome
from kuramori_lake.sources.lines import LONGEST_LINE, decoded, split
from kuramori_lake.sources.parsed import Loose, Options, Reading, Reject, Source, digest, reject
from kuramori_lake.sources.syslog_head import SPLIT, Times, last_line_of
from kuramori_lake.sources.text_rows import Row, table_of, where

LONGEST_WAIT: Final = 7 * 86_400 * 1_000_000
MOST_WAITING: Final = 20_000
"""Lines kept for later files; the oldest go first, so that a hostile log cannot fill the manifest."""
MASKED: Final = b"masked"

_LINES: Final = f"""
WITH found AS (
    SELECT * REPLACE (rtrim(line, chr(13) || chr(10)) AS line) FROM lines WHERE NOT bad
), {SPLIT}
SELECT raw_row, raw_offset, raw_length, line, stamp, yearless, zoned, host, message,
    array_extract(string_split(program, '/'), -1) AS service,
    CASE WHEN is_5424 THEN split_part(tail, ' ', 2) ELSE regexp_extract(tail, '^[^ :]*?\\[(\\d+)\\]', 1) END AS pid,
    trim(line) = '' OR yearless IS NOT NULL OR zoned IS NOT NULL AS is_syslog
FROM syslog ORDER BY raw_row"""


@dataclass(frozen=True, kw_only=True)
class Said:
    """One line of a program that is listened to."""

    host: str
    service: str
    pid: str
    message: str
    utc: int = 0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a line means: an event, a thing to remember for later lines, the end of the conversation."""

    row: Row | None = None
    keep: bool = False
    over: bool = False


NOTHING: Final = Answer()


@dataclass(frozen=True, kw_only=True)
class Talk:
    """How a family of programs is understood."""

    services: frozenset[str]
    group: Callable[[Said], str]
    """Name of the conversation that a line belongs to."""
    answer: Callable[[Said, Row], Answer]
    """What a line means; the memory of its conversation is read and written."""


@dataclass(kw_only=True)
class _Listener:
    talk: Talk
    options: Options
    memory: dict[str, Row] = field(default_factory=dict)
    kept: dict[str, list[Loose]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    newest: int = 0

    def hear(self, said: Said, loose: Loose) -> Row | None:
        """One line; its event, if it has one."""
        group, self.newest = loose.group, max(self.newest, loose.time)
        answer = self.talk.answer(said, self.memory.setdefault(group, {}))
        if answer.keep:
            self.kept.setdefault(group, []).append(loose)
        hidden = group in self.hidden
        if answer.over:
            self.memory.pop(group, None)
            self.kept.pop(group, None)
            self.hidden.discard(group)
        return None if hidden else answer.row

    def recall(self, waiting: list[Loose]) -> None:
        """Hear again what earlier files left; a masked line only says that its conversation is nobody's business."""
        masked = [one for one in waiting if one.line == MASKED]
        for one in masked:
            self.hidden.add(one.group)
            self.kept.setdefault(one.group, []).append(one)
        plain = [one for one in waiting if one.line != MASKED]
        for one, said in zip(plain, _said([one.line for one in plain], self.options), strict=True):
            if said is not None:
                self.hear(said, one)

    def waiting(self) -> tuple[Loose, ...]:
        """What the next file may need."""
        lines = (one for group in self.kept.values() for one in group if one.time >= self.newest - LONGEST_WAIT)
        return tuple(sorted(lines, key=lambda one: one.time)[-MOST_WAITING:])


def _found(table: pa.Table, encoding: str) -> pa.Table:
    with scratch.cursor() as db:
        db.register("lines", decoded(table, encoding))
        return db.execute(_LINES).to_arrow_table()


def _as_said(row: Row, utc: int) -> Said:
    return Said(host=row["host"], service=row["service"], pid=row["pid"], message=row["message"].strip(), utc=utc)


def _said(lines: list[bytes], options: Options) -> list[Said | None]:
    """Lines of earlier files once more; their times are known already."""
    found: list[Said | None] = []
    for line in lines:
        rows = _found(next(split(line)).table, options.encoding).to_pylist() if line else []
        found.append(_as_said(rows[0], 0) if rows else None)
    return found


def _headless(line: str) -> str:
    return line.partition(">")[2] if line.startswith("<") else line


class _File:
    """One file of syslog lines, read for one family of programs."""

    def __init__(self, talk: Talk, data: memoryview, options: Options) -> None:
        """Nothing is read yet but the end of the file, which tells its year."""
        self._talk, self._data, self._options = talk, data, options
        self._listener = _Listener(talk=talk, options=options)
        self._later = list(options.loose)
        self._times: Times | None = None

    def read(self) -> Iterator[Reading]:
        """One reading for each chunk of the file."""
        for chunk in split(self._data):
            found = _found(chunk.table, self._options.encoding)
            if self._times is None:
                end = _found(last_line_of(self._data), self._options.encoding)
                self._times = Times.before(found, end, self._options)
            utc, basis, known = self._times.of(found)
            wanted = np.isin(np.asarray(found["service"].fill_null(""), dtype=str), sorted(self._talk.services))
            rejects = _rejects(chunk.table, found, wanted & ~known, self._options.encoding)
            chosen = found.filter(pa.array(wanted & known)).to_pylist()
            told = zip(chosen, utc[wanted & known].tolist(), basis[wanted & known].tolist(), strict=True)
            events = table_of(self._told(list(told)))
            ignored = chunk.table.num_rows - events.num_rows - len(rejects)
            self._listener.recall(self._later if chunk.last else [])
            loose = self._listener.waiting() if chunk.last else None
            yield Reading(events=events, rejects=tuple(rejects), ignored=ignored, loose=loose)

    def _told(self, chosen: list[tuple[Row, int, str]]) -> Iterator[Row]:
        """Events of lines in the order of the file; what earlier files left is heard in its place among them."""
        here = {row["line"].encode(self._options.encoding, "replace") for row, _, _ in chosen} if self._later else set()
        self._later = [one for one in self._later if one.line not in here]
        since = chosen[0][1] if chosen else 0
        for row, utc, basis in chosen:
            self._listener.recall([one for one in self._later if one.time <= utc])
            self._later = [one for one in self._later if one.time > utc]
            said = _as_said(row, utc)
            group = self._talk.group(said)
            event = self._listener.hear(said, _loose(row, group, utc, since, self._options.encoding))
            if event is not None:
                yield self._finished(event, row, utc, basis)

    def _finished(self, event: Row, row: Row, utc: int, basis: str) -> Row:
        line: str = row["line"]
        headless = line.partition(">")[2] if line.startswith("<") else line
        return {
            "row_key": digest(self._options.salt, headless.encode("utf-8", "surrogatepass")),
            "time_utc": clock.moment(utc).replace(tzinfo=None), "original_text": row["stamp"], "tz_basis": basis,
            "host": row["host"] or self._options.host, "outcome": Outcome.OK,
        } | event | where(row, self._options.encoding)  # fmt: skip


def _loose(row: Row, group: str, utc: int, since: int, encoding: str) -> Loose:
    line = row["line"].encode(encoding, "replace")
    return Loose(
        group=group, line=line, masked=MASKED, time=utc, since=since, row=row["raw_row"], offset=row["raw_offset"],
        length=row["raw_length"], told=True,
    )  # fmt: skip


def _rejects(raw: pa.Table, found: pa.Table, yearless: npt.NDArray[np.bool_], encoding: str) -> list[Reject]:
    """Lines that are no text, no lines of syslog, or of a year that nothing tells."""
    rows = np.asarray(found["raw_row"])
    unread = np.setdiff1d(np.asarray(raw["raw_row"]), rows).tolist()
    odd = dict.fromkeys(unread, f"not {encoding}")
    odd |= dict.fromkeys(rows[yearless].tolist(), "nothing tells the year")
    foreign = ~np.asarray(found["is_syslog"], dtype=bool)
    odd |= dict.fromkeys(rows[foreign].tolist(), "not a line of syslog")
    rejects = []
    for row in sorted(odd):
        place = raw.slice(row - raw["raw_row"][0].as_py(), 1).to_pylist()[0]
        why = "line longer than 1 MiB" if place["raw_length"] > LONGEST_LINE else odd[row]
        rejects.append(reject(row, place["raw_offset"], why, place["line"].rstrip(b"\r\n")))
    return rejects


def _parse(talk: Talk, data: bytes | memoryview, options: Options) -> Iterator[Reading]:
    return _File(talk, memoryview(data), options).read()


def talk_source(name: str, version: int, talk: Talk) -> Source:
    """A kind of log by the way its programs talk."""
    return Source(name=name, version=version, parse=partial(_parse, talk), joins=True)
