"""Whom a duty asks, and who stands above whom."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

from kuramori.directory.api import Person, Role, unit_subtree, units_visible_to, viewer_of_system, who_was_where
from kuramori.duties.kinds import kinds
from kuramori.duties.models import Audience, Duty

GONE = frozenset({"former", "transferred"})
"""Engagements of people who do not work here any more."""
FEW = 500
"""People who are asked for one by one; for more, everybody is read."""


class Workforce:
    """Where people work on one day, the main place of each first: read once, asked often."""

    def __init__(self, day: date, people: Collection[UUID] | None = None) -> None:
        chosen = people if people is not None and len(people) <= FEW else None
        found = who_was_where(viewer_of_system(), day, people=chosen)
        self.day = day
        self.places: dict[UUID, list[Any]] = {}
        for place in found:
            if place.engagement_kind not in GONE:
                self.places.setdefault(place.person_id, []).append(place)

    def site_of(self, person: UUID) -> UUID | None:
        """Return the site where somebody has his main place."""
        return self.places[person][0].site_id if person in self.places else None

    def in_units(self, units: Collection[UUID]) -> set[UUID]:
        """Return who works in one of the units, with the main place or beside it."""
        return {pk for pk, found in self.places.items() if any(place.unit_id in units for place in found)}


def audience_of(duty: Duty, force: Workforce) -> set[UUID]:
    """Return whom a duty asks on the day of the workforce; nobody who does not work here."""
    match duty.audience:
        case Audience.EVERYBODY:
            return set(force.places)
        case Audience.PERSON:
            asked: Iterable[UUID | None] = [duty.person_id]
        case Audience.ROLE:
            asked = holders_of(duty.role, force.day)
        case Audience.UNIT:
            asked = force.in_units(unit_subtree(viewer_of_system(), *filter(None, [duty.unit_id])))
        case _:
            kind = kinds().get(duty.kind)
            asked = kind.people(force.day) if kind and kind.people else ()
    return {pk for pk in asked if pk is not None and pk in force.places}


def holders_of(role: str, day: date) -> set[UUID]:
    """Return who holds a role on a day, wherever; heads of units hold theirs by heading one."""
    if role == Role.UNIT_HEAD:
        heads = units_visible_to(viewer_of_system()).filter(retired_at__isnull=True, head__isnull=False)
        return set(heads.values_list("head_id", flat=True))
    holds = Q(roles__ends_on__isnull=True) | Q(roles__ends_on__gte=day)
    held = Person.objects.filter(holds, roles__role=role, roles__recorded_to__isnull=True, roles__starts_on__lte=day)
    return set(held.values_list("pk", flat=True))


def lines_up(people: Collection[UUID], day: date) -> dict[UUID, list[UUID]]:
    """Return for each person who stands above him, nearest first: the boss, then the heads of units up to the top.

    Nobody stands above himself, twice, or after he has left the company.
    """
    force = Workforce(day, people)
    units = {pk: (head, path) for pk, head, path in _units().values_list("pk", "head_id", "path")}
    raw = {pk: _line(pk, force, units) for pk in people}
    here = Workforce(day, {above for line in raw.values() for above in line}).places
    return {pk: [above for above in line if above in here] for pk, line in raw.items()}


def deputies_on(people: Collection[UUID], day: date) -> dict[UUID, UUID]:
    """Return who stands in for whom on a day, of the people asked about, as another room knows it.

    This room knows no other on its line, so the site's settings name who answers (KURAMORI_DEPUTIES_OF).
    """
    answers = settings.KURAMORI_DEPUTIES_OF
    return dict(import_string(answers)(people, day)) if answers else {}


def _units() -> Any:
    return units_visible_to(viewer_of_system()).select_related(None).order_by()


def _line(person: UUID, force: Workforce, units: Mapping[UUID, tuple[UUID | None, str]]) -> list[UUID]:
    if person not in force.places:
        return []
    main = force.places[person][0]
    path = units[main.unit_id][1] if main.unit_id in units else ""
    steps = [UUID(step) for step in path.split("/") if step]
    above = [main.boss_id, *(units[step][0] for step in reversed(steps) if step in units)]
    return [each for each in dict.fromkeys(above) if each is not None and each != person]


def is_same_human(one: Person, other: UUID | None) -> bool:
    """Say whether a person is another or goes by the same mail address or account name: one under two numbers (A5)."""
    if one.pk == other:
        return True
    found = Person.objects.filter(pk=other).first() if other else None
    if found is None:
        return False
    names = [(one.mail, found.mail), (one.account_name, found.account_name)]
    return any(mine.strip() and mine.strip().lower() == his.strip().lower() for mine, his in names)
