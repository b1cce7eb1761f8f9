"""The daily roll-up: one row per person and day, one per person, day and area, kept beside the lake.

Only days that changed are rolled again: those of newly received batches (late data re-opens old days, no others) and
those whose events are joined with another person, secret or approved flow than before. It is derived and can be
deleted, also in parts.
"""

import fcntl
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, Final, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kuramori_lake import content, scratch
from kuramori_lake.detect import sql_rollup as sql
from kuramori_lake.detect.metrics import COUNTED
from kuramori_lake.engine import Engine
from kuramori_lake.segments import sync
from kuramori_lake.store import Lake

FORMAT: Final = 4
PORTION: Final = 2_000_000
"""Events rolled up at a time, unless one day has more: some 700 MB with all that is counted of them."""
_COUNTS: Final = ("files", "documents", "secret_documents")
_WHOSE: Final = [("person_id", pa.string()), ("day", pa.date32())]
_DEEDS: Final = ("events", "night", "approved_copies", "bytes")
EMPTY: Final = {
    "days": pa.schema(
        [
            *_WHOSE,
            *((name, pa.int64()) for name in _DEEDS),
            ("hours_mask", pa.int32()),
            *((one.name, pa.int64()) for one in COUNTED),
            *((name, pa.int64()) for name in _COUNTS),
            ("weight", pa.float64()),
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
    """The context's version, and the mark of recognised content."""
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
        """The current one; an empty one if there is none, another version made it or a file of it is gone."""
        state = folder / "state.json"
        kept = json.loads(state.read_text(encoding="utf-8")) if state.exists() else {}
        if kept.get("format") != FORMAT or not all((folder / name).exists() for name in kept["files"].values()):
            return cls()
        return cls(**kept)

    def changed_since(self, made: str, turn: int) -> date | None:
        """The first day that was rolled after run `turn` of that roll-up; None if there is none."""
        if made != self.made:
            return date.min
        return min((date.fromisoformat(day) for day, at in self.turns.items() if at > turn), default=None)

    def write(self, folder: Path, before: Self | None = None) -> None:
        """Make it the current one, whole or not at all, and remove what neither it nor the one before names.

        Somebody may be reading the one before: he has as long as until the next change.
        """
        temporary = folder / "state.tmp"
        temporary.write_text(json.dumps(asdict(self)), encoding="utf-8")
        sync(temporary)
        temporary.rename(folder / "state.json")
        named = {*self.files.values(), *(before.files.values() if before else ())}
        for file in folder.glob("*.parquet"):
            if file.name not in named:
                file.unlink()


def roll_up(lake: Lake) -> RollUp:
    """Bring the roll-up up to date with the lake and its context. Cheap if nothing has changed."""
    folder = lake.root / "rollup"
    folder.mkdir(exist_ok=True)
    with _alone(folder), lake.asking() as events:
        before = RollUp.read(folder)
        stored = events.rows(sql.STORED, {"batch": before.batch}).to_pylist()
        rows, fresh = (sum(day[name] for day in stored) for name in ("events", "fresh"))
        is_whole = rows - fresh == before.rows
        context = f"{lake.context.version} {content.mark(lake.manifest)}"
        if is_whole and not fresh and before.context == context:
            return replace(before, rolled=0)
        if not is_whole:
            before = RollUp()
        links = links_of(lake)
        dirty = {day["day"] for day in stored if day["fresh"] or not is_whole}
        if before.files and before.context != context:
            dirty |= _relinked(events, folder, before, links)
        files = _roll(events, folder, before.files, [day for day in stored if day["day"] in dirty])
        files |= {f"link {name}": _keep(folder, table) for name, table in links.items()}
        after = replace(
            before, batch=max((day["batch"] for day in stored), default=0), rows=rows, context=context, files=files,
            rolled=len(dirty), turn=before.turn + 1,
            turns=before.turns | {day.isoformat(): before.turn + 1 for day in dirty},
        )  # fmt: skip
        after.write(folder, before)  # of what was erased nothing stays
        return after


def links_of(lake: Lake) -> dict[str, pa.Table]:
    """What the lake's events are joined with now, by the names in `sql.RELINKED`."""
    links = {name: lake.context.table(name) for name in sql.RELINKED if name != content.TABLE}
    return links | {content.TABLE: content.table(lake.manifest, lake.context)}


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One roll-up at a time; a second one waits and then finds nothing to do."""
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _relinked(events: Engine, folder: Path, before: RollUp, links: Mapping[str, pa.Table]) -> set[date]:
    """Days of events that are joined with something else than when they were rolled up."""
    days: set[date] = set()
    for name, (key, columns) in sql.RELINKED.items():
        kept = before.files.get(f"link {name}")
        with scratch.cursor() as db:
            db.register("was", pq.read_table(folder / kept) if kept else links[name].schema.empty_table())
            db.register("now", links[name])
            changes = db.execute(sql.differing(key)).to_arrow_table()
        if changes.num_rows:
            events.take("changes", changes)
            days.update(events.rows(sql.relinked(columns))["day"].to_pylist())
    return days


def _roll(events: Engine, folder: Path, before: dict[str, str], dirty: list[dict[str, Any]]) -> dict[str, str]:
    """Roll these days and write their months anew; returns all files of days, areas and things."""
    files = {key: name for key, name in before.items() if not key.startswith("link ")}
    has_flows = bool(events.rows("SELECT count(*) AS flows FROM flows")["flows"][0].as_py())
    for month, days in groupby(dirty, lambda day: f"{day['day']:%Y-%m}"):
        rolled = [_rolled(events, portion, has_flows=has_flows) for portion in portions(days)]
        changed = pa.array({day for _, portion in rolled for day in portion}, pa.date32())
        for kind in EMPTY:
            tables = [tables[kind] for tables, _ in rolled]
            if name := files.get(f"{kind} {month}"):
                old = pq.read_table(folder / name)
                tables.insert(0, old.filter(pc.invert(pc.is_in(old["day"], value_set=changed))))
            files[f"{kind} {month}"] = _keep(folder, pa.concat_tables(tables))
    return files


def portions(days: Iterable[dict[str, Any]]) -> Iterator[list[date]]:
    """Days in turn, so many at a time as are worked on in memory."""
    portion: list[date] = []
    size = 0
    for day in days:
        if portion and size + day["events"] > PORTION:
            yield portion
            portion, size = [], 0
        portion.append(day["day"])
        size += day["events"]
    yield portion


def _rolled(events: Engine, days: list[date], *, has_flows: bool) -> tuple[dict[str, pa.Table], list[date]]:
    """The tables of some days, and which these were."""
    events.take("portion", pa.table({"day": pa.array(days, pa.date32())}))
    events.keep("places", sql.PLACES)
    if has_flows:
        events.keep("approved", sql.APPROVED)
    events.keep("of_day", sql.deeds_of_portion(flows=has_flows))
    for name, step in sql.STEPS.items():
        events.keep(name, step)
    return {kind: events.rows(query).cast(EMPTY[kind].schema) for kind, query in sql.ROLLED.items()}, days


def _keep(folder: Path, table: pa.Table) -> str:
    name = f"{uuid.uuid4().hex}.parquet"
    pq.write_table(table, folder / name, compression="zstd")
    sync(folder / name)
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
