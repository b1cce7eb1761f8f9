"""What reviews show of some days: each person's sums beside his own usual, how much each source told, media by person.

Numbers of people come from the daily roll-up, so months of many millions of events stay readable; only what it does
not keep (how much a source told on a day, the hour of a copy) is counted from the events.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from kuramori_lake import scratch
from kuramori_lake.detect.metrics import Kind
from kuramori_lake.detect.rollup import days_between, roll_up
from kuramori_lake.detect.sql import A_DEED, COPYING
from kuramori_lake.store import Lake

SUMMED: Final = (
    "secret_documents", "documents", "copies", "copied_bytes", "connects", "mails_out", "mails_attached", "mails_free",
    "mail_bytes", "uploads", "upload_bytes", "shares_out", "db_exports", "prints", "pages", "archives", "deleted",
    "doors", "doors_denied", "logons", "cleared", "night",
)  # fmt: skip
"""Columns of the roll-up that a reviewer is told."""

_NAMED: Final = "person_id NOT LIKE 'actor:%'"
_SUMS: Final = f"""
SELECT person_id, count(*) FILTER (NOT is_now) AS active_before,
    {", ".join(f"coalesce(sum({name}) FILTER (is_now), 0)::BIGINT AS {name}" for name in SUMMED)},
    {", ".join(f"coalesce(sum({name}) FILTER (NOT is_now), 0)::BIGINT AS before_{name}" for name in SUMMED)}
FROM (SELECT *, list_contains($days::DATE[], day) AS is_now FROM rolled
    WHERE {_NAMED} AND (list_contains($days::DATE[], day) OR list_contains($before::DATE[], day)))
GROUP BY person_id ORDER BY person_id
"""
_HEARD: Final = """
SELECT source, instance, count(*) FILTER (list_contains($days::DATE[], local_date)) AS events,
    count(*) FILTER (NOT list_contains($days::DATE[], local_date)) AS events_before
FROM events WHERE local_date BETWEEN $first AND $last
    AND (list_contains($days::DATE[], local_date) OR list_contains($before::DATE[], local_date))
GROUP BY ALL ORDER BY ALL
"""
_FIRST_PAIRS: Final = f"""
SELECT person_id, thing, min(day) AS day FROM rolled WHERE kind = '{Kind.DEVICE}' AND {_NAMED}
GROUP BY person_id, thing HAVING min(day) BETWEEN $since AND $until ORDER BY ALL
"""
_ODD: Final = f"""
SELECT person_id, count(*) AS copies FROM joined_events e WHERE local_date BETWEEN $since AND $until
    AND person_id IS NOT NULL AND {A_DEED} AND coalesce({COPYING}, false)
    AND (is_night OR list_contains($off::DATE[], local_date))
GROUP BY person_id ORDER BY person_id
"""


@dataclass(frozen=True, kw_only=True)
class Sums:
    """One person's sums over the days, and over those before; `active_before` is on how many of these he did a thing.

    Bytes are bytes; the rest are counts of the roll-up's metrics.
    """

    person_id: str
    now: dict[str, int]
    before: dict[str, int]
    active_before: int


@dataclass(frozen=True, kw_only=True)
class Heard:
    """How many events of the days a source has told, and of those before."""

    source: str
    instance: str
    events: int
    events_before: int


def sums_of(lake: Lake, days: Sequence[date], before: Sequence[date]) -> list[Sums]:
    """Return what each known person did on some local days, beside what he did on others; service accounts left out."""
    asked = {"days": list(days), "before": list(before)}
    rolled = days_between(lake, roll_up(lake), "days", *_span(days, before))
    with scratch.cursor() as db:
        db.register("rolled", rolled)
        rows = db.execute(_SUMS, asked).to_arrow_table().to_pylist()
    return [
        Sums(
            person_id=row["person_id"],
            now={name: row[name] for name in SUMMED if row[name]},
            before={name: row[f"before_{name}"] for name in SUMMED if row[f"before_{name}"]},
            active_before=row["active_before"],
        )
        for row in rows
    ]


def heard_of(lake: Lake, days: Sequence[date], before: Sequence[date]) -> list[Heard]:
    """Return how much each source told of some local days, and of others."""
    first, last = _span(days, before)
    asked = {"days": list(days), "before": list(before), "first": first, "last": last}
    return [Heard(**row) for row in lake.query(_HEARD, asked).to_pylist()]


def first_pairs(lake: Lake, since: date, until: date, *, known_from: date) -> list[dict[str, Any]]:
    """Return which person met which medium for the first time in a range; `known_from`: how far back is looked.

    Rows have `person_id`, `thing` (the medium as the log names it, its serial number where there is one) and `day`.
    """
    rolled = days_between(lake, roll_up(lake), "things", known_from, until)
    with scratch.cursor() as db:
        db.register("rolled", rolled)
        rows: list[dict[str, Any]] = (
            db.execute(_FIRST_PAIRS, {"since": since, "until": until}).to_arrow_table().to_pylist()
        )
    return rows


def odd_copies(lake: Lake, since: date, until: date, off: Collection[date]) -> dict[str, int]:
    """Return how many files each person copied to media at night (22 to 5 o'clock, local) or on a day off."""
    rows = lake.query(_ODD, {"since": since, "until": until, "off": list(off)}).to_pylist()
    return {row["person_id"]: row["copies"] for row in rows}


def _span(days: Sequence[date], before: Sequence[date]) -> tuple[date, date]:
    together = [*days, *before]
    return min(together), max(together)
