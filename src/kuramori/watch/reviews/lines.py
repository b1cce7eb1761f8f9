"""Lines of a review: each person's numbers beside his own usual and his colleagues', the weightiest first."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from kuramori.directory.api import viewer_of_system, who_was_where
from kuramori.watch.acts.reviews import Line
from kuramori.watch.queries.charters import watched_sites
from kuramori.watch.rules.reviews import Tie, weight_of
from kuramori_lake.reviewing import Sums

Numbers = Mapping[str, float]
Weigh = Callable[[Numbers, Numbers], float]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a person worked on a day, and whether he may be watched there."""

    unit_id: UUID
    site_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The days looked at and those before them, and how many lines are shown at most."""

    days: Sequence[date]
    before: Sequence[date]
    most: int
    weigh: Weigh = weight_of
    ties: Mapping[UUID, Tie] = field(default_factory=dict)
    extra: Mapping[UUID, dict[str, Any]] = field(default_factory=dict)
    """Further facts of a person's line, such as media met for the first time."""


def places_on(day: date) -> dict[UUID, Place]:
    """Return where everybody worked on a day whose site has a valid charter; nobody else is looked at (BetrVG § 87)."""
    allowed = watched_sites(viewer_of_system(), day)
    found: dict[UUID, Place] = {}
    for where in who_was_where(viewer_of_system(), day):
        if where.site_id in allowed:
            found.setdefault(where.person_id, Place(unit_id=where.unit_id, site_id=where.site_id))
    return found


def lines_of(
    sums: Sequence[Sums], people: Collection[UUID], places: Mapping[UUID, Place], compared: Compared
) -> tuple[list[Line], int]:
    """Return the lines of these people, the weightiest first, and how many who did something were left out.

    Whoever stands there for a reason of its own (a leaver, a person drawn) is never left out, even with nothing done.
    """
    known = {UUID(each.person_id): each for each in sums}
    averages = _averages(known, places)
    told = {
        person: _told(known.get(person), averages.get(places[person].unit_id) if person in places else None, compared)
        for person in people
    }
    weights = {person: compared.weigh(one["now"], _floats(one["usual"])) for person, one in told.items()}
    ranked = sorted(told, key=lambda person: (-weights[person], str(person)))
    active = [person for person in ranked if told[person]["now"] or person in compared.extra]
    shown = {*active[: compared.most], *(person for person in ranked if person in compared.ties)}
    lines = [_line(person, told[person], weights[person], compared) for person in ranked if person in shown]
    return lines, sum(person not in shown for person in active)


def _line(person: UUID, told: dict[str, Any], weight: float, compared: Compared) -> Line:
    tie = compared.ties.get(person)
    named = {"weight": f"{weight:.1f}", "tie": str(tie) if tie else ""}
    return Line(person_id=person, told=told | named | compared.extra.get(person, {}))


def _averages(known: Mapping[UUID, Sums], places: Mapping[UUID, Place]) -> dict[UUID, tuple[dict[str, float], int]]:
    """Return each unit's mean of the days looked at, those who did nothing counted, and how many belong to it."""
    size: dict[UUID, int] = defaultdict(int)
    total: dict[UUID, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for person, place in places.items():
        size[place.unit_id] += 1
        for name, count in known[person].now.items() if person in known else ():
            total[place.unit_id][name] += count
    return {unit: ({name: sums / count for name, sums in total[unit].items()}, count) for unit, count in size.items()}


def _told(sums: Sums | None, colleagues: tuple[dict[str, float], int] | None, compared: Compared) -> dict[str, Any]:
    """Return one person's numbers; usual ones are means with a decimal, as text."""
    now = dict(sums.now) if sums else {}
    share = len(compared.days) / len(compared.before) if compared.before else 0.0
    before = sums.before if sums else {}
    mean, count = colleagues or ({}, 0)
    others = max(count - 1, 0)
    return {
        "now": now,
        "usual": {name: f"{before.get(name, 0) * share:.1f}" for name in now},
        "peers": {name: f"{(mean.get(name, 0.0) * count - now[name]) / others:.1f}" for name in now} if others else {},
        "colleagues": others,
        "active_before": sums.active_before if sums else 0,
        "days_before": len(compared.before),
    }


def _floats(numbers: Mapping[str, str]) -> dict[str, float]:
    return {name: float(value) for name, value in numbers.items()}
