"""Run a plan over stored events: days in portions, one pass for all rules of a log source.

For each portion the events are staged once; each log source takes its own and works out its columns once; each batch
of rules sees only what passes its sieve. Two thousand rules then cost little more than a look.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import ibis

from kuramori_lake.sigma.engines import Engine
from kuramori_lake.sigma.planning import Batch, Group, Plan, Ready
from kuramori_lake.sigma.prepared import STAGED, columns_of, events_table, stage, wanted_by

PORTION: Final = 250_000
"""Events staged at a time, unless one day has more: some 100 MB with their columns."""
_OF_SOURCE: Final = "sigma_of_source"
_SIFTED: Final = "sigma_sifted"


@dataclass(frozen=True)
class Hit:
    """A rule matched an event. `values` are of the fields that correlations asked for, in the order of the rule's."""

    rule: Ready
    time_us: int
    event_id: int
    values: tuple[str | None, ...]


def scan(plan: Plan, engine: Engine, since: date, until: date) -> Iterator[list[Hit]]:
    """All hits of local days `since` to `until`, both included; a list per portion, ordered by time and event."""
    name, columns = engine.events(wanted := wanted_by(group.columns for group in plan.groups))
    events = events_table(name, columns)
    for first, last in _portions(engine, name, since, until):
        staged = stage(events, wanted, first, last, plan.dialect)
        if not engine.table(STAGED, _sql(staged, plan)):
            continue
        schema = {column: str(kind) for column, kind in staged.schema().items()}
        found = [hit for group in plan.groups for hit in _of_group(plan, engine, group, schema)]
        found.sort(key=lambda hit: (hit.time_us, hit.event_id, hit.rule.rule.about.id))
        yield found


def _sql(expression: Any, plan: Plan) -> str:
    return str(ibis.to_sql(expression, dialect=plan.dialect))


def _portions(engine: Engine, events: str, since: date, until: date) -> Iterator[tuple[date, date]]:
    days = f"local_date BETWEEN '{since}' AND '{until}'"
    counted = engine.rows(f"SELECT local_date, count(*) FROM {events} WHERE {days} GROUP BY 1 ORDER BY 1")
    first: date | None = None
    last, size = since, 0
    for day, count in counted:
        if first is not None and size + count > PORTION:
            yield first, last
            first, size = None, 0
        first, last, size = first or day, day, size + count
    if first is not None:
        yield first, last


def _of_group(plan: Plan, engine: Engine, group: Group, schema: dict[str, str]) -> Iterator[Hit]:
    mine = columns_of(events_table(STAGED, schema), group.columns, group.events, plan.dialect)
    if not engine.table(_OF_SOURCE, _sql(mine, plan)):
        return
    for batch in group.batches:
        yield from _of_batch(engine, batch)


def _of_batch(engine: Engine, batch: Batch) -> Iterator[Hit]:
    events = _OF_SOURCE
    if batch.sieve:
        events = _SIFTED
        if not engine.table(_SIFTED, f"SELECT * FROM {_OF_SOURCE} WHERE {batch.sieve}"):
            return
    plain = [place for place, ready in enumerate(batch.rules) if not ready.fields]
    if plain:
        branches = [
            f"SELECT {place}, time_us, event_id FROM {events} WHERE {batch.rules[place].sql}" for place in plain
        ]
        for place, time_us, event_id in engine.rows(" UNION ALL ".join(branches)):
            yield Hit(batch.rules[place], time_us, event_id, ())
    for ready in batch.rules:
        if ready.fields:
            columns = ", ".join(column for _, column in ready.fields)
            for time_us, event_id, *values in engine.rows(
                f"SELECT time_us, event_id, {columns} FROM {events} WHERE {ready.sql}"
            ):
                yield Hit(ready, time_us, event_id, tuple(values))
