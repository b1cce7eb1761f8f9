"""Linux auditd (`/var/log/audit/audit.log`, or as rsyslog carries it): one event for each group of records.

Records of one event stand near each other but not always together, and a file may end between them: what is unfinished
waits as `Loose` for the next file, and is told without the rest if that does not bring it. Times are UTC by definition.
"""

from collections.abc import Iterator
from typing import Final

from kuramori_lake import clock
from kuramori_lake.event import TimeBasis
from kuramori_lake.sources.auditd_deeds import deed
from kuramori_lake.sources.auditd_records import LINE, Group, Record, members
from kuramori_lake.sources.lines import LONGEST_LINE, split
from kuramori_lake.sources.parsed import Loose, Options, Reading, Reject, Source, digest, reject
from kuramori_lake.sources.text_rows import Row, table_of, where

VERSION: Final = 1
PATIENCE: Final = 2_000_000
"""Microseconds after which no more records of an event come, by auditd's own `end_of_event_timeout`."""
MASKED: Final = b"masked"


class _Groups:
    """Events being put together; those that are whole are told in the order in which they became so."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._open: dict[str, Group] = {}
        self._lines: dict[str, list[Loose]] = {}
        self._hidden: set[str] = set()
        self.rows: list[Row] = []
        self.rejects: list[Reject] = []
        self._newest = 0

    def recall(self, waiting: tuple[Loose, ...], content: bytes) -> None:
        """Take up what earlier files left unfinished; a line that is in this file again is read there."""
        for one in waiting:
            if one.line == MASKED:
                self._hidden.add(one.group)
                self._lines.setdefault(one.group, []).append(one)
            elif one.line not in content:
                self._add(one.line, one, None)

    def take(self, place: Row) -> None:
        """One line of the file."""
        raw: bytes = place["line"].rstrip(b"\r\n")
        if not raw.strip():
            return
        try:
            if len(raw) > LONGEST_LINE:
                raise ValueError("line longer than 1 MiB")  # noqa: TRY301
            self._add(raw, None, place)
        except UnicodeDecodeError:
            self.rejects.append(reject(place["raw_row"], place["raw_offset"], f"not {self._options.encoding}", raw))
        except (ValueError, OverflowError) as error:
            self.rejects.append(reject(place["raw_row"], place["raw_offset"], str(error), raw))

    def _add(self, raw: bytes, loose: Loose | None, place: Row | None) -> None:
        found = LINE.search(raw.decode(self._options.encoding))
        if not found:
            raise ValueError("not a record of auditd")
        text = f"{found['seconds']}.{found['ms']:0>3}"
        name = f"{found['node'] or ''}/{text}:{found['serial']}"
        time = int(found["seconds"]) * 1_000_000 + int(found["ms"].ljust(3, "0")) * 1_000
        clock.moment(time)
        self._newest = max(self._newest, time)
        group = self._open.setdefault(name, Group(name=name, time=time, text=text, node=found["node"]))
        group.records.append(Record(found["type"], members(found["type"], found["rest"])))
        group.places.append(place or {"batch": loose and loose.batch_id, "raw_row": loose and loose.row})
        self._lines.setdefault(name, []).append(loose or self._loose(raw, name, time, place or {}))
        if group.is_whole:
            self._tell(group)
        for late in [one for one in self._open.values() if one.time < self._newest - PATIENCE]:
            self._tell(late, flag="incomplete")

    def _loose(self, raw: bytes, name: str, time: int, place: Row) -> Loose:
        return Loose(
            group=name, line=raw, masked=MASKED, time=time, since=time, row=place["raw_row"],
            offset=place["raw_offset"], length=place["raw_length"],
        )  # fmt: skip

    def _tell(self, group: Group, flag: str | None = None) -> None:
        del self._open[group.name]
        self._lines.pop(group.name, None)
        row = deed(group)
        if row is None or group.name in self._hidden:
            return
        here = [place for place in group.places if "batch" not in place]
        first = where(here[0], self._options.encoding) if here and here[0] is group.places[0] else {}
        others = [str(p["raw_row"]) if "batch" not in p else f"{p['batch']}:{p['raw_row']}" for p in group.places]
        self.rows.append(row | first | {
            "row_key": digest(self._options.salt, b"auditd\0" + group.name.encode()), "original_text": group.text,
            "time_utc": clock.moment(group.time).replace(tzinfo=None), "tz_basis": TimeBasis.EXPLICIT,
            "host": group.node or self._options.host, "stitched_from": ",".join(others[1 if first else 0:]) or None,
            "flags": flag or (None if first else "joined_later"), "uid": group.name.rpartition("/")[2],
        })  # fmt: skip

    def waiting(self) -> tuple[Loose, ...]:
        """Lines of events that are not whole yet."""
        return tuple(line for lines in self._lines.values() for line in lines)


def parse(data: bytes | memoryview, options: Options) -> Iterator[Reading]:
    """Read one log. Events whose first record came in an earlier file are derived; the rest are read here."""
    groups, lines = _Groups(options), 0
    groups.recall(options.loose, bytes(data) if options.loose else b"")
    for chunk in split(data):
        lines += chunk.table.num_rows
        for place in chunk.table.to_pylist():
            groups.take(place)
    read = [row for row in groups.rows if "raw_row" in row]
    derived = [row for row in groups.rows if "raw_row" not in row]
    ignored = lines - len(read) - len(groups.rejects)
    yield Reading(
        events=table_of([*read, *derived]), rejects=tuple(groups.rejects), ignored=ignored, derived=len(derived),
        loose=groups.waiting(),
    )  # fmt: skip


AUDITD: Final = Source(name="auditd", version=VERSION, parse=parse, numbered=True, joins=True)
