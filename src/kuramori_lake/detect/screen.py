"""The screening: looks through the daily roll-up and says whom to look at, in which days."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

import duckdb

from kuramori_lake import engine
from kuramori_lake.detect import sql_screen as sql
from kuramori_lake.detect.metrics import SCREENED
from kuramori_lake.detect.rollup import days_between, roll_up
from kuramori_lake.detect.settings import Settings
from kuramori_lake.store import Lake

GAP: Final = timedelta(days=4)
"""Flagged days no further apart belong to one window: a weekend and a day do not part a story."""


@dataclass(frozen=True, kw_only=True)
class Flag:
    """One unusual window of one person: `width` days that end on `day`."""

    person_id: str
    day: date
    width: int
    metric: str
    """`documents`, `copies`, one of `metrics.SCREENED`, or `areas` (entered for the first time)."""
    z: float
    z_own: float | None
    z_peer: float | None
    x: int

    @property
    def first(self) -> date:
        """The first of the days."""
        return self.day - timedelta(days=self.width - 1)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where somebody stands on the day asked for."""

    person_id: str
    unit: str
    role: str
    site: str
    projects: str
    notice_on: date | None
    last_day: date | None
    trigger: date | None
    """The day since which somebody counts as a leaver."""
    scan_from: date
    peers: list[str] | None
    peer_n: int
    peer_rank: int
    """1 role, site and project; 2 unit; 3 role; 4 everybody."""
    samples: int
    """Working days in the baseline."""


@dataclass(frozen=True, kw_only=True)
class Episode:
    """Days of one person to be looked at closely."""

    standing: Standing
    since: date
    until: date
    flags: tuple[Flag, ...]

    @property
    def promise(self) -> float:
        """How likely it is to matter, cheaply: decides which are looked at closely."""
        return sum(max((flag.z for flag in self.flags if flag.metric == kind), default=0.0) for kind in _METRICS)


_METRICS: Final = ("documents", "copies", "areas", *SCREENED)


@dataclass(frozen=True, kw_only=True)
class Screening:
    """What the screening found, and how many people it looked at."""

    headcount: int
    episodes: tuple[Episode, ...]
    """Most promising first; every leaver has at least one."""


def screen(lake: Lake, *, as_of: date, days: int, settings: Settings) -> Screening:
    """Whom to look at, from the roll-up alone."""
    given: dict[str, Any] = asdict(settings) | {
        "as_of": as_of,
        "first": as_of - timedelta(days=days - 1),
        "unknown": settings.include_unknown,
        "reach": settings.baseline_days + settings.tail_days + max(settings.windows),
    }
    with _tables(lake, as_of) as db:
        given["least_weight"] = settings.least_weight * heaviest_level(db)
        top = _run(db, sql.ALIVE, given).to_arrow_table().to_pylist()[0]
        alive = [name for name, most in top.items() if most]
        for step in (sql.STAFF, sql.CALENDAR, sql.grid(alive), sql.series(alive), sql.OWN, sql.ROLE, sql.ODD):
            _run(db, step, given)
        for step in (sql.MEMBERS, sql.PEERS, sql.FLAGGED, sql.FRESH):
            _run(db, step, given)
        flags = [Flag(**row) for row in _run(db, sql.FLAGS, given).to_arrow_table().to_pylist()]
        leavers = [row[0] for row in _run(db, sql.LEAVERS, given).fetchall()]
        wanted = sorted({flag.person_id for flag in flags} | set(leavers))
        standings = _run(db, sql.STANDING, given | {"wanted": wanted}).to_arrow_table().to_pylist()
        headcount = _run(db, sql.HEADCOUNT, given).fetchall()[0][0]
    known = {row["person_id"]: Standing(**row) for row in standings}
    episodes = [
        episode
        for person_id, theirs in groupby(flags, attrgetter("person_id"))
        for episode in episodes_of(known[person_id], list(theirs), as_of)
        if episode.until >= given["first"] or episode.standing.trigger
    ]
    seen = {episode.standing.person_id for episode in episodes}
    quiet = [_quiet(known[person_id], as_of) for person_id in leavers if person_id not in seen]
    ranked = sorted(episodes, key=lambda one: (-one.promise, one.standing.person_id, one.since))
    return Screening(headcount=headcount, episodes=(*ranked, *quiet))


@contextmanager
def _tables(lake: Lake, as_of: date) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory with the roll-up up to that day and the context."""
    state = roll_up(lake)
    with duckdb.connect(config={"threads": engine.THREADS, "memory_limit": engine.MEMORY}) as db:
        db.register("rolled", days_between(lake, state, "days", date.min, as_of))
        db.register("touched", days_between(lake, state, "areas", date.min, as_of))
        for name in ("people", "secrets", "sites"):
            db.register(name, lake.context.table(name))
        yield db


def _run(db: duckdb.DuckDBPyConnection, text: str, given: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """Run a step with those of the parameters that it names."""
    return db.execute(text, engine.named(text, given))


def heaviest_level(db: duckdb.DuckDBPyConnection) -> float:
    """The weight of the gravest level in the register; 1 if there is none."""
    return float(db.execute("SELECT max(weight) FROM secrets").fetchall()[0][0] or 1.0)


def episodes_of(standing: Standing, flags: list[Flag], as_of: date) -> Iterator[Episode]:
    """Flagged days joined to windows; a wide window counts only where no single days explain it."""
    spans: list[tuple[date, date]] = []
    for day in sorted({flag.day for flag in flags if flag.width == 1}):
        if spans and day - spans[-1][1] <= GAP:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    sums = [flag.first for flag in flags if flag.width > 1 and flag.metric != "areas"]
    if sums and not any(until >= min(sums) for _, until in spans):
        spans.append((min(sums), as_of))
    if slow := _slow(flags):
        spans = [span for span in spans if span[1] < slow.first] + [(slow.first, as_of)]
    for since, until in spans:
        inside = tuple(f for f in flags if since <= f.day <= until or (f.width > 1 and until >= f.first))
        yield Episode(standing=standing, since=since, until=until, flags=inside)


def _slow(flags: list[Flag]) -> Flag | None:
    """Grave documents out of a new area, so few a day that no single days account for half of them."""
    areas = [flag for flag in flags if flag.metric == "areas"]
    wide = next((flag for flag in areas if flag.width > 1), None)
    return wide if wide and 2 * sum(flag.x for flag in areas if flag.width == 1) < wide.x else None


def _quiet(standing: Standing, as_of: date) -> Episode:
    """The look-back at a leaver who did nothing unusual."""
    return Episode(standing=standing, since=standing.trigger or as_of, until=as_of, flags=())
