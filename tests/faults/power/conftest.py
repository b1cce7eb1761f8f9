"""One installation with a witness and an authority for all power cuts of a run."""

from collections.abc import Iterator

import pytest

from tests.faults.power.campaign import Ground, prepared


@pytest.fixture(scope="session")
def ground(pattern, tmp_path_factory) -> Iterator[Ground]:
    with prepared(tmp_path_factory.mktemp("power"), pattern) as made_here:
        yield made_here
