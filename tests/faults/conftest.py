"""An installation for each test, copied from one that is set up once; and how often it is killed."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from kuramori.register.tests.conftest import add, levels  # noqa: F401  (fixtures)
from kuramori.site.tests.conftest import company, sign_in  # noqa: F401
from tests.faults.forge import Forge, forge
from tests.installation import Installation, made

HERE = Path(__file__).parent
KILLS = pytest.mark.parametrize("kills", [20])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the whole folder: it kills servers and fills disks, so `make test` leaves it to `make test-faults`."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.faults)


@pytest.fixture(scope="session")
def pattern(tmp_path_factory) -> Installation:
    return made(tmp_path_factory.mktemp("pattern") / "data")


@pytest.fixture
def here(pattern, tmp_path) -> Installation:
    return pattern.copy(tmp_path / "data")


@pytest.fixture
def smithy(here, tmp_path) -> Iterator[Forge]:
    with forge(here, tmp_path) as made_here:
        yield made_here


@pytest.fixture
def chance() -> random.Random:
    return random.Random(20261120)  # noqa: S311  (moments, not keys)
