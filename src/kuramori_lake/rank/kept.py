"""What earlier nights worked out, kept beside the lake: tonight only adds the days that are new or changed.

A day's sums, first times and deviations depend on that day and those before it, on where people stood on them, and on
the settings. So what is kept holds up to the first day of which the roll-up, or anybody's place, has changed since. It
is derived and can be deleted, also in parts; a run that is killed leaves what was kept before.
"""

import fcntl
import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
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

FORMAT: Final = 2
STANDING: Final = ("people", "sites")
"""Where people stood and when sites rested when the rest was worked out: a file each."""
BY_WEEK: Final = ("odd", "wide", "news")
"""Deviations, the numbers and sums that they were told by, and first times: a file each for the days of a week."""
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
    files: dict[str, str] = field(default_factory=dict)
    """`people`, `sites`, and `odd 2026-11-23`, a table and its week's Monday, to the file."""
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
        return found if all((folder / name).exists() for name in found.files.values()) else cls(folder=folder)

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
        return {name: pq.read_table(self.folder / self.files[name]) for name in STANDING}

    def days(self, table: str, since: date, before: date) -> str | None:
        """SQL of what is kept in a table `BY_WEEK` of days from `since` on and before `before`; None if nothing is."""
        names = [
            str(self.folder / name)
            for key, name in sorted(self.files.items())
            if key.startswith(f"{table} ") and str(monday(since)) <= key.split()[1] < str(before)
        ]
        span = f"day >= DATE '{since}' AND day < DATE '{before}'"
        return f"FROM read_parquet({names!r}, union_by_name = true) WHERE {span}" if names else None

    def write(
        self, db: duckdb.DuckDBPyConnection, lake: Lake, since: date, oldest: Mapping[str, date], made: dict[str, Any]
    ) -> None:
        """Keep the tables `BY_WEEK` of this database instead, the week of `since` and those after it anew.

        Of each, days before `oldest` are needed no more. `made` names the days, settings and roll-up that it holds for.
        """
        week = str(monday(since))
        files = {
            key: name
            for key, name in self.files.items()
            if " " in key and str(monday(oldest[key.split()[0]])) <= key.split()[1] < week
        }
        for name, table in standing(lake).items():
            files[name] = _new_name()
            pq.write_table(table, self.folder / files[name], compression="zstd")
            sync(self.folder / files[name])
        for table in BY_WEEK:
            files |= self._written(db, table, max(monday(since), oldest[table]))
        temporary = self.folder / "state.tmp"
        fields = {"format": FORMAT, "files": files} | made
        temporary.write_text(json.dumps(fields, default=date.isoformat), encoding="utf-8")
        sync(temporary)
        temporary.rename(self.folder / "state.json")
        for old in self.folder.glob("*.parquet"):
            if old.name not in files.values():
                old.unlink(missing_ok=True)

    def _written(self, db: duckdb.DuckDBPyConnection, table: str, since: date) -> dict[str, str]:
        """The files of the weeks of a table from a day on."""
        asked = f"SELECT DISTINCT date_trunc('week', day)::DATE FROM {table} WHERE day >= $since ORDER BY ALL"  # ours
        files = {}
        for (week,) in db.execute(asked, {"since": since}).fetchall():
            name = files[f"{table} {week}"] = _new_name()
            span = f"day BETWEEN DATE '{week}' AND DATE '{week + timedelta(days=6)}'"
            file = self.folder / name
            db.execute(f"COPY (FROM {table} WHERE {span}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)")
            sync(file)
        return files


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def _new_name() -> str:
    return f"{uuid.uuid4().hex}.parquet"


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
