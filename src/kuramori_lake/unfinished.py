"""Lines that wait for others: what the files of a source instance left unfinished, until a later file completes it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from kuramori_lake.manifest import Manifest
from kuramori_lake.sources.parsed import Loose
from kuramori_lake.unwatched import Shelter

_COLUMNS = '"group", line, time, since, row, "offset", length, told, batch_id'


def left(manifest: Manifest, source: str, instance: str) -> tuple[Loose, ...]:
    """All lines of a source instance that still wait, in the order of their files."""
    rows = manifest.db.execute(
        f"SELECT {_COLUMNS} FROM loose WHERE source = ? AND instance = ? ORDER BY since, row", (source, instance)
    )
    return tuple(Loose(**{**dict(row), "masked": row["line"], "told": bool(row["told"])}) for row in rows)


def sheltered(lines: Sequence[Loose], shelter: Shelter) -> tuple[Loose, ...]:
    """The lines as they may be kept: of a group that names a protected party, nothing but which group it is."""
    hidden = {one.group for one in lines if shelter.names(one.line)}
    return tuple(replace(one, line=one.masked) if one.group in hidden else one for one in lines)


def keep(db: sqlite3.Connection, batch_id: int, source: str, instance: str, lines: Sequence[Loose]) -> None:
    """Put `lines` in the place of what waited, in the transaction of the batch that brought the new ones."""
    db.execute("DELETE FROM loose WHERE source = ? AND instance = ?", (source, instance))
    db.executemany(
        f"INSERT INTO loose (source, instance, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (source, instance, one.group, one.line, one.time, one.since, one.row, one.offset, one.length, one.told,
             one.batch_id or batch_id)
            for one in lines
        ],
    )  # fmt: skip
