"""How a secret is seen by the logs: since when, how often, by which sources, who touched it, how much on each day.

Kuramori's own acts are no part of it: its pages are no documents of the secret, and whoever keeps the secret reads
these figures. That somebody of the office opened its page would warn him (fault H3).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kuramori_lake.store import Lake

_COVERAGE = """
SELECT count(*) AS events, count(DISTINCT person_id) AS people, min(time_utc) AS first, max(time_utc) AS last,
    list_sort(list(DISTINCT {'source': source, 'instance': instance})) AS sources
FROM joined_events WHERE path IN (SELECT path FROM path_secret WHERE secret_id = $secret) AND secret_id = $secret
    AND source <> 'ledger'
"""
_READERS = """
SELECT person_id, count(*) AS events, count(DISTINCT path) AS documents, count(DISTINCT local_date) AS days,
    max(local_date) AS last
FROM joined_events WHERE secret_id = $secret AND local_date BETWEEN $since AND $until AND person_id IS NOT NULL
    AND source <> 'ledger'
GROUP BY 1 ORDER BY 3 DESC, 2 DESC
"""
_READ_BY_DAY = """
SELECT local_date AS day, count(DISTINCT path) AS documents FROM joined_events
WHERE secret_id = $secret AND local_date BETWEEN $since AND $until AND excluded_reason IS NULL
    AND source <> 'ledger'
GROUP BY 1 ORDER BY 1
"""

_DAYS_SEEN = """
SELECT source, instance, list(DISTINCT local_date) AS days FROM events
WHERE local_date BETWEEN $since AND $until GROUP BY ALL
"""


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Since when, how often and by which (source, instance) a secret's paths were seen; naive UTC, None: never."""

    events: int
    people: int
    of: frozenset[tuple[str, str]]
    first: datetime | None
    last: datetime | None


def coverage_of(found: Lake, secret_id: str) -> Coverage:
    """Return how well a secret's paths are seen by the logs."""
    row = found.query(_COVERAGE, {"secret": secret_id}).to_pylist()[0]
    told = row.pop("sources") or []
    return Coverage(**row, of=frozenset((each["source"], each["instance"]) for each in told))


def readers_of(found: Lake, secret_id: str, since: date, until: date) -> list[dict[str, Any]]:
    """Return who touched a secret in a range, by person: events, distinct documents, days, the last day."""
    asked = {"secret": secret_id, "since": since, "until": until}
    rows: list[dict[str, Any]] = found.query(_READERS, asked).to_pylist()
    return rows


def secret_by_day(found: Lake, secret_id: str, since: date, until: date) -> dict[date, int]:
    """Return how many distinct documents of a secret were touched on each day, service accounts left out."""
    asked = {"secret": secret_id, "since": since, "until": until}
    return {row["day"]: row["documents"] for row in found.query(_READ_BY_DAY, asked).to_pylist()}


def days_seen(found: Lake, since: date, until: date) -> dict[tuple[str, str], set[date]]:
    """Return on which local days each (source, instance) was heard from, both ends included."""
    rows = found.query(_DAYS_SEEN, {"since": since, "until": until}).to_pylist()
    return {(row["source"], row["instance"]): set(row["days"]) for row in rows}
