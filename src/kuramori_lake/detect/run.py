"""The whole of detection for one day: screen the sums, look closely at few, rank them within the review budget."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import duckdb

from kuramori_lake.detect import sql_reasons, weigh
from kuramori_lake.detect.findings import Finding, Queue, Severity
from kuramori_lake.detect.reasons import Evidence, reasons_of
from kuramori_lake.detect.screen import Episode, screen
from kuramori_lake.detect.settings import DEFAULT, Settings
from kuramori_lake.store import Lake

_WEEKEND = 5


def detect(lake: Lake, *, as_of: date, days: int = 7, settings: Settings = DEFAULT) -> list[Finding]:
    """Findings of the last `days` local days up to and including `as_of`, heaviest first; nothing later is read.

    Every leaver has a finding of his own, if only a `note`. Others below the floor are left out.
    """
    seen = screen(lake, as_of=as_of, days=days, settings=settings)
    allowed = weigh.allowed(settings, headcount=seen.headcount, days=days)
    closely = _worth_a_look(seen.episodes, allowed)
    if not closely:
        return []
    found = _look_closely(lake, closely, as_of, settings)
    found.sort(key=lambda one: (-one.score, one.person_id, one.since))
    ranked = [
        replace(one, severity=weigh.severity(one.score, place=place, allowed=allowed, settings=settings))
        for place, one in enumerate(found)
    ]
    return [one for one in ranked if one.severity is not Severity.NOTE or one.queue is Queue.EXIT_WATCH]


def _worth_a_look(episodes: Sequence[Episode], allowed: int) -> list[Episode]:
    """The most promising ones, some three times the budget, and all leavers."""
    most = 3 * allowed + 12
    others = [episode for episode in episodes if not episode.standing.trigger][:most]
    return [episode for episode in episodes if episode.standing.trigger] + others


def _look_closely(lake: Lake, episodes: Sequence[Episode], as_of: date, settings: Settings) -> list[Finding]:
    given = {
        "as_of": as_of,
        "people": sorted({episode.standing.person_id for episode in episodes}),
        "peers": sorted({peer for episode in episodes for peer in episode.standing.peers or ()}),
        "peers_from": min(episode.since for episode in episodes) - timedelta(days=settings.baseline_days),
    }
    with lake.among("joined_events", sql_reasons.NARROW, given) as db:
        holidays = dict(db.execute("SELECT site, holidays FROM sites").fetchall())
        return [_finding(db, episode, as_of, holidays, settings) for episode in episodes]


def _finding(
    db: duckdb.DuckDBPyConnection,
    episode: Episode,
    as_of: date,
    holidays: dict[str, list[date]],
    settings: Settings,
) -> Finding:
    closed = set(holidays.get(episode.standing.site) or ())
    window = [episode.since + timedelta(days=n) for n in range((episode.until - episode.since).days + 1)]
    rest_days = [day for day in window if day.weekday() >= _WEEKEND or day in closed]
    reasons = reasons_of(Evidence(db, episode, rest_days, settings))
    return Finding(
        person_id=episode.standing.person_id,
        since=episode.since,
        until=episode.until,
        as_of=as_of,
        queue=Queue.EXIT_WATCH if episode.standing.trigger else Queue.EVERYBODY,
        score=round(100 * weigh.together(reason.strength for reason in reasons), 1),
        severity=Severity.NOTE,
        reasons=tuple(reasons),
    )
