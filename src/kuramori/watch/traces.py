"""What the lake tells pages about people and secrets: sums by day, the peers, events, who touched a secret.

The caller has decided that the viewer may ask; nothing here shows a name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from kuramori_lake.store import Lake

USUAL_DAYS: Final = timedelta(days=60)
PEERS_LEAST: Final = 8
PAGE: Final = 100
MEASURES: Final = ("documents", "secret_documents", "copied_out", "pages")

_SUMS = """
    count(DISTINCT path) FILTER (object_kind = 'file') AS documents,
    count(DISTINCT path) FILTER (secret_id IS NOT NULL) AS secret_documents,
    count(*) FILTER (destination_class = 'removable') AS copied_out,
    coalesce(sum(count) FILTER (activity = 'print'), 0)::BIGINT AS pages
"""
_BY_DAY = f"""
SELECT local_date AS day, {_SUMS} FROM joined_events
WHERE person_id = $person AND local_date BETWEEN $since AND $until GROUP BY 1 ORDER BY 1
"""
_GROUP = """
WITH mine AS (SELECT unit, role, site FROM people WHERE person_id = $person AND $until BETWEEN since AND until LIMIT 1)
SELECT DISTINCT people.person_id, people.unit = mine.unit AS same_unit,
    people.role = mine.role AND people.site = mine.site AS same_role
FROM people, mine WHERE $until BETWEEN people.since AND people.until AND people.person_id <> $person
"""
_OF_PEOPLE = f"""
SELECT person_id, {_SUMS} FROM joined_events
WHERE list_contains($people, person_id) AND local_date BETWEEN $since AND $until AND excluded_reason IS NULL GROUP BY 1
"""
_EVENTS = """
SELECT event_id, time_utc, joined_events.source, joined_events.instance, activity, outcome, object_kind, path,
    joined_events.name, secret_id, secret_level,
    device, device_serial, destination_class, destination_value, client, ip, actor_raw, "count", "bytes", tz_basis,
    batches.name AS file, batches.sha256 AS file_sha256, raw_row
FROM joined_events LEFT JOIN batches ON batches.batch_id = joined_events.batch_id
WHERE person_id = $person AND local_date BETWEEN $since AND $until
ORDER BY secret_id IS NULL, time_utc DESC, event_id DESC LIMIT $limit OFFSET $offset
"""


@dataclass(frozen=True, kw_only=True)
class Sums:
    """What somebody did in a range of days: distinct documents, those of secrets, copies to media, printed pages."""

    documents: int = 0
    secret_documents: int = 0
    copied_out: int = 0
    pages: int = 0


@dataclass(frozen=True, kw_only=True)
class Beside:
    """One measure of a person beside his peers' middle (median) and high (95th percentile)."""

    measure: str
    own: int
    middle: float
    high: float


def _sums(row: Mapping[str, Any]) -> Sums:
    return Sums(**{name: int(row[name]) for name in MEASURES})


def sums_by_day(found: Lake, person_id: UUID, since: date, until: date) -> dict[date, Sums]:
    """Return a person's sums on each active local day of a range, both ends included."""
    rows = found.query(_BY_DAY, {"person": str(person_id), "since": since, "until": until}).to_pylist()
    return {row["day"]: _sums(row) for row in rows}


def beside_peers(found: Lake, person_id: UUID, since: date, until: date) -> tuple[list[Beside], int]:
    """Return a person's sums over a window beside his peers', and how many peers: same work and site, else the unit."""
    window = {"since": since, "until": until}
    group = found.query(_GROUP, {"person": str(person_id), "until": until}).to_pylist()
    peers = {row["person_id"] for row in group if row["same_role"]}
    if len(peers) < PEERS_LEAST:
        peers = {row["person_id"] for row in group if row["same_unit"]} or peers
    people = [str(person_id), *sorted(peers)]
    rows = found.query(_OF_PEOPLE, {"people": people, **window}).to_pylist()
    sums = {row["person_id"]: _sums(row) for row in rows}
    own = sums.get(str(person_id), Sums())
    others = [sums.get(peer, Sums()) for peer in peers]
    return [_beside(name, own, others) for name in MEASURES], len(peers)


def _beside(name: str, own: Sums, others: list[Sums]) -> Beside:
    values = sorted(getattr(each, name) for each in others)
    return Beside(measure=name, own=getattr(own, name), middle=quantile(values, 0.5), high=quantile(values, 0.95))


def quantile(values: list[int], share: float) -> float:
    """Return the value below which that share of sorted values lies, between neighbours by proportion; 0 of none."""
    if not values:
        return 0.0
    place = (len(values) - 1) * share
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def events_of(found: Lake, person_id: UUID, since: date, until: date, *, offset: int = 0) -> list[dict[str, Any]]:
    """Return a page of a person's events, secrets first, then the newest; one more than PAGE when more wait."""
    asked = {"person": str(person_id), "since": since, "until": until, "limit": PAGE + 1, "offset": offset}
    rows: list[dict[str, Any]] = found.query(_EVENTS, asked).to_pylist()
    return rows
