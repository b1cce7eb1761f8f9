"""The look-back at one person: what a leaver's page shows."""

from datetime import date

from kuramori_lake.detect.findings import LookbackReport
from kuramori_lake.detect.settings import DEFAULT, Settings
from kuramori_lake.store import Lake


def lookback_report(
    lake: Lake, person_id: str, since: date, until: date, *, limit: int = 100, settings: Settings = DEFAULT
) -> LookbackReport:
    """What one person did from `since` to `until` (local days, both included); empty if nothing is known."""
    raise NotImplementedError
