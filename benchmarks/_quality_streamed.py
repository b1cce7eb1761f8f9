"""When the hard rules would have spoken, to the second, about whom, and how much of a case was out by then.

Rules are asked over the whole lake at once instead of batch by batch: `detect.stream` gives the same persons and days,
this gives the instant at which a day's first match was complete. A minute is added, for that is how late it may come.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from kuramori_lake.context import Flow
from kuramori_lake.detect import Limits
from kuramori_lake.detect.hard_rules import RULES, Rule
from kuramori_lake.detect.sql import READING
from kuramori_lake.detect.tests.company import LONG_AGO, context_of
from kuramori_lake.event import DestinationClass
from kuramori_lake.simulator import Truth
from kuramori_lake.store import Lake

WITHIN = timedelta(seconds=60)
LENT = "貸与媒体 / lent medium"
LARGE = 5_000
"""Rows of one query from which it is the case's and not the day's work."""


def with_media_registered(lake: Lake, out: Path, truth: Truth) -> None:
    """Tell the lake which media the company lends; without a list no medium is unregistered."""
    flows = [
        Flow(destination_class=DestinationClass.REMOVABLE, destination_value=serial, reason=LENT, since=LONG_AGO)
        for serial in truth.lent_media
    ]
    lake.context.write(replace(context_of(out, truth), flows=flows))


def spoken(lake: Lake, limits: Limits | None = None, rules: Sequence[Rule] = RULES) -> Iterator[dict[str, Any]]:
    """Each rule's person-days with the instant (UTC) at which it spoke."""
    alone = [rule for rule in rules if rule.first_time or rule.least != "1"]
    asked = [_at_once([rule for rule in rules if rule not in alone]), *map(_when, alone)]
    for text in filter(None, asked):
        given = {name: value for name, value in asdict(limits or Limits()).items() if f"${name}" in text}
        for row in lake.query(text, given).to_pylist():
            at = row["moment"] + WITHIN
            yield {"rule": row["rule"], "person": row["person_id"], "day": row["day"].isoformat(), "at": at.isoformat()}


def _at_once(rules: Sequence[Rule]) -> str:
    """SQL for all rules that one event is enough for, in one scan."""
    if not rules:
        return ""
    moments = ", ".join(f"CASE WHEN {rule.condition} THEN time_utc END AS {rule.name}" for rule in rules)
    first = ", ".join(f"min({rule.name}) AS {rule.name}" for rule in rules)
    names = ", ".join(rule.name for rule in rules)
    return f"""
        WITH deeds AS (SELECT person_id, local_date AS day, {moments} FROM joined_events e WHERE person_id IS NOT NULL),
        days AS (SELECT person_id, day, {first} FROM deeds GROUP BY ALL)
        UNPIVOT days ON {names} INTO NAME rule VALUE moment ORDER BY moment, person_id"""


def _when(rule: Rule) -> str:
    """SQL: person, local day, and when the rule had counted enough of the day's things, or seen the first of them."""
    mine = f"FROM joined_events e WHERE person_id IS NOT NULL AND {rule.condition}"
    if rule.first_time:
        return f"""
            WITH firsts AS (
                SELECT {rule.thing} AS thing, min(time_utc) AS moment FROM joined_events e
                WHERE {rule.first_time} GROUP BY ALL
            ), settled AS (SELECT min(local_date) + $settled_days AS day FROM joined_events)
            SELECT '{rule.name}' AS rule, person_id, local_date AS day, min(f.moment) AS moment
            FROM (SELECT *, {rule.thing} AS thing {mine}) e
            JOIN firsts f ON f.thing = e.thing AND f.moment = e.time_utc
            WHERE local_date >= (SELECT day FROM settled) GROUP BY ALL ORDER BY moment, person_id"""
    thing = "path" if "path" in rule.counted else "event_id"
    return f"""
        WITH things AS (
            SELECT person_id, local_date AS day, {thing} AS thing, min(time_utc) AS moment {mine} GROUP BY ALL
        ), counted AS (
            SELECT *, row_number() OVER (PARTITION BY person_id, day ORDER BY moment, thing) AS n FROM things
        )
        SELECT '{rule.name}' AS rule, person_id, day, moment FROM counted WHERE n = {rule.least}
        ORDER BY moment, person_id"""


def first_words(lake: Lake, cases: list[dict[str, Any]], told: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Of each case that a rule spoke about while it lasted: when first, by which rule, and the share that was out."""
    for case in cases:
        about = [one for one in told if one["person"] == case["person"] and _lasts(case, one["day"])]
        if about:
            first = min(about, key=lambda one: one["at"])
            yield first | {"case": case["case"], "out": _out(lake, case, datetime.fromisoformat(first["at"]))}


def _lasts(case: Mapping[str, Any], day: str) -> bool:
    return bool(case["first"]) and case["first"] <= day <= case["departure"]


def _out(lake: Lake, case: Mapping[str, Any], at: datetime) -> float:
    """Distinct documents of the vaults read, or rows selected, since the first deed; own work counts with them."""
    days = [date.fromisoformat(day["day"]) for day in case["days"]]
    given = {"person": case["person"], "days": days, "moment": at}
    mine = "person_id = $person AND list_contains($days, local_date) AND time_utc <= $moment"
    if case["unit"] == "rows":
        what = f"sum(count) FILTER (activity = 'db_read' AND count >= {LARGE})"
    else:
        given["vaults"] = case["vaults"]
        what = f"count(DISTINCT path) FILTER ({READING} AND list_bool_or([starts_with(path, v) FOR v IN $vaults]))"
    row = lake.query(f"SELECT coalesce({what}, 0) AS out FROM joined_events WHERE {mine}", given).to_pylist()[0]
    return float(min(1.0, int(row["out"]) / case["amount"]))
