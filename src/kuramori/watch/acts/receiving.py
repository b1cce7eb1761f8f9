"""Taking log files in: each file exactly once, one act per call that brought something new, then the seals."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.actors import SYSTEM, Actor
from kuramori.kernel.acts import Refused, act
from kuramori.watch.acts.sealing import seal_segments
from kuramori.watch.lake import lake
from kuramori.watch.models import LogSource
from kuramori.watch.privacy.exclusion_effect import exclusions_tell
from kuramori.watch.reading import Reading, registered
from kuramori_lake.event import Namespace, TimeBasis
from kuramori_lake.ingest import FileChangedError
from kuramori_lake.sources import UnknownSourceError
from kuramori_lake.sources import source as parser_of
from kuramori_lake.store import Lake

VERB = "watch.source.receive"
MAX_DIGESTS = 100
Step = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class FileReport:
    """What became of one file; rows = accepted + duplicate + ignored + rejected. `error` when it was not read."""

    path: str
    sha256: str = ""
    rows: int = 0
    accepted: int = 0
    duplicate: int = 0
    ignored: int = 0
    rejected: int = 0
    known: bool = False
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class IngestReport:
    """What became of all files of one call."""

    source: str
    instance: str
    files: tuple[FileReport, ...]
    sealed: int

    def total(self, name: str) -> int:
        """Return a count ("rows", "accepted", "duplicate", "ignored", "rejected") over all files."""
        return sum(int(getattr(file, name)) for file in self.files)

    @property
    def failed(self) -> int:
        """Return how many files could not be read at all."""
        return sum(bool(file.error) for file in self.files)

    def __str__(self) -> str:
        """Return the report in words, in the language of the moment; a line for each file."""
        words = gettext(
            "%(path)s: %(rows)s rows = %(accepted)s taken in + %(duplicate)s known + %(ignored)s skipped"
            " + %(rejected)s not understood"
        )
        return "\n".join(f"{each.path}: {each.error}" if each.error else words % vars(each) for each in self.files)

    def to_json(self) -> str:
        """Return the report as one JSON object, the sums beside the files."""
        sums = {name: self.total(name) for name in ("rows", "accepted", "duplicate", "ignored", "rejected")}
        return json.dumps(asdict(self) | sums | {"failed": self.failed}, ensure_ascii=False)


def ingest_files(
    *,
    reading: Reading,
    paths: Iterable[Path],
    by: Actor,
    why: str = "",
    source: LogSource | None = None,
    step: Step | None = None,
) -> IngestReport:
    """Take files (or all files below folders) in, note it as one act, and seal what came in.

    The same bytes again store nothing and write no entry. A file that cannot be read is reported, the others go on.
    Raises Refused for an unknown kind of log.
    """  # fmt: skip
    try:
        parser_of(reading.source)
    except UnknownSourceError as error:
        raise Refused(format_lazy(_("No such kind of log: {name}."), name=reading.source), str(error)) from error
    files = sorted(_files(paths))
    source = source or registered(reading)
    with lake() as found:
        exclusions_tell(found, today=localdate(timezone=ZoneInfo(settings.COMPANY_ZONE)))
        reports = []
        for done, path in enumerate(files, start=1):
            reports.append(_take(found, path, reading))
            if step is not None:
                step(done, len(files))
        report = tuple(reports)
        if any(not each.known and not each.error for each in report):
            _note(report, reading, source, by=by, why=why)
        sealed = seal_segments(segments_of=found, by=SYSTEM)
    return IngestReport(source=reading.source, instance=reading.instance, files=report, sealed=sealed)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from (each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]


def _take(found: Lake, path: Path, reading: Reading) -> FileReport:
    try:
        taken = found.ingest(
            path,
            source=reading.source,
            instance=reading.instance,
            zone=reading.zone,
            site_zone=reading.site_zone,
            basis=TimeBasis.ASSUMED if reading.zone_is_assumed else TimeBasis.CONFIGURED,
            namespace=Namespace(reading.namespace),
            encoding=reading.encoding,
            keep=reading.keep,
        )
    except (OSError, FileChangedError, sqlite3.OperationalError) as error:
        return FileReport(path=str(path), error=str(error))
    counts = taken.counts
    return FileReport(
        path=str(path),
        sha256=taken.sha256,
        rows=counts.rows,
        accepted=counts.accepted,
        duplicate=counts.duplicate,
        ignored=counts.ignored,
        rejected=counts.rejected,
        known=taken.known,
    )


def _note(files: tuple[FileReport, ...], reading: Reading, source: LogSource | None, *, by: Actor, why: str) -> None:
    new = [file for file in files if not file.known and not file.error]
    with act(VERB, by=by, why=why, subjects=[source] if source else []) as this:
        this.note("source", f"{reading.source} {reading.instance}", in_clear=True)
        this.note("files", len(new), in_clear=True)
        this.note("digests", [file.sha256 for file in new[:MAX_DIGESTS]], in_clear=True)
        for name in ("rows", "accepted", "rejected"):
            this.note(name, sum(int(getattr(file, name)) for file in new), in_clear=True)
