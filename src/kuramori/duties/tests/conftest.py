"""The company at noon of a Friday, with a line of bosses: Botan heads Materials, Daichi the whole company."""

from collections.abc import Iterator

import pytest
import time_machine

from kuramori.directory.acts.units import unit_edit
from kuramori.directory.tests.company import NOON, Company
from kuramori.duties.tests.chores.room import STANDING_IN
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def company(db: None, clock: time_machine.Traveller) -> Iterator[Company]:
    here = Company()
    unit_edit(unit=here.materials, head=here.botan, by=SYSTEM)
    unit_edit(unit=here.top, head=here.daichi, by=SYSTEM)
    here.give(here.chihiro, Role.INFORMATION_MANAGER)
    yield here
    STANDING_IN.clear()
