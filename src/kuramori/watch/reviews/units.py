"""Departments look at their own logs every week: the line knows best what is odd (DET-06)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from kuramori.directory.api import Unit, unit_heads, units_visible_to, viewer_of_system
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.permissions import Role
from kuramori.watch.acts.reviews import Prepared, review_prepare
from kuramori.watch.models.reviews import Review, ReviewKind
from kuramori.watch.presence.doors import Told, doors_told
from kuramori.watch.reviews.coverage import coverage_of_site
from kuramori.watch.reviews.holiday import told_lake
from kuramori.watch.reviews.lines import Compared, Place, lines_of, places_on
from kuramori.watch.rules.reviews import READY_AT, UNIT_DAYS, at_local, reviewing_unit
from kuramori_lake.reviewing import Sums, sums_of
from kuramori_lake.store import Lake

SHOWN = 20
WEEK = timedelta(days=7)
WEEKS_BEFORE = 8


@dataclass(frozen=True, kw_only=True)
class _Week:
    """One week's facts, the same for every unit."""

    found: Lake | None
    places: dict[UUID, Place]
    sums: list[Sums]
    doors: Told
    compared: Compared
    due: datetime


def unit_reviews(now: datetime) -> list[Review]:
    """Prepare the reviews of the last whole week, all in one act; each person's events go to one reviewer only."""
    zone = ZoneInfo(settings.COMPANY_ZONE)
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    since = monday - WEEK
    if now < at_local(monday, READY_AT, zone) or Review.objects.filter(kind=ReviewKind.UNIT, since=since).exists():
        return []
    week = [since + timedelta(days=n) for n in range(WEEK.days)]
    before = [since - timedelta(days=n) for n in range(1, WEEKS_BEFORE * WEEK.days + 1)]
    places = places_on(week[-1])
    groups = groups_of(places)
    if not groups:
        return []
    units = {unit.pk: unit for unit in units_visible_to(viewer_of_system()).filter(pk__in=set(groups))}
    due = at_local(today + timedelta(days=UNIT_DAYS), READY_AT, zone)
    with told_lake() as found:
        doors = doors_told(found, None, week)
        facts = _Week(
            found=found,
            places=places,
            sums=sums_of(found, week, before) if found else [],
            doors=doors,
            compared=Compared(days=week, before=before, most=SHOWN, ties=doors.ties(places), extra=doors.people),
            due=due,
        )
        ready = [
            _prepared(facts, units.get(unit) if unit else None, people)
            for unit, people in sorted(groups.items(), key=lambda pair: str(pair[0]))
        ]
    with act("watch.review.prepare", by=SYSTEM):
        return [review_prepare(prepared=each) for each in ready]


def groups_of(places: dict[UUID, Place]) -> dict[UUID | None, list[UUID]]:
    """Return whom each unit's head looks at; under None those for whom the office looks: no head, or he himself."""
    tree = dict(units_visible_to(viewer_of_system()).values_list("pk", "parent_id"))
    heads = {unit: head.pk for unit, head in unit_heads(viewer_of_system(), tree).items()}
    found: dict[UUID | None, list[UUID]] = defaultdict(list)
    for person, place in places.items():
        found[reviewing_unit(place.unit_id, person, tree, heads)].append(person)
    return found


def _prepared(week: _Week, unit: Unit | None, people: list[UUID]) -> Prepared:
    own, compared = set(people), week.compared
    sums = [each for each in week.sums if UUID(each.person_id) in own]
    lines, left_out = lines_of(sums, people, week.places, compared)
    site = unit.site if unit else None
    coverage = coverage_of_site(week.found, site, compared.days, compared.before)
    first: date = compared.days[0]
    return Prepared(
        key=f"unit:{unit.code if unit else ''}:{first}",
        kind=ReviewKind.UNIT,
        unit=unit,
        reviewer=unit.head if unit else None,
        office=Role.SECURITY_ANALYST,
        since=first,
        until=compared.days[-1],
        due_at=week.due,
        told={
            "coverage": coverage,
            "days": [day.isoformat() for day in compared.days],
            "left_out": left_out,
            "late": False,
            "zones": week.doors.zones_of(site),
        },
        lines=lines,
    )
