"""The whole of detection for one day."""

from datetime import date

from kuramori_lake.detect.findings import Finding
from kuramori_lake.detect.settings import DEFAULT, Settings
from kuramori_lake.store import Lake


def detect(lake: Lake, *, as_of: date, days: int = 7, settings: Settings = DEFAULT) -> list[Finding]:
    """Findings of the last `days` local days up to and including `as_of`, heaviest first; nothing later is read."""
    raise NotImplementedError
