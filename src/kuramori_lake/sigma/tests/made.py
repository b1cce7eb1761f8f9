"""Events and rules for tests: a small table whose every row is known, on either engine."""

import json
from datetime import UTC, date, datetime
from functools import cache

import duckdb
import pyarrow as pa

from kuramori_lake.event import EVENT
from kuramori_lake.sigma.documents import RuleFile, documents
from kuramori_lake.sigma.engines import DuckEngine
from kuramori_lake.sigma.linking import rule_set
from kuramori_lake.sigma.planning import plan
from kuramori_lake.sigma.running import matches

DAY = date(2026, 11, 20)
SYSMON = "Microsoft-Windows-Sysmon/Operational"


def at(clock: str) -> datetime:
    """A time of the day in UTC, to the microsecond."""
    return datetime.strptime(f"{DAY} {clock}", "%Y-%m-%d %H:%M:%S.%f" if "." in clock else "%Y-%m-%d %H:%M:%S").replace(
        tzinfo=UTC
    )


def event(number, clock="10:00:00", *, fields=None, **columns):
    """One event of Akari's; Windows' own members go into `fields`."""
    plain = {
        "event_id": number,
        "dedupe_key": number,
        "source": "evtx",
        "instance": "dc01",
        "parser_version": 1,
        "batch_id": 1,
        "received_utc": at("23:00:00").replace(tzinfo=None),
        "time_utc": at(clock).replace(tzinfo=None),
        "actor_key": "kura\\akari",
        "actor_raw": "KURA\\akari",
        "actor_namespace": "ad",
        "tz_basis": "explicit",
        "activity": "system_event",
        "outcome": "ok",
        "local_hour": 19,
        "local_date": DAY,
        "is_night": False,
    }
    return plain | columns | {"fields": json.dumps(fields, ensure_ascii=False) if fields is not None else None}


def table(events) -> pa.Table:
    return pa.Table.from_pylist(list(events), EVENT)


def duck(events) -> DuckEngine:
    """DuckDB with a plain table `events`, one for the whole process; nothing is joined."""
    db = _db()
    db.register("incoming", table(events))
    db.execute("CREATE OR REPLACE TABLE events AS SELECT * FROM incoming")
    return DuckEngine(db)


@cache
def _db():
    return duckdb.connect(config={"threads": 1})


def read(text: str):
    """A rule set of one YAML text."""
    return rule_set([RuleFile("test.yml", documents(text.encode()))])


def refusal_of(text: str):
    """The one refusal of a text without usable rules."""
    found = read(text)
    (refused,) = found.refused or plan(found, "duckdb").refused
    return refused


def run(text: str, events):
    """All matches of a YAML text over events, on DuckDB."""
    engine = duck(events)
    compiled = plan(read(text), "duckdb")
    assert not compiled.refused, compiled.refused
    return list(matches(compiled, engine, DAY, DAY))
