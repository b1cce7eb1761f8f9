"""Who has said for how long a source's events are kept, and what that means for the lake."""

from dataclasses import dataclass

from kuramori.watch.models import LogSource, MonitoringCharter
from kuramori_lake.retention import Term


@dataclass(frozen=True, kw_only=True)
class KeptFor:
    """A source with the charter that limits how long its events are kept, and its term of today."""

    source: LogSource
    charter: MonitoringCharter
    term: Term
