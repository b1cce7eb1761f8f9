"""The daily roll-up: one row per person and day, one per person, day and area, kept beside the lake.

Only days that changed are rolled again: those of newly received batches (late data re-opens old days, no others),
those whose events are linked to another person or secret since the context changed, and those whose files or mails were
recognised meanwhile (`content`). It is derived and can be deleted.
"""

import fcntl
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final, Self

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kuramori_lake import content
from kuramori_lake.context import DERIVED
from kuramori_lake.detect import sql_rollup as sql
from kuramori_lake.detect.metrics import COUNTED
from kuramori_lake.detect.sites import PLACES
from kuramori_lake.store import Lake

FORMAT: Final = 3
_COUNTS: Final = ("files", "documents", "secret_documents")
_WHOSE: Final = [("person_id", pa.string()), ("day", pa.date32())]
_DEEDS: Final = ("events", "night", "approved_copies", "bytes")
EMPTY: Final = {
    "days": pa.schema(
        [
            *_WHOSE,
            *((name, pa.int64()) for name in _DEEDS),
            ("hours", pa.map_(pa.int8(), pa.uint64())),
            ("hours_mask", pa.int32()),
            *((one.name, pa.int64()) for one in COUNTED),
            *((name, pa.int64()) for name in _COUNTS),
            ("weight", pa.float64()),
            ("levels", pa.map_(pa.string(), pa.uint64())),
        ]
    ).empty_table(),
    "areas": pa.schema(
        [*_WHOSE, ("area", pa.string()), *((name, pa.int64()) for name in _COUNTS), ("weight", pa.float64())]
    ).empty_table(),
    "things": pa.schema([*_WHOSE, ("kind", pa.string()), ("thing", pa.string()), ("events", pa.int64())]).empty_table(),
}
"""What the roll-up consists of."""


@dataclass(frozen=True, kw_only=True)
class RollUp:
    """What has been rolled up, and into which files. Paths are below the folder of the roll-up."""

    format: int = FORMAT
    batch: int = 0
    """The last batch that is in."""
    rows: int = 0
    """Rows of the lake when it was made: fewer now means that something was erased."""
    context: str | None = None
    content: str = ""
    """`content.mark` of what was recognised when it was made."""
    files: dict[str, str] = field(default_factory=dict)
    """`days 2026-11`, `areas …`, `things …` to the file of that month; `link NAME` to the links that were used."""
    rolled: int = 0
    """Days rolled in the last run."""
    made: str = field(default_factory=lambda: uuid.uuid4().hex)
    """Another one whenever it was made from nothing."""
    turn: int = 0
    turns: dict[str, int] = field(default_factory=dict)
    """Day to the last run that rolled it: what is worked out from the roll-up begins anew at the first of these."""

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The current one; an empty one if there is none or another version made it."""
        state = folder / "state.json"
        kept = json.loads(state.read_text(encoding="utf-8")) if state.exists() else {}
        return cls(**kept) if kept.get("format") == FORMAT else cls()

    def changed_since(self, made: str, turn: int) -> date | None:
        """The first day that was rolled after run `turn` of that roll-up; None if there is none."""
        if made != self.made:
            return date.min
        return min((date.fromisoformat(day) for day, at in self.turns.items() if at > turn), default=None)

    def write(self, folder: Path) -> None:
        """Make it the current one, whole or not at all, and remove what is no longer named."""
        temporary = folder / "state.tmp"
        temporary.write_text(json.dumps(asdict(self)), encoding="utf-8")
        temporary.rename(folder / "state.json")
        for file in folder.glob("*.parquet"):
            if file.name not in self.files.values():
                file.unlink()


def roll_up(lake: Lake) -> RollUp:
    """Bring the roll-up up to date with the lake and its context. Cheap if nothing has changed."""
    folder = lake.root / "rollup"
    folder.mkdir(exist_ok=True)
    with _alone(folder), lake.connect() as db:
        before = RollUp.read(folder)
        rows, new, batch = db.execute(sql.ROWS, {"batch": before.batch}).fetchall()[0]
        if rows - new != before.rows:
            before, new = RollUp(), rows
        told = (lake.context.version, content.mark(lake.manifest))
        if not new and (before.context, before.content) == told:
            return replace(before, rolled=0)
        links = {name: lake.context.table(name) for name in DERIVED}
        links[content.TABLE] = content.table(lake.manifest, lake.context)
        _find_dirty(db, folder, before, None if (before.context, before.content) == told else links)
        files = _roll(db, folder, before.files)
        files |= {f"link {name}": _keep(folder, table) for name, table in links.items()}
        days = [row[0] for row in db.execute("SELECT day FROM dirty").fetchall()]
        after = replace(
            before, batch=batch or 0, rows=rows, context=told[0], content=told[1], files=files, rolled=len(days),
            turn=before.turn + 1, turns=before.turns | {day.isoformat(): before.turn + 1 for day in days},
        )  # fmt: skip
        after.write(folder)
        return after


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One roll-up at a time; a second one waits and then finds nothing to do."""
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _find_dirty(db: duckdb.DuckDBPyConnection, folder: Path, before: RollUp, links: dict[str, pa.Table] | None) -> None:
    """Days to roll again, in the temporary table `dirty`; `links` are given if they may have changed."""
    db.execute(f"CREATE TEMP TABLE dirty AS {sql.CHANGED_DAYS}", {"batch": before.batch})
    if links is None or not before.files:
        return
    for name, table in links.items():
        db.register(f"new_{name}", table)
        kept = before.files.get(f"link {name}")
        db.register(f"old_{name}", pq.read_table(folder / kept) if kept else table.schema.empty_table())
    for text in (sql.CHANGED_ACTORS, sql.CHANGED_PATHS, sql.CHANGED_KEYS):
        db.execute(text)
    db.execute(f"INSERT INTO dirty {sql.RELINKED_DAYS} EXCEPT SELECT day FROM dirty")
    if db.execute("SELECT count(*) FROM changed_keys").fetchall()[0][0]:  # two wide columns to read
        db.execute(f"INSERT INTO dirty {sql.RECOGNISED_DAYS} EXCEPT SELECT day FROM dirty")


def _roll(db: duckdb.DuckDBPyConnection, folder: Path, before: dict[str, str]) -> dict[str, str]:
    """Roll the dirty days, a month at a time, and write these months anew; returns all files of days, areas, things."""
    files = {key: name for key, name in before.items() if not key.startswith("link ")}
    has_flows = bool(db.execute("SELECT count(*) FROM flows").fetchall()[0][0])
    dirty = db.execute("SELECT DISTINCT strftime(day, '%Y-%m') AS month FROM dirty ORDER BY month").fetchall()
    for (month,) in dirty:
        db.execute(f"CREATE OR REPLACE TEMP TABLE month AS {sql.DAYS_OF_MONTH}", {"month": month})
        for step in (PLACES, sql.month_of_deeds(flows=has_flows), sql.DEEDS, sql.TOUCHES, sql.AREA_OF_PATH):
            db.execute(step)
        days = db.execute("FROM month").to_arrow_table()["day"]
        for kind, query in (("days", sql.DAYS), ("areas", sql.AREAS), ("things", sql.THINGS)):
            table = db.execute(query).to_arrow_table().cast(EMPTY[kind].schema)
            if name := files.get(f"{kind} {month}"):
                old = pq.read_table(folder / name)
                table = pa.concat_tables([old.filter(pc.invert(pc.is_in(old["day"], value_set=days))), table])
            files[f"{kind} {month}"] = _keep(folder, table)
    return files


def _keep(folder: Path, table: pa.Table) -> str:
    name = f"{uuid.uuid4().hex}.parquet"
    pq.write_table(table, folder / name, compression="zstd")
    return name


def days_between(lake: Lake, state: RollUp, kind: str, since: date, until: date) -> pa.Table:
    """Rows of `days`, `areas` or `things` from `since` to `until`, both included."""
    span = [("day", ">=", since), ("day", "<=", until)]
    wanted = [
        lake.root / "rollup" / name
        for key, name in state.files.items()
        if key.startswith(f"{kind} ") and f"{since:%Y-%m}" <= key.removeprefix(f"{kind} ") <= f"{until:%Y-%m}"
    ]
    tables = [pq.read_table(path, filters=span) for path in wanted]
    return pa.concat_tables(tables) if tables else EMPTY[kind]
