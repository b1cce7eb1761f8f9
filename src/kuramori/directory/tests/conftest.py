"""The company, at noon of one working day."""

from collections.abc import Iterator

import pytest
import time_machine

from kuramori.directory.tests.company import NOON, Company


@pytest.fixture
def company(db: None) -> Iterator[Company]:
    with time_machine.travel(NOON, tick=False):
        yield Company()
