"""What other rooms and the command line may ask of watch."""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from kuramori.kernel.actors import SYSTEM, Actor
from kuramori.kernel.permissions import TOKYO
from kuramori.watch.acts.receiving import FileReport, IngestReport, ingest_files
from kuramori.watch.acts.settings import account_add, charter_add, flow_add, source_add
from kuramori.watch.detection import DetectionReport, detect_run
from kuramori.watch.lake import folder as lake_folder
from kuramori.watch.lake import lake
from kuramori.watch.models import Alert, LogSource
from kuramori.watch.patrols.term_acts import term_add
from kuramori.watch.privacy.exclusion_acts import Excluded, exclusion_add, exclusion_approve
from kuramori.watch.queries.alerts import alerts_of_person, alerts_on_secret, alerts_visible_to
from kuramori.watch.queries.sources import lake_stats, source_states
from kuramori.watch.reading import Reading, reading_of

__all__ = [
    "Alert",
    "DetectionReport",
    "Excluded",
    "FileReport",
    "IngestReport",
    "LogSource",
    "account_add",
    "alerts_of_person",
    "alerts_on_secret",
    "alerts_visible_to",
    "charter_add",
    "detect",
    "exclusion_add",
    "exclusion_approve",
    "flow_add",
    "ingest",
    "ingest_source",
    "lake",
    "lake_folder",
    "lake_stats",
    "source_add",
    "source_states",
    "term_add",
]


def ingest(
    *,
    source: str,
    paths: Iterable[Path],
    by: Actor = SYSTEM,
    instance: str = "default",
    zone: ZoneInfo | None = None,
    encoding: str = "utf-8",
    why: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> IngestReport:
    """Take log files, or all files below folders, in by the name of a parser ("samba", "evtx", "table:badge").

    Without `zone` the log's clock is assumed to be Tokyo's, and every event says so. Raises Refused for an unknown
    kind of log; a file that cannot be read is told in the report.
    """
    reading = Reading(
        source=source, instance=instance, zone=zone or TOKYO, zone_is_assumed=zone is None, encoding=encoding
    )
    return ingest_files(reading=reading, paths=paths, by=by, why=why, step=progress)


def ingest_source(
    *, source: LogSource, paths: Iterable[Path], by: Actor, progress: Callable[[int, int], None] | None = None
) -> IngestReport:
    """Take files of a registered source in, read as the register says."""
    return ingest_files(reading=reading_of(source), paths=paths, by=by, source=source, step=progress)


def detect(*, as_of: date, by: Actor = SYSTEM, days: int = 7, why: str = "") -> DetectionReport:
    """Evaluate the days up to `as_of` (local, included) and keep the alerts; the same day again changes nothing."""
    return detect_run(as_of=as_of, by=by, days=days, why=why)
