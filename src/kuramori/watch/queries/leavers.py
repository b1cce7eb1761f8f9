"""Leavers and their look-back: who may look, by what name, and what the lake reports."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from kuramori.directory.api import (
    Leaver,
    assignments_between,
    leavers,
    people_visible_to,
    sees_leaving,
    viewer_of_system,
)
from kuramori.kernel.permissions import Viewer
from kuramori.watch.lake import folder, lake
from kuramori.watch.pseudonyms import pseudonym
from kuramori.watch.rules.permissions import Permission
from kuramori_lake.detect import LookbackReport, lookback_report

BEHIND = timedelta(days=90)
AHEAD = timedelta(days=180)
LOOK_BACK = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class LeaverSeen:
    """A leaver as one viewer may see him: by name with a link for HR and the leaver team, else by pseudonym."""

    leaver: Leaver
    name: str
    is_veiled: bool
    since: date
    until: date


def leavers_seen_by(viewer: Viewer, today: date) -> list[LeaverSeen]:
    """Return who leaves within half a year or left within three months, never the viewer himself."""
    if not viewer.may(Permission.LEAVER_VIEW):
        return []
    found = leavers(viewer_of_system(), today - BEHIND, today + AHEAD)
    found = [each for each in found if each.person_id != viewer.person_id]
    if not viewer.may_everywhere(Permission.LEAVER_VIEW):
        found = _of_units(found, viewer.units_for(Permission.LEAVER_VIEW), today)
    names = _names(viewer, [each.person_id for each in found])
    return [_seen(each, names, today) for each in found]


def _of_units(found: list[Leaver], units: frozenset[UUID], today: date) -> list[Leaver]:
    """Keep who belongs to one of the units, or belonged to it on his last day."""
    until = {each.person_id: min(each.last_day or today, today) for each in found}
    first = min(until.values(), default=today)
    own = {
        each.person_id
        for each in assignments_between(viewer_of_system(), first, today, people=until)
        if each.unit_id in units and each.starts_on <= until[each.person_id] <= (each.ends_on or today)
    }
    return [each for each in found if each.person_id in own]


def leaver_seen_by(viewer: Viewer, line: UUID, today: date) -> LeaverSeen | None:
    """Return one leaver by the line of his engagement."""
    return next((each for each in leavers_seen_by(viewer, today) if each.leaver.engagement_line == line), None)


def _names(viewer: Viewer, ids: list[UUID]) -> dict[UUID, str]:
    if not sees_leaving(viewer):
        return {}
    return {person.pk: person.shown for person in people_visible_to(viewer).filter(pk__in=ids)}


def _seen(leaver: Leaver, names: dict[UUID, str], today: date) -> LeaverSeen:
    start = leaver.look_back_from or (leaver.notice_received_on or leaver.last_day or today) - LOOK_BACK
    end = min(leaver.last_day or today, today)
    name = names.get(leaver.person_id)
    return LeaverSeen(
        leaver=leaver,
        name=name or pseudonym(f"leaver:{leaver.engagement_line}", leaver.person_id),
        is_veiled=name is None,
        since=min(start, end),
        until=end,
    )


def look_back_at(viewer: Viewer, seen: LeaverSeen) -> LookbackReport | None:
    """Return what the leaver did from the beginning of his look-back until today or his last day."""
    if not viewer.may(Permission.LEAVER_VIEW) or not folder().exists():
        return None
    with lake() as found:
        return lookback_report(found, str(seen.leaver.person_id), seen.since, seen.until)
