"""Deviations that earlier nights worked out, kept beside the lake: tonight only adds the days that are new or changed.

A day's deviations depend on that day and those before it, on where people stood on them, and on the settings. So what
is kept holds up to the first day of which the roll-up, or anybody's place, has changed since. It is derived and can be
deleted, also in parts; a run that is killed leaves what was kept before.
"""

import fcntl
import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from kuramori_lake import scratch
from kuramori_lake.detect.rollup import RollUp
from kuramori_lake.rank.settings import Settings
from kuramori_lake.segments import sync
from kuramori_lake.store import Lake

FORMAT: Final = 1
STANDING: Final = ("people", "sites")
TABLES: Final = ("odd", *STANDING)
"""The files of a night: deviations, and where people stood and when sites rested when these were worked out."""
_JUDGING: Final = ("baseline_days", "least_own", "peers_least", "settled_days", "absent_days", "windows")
"""Settings that a deviation depends on."""
_RESTS_DIFFER: Final = "(FROM sites_was EXCEPT FROM sites_now) UNION ALL (FROM sites_now EXCEPT FROM sites_was)"
_PLACE: Final = "unit, role, site, array_to_string(projects, ',')"
_MOVED: Final = f"""
WITH was AS (SELECT person_id, since, until, ({_PLACE}) AS place FROM people_was),
now AS (SELECT person_id, since, until, ({_PLACE}) AS place FROM people_now),
differs AS ((FROM was EXCEPT FROM now) UNION ALL (FROM now EXCEPT FROM was)),
edges AS (SELECT person_id, since AS day FROM differs UNION SELECT person_id, until + 1 FROM differs),
was_on AS (
    SELECT e.person_id, e.day, arg_max(place, (since, place)) AS place FROM edges e
    JOIN was w ON w.person_id = e.person_id AND e.day BETWEEN since AND until GROUP BY ALL
), now_on AS (
    SELECT e.person_id, e.day, arg_max(place, (since, place)) AS place FROM edges e
    JOIN now n ON n.person_id = e.person_id AND e.day BETWEEN since AND until GROUP BY ALL
)
SELECT min(day) FROM edges LEFT JOIN was_on USING (person_id, day) LEFT JOIN now_on USING (person_id, day)
WHERE was_on.place IS DISTINCT FROM now_on.place
"""
"""The first day on which anybody stands elsewhere than the old table of people said: places change at edges only."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Deviations of all days from `since` to `until`, and what they were worked out from."""

    folder: Path
    since: date = date.max
    until: date = date.min
    settings: str = ""
    made: str = ""
    turn: int = 0
    file: str = ""
    format: int = FORMAT

    @classmethod
    def read(cls, lake: Lake) -> Self:
        """What is kept of this lake; nothing if there is none, another version wrote it or a file of it is gone."""
        folder = lake.root / "ranked"
        state = folder / "state.json"
        kept = json.loads(state.read_text(encoding="utf-8")) if state.exists() else {}
        if kept.get("format") != FORMAT:
            return cls(folder=folder)
        since, until = (date.fromisoformat(kept.pop(name)) for name in ("since", "until"))
        found = cls(folder=folder, since=since, until=until, **kept)
        return found if all(found.path(name).exists() for name in TABLES) else cls(folder=folder)

    def path(self, name: str) -> Path:
        """The file of one of `TABLES`."""
        return self.folder / f"{self.file}-{name}.parquet"

    def holds_before(self, lake: Lake, state: RollUp, settings: Settings, first: date) -> date:
        """The first day that has to be worked out; `first` if nothing that is kept serves."""
        if self.settings != settings_key(settings) or self.since > first:
            return first
        changes = [
            self.until + timedelta(days=1),
            state.changed_since(self.made, self.turn),
            moved(self._standing(), standing(lake)),
        ]
        return max(first, min(day for day in changes if day))

    def _standing(self) -> dict[str, pa.Table]:
        return {name: pq.read_table(self.path(name)) for name in STANDING}

    def load(self, db: duckdb.DuckDBPyConnection, since: date, until: date) -> None:
        """Put the kept deviations of these days, both included, into the table `odd`."""
        if since <= until:
            names = {"file": str(self.path("odd")), "since": since, "until": until}
            db.execute("INSERT INTO odd SELECT * FROM read_parquet($file) WHERE day BETWEEN $since AND $until", names)

    def write(self, db: duckdb.DuckDBPyConnection, lake: Lake, worked_out: dict[str, Any]) -> None:
        """Keep the table `odd` instead; `worked_out` names the days, the settings and the roll-up it holds for."""
        new = replace(self, file=uuid.uuid4().hex)
        for name, table in (standing(lake) | {"odd": db.execute("FROM odd").to_arrow_table()}).items():
            pq.write_table(table, new.path(name), compression="zstd")
            sync(new.path(name))
        temporary = self.folder / "state.tmp"
        fields = {"format": FORMAT, "file": new.file} | worked_out
        temporary.write_text(json.dumps(fields, default=date.isoformat), encoding="utf-8")
        sync(temporary)
        temporary.rename(self.folder / "state.json")
        for old in self.folder.glob("*.parquet"):
            if not old.name.startswith(new.file):
                old.unlink(missing_ok=True)


def standing(lake: Lake) -> dict[str, pa.Table]:
    """Where people stand and when their sites rest, as the context says now."""
    return {name: lake.context.table(name) for name in STANDING}


def moved(was: Mapping[str, pa.Table], now: Mapping[str, pa.Table]) -> date | None:
    """The first day on which somebody stands elsewhere by the tables `now` than by those that `was`; None if nobody."""
    with scratch.cursor() as db:
        for name in STANDING:
            db.register(f"{name}_was", was[name])
            db.register(f"{name}_now", now[name])
        if db.execute(_RESTS_DIFFER).fetchone():
            return date.min
        found = db.execute(_MOVED).fetchone()
    return found[0] if found else None


@contextmanager
def alone(lake: Lake) -> Iterator[None]:
    """One night at a time; a second one waits and then finds most of it done."""
    folder = lake.root / "ranked"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def settings_key(settings: Settings) -> str:
    """Of the settings that a deviation depends on."""
    text = json.dumps({name: value for name, value in asdict(settings).items() if name in _JUDGING}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
