"""Who needs which guarded room: whoever keeps a secret there, or to whom one is open (FAC-13).

A room is named in the register as the log of the doors names it. A room with a secret that is open to the whole company
is not guarded: everybody has a reason to be there.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from uuid import UUID

from kuramori.directory.api import AssignmentHeld, projects_visible_to, unit_subtree, viewer_of_system
from kuramori.register.api import Audience, Place
from kuramori.register.api import Scope as ScopeRow
from kuramori_lake.context import GuardedDoor

NOBODY = ""


def doors_of(
    rooms: Sequence[tuple[Place, list[ScopeRow]]], held: Sequence[AssignmentHeld], *, today: date
) -> list[GuardedDoor]:
    """Return a row for each guarded door, and one for each person who needs it, on the days on which he does."""
    by_door: dict[str, list[tuple[Place, list[ScopeRow]]]] = defaultdict(list)
    for room, scopes in rooms:
        by_door[room.text.strip()].append((room, scopes))
    needs = _Needs(held)
    return [
        row
        for door, kept in sorted(by_door.items())
        if door and not any(_is_for_all(scope, today) for _, scopes in kept for scope in scopes)
        for room, scopes in kept
        for row in needs.rows(door, room, scopes)
    ]


def _is_for_all(scope: ScopeRow, today: date) -> bool:
    return scope.audience == Audience.COMPANY and scope.is_open_on(today)


class _Needs:
    """Whom a row of a scope names, person by person, from the assignments that the caller has looked up."""

    def __init__(self, held: Sequence[AssignmentHeld]) -> None:
        self._held = held
        self._below = cache(lambda unit: unit_subtree(viewer_of_system(), unit))
        self._members = cache(_members)

    def rows(self, door: str, room: Place, scopes: Sequence[ScopeRow]) -> Iterator[GuardedDoor]:
        yield GuardedDoor(door=door, person_id=NOBODY, since=room.valid_from, until=room.valid_to)
        yield GuardedDoor(door=door, person_id=str(room.secret.keeper_id), since=room.valid_from, until=room.valid_to)
        for scope in scopes:
            for person, since, until in self._named(scope):
                first = max(scope.valid_from, since)
                last = min(filter(None, (scope.valid_to, until)), default=None)
                if last is None or first <= last:
                    yield GuardedDoor(door=door, person_id=str(person), since=first, until=last)

    def _named(self, scope: ScopeRow) -> Iterator[tuple[UUID, date, date | None]]:
        if scope.audience == Audience.PERSON:
            yield scope.audience_id, scope.valid_from, scope.valid_to
        elif scope.audience == Audience.UNIT:
            below = self._below(scope.audience_id)
            yield from ((one.person_id, one.starts_on, one.ends_on) for one in self._held if one.unit_id in below)
        elif scope.audience == Audience.PROJECT:
            yield from self._members(scope.audience_id)


def _members(project: UUID) -> list[tuple[UUID, date, date | None]]:
    found = projects_visible_to(viewer_of_system()).filter(pk=project).first()
    return list(found.members.known().values_list("person_id", "starts_on", "ends_on")) if found else []
