"""Long and recurring work: taking files in, collecting watched folders, sealing, and the night's evaluation."""

import json
import logging
import stat
import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import viewer_of_system
from kuramori.kernel.actors import SYSTEM, Actor, ActorKind
from kuramori.kernel.jobs import JobKind, Progress, ask
from kuramori.kernel.models import Job
from kuramori.watch.acts.purging import purge_events
from kuramori.watch.acts.receiving import IngestReport, ingest_files
from kuramori.watch.acts.sealing import seal_segments
from kuramori.watch.checking import KIND, LOG, checks_of, to_check
from kuramori.watch.detection import detect_run
from kuramori.watch.job_names import COLLECT, DETECT, INGEST, NIGHT, PURGE, SEAL
from kuramori.watch.lake import folder, lake
from kuramori.watch.models import LogSource
from kuramori.watch.privacy.renumbering import renumber
from kuramori.watch.queries.retention import kept_for
from kuramori.watch.reading import reading_of
from kuramori_lake.compaction import CompactionError
from kuramori_lake.fingerprint.index import PrintIndex
from kuramori_lake.fingerprint.print_files import PrintFileError

AT_REST = 15.0
"""Seconds for which a file in a watched folder must not have grown before it is taken in."""
SEEN = "collected.json"
EVALUATED_EVERY = timedelta(minutes=10)
"""Collecting asks for an evaluation that often at most: hard rules have spoken by then, and an evaluation is long."""
DUE = "evaluation.due"
log = logging.getLogger(__name__)


def run_ingest(progress: Progress, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Take handed-in files of a registered source in; the copies go away, but for those that could not be read."""
    source = LogSource.objects.get(pk=arguments["source"])
    paths = [Path(path) for path in arguments["paths"] if Path(path).exists()]
    report = ingest_files(
        reading=reading_of(source),
        paths=paths,
        by=_asker(progress),
        source=source,
        step=progress.report,
    )
    failed = {each.path for each in report.files if each.error}
    for path in paths:
        if str(path) not in failed:
            path.unlink(missing_ok=True)
            path.parent.rmdir()
    if report.total("accepted"):
        ask(DETECT, viewer=None)
    counts = ("rows", "accepted", "duplicate", "ignored", "rejected")
    return {name: report.total(name) for name in counts} | {"failed": report.failed}


def run_collect(progress: Progress, _arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Take in what is new in the watched folders and at rest; evaluate when something came."""
    accepted = rejected = 0
    sources = list(LogSource.objects.standing().exclude(folder="").order_by("id"))
    seen = _read_seen()
    for done, source in enumerate(sources, start=1):
        new = {str(path): mark for path, mark in _at_rest(Path(source.folder)) if seen.get(str(path)) != mark}
        if new:
            collect = _checked if source.kind == KIND else _taken
            report, done_with = collect(source, [Path(path) for path in new])
            seen |= {path: mark for path, mark in new.items() if Path(path) in done_with}
            accepted, rejected = accepted + report.total("accepted"), rejected + report.total("rejected")
            _write_seen(seen)
        progress.report(done, len(sources))
    if accepted or (folder() / DUE).exists():
        _ask_evaluation()
    return {"accepted": accepted, "rejected": rejected}


def _taken(source: LogSource, paths: Sequence[Path]) -> tuple[IngestReport, set[Path]]:
    """Take logs in; what failed is tried again."""
    report = ingest_files(reading=reading_of(source), paths=paths, by=SYSTEM, source=source)
    return report, set(paths) - {Path(each.path) for each in report.files if each.error}


def _checked(source: LogSource, paths: Sequence[Path]) -> tuple[IngestReport, set[Path]]:
    """Check files and mails for excerpts of secrets, and take in what was found; logs in the folder as they are."""
    report, done_with = _taken(source, [path for path in paths if path.suffix.lower() == LOG])
    with lake() as found:
        files = to_check(found, source, paths, localdate(timezone=ZoneInfo(settings.COMPANY_ZONE)))
        try:
            with checks_of(found, files) as told:
                return _taken(source, [told])[0] if told else report, done_with | set(files)
        except PrintFileError:  # the night's result names the damaged file; until it is mended the files wait
            log.exception("files of %s wait: the index of registered documents is damaged", source)
            return report, done_with


def _ask_evaluation() -> None:
    """Ask for an evaluation, or note that one is due as soon as the last one is old enough."""
    latest = Job.objects.filter(kind=DETECT).order_by("-asked_at").first()
    if latest is not None and now() - latest.asked_at < EVALUATED_EVERY:
        (folder() / DUE).touch()
        return
    (folder() / DUE).unlink(missing_ok=True)
    ask(DETECT, viewer=None)


def run_seal(progress: Progress, _arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Seal what a crash may have left unsealed."""
    if not folder().exists():
        return {"sealed": 0}
    with lake() as found:
        return {"sealed": seal_segments(segments_of=found, by=SYSTEM, step=progress.report)}


def run_detect(_progress: Progress, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Evaluate the last days up to a day, today when none is named."""
    named = arguments.get("as_of")
    day = date.fromisoformat(named) if named else localdate(timezone=ZoneInfo(settings.COMPANY_ZONE))
    report = detect_run(as_of=day)
    return {"alerts": len(report.alerts), "sites_without_charter": [each.site.code for each in report.unwatched]}


def run_night(progress: Progress, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Bring the lake into order, seal what that wrote, and evaluate; a damaged segment stops only the ordering."""
    renumber()  # its count would tell whoever sees all alerts but those about himself (H3)
    result: dict[str, Any] = {}
    if folder().exists():
        with lake() as found:
            try:
                result["segments"] = found.compact().segments_after
            except CompactionError as error:
                result["damage"] = str(error)
            if damaged := PrintIndex(found).damaged():
                result["damaged_prints"] = damaged
            result["sealed"] = seal_segments(segments_of=found, by=SYSTEM, step=progress.report)
    return result | run_detect(progress, arguments)


def run_purge(progress: Progress, _arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Let events go whose time is over by the charter of their site; a month is done or not begun (DET-01)."""
    if not folder().exists():
        return {"purged": 0}
    terms = kept_for(viewer_of_system(), localdate(timezone=ZoneInfo(settings.COMPANY_ZONE)))
    with lake() as found:
        return {"purged": purge_events(segments_of=found, kept_for=terms, by=SYSTEM, step=progress.report)}


def _asker(progress: Progress) -> Actor:
    job = progress.job
    return Actor(kind=ActorKind.PERSON, id=job.asked_by, name=job.asked_by_name) if job.asked_by else SYSTEM


def _at_rest(place: Path) -> list[tuple[Path, list[int]]]:
    """Return the files below a folder that have stopped growing, each with its size and time (nanoseconds).

    A link that leads nowhere, and a file that rotation has just taken away, are not there.
    """
    found = []
    for path in sorted(place.rglob("*")) if place.is_dir() else []:
        try:
            state = path.stat()
        except OSError:
            continue
        if stat.S_ISREG(state.st_mode) and time.time() - state.st_mtime >= AT_REST:
            found.append((path, [state.st_size, state.st_mtime_ns]))
    return found


def _read_seen() -> dict[str, list[int]]:
    note = folder() / SEEN
    found: dict[str, list[int]] = json.loads(note.read_text()) if note.exists() else {}
    return found


def _write_seen(seen: Mapping[str, list[int]]) -> None:
    note = folder() / SEEN
    temporary = note.with_suffix(".tmp")
    temporary.write_text(json.dumps(seen))
    temporary.replace(note)


JOBS = (
    JobKind(name=INGEST, title=_("Take log files in"), run=run_ingest),
    JobKind(
        name=COLLECT,
        title=_("Collect watched folders"),
        run=run_collect,
        every=timedelta(seconds=30),
        is_prompt=True,
    ),
    JobKind(name=SEAL, title=_("Seal log segments"), run=run_seal, every=timedelta(hours=1)),
    JobKind(name=DETECT, title=_("Evaluate the logs"), run=run_detect),
    JobKind(name=NIGHT, title=_("Order, seal and evaluate the logs at night"), run=run_night, every=timedelta(days=1)),
    JobKind(name=PURGE, title=_("Let logs go whose time is over"), run=run_purge, every=timedelta(days=1)),
)
