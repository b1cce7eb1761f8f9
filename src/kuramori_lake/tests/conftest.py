from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kuramori_lake.sources.parsed import Options
from kuramori_lake.store import Lake

SAMPLES = Path(__file__).parent / "samples"
TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    with Lake.open(tmp_path / "lake") as opened:
        yield opened


@pytest.fixture
def options() -> Options:
    return Options(zone=TOKYO, salt=b"salt")
