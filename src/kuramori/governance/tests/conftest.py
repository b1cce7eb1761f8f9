"""The small company with the levels as shipped; Daichi keeps them."""

from collections.abc import Iterator

import pytest
import time_machine

from kuramori.directory.tests.company import NOON, Company
from kuramori.governance.acts import scheme_install
from kuramori.governance.models import Level
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def company(db: None) -> Company:
    here = Company()
    here.give(here.daichi, Role.INFORMATION_MANAGER)
    return here


@pytest.fixture
def levels(db: None) -> list[Level]:
    return scheme_install(scheme="four", by=SYSTEM)
