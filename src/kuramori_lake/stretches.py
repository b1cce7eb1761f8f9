"""Which record numbers of which log have arrived, file by file: what is missing between them, until it comes."""

import sqlite3
from collections.abc import Iterable, Sequence

from kuramori_lake.manifest import Manifest
from kuramori_lake.sources import record_numbers
from kuramori_lake.sources.parsed import Stretch
from kuramori_lake.sources.record_numbers import Hole

_COLUMNS = "channel, computer, first, last, since, until, since_text"


def arrived(manifest: Manifest, source: str, instance: str) -> list[Stretch]:
    """All stretches of a source instance."""
    rows = manifest.db.execute(
        f"SELECT {_COLUMNS} FROM stretch WHERE source = ? AND instance = ?",
        (source, instance),
    )
    return [Stretch(**dict(row)) for row in rows]


def opened(manifest: Manifest, source: str, instance: str, new: Sequence[Stretch]) -> list[Hole]:
    """Holes that are seen for the first time now that `new` arrived; a part of a known hole is not new."""
    if not new:
        return []
    before = arrived(manifest, source, instance)
    known = record_numbers.between(before)
    holes = record_numbers.between([*before, *new])
    return [hole for hole in holes if not any(old.covers(hole) for old in known)]


def still_open(manifest: Manifest, source: str, instance: str) -> list[Hole]:
    """Holes that no file has filled yet."""
    return record_numbers.between(arrived(manifest, source, instance))


def remember(db: sqlite3.Connection, batch_id: int, source: str, instance: str, new: Iterable[Stretch]) -> None:
    """Name the stretches of a batch, in its transaction."""
    db.executemany(
        f"INSERT INTO stretch (batch_id, source, instance, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (batch_id, source, instance, s.channel, s.computer, s.first, s.last, s.since, s.until, s.since_text)
            for s in new
        ],
    )
