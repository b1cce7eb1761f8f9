"""Deviations that earlier nights worked out, kept beside the lake: tonight only adds the days that are new or changed.

A day's deviations depend on that day and those before it, on where people stood on them, and on the settings. So what
is kept holds up to the first day of which the roll-up, or anybody's place, has changed since. It is derived and can be
deleted.
"""

import fcntl
import hashlib
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from kuramori_lake import scratch
from kuramori_lake.detect.rollup import RollUp
from kuramori_lake.rank.settings import Settings
from kuramori_lake.store import Lake

FORMAT: Final = 1
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
        """What is kept of this lake; nothing if there is none or another version wrote it."""
        folder = lake.root / "ranked"
        state = folder / "state.json"
        kept = json.loads(state.read_text(encoding="utf-8")) if state.exists() else {}
        if kept.get("format") != FORMAT:
            return cls(folder=folder)
        since, until = (date.fromisoformat(kept.pop(name)) for name in ("since", "until"))
        return cls(folder=folder, since=since, until=until, **kept)

    def holds_before(self, lake: Lake, state: RollUp, settings: Settings, first: date) -> date:
        """The first day that has to be worked out; `first` if nothing that is kept serves."""
        if self.settings != settings_key(settings) or self.since > first:
            return first
        changes = [self.until + timedelta(days=1), state.changed_since(self.made, self.turn), self._moved(lake)]
        return max(first, min(day for day in changes if day))

    def _moved(self, lake: Lake) -> date | None:
        with scratch.cursor() as db:
            for age, tables in (("was", self._table), ("now", lake.context.table)):
                db.register(f"sites_{age}", tables("sites"))
                db.register(f"people_{age}", tables("people"))
            if db.execute(_RESTS_DIFFER).fetchone():
                return date.min
            found = db.execute(_MOVED).fetchone()
        return found[0] if found else None

    def _table(self, name: str) -> pa.Table:
        return pq.read_table(self.folder / f"{self.file}-{name}.parquet")

    def load(self, db: duckdb.DuckDBPyConnection, since: date, until: date) -> None:
        """Put the kept deviations of these days, both included, into the table `odd`."""
        if since <= until:
            file = self.folder / f"{self.file}-odd.parquet"
            db.execute(
                f"INSERT INTO odd SELECT * FROM read_parquet('{file}') WHERE day BETWEEN ? AND ?", [since, until]
            )

    def write(self, db: duckdb.DuckDBPyConnection, lake: Lake, worked_out: dict[str, Any]) -> None:
        """Keep the table `odd` instead; `worked_out` names the days, the settings and the roll-up it holds for."""
        file = uuid.uuid4().hex
        tables = {"odd": db.execute("FROM odd").to_arrow_table()}
        tables |= {name: lake.context.table(name) for name in ("people", "sites")}
        for name, table in tables.items():
            pq.write_table(table, self.folder / f"{file}-{name}.parquet", compression="zstd")
        fields = {"format": FORMAT, "file": file} | worked_out
        temporary = self.folder / f"{file}.tmp"
        temporary.write_text(json.dumps(fields, default=date.isoformat), encoding="utf-8")
        temporary.rename(self.folder / "state.json")
        for old in self.folder.glob("*.parquet"):
            if not old.name.startswith(file):
                old.unlink(missing_ok=True)


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
