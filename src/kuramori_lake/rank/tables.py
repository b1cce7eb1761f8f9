"""Runs the steps of ranking over the roll-up, in a database of its own, a part of the people at a time."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from kuramori_lake import engine
from kuramori_lake.detect.metrics import COUNTED, FIRSTS, Channel, Stage
from kuramori_lake.detect.rollup import EMPTY, RollUp, roll_up
from kuramori_lake.rank import sql_days, sql_odd, sql_on_top, sql_weigh
from kuramori_lake.rank.kept import Kept, alone, settings_key
from kuramori_lake.rank.settings import Settings
from kuramori_lake.rank.sql_odd import Series
from kuramori_lake.rank.vote import with_votes
from kuramori_lake.store import Lake

ROWS_A_SLICE: Final = 400_000
"""Person-days whose own usual is worked out at a time: keeps memory bounded."""
FEW_DAYS: Final = 14
"""So many days at most gather their own usual each by itself."""
WEEK: Final = 7
"""Days that are kept in one file: the columns of one are those of numbers that any sum in it can hold."""
CANDIDATES_A_PLACE: Final = 20
"""So many more people a day than can be reviewed are looked at: some were reviewed for the same days ago."""


@dataclass(frozen=True, kw_only=True)
class Weight:
    """What one metric speaks for."""

    metric: str
    channel: Channel
    part: float
    stage: Stage | None
    slow: bool = False


WEIGHTS: Final = (
    *(Weight(metric=m.name, channel=m.channel, part=m.part, stage=m.stage, slow=m.slow) for m in COUNTED),
    *(Weight(metric=f.name, channel=f.channel, part=f.part, stage=f.stage) for f in FIRSTS),
    Weight(metric="documents", channel=Channel.FILES, part=0.9, stage=Stage.COLLECT, slow=True),
    Weight(metric="weight", channel=Channel.FILES, part=1.2, stage=Stage.COLLECT, slow=True),
    Weight(metric="odd_hours", channel=Channel.LOGON, part=1.2, stage=Stage.HOURS),
    Weight(metric="active_hours", channel=Channel.LOGON, part=0.3, stage=Stage.HOURS),
    Weight(metric="quiet", channel=Channel.LOGON, part=0.3, stage=None),
)


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """Somebody known to leave, and in which days that is known and matters."""

    person_id: str
    since: date
    until: date
    last: date


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of one run; both days included."""

    since: date
    until: date
    settings: Settings
    leaving: Sequence[Leaving] = ()
    building: bool = True
    """On what earlier nights kept, and keep tonight's; otherwise everything is worked out and nothing kept."""
    fresh: date | None = None
    """The first day to be worked out, where what is needed of earlier ones is kept."""

    @property
    def warm(self) -> date:
        """Reviews of the days before are played through, so that tonight's run remembers them."""
        return self.since - timedelta(days=self.settings.memory_days)

    @property
    def first(self) -> date:
        """The first day whose deviations matter: history, habit and stories of the first day asked for."""
        return self.warm - timedelta(days=self.settings.history_days)

    @property
    def compared(self) -> date:
        """The first day whose numbers are compared with: the usual of the longest sums lies so far back."""
        back = self.settings.baseline_days + max(*self.settings.windows, *sql_days.PATTERN)
        return (self.fresh or self.first) - timedelta(days=back)

    @property
    def reach(self) -> date:
        """The first day that is read at all: sums of the first day compared with, and how many people there were."""
        hours = self.settings.baseline_days + self.settings.absent_days + max(sql_days.PATTERN)
        sums = self.compared - timedelta(days=max(*self.settings.windows, hours))
        return min(sums, self.first - timedelta(days=self.settings.history_days))

    @property
    def after(self) -> date:
        """The first day that is none of this run's business."""
        return self.until + timedelta(days=1)

    @property
    def is_on_top(self) -> bool:
        """Few days on top of those that are kept; more are laid out together with the days that they look back on."""
        return self.fresh is not None and (self.until - self.fresh).days < FEW_DAYS

    @property
    def oldest(self) -> dict[str, date]:
        """The first days that any later run can need of what is kept. First times are so since the first day of all."""
        return {"odd": self.first, "wide": replace(self, fresh=None).compared, "news": date.min}

    def given(self) -> dict[str, Any]:
        """Parameters of the steps."""
        fresh = self.fresh or self.first
        return asdict(self.settings) | {
            "since": self.reach,
            "until": self.until,
            "warm": self.warm,
            "first": self.first,
            "fresh": fresh,
            "compared": self.compared,
            "laid": fresh if self.is_on_top else self.reach,
            "summed": fresh - timedelta(days=WEEK + max(self.settings.windows)) if self.is_on_top else self.reach,
            "floor": 0.5 * self.settings.least,
            "candidates": CANDIDATES_A_PLACE * self.settings.per_day,
        }


def reasons_by_day(lake: Lake, asked: Asked) -> list[dict[str, Any]]:
    """All reasons of all candidates, day by day, the person with most evidence first."""
    with alone(lake):
        state = roll_up(lake)
        if not asked.building:
            return _reasons(lake, state, asked, None)
        kept = Kept.read(lake)
        fresh = kept.holds_before(lake, state, asked.settings, asked.first)
        held = fresh > asked.first and kept.days("wide", asked.oldest["wide"], min(fresh, asked.after))
        return _reasons(lake, state, replace(asked, fresh=fresh if held else None), kept)


def _reasons(lake: Lake, state: RollUp, asked: Asked, kept: Kept | None) -> list[dict[str, Any]]:
    with _database(lake, state, asked) as db:
        given = asked.given()
        if kept and asked.is_on_top:
            _see_old(db, kept, asked)
        for step in (sql_days.ABSENT, sql_days.STANDING, sql_days.GROUPED, *_firsts_and_hours(asked)):
            _run(db, step, given)
        _run(db, sql_odd.ODD, given)
        _lay_out(db, asked)
        _compare(db, asked)
        if kept and asked.fresh:
            _join_old(db, kept, asked)
        for step in (sql_weigh.TALLY, sql_weigh.PARTS, sql_weigh.EVIDENCE, sql_weigh.CANDIDATES):
            _run(db, step, given)
        found: list[dict[str, Any]] = _run(db, sql_weigh.REASONS, given).to_arrow_table().to_pylist()
        if kept:  # last: then nothing reads the files of the night before any more
            _keep(db, lake, state, kept, asked)
        return list(with_votes(db, found, asked.settings.vote)) if asked.settings.vote else found


def _firsts_and_hours(asked: Asked) -> tuple[str, ...]:
    if asked.is_on_top:
        both = "CREATE VIEW news AS FROM old_news UNION ALL FROM fresh_news"
        return sql_on_top.NEWS, both, sql_days.NEWS_OF_DAY, sql_on_top.HOURS
    return sql_days.NEWS, sql_days.NEWS_OF_DAY, sql_days.HOURS


def _see_old(db: duckdb.DuckDBPyConnection, kept: Kept, asked: Asked) -> None:
    """The kept days before the new ones, as views."""
    before = min(asked.given()["fresh"], asked.after)
    for name in ("wide", "news"):
        db.execute(f"CREATE VIEW old_{name} AS {kept.days(name, asked.oldest[name], before) or sql_on_top.NO_NEWS}")


def _join_old(db: duckdb.DuckDBPyConnection, kept: Kept, asked: Asked) -> None:
    """The kept deviations of earlier days beside tonight's."""
    if old := kept.days("odd", asked.first, min(asked.given()["fresh"], asked.after)):
        db.execute(f"INSERT INTO odd {old}")


def _keep(db: duckdb.DuckDBPyConnection, lake: Lake, state: RollUp, kept: Kept, asked: Asked) -> None:
    """Keep what was worked out tonight beside what was kept; a question about the past displaces nothing."""
    made = {"settings": settings_key(asked.settings), "made": state.made}
    is_past = asked.until < kept.until and made == {"settings": kept.settings, "made": kept.made}
    if not (asked.fresh and asked.fresh > asked.until) and not is_past:
        known = made | {"since": asked.first, "until": asked.until, "turn": state.turn}
        kept.write(db, lake, asked.fresh or date.min, asked.oldest, known)


def _lay_out(db: duckdb.DuckDBPyConnection, asked: Asked) -> None:
    """The days with all numbers that the lake has anything of, as `wide`, and those to be compared as `fresh_wide`."""
    given, settings = asked.given(), asked.settings
    top = _run(db, sql_days.ALIVE, given).to_arrow_table().to_pylist()[0]
    alive = [name for name in sql_days.COUNTS if top[name]]
    slow = [(one.metric, width) for one in WEIGHTS if one.slow and one.metric in alive for width in settings.windows]
    if not asked.is_on_top:
        _run(db, sql_days.wide(alive, slow), given)
        db.execute(f"CREATE VIEW fresh_wide AS FROM wide WHERE day >= DATE '{given['fresh']}'")
        return
    _run(db, sql_on_top.wide(alive, slow), given)
    wanted, has = _columns(db, "fresh_wide"), _columns(db, "old_wide")
    old = sql_on_top.old(has, wanted, slow)
    db.execute(f"CREATE VIEW wide AS SELECT {old} FROM old_wide UNION ALL FROM fresh_wide")


def _columns(db: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [row[0] for row in db.execute(f"DESCRIBE {table}").fetchall()]


def _compare(db: duckdb.DuckDBPyConnection, asked: Asked) -> None:
    """Deviations of all numbers that the lake has anything of, on the days that are not kept."""
    given = asked.given()
    if given["fresh"] > asked.until:
        return
    series = _series(db, asked.settings)
    if not series:
        return
    _run(db, sql_odd.JUDGED, given)
    _run(db, sql_odd.peers(series), given)
    is_few = (asked.until - given["fresh"]).days < FEW_DAYS
    rows = db.execute(f"SELECT count(*) FROM {'judged_days' if is_few else 'wide'}").fetchall()[0][0]
    slices = 1 + rows * len(series) // (ROWS_A_SLICE * 10)
    own = sql_odd.own_of_few(series) if is_few else sql_odd.own(series)
    for slice_ in range(slices):
        part = {**given, "slices": slices, "slice": slice_}
        _run(db, f"CREATE OR REPLACE TABLE own AS {own}", part)
        for one in series:
            _run(db, sql_odd.odd(one), part)


def _series(db: duckdb.DuckDBPyConnection, settings: Settings) -> list[Series]:
    """The columns of `fresh_wide` that say anything of these days; a sum does only where the day itself adds to it."""
    has = set(_columns(db, "fresh_wide"))
    names = (*sql_days.COUNTS, *(one.name for one in FIRSTS), "odd_hours", "active_hours")
    series = [Series(column=name, metric=name) for name in names if name in has]
    series = [one for one in series if _speaks(db, one)]
    speaking = {one.metric for one in series}
    slow = [(one.metric, width) for one in WEIGHTS if one.slow for width in settings.windows]
    slow += [("odd_hours", width) for width in sql_days.PATTERN]
    sums = [Series(column=f"{name}_{width}", metric=name, width=width) for name, width in slow if name in speaking]
    sums.append(Series(column="quiet_7", metric="quiet", width=7))
    return [*series, *(one for one in sums if _speaks(db, one))]


def _speaks(db: duckdb.DuckDBPyConnection, one: Series) -> bool:
    return bool(db.execute(f"SELECT bool_or({one.column} <> 0) FROM fresh_wide").fetchall()[0][0])  # our names


@contextmanager
def _database(lake: Lake, state: RollUp, asked: Asked) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory over the roll-up's files, up to the last day asked for, and the context."""
    spill = lake.root / "spill"
    spill.mkdir(exist_ok=True)
    config: dict[str, Any] = {"threads": engine.THREADS, "memory_limit": engine.MEMORY, "temp_directory": str(spill)}
    with duckdb.connect(config=config) as db:
        for name, kind in (("rolled", "days"), ("touched", "areas"), ("things", "things")):
            whole = _files(lake.root / "rollup", state, kind)
            if not whole:
                db.register(f"no_{kind}", EMPTY[kind])
            source = f"{f'read_parquet({whole!r})' if whole else f'no_{kind}'} WHERE day <= DATE '{asked.until}'"
            if kind == "days":
                kind_of = "VIEW" if asked.is_on_top else "TABLE"
                db.execute(f"CREATE {kind_of} {name} AS SELECT * FROM {source} AND day >= DATE '{asked.reach}'")
                db.execute("CREATE TABLE known_since AS"
                           f" SELECT person_id, min(day) AS known_since FROM {source} GROUP BY person_id")  # fmt: skip
            else:  # looked through once: tens of millions of rows need not be held
                db.execute(f"CREATE VIEW {name} AS SELECT * FROM {source}")
        db.execute(f"CREATE VIEW used AS {sql_days.USED}")
        for name in ("people", "sites"):
            db.register(name, lake.context.table(name))
        db.register("weights", _weights())
        db.register("leaving", _leaving(asked.leaving))
        yield db


def _files(folder: Path, state: RollUp, kind: str) -> list[str]:
    return [str(folder / name) for key, name in sorted(state.files.items()) if key.startswith(f"{kind} ")]


def _weights() -> pa.Table:
    return pa.Table.from_pylist(
        [{"metric": one.metric, "channel": str(one.channel), "part": one.part,
          "stage": str(one.stage) if one.stage else None} for one in WEIGHTS],
        pa.schema([("metric", pa.string()), ("channel", pa.string()), ("part", pa.float64()), ("stage", pa.string())]),
    )  # fmt: skip


def _leaving(leaving: Sequence[Leaving]) -> pa.Table:
    names = [("person_id", pa.string()), ("since", pa.date32()), ("until", pa.date32()), ("last", pa.date32())]
    return pa.Table.from_pylist([asdict(one) for one in leaving], pa.schema(names))


def _run(db: duckdb.DuckDBPyConnection, text: str, given: Mapping[str, Any]) -> duckdb.DuckDBPyConnection:
    """Run a step with those of the parameters that it names."""
    return db.execute(text, engine.named(text, given))
