"""The kit on its example: boxes on shelves."""

from datetime import date
from uuid import UUID

import pytest

from kuramori.kernel.actors import Actor, ActorKind
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.tests.shelf.boxes import boxes
from kuramori.kernel.registers.tests.shelf.models import Box
from kuramori.kernel.registers.tests.suite import ACTIONS, RegisterSuite, holding, made

pytestmark = pytest.mark.urls("kuramori.kernel.registers.tests.shelf.site_urls")
OURS, THEIRS = UUID(int=100), UUID(int=200)


def person(number: int, name: str, unit: UUID) -> Viewer:
    actor = Actor(kind=ActorKind.PERSON, id=UUID(int=number), name=name)
    return holding(Viewer(actor=actor, person_id=actor.id, unit_ids=frozenset({unit})), boxes, *ACTIONS)


AKARI, CHIHIRO = person(1, "佐倉 灯里", OURS), person(3, "遠山 千尋", THEIRS)


class TestBoxes(RegisterSuite):
    register = boxes
    insider, stranger = AKARI, CHIHIRO
    entered = {"title": "新しい箱", "colour": "red", "unit_id": str(OURS)}
    changed = {"title": "改めた箱", "colour": "blue", "unit_id": str(OURS)}
    required = ("title", "unit_id")
    filtered = {"colour": ("blue", 1), "due_from": ("2026-11-02", 1), "numbered": ("no", 2)}
    searched = ("箱1", 1)

    def make(self, count: int) -> list[Box]:
        new = [
            Box(
                title=f"箱{n}",
                unit_id=OURS,
                number=n if n == 1 else None,
                colour="blue" if n == 2 else "red",
                due=date(2026, 11, n) if n in (1, 2) else None,
            )
            for n in range(count)
        ]
        return made(new, AKARI.actor, "shelf.box.add")
