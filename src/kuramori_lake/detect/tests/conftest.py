from collections.abc import Iterator
from pathlib import Path

import pytest

from kuramori_lake.detect.tests.office import Diary, context
from kuramori_lake.store import Lake


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    with Lake.open(tmp_path / "lake") as opened:
        yield opened


@pytest.fixture
def office(lake: Lake, tmp_path: Path) -> Lake:
    """The office in its ordinary weeks."""
    Diary().ordinary().into(lake, tmp_path, "ordinary")
    lake.context.write(context())
    return lake
