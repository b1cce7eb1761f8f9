"""Zones over days: the swipes of all who were in one of them, and what they tell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from kuramori_lake.detect.sql import DOOR
from kuramori_lake.event import Activity, Outcome
from kuramori_lake.presence.occupancy import Alone, alone_in
from kuramori_lake.presence.permits import Entry, Permit, unpermitted
from kuramori_lake.presence.stays import LONGEST, Doubt, Passing, Stay, Swipe, Zone, stays_of
from kuramori_lake.store import Lake

_NAMELESS: Final = "actor_key = ''"
_SWIPES: Final = f"""
WITH passed AS (
    SELECT time_utc, event_id, activity, device, reader,
        CASE WHEN {_NAMELESS} THEN '' ELSE coalesce(person_id, actor_namespace || ':' || actor_key) END AS who,
        coalesce(list_contains($doors::VARCHAR[], device) OR list_contains($doors::VARCHAR[], reader), false) AS is_ours
    FROM joined_events WHERE local_date BETWEEN $first AND $last AND time_utc BETWEEN $since AND $until
        AND {DOOR} AND outcome = '{Outcome.OK}'
)
SELECT * FROM passed WHERE is_ours OR (who <> '' AND who IN (SELECT who FROM passed WHERE is_ours))
ORDER BY time_utc, event_id
"""


@dataclass(frozen=True, kw_only=True)
class ZoneTold:
    """How much the doors of a zone told of some days: without it, that nobody was alone means nothing."""

    zone: str
    stays: int
    no_exit: int
    """Stays whose end was not recorded."""
    no_entry: int
    nameless: int

    @property
    def can_tell(self) -> bool:
        """Whether leaving is recorded for most stays; otherwise only what is sure is told of anybody."""
        return self.stays > 0 and 2 * self.no_exit <= self.stays


@dataclass(frozen=True, kw_only=True)
class Presence:
    """What the doors tell of some zones and days. Persons are ids; a card that nobody is known behind is its name."""

    alone: tuple[Alone, ...]
    entries: tuple[Entry, ...]
    zones: tuple[ZoneTold, ...]


def presence_of(
    lake: Lake, zones: Sequence[Zone], days: Sequence[date], *, clock: ZoneInfo, permits: Sequence[Permit] = ()
) -> Presence:
    """Who was alone in which zone, and who entered without a permit, beginning on one of some local days of a clock.

    A stay may begin on the day before and end on the day after: both are read, midnight ends nothing.
    """
    if not zones or not days:
        return Presence(alone=(), entries=(), zones=())
    rows = _rows(lake, zones, days, clock)
    hides = lake.context.table("untaken").num_rows > 0
    told = [_of_zone(zone, rows, set(days), clock, permits, hides=hides) for zone in zones]
    return Presence(
        alone=tuple(one for each in told for one in each.alone),
        entries=tuple(one for each in told for one in each.entries),
        zones=tuple(one for each in told for one in each.zones),
    )


def _rows(lake: Lake, zones: Sequence[Zone], days: Sequence[date], clock: ZoneInfo) -> list[dict[str, Any]]:
    since = _utc(min(days), clock) - LONGEST
    until = _utc(max(days) + timedelta(days=1), clock) + LONGEST
    a_day = timedelta(days=1)
    given = {
        "doors": sorted({door for zone in zones for door in zone.doors | zone.inner}),
        "since": since,
        "until": until,
        "first": since.date() - a_day,
        "last": until.date() + a_day,
    }
    rows: list[dict[str, Any]] = lake.query(_SWIPES, given).to_pylist()
    return rows


def _utc(day: date, clock: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, clock).astimezone(UTC).replace(tzinfo=None)


def _of_zone(
    zone: Zone,
    rows: Iterable[dict[str, Any]],
    days: set[date],
    clock: ZoneInfo,
    permits: Sequence[Permit],
    *,
    hides: bool,
) -> Presence:
    swipes = [(swipe, row) for row in rows if (swipe := _swipe(zone, row)) is not None]
    stays = stays_of(swipe for swipe, _row in swipes)

    def counts(at: datetime) -> bool:
        return at.replace(tzinfo=UTC).astimezone(clock).date() in days

    told = _told(zone.key, [stay for stay in stays if counts(stay.surely_since)])
    alone = [one for one in alone_in(zone, stays) if counts(one.since) and (one.is_sure or told.can_tell)]
    entries = [
        (swipe.who, swipe.at, row["device"] or row["reader"])
        for swipe, row in swipes
        if zone.by_permit and swipe.passing is Passing.IN and swipe.who and counts(swipe.at)
    ]
    return Presence(
        alone=tuple(_doubted(one) if hides else one for one in alone),
        entries=tuple(unpermitted(entries, zone.key, permits)),
        zones=(told,),
    )


def _doubted(one: Alone) -> Alone:
    """Somebody whose logs are not taken in may have been there too."""
    return replace(one, is_sure=False, doubts=(*one.doubts, Doubt.NOT_TAKEN_IN))


def _swipe(zone: Zone, row: dict[str, Any]) -> Swipe | None:
    """What a passage says of this zone; nothing where nobody is named at another's door."""
    names = {row["device"], row["reader"]}
    if names & zone.doors:
        passing = Passing.IN if row["activity"] == Activity.DOOR_IN else Passing.OUT
    elif names & zone.inner:
        passing = Passing.INSIDE
    else:
        passing = Passing.ELSEWHERE
    return Swipe(who=row["who"], at=row["time_utc"], passing=passing)


def _told(zone: str, stays: Sequence[Stay]) -> ZoneTold:
    named = [stay for stay in stays if stay.who]
    return ZoneTold(
        zone=zone,
        stays=len(named),
        no_exit=sum(Doubt.NO_EXIT in stay.doubts for stay in named),
        no_entry=sum(Doubt.NO_ENTRY in stay.doubts for stay in named),
        nameless=len(stays) - len(named),
    )
