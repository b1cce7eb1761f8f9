"""A data folder of its own for each test, so that keys and heads never meet."""

from collections.abc import Callable
from uuid import UUID

import pytest

from kuramori.kernel.actors import Actor, ActorKind
from kuramori.kernel.acts import act
from kuramori.kernel.models import Entry, SavedView

AKARI = Actor(kind=ActorKind.PERSON, id=UUID(int=1), name="佐倉 灯里")
BOTAN = Actor(kind=ActorKind.PERSON, id=UUID(int=2), name="牧野 牡丹")


@pytest.fixture(autouse=True)
def data(tmp_path, settings):
    settings.DATA = tmp_path
    return tmp_path


@pytest.fixture
def write() -> Callable[..., Entry]:
    """Do acts that each save a list view; returns the last entry."""

    def some(count: int = 1, *, by: Actor = AKARI, why: str = "毎週使う") -> Entry:
        for _ in range(count):
            record = SavedView(name="極秘のみ", register="register:secret", person_id=by.id)
            with act("kernel.view.save", by=by, why=why, subjects=[record]):
                record.save()
        return Entry.objects.order_by("-seq").first()

    return some
