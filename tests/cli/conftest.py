"""One installation for all tests of the command line: what they ask changes nothing, or is asked of a copy."""

import pytest

from tests.installation import Installation, made


@pytest.fixture(scope="session")
def installed(tmp_path_factory) -> Installation:
    return made(tmp_path_factory.mktemp("installed") / "data")


@pytest.fixture
def fresh(installed, tmp_path) -> Installation:
    """A copy that a test may change."""
    return installed.copy(tmp_path / "data")
