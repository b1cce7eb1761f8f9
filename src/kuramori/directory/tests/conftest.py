"""The company, at noon of one working day."""

from collections.abc import Iterator

import pytest
import time_machine

from kuramori.directory.tests.company import NOON, Company


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def company(db: None, clock: time_machine.Traveller) -> Company:
    return Company()
