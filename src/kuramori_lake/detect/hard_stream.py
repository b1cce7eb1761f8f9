"""Hard rules over what has just come in: which of them speak, about whom, on which local days.

Newly received events say which person and day a rule may concern; then that whole day is counted. So the same day found
again, by later events or by a run that was killed, gives the same match with a larger count, and never a second one.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import duckdb
import pyarrow as pa

from kuramori_lake import content, engine, health
from kuramori_lake.context import DERIVED, TABLES
from kuramori_lake.detect.findings import Code, Reason, Severity, plain
from kuramori_lake.detect.hard_rules import RULES, Limits, Rule
from kuramori_lake.detect.sql_reasons import BATCHES, SAMPLE
from kuramori_lake.store import Lake

REACH: Final = timedelta(days=7)
"""Events older than that are history, for look-backs and the nightly run: nobody can act on them within a minute."""
_EVER: Final = date(1970, 1, 2)
STRENGTH: Final = {Severity.HIGH: 0.9, Severity.NOTE: 0.2}


@dataclass(frozen=True, kw_only=True)
class Match:
    """A rule that speaks about one person on one local day."""

    rule: str
    person_id: str
    day: date
    severity: Severity
    channels: tuple[str, ...]
    secrets: dict[str, int]
    """Id of each secret touched to its documents."""
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Upto:
    """How far a run has looked: the last received batch, and the moment of what was last recognised by its content."""

    batch: int = 0
    content: str = ""


@dataclass(frozen=True, kw_only=True)
class Streamed:
    """What a run found, and how far it has looked."""

    matches: tuple[Match, ...]
    upto: Upto


def newest(lake: Lake) -> Upto:
    """How far a run would look now: cheap to ask each minute."""
    batch = lake.manifest.db.execute("SELECT coalesce(max(id), 0) AS id FROM batch").fetchone()["id"]
    return Upto(batch=int(batch), content=content.latest(lake.manifest))


def stream(
    lake: Lake, *, after: Upto, now: datetime, limits: Limits | None = None, rules: Sequence[Rule] = RULES
) -> Streamed:
    """Matches that concern events received, or recognised, since `after`, oldest day first. `now` is aware."""
    upto, limits = newest(lake), limits or Limits()
    since = (now.astimezone(UTC) - REACH).date()
    keys = content.keys_since(lake.manifest, after.content) if upto.content > after.content else []
    new = _New(after=after.batch, upto=upto.batch, since=since, keys=keys)
    concerned = _concerned(lake, new, limits, rules) if keys or upto.batch > after.batch else {}
    days = {day for some in concerned.values() for _, day in some}
    if not days:
        return Streamed(matches=(), upto=upto)
    with _joined(lake, _files_of(lake, min(days), max(days)), _OF_DAYS, {"days": sorted(days)}) as db:
        looking = _Looking(lake, db, limits)
        found = [
            match
            for rule in rules
            for person, day in sorted(concerned.get(rule.name, ()))
            if (match := looking.match(rule, person, day)) is not None
        ]
    return Streamed(matches=tuple(sorted(found, key=lambda match: match.day)), upto=upto)


@dataclass(frozen=True, kw_only=True)
class _New:
    """Which events are new: batches after one up to another, or with one of these keys, on local days since one."""

    after: int
    upto: int
    since: date
    keys: list[str]


_NEW: Final = (
    "local_date >= $since AND (batch_id > $after AND batch_id <= $upto"
    " OR list_contains($keys, hash) OR list_contains($keys, uid))"
)
_OF_DAYS: Final = "list_contains($days, local_date)"


def _concerned(lake: Lake, new: _New, limits: Limits, rules: Sequence[Rule]) -> dict[str, set[tuple[str, date]]]:
    """Per rule the people and days that new events may concern: one scan for all rules."""
    rows = lake.manifest.db.execute(
        "SELECT * FROM segment WHERE retired_utc IS NULL AND batch_id > ? AND last_utc >= ? ORDER BY id",
        (
            0 if new.keys else new.after,
            datetime.combine(new.since - timedelta(days=1), time.min).isoformat(timespec="microseconds"),
        ),
    )
    good, _ = health.usable(lake.root, lake.manifest, [dict(row) for row in rows])
    if not good:
        return {}
    asked = ", ".join(f"coalesce({rule.condition}, false) AS {rule.name}" for rule in rules)
    spoke = ", ".join(f"bool_or({rule.name}) AS {rule.name}" for rule in rules)
    deeds = f"SELECT person_id, local_date AS day, {asked} FROM joined_events e WHERE person_id IS NOT NULL"
    text = f"SELECT person_id, day, {spoke} FROM ({deeds}) GROUP BY person_id, day"
    files = [str(lake.root / str(row["path"])) for row in good]
    with _joined(lake, files, _NEW, vars(new)) as db:
        found = db.execute(text, _used(text, limits)).to_arrow_table().to_pylist()
    return {rule.name: {(row["person_id"], row["day"]) for row in found if row[rule.name]} for rule in rules}


def _used(text: str, limits: Limits) -> dict[str, Any]:
    return {name: value for name, value in asdict(limits).items() if f"${name}" in text}


class _Looking:
    """A closer look at whole days of people, within one connection over those days."""

    def __init__(self, lake: Lake, db: duckdb.DuckDBPyConnection, limits: Limits) -> None:
        self._lake, self._db, self._limits = lake, db, limits

    def match(self, rule: Rule, person: str, day: date) -> Match | None:
        """The whole day of a person under one rule; None if it does not speak after all."""
        given = {"person": person, "day": day} | _used(rule.query, self._limits)
        numbers = plain(self._db.execute(rule.query, given).to_arrow_table().to_pylist()[0])
        least = getattr(self._limits, rule.least[1:]) if rule.least.startswith("$") else int(rule.least)
        where = f"FROM joined_events e WHERE person_id = $person AND local_date = $day AND {rule.condition}"
        if numbers["count"] < least or (rule.first_time and not self._any_new(rule, where, given)):
            return None
        ways = "AND destination_class NOT IN ('folder', 'person')"
        touched = f"SELECT secret_id, count(DISTINCT coalesce(path, e.name)) {where} AND secret_id IS NOT NULL"
        return Match(
            rule=rule.name,
            person_id=person,
            day=day,
            severity=rule.severity,
            channels=self._column(f"SELECT DISTINCT destination_class {where} {ways} ORDER BY 1", given),
            secrets=dict(self._db.execute(f"{touched} GROUP BY 1 ORDER BY 1", given).fetchall()),
            reason=self._reason(rule, numbers | {"rule": rule.name, "day": day}, where, given),
        )

    def _reason(self, rule: Rule, numbers: dict[str, Any], where: str, given: dict[str, Any]) -> Reason:
        order = f"ORDER BY secret_weight DESC NULLS LAST, time_utc, event_id LIMIT {SAMPLE}"
        ids = self._column(f"SELECT event_id {where} {order}", given)
        return Reason(
            code=Code.HARD_RULE,
            strength=STRENGTH[rule.severity],
            numbers=numbers,
            query=rule.query,
            parameters=given,
            event_ids=ids,
            batches=tuple(row[0] for row in self._db.execute(BATCHES, {"ids": list(ids)}).fetchall()),
        )

    def _column(self, text: str, given: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(row[0] for row in self._db.execute(text, given).fetchall())

    def _any_new(self, rule: Rule, where: str, given: dict[str, Any]) -> bool:
        """Whether one of the things was never seen before that day, in a lake that goes back far enough to say so."""
        named = [thing for thing in self._column(f"SELECT DISTINCT {rule.thing} {where}", given) if thing]
        begins = self._lake.manifest.db.execute("SELECT min(first_utc) FROM segment WHERE retired_utc IS NULL")
        settled = (given["day"] - timedelta(days=self._limits.settled_days)).isoformat()
        if not named or begins.fetchone()[0] > settled:
            return False
        text = (
            f"SELECT DISTINCT {rule.thing} AS thing FROM events e"
            f" WHERE {rule.first_time} AND local_date < $day AND list_contains($named, {rule.thing})"
        )
        with engine.over(self._lake.root, _files_of(self._lake, _EVER, given["day"]), {}) as db:
            seen = {row[0] for row in db.execute(text, {"day": given["day"], "named": named}).fetchall()}
        return bool(set(named) - seen)


def _files_of(lake: Lake, since: date, until: date) -> list[str]:
    """Undamaged segments that can hold these local days; a day wider, since local days are not UTC days."""
    first = datetime.combine(since - timedelta(days=1), time.min).isoformat(timespec="microseconds")
    last = datetime.combine(until + timedelta(days=2), time.min).isoformat(timespec="microseconds")
    rows = [row for row in health.live(lake.manifest) if row["last_utc"] >= first and row["first_utc"] <= last]
    good, _ = health.usable(lake.root, lake.manifest, rows)
    return [str(lake.root / str(row["path"])) for row in good]


@contextmanager
def _joined(lake: Lake, files: list[str], those: str, given: dict[str, Any]) -> Iterator[duckdb.DuckDBPyConnection]:
    """`joined_events` over some events of these files, joined for them alone: no work grows with the lake."""
    tables = {name: lake.context.table(name) for name in TABLES}
    tables["batches"] = engine.batches(lake.manifest)
    tables[content.TABLE] = known = content.table(lake.manifest, lake.context)
    with engine.over(lake.root, files, tables) as db:
        db.execute(f"CREATE TEMP TABLE chosen AS SELECT * FROM events WHERE {those}", given)
        actors = db.execute("SELECT DISTINCT actor_namespace, actor_key FROM chosen WHERE actor_namespace IS NOT NULL")
        names = [(str(namespace), str(key)) for namespace, key in actors.fetchall()]
        paths = [row[0] for row in db.execute("SELECT DISTINCT path FROM chosen WHERE path IS NOT NULL").fetchall()]
        for name, rows in lake.context.links(names, paths).items():
            _load(db, name, rows)
        joined = engine.joined(content_known=known.num_rows > 0).replace("FROM events e", "FROM chosen e")
        db.execute(f"CREATE TEMP TABLE joined_events AS {joined}")
        yield db


def _load(db: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    assert name in DERIVED  # noqa: S101  # stands in SQL
    db.register("incoming", rows)
    db.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM incoming")
    db.unregister("incoming")
