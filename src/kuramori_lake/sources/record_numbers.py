"""Holes in the record numbers of a log: within one file, and between the files of one channel of one computer.

A log whose records count up shows by its numbers what somebody took out, or what never arrived.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Final

import numpy as np
import pyarrow as pa

from kuramori_lake import clock
from kuramori_lake.event import PARSED, Activity, ObjectKind, Outcome, TimeBasis
from kuramori_lake.sources.parsed import Stretch, digest

MOST_HOLES: Final = 1_000
"""Of one file; a log with more is reported as far as this."""

Seen = Mapping[tuple[str, str], list[tuple[int, str]]]
"""Record number and time of every record, by channel and computer."""

_COLUMNS: Final = (
    "row_key", "time_utc", "original_text", "tz_basis", "activity", "outcome", "object_kind", "path", "name", "count",
    "host", "flags",
)  # fmt: skip
_SCHEMA: Final = pa.schema([PARSED.field(name) for name in _COLUMNS])


@dataclass(frozen=True, kw_only=True)
class Hole:
    """Record numbers that are missing, both ends included; `before` is the time of the record that follows."""

    channel: str
    computer: str
    first: int
    last: int
    before: str
    between_files: bool = False

    def covers(self, other: "Hole") -> bool:
        """The other one is a part of this one."""
        same = (self.channel, self.computer) == (other.channel, other.computer)
        return same and self.first <= other.first and other.last <= self.last


def within(seen: Seen) -> tuple[list[Stretch], list[Hole]]:
    """What a file covers and the holes inside it.

    A selection of a log (less than half of its numbers) has holes by nature: it covers nothing and has none.
    """
    stretches, holes = [], []
    for (channel, computer), records in seen.items():
        times = dict(records)
        numbers = np.unique(np.fromiter(times, dtype=np.int64, count=len(times)))
        first, last = int(numbers[0]), int(numbers[-1])
        if len(numbers) * 2 < last - first + 1:
            continue
        ends = sorted((clock.iso_micros(times[first]), clock.iso_micros(times[last])))
        stretches.append(
            Stretch(
                channel=channel, computer=computer, first=first, last=last, since=ends[0], until=ends[1],
                since_text=times[first],
            )
        )  # fmt: skip
        for at in np.flatnonzero(np.diff(numbers) > 1)[:MOST_HOLES]:
            gone, back = int(numbers[at]) + 1, int(numbers[at + 1]) - 1
            holes.append(Hole(channel=channel, computer=computer, first=gone, last=back, before=times[back + 1]))
    return stretches, holes


def between(stretches: Iterable[Stretch]) -> list[Hole]:
    """The holes that files leave between them, whatever order they came in.

    Numbers that start again, later than all before, are the log's next epoch and no hole: a cleared log counts anew.
    """
    stream = attrgetter("channel", "computer")
    ordered = sorted(stretches, key=attrgetter("channel", "computer", "since", "first"))
    return [hole for _, group in groupby(ordered, stream) for hole in _between(list(group))]


def _between(ordered: list[Stretch]) -> list[Hole]:
    found, upto, until = [], ordered[0].last, ordered[0].until
    for one in ordered[1:]:
        starts_again = one.first <= upto and one.since > until
        if one.first > upto + 1:
            found.append(
                Hole(
                    channel=one.channel, computer=one.computer, first=upto + 1, last=one.first - 1,
                    before=one.since_text, between_files=True,
                )
            )  # fmt: skip
        upto = one.last if starts_again else max(upto, one.last)
        until = max(until, one.until)
    return found


def events(holes: Iterable[Hole], salt: bytes) -> pa.Table:
    """Holes as events, at the time of the record after the hole. The same hole has the same key, however found."""
    return pa.Table.from_pylist([_event(hole, salt) for hole in holes], _SCHEMA)


def _event(hole: Hole, salt: bytes) -> dict[str, object]:
    time = clock.iso_micros(hole.before)
    name = f"gap\0{hole.channel}\0{hole.computer}\0{hole.first}\0{hole.last}\0{time // 1_000_000}"
    return {
        "row_key": digest(salt, name.encode()),
        "time_utc": time,
        "original_text": hole.before,
        "tz_basis": TimeBasis.EXPLICIT,
        "activity": Activity.LOG_GAP,
        "outcome": Outcome.UNKNOWN,
        "object_kind": ObjectKind.LOG,
        "path": hole.channel,
        "name": f"{hole.first}-{hole.last}",
        "count": hole.last - hole.first + 1,
        "host": hole.computer,
        "flags": "between_files" if hole.between_files else None,
    }
