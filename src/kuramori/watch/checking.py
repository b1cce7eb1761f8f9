"""Files and mails laid into a folder to be checked for excerpts of registered secrets: checked, linked, told as events.

A gateway or proxy lays copies of what leaves the house into the folder of a source of the kind `fingerprint`. None is
read as long as no document is registered or the site has no valid charter; nothing of the text is kept, only where
the stretch was.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from kuramori.directory.api import viewer_of_system
from kuramori.watch.models import LogSource
from kuramori.watch.queries.charters import watched_sites
from kuramori_lake.event import Activity
from kuramori_lake.fingerprint.checking import Checked, Sending, check, link
from kuramori_lake.fingerprint.index import PrintIndex
from kuramori_lake.fingerprint.reading.limits import LIMITS
from kuramori_lake.fingerprint.reading.reader import Reader
from kuramori_lake.store import Lake

KIND: Final = "fingerprint"
LOG: Final = ".jsonl"
"""A file of such lines is a log already: what a gateway checked by itself."""
MAIL: Final = ".eml"
A_ROUND: Final = 200
"""So many files are checked in one round: the hard rules wait behind it."""
MAIL_LOGS: Final = ("m365", "postfix")


def to_check(found: Lake, source: LogSource, paths: Sequence[Path], today: date) -> list[Path]:
    """Return what of the new files is to be checked in this round.

    None while no document is registered, and none of a source whose site has no valid charter, or that names no site.
    """
    content = [path for path in paths if path.suffix.lower() != LOG]
    if not content or not PrintIndex(found).has_documents():
        return []
    return content[:A_ROUND] if source.site_id in watched_sites(viewer_of_system(), today) else []


@contextmanager
def checks_of(found: Lake, paths: Sequence[Path]) -> Iterator[Path | None]:
    """Check files, link the events they are known by, and give the log of what was found; None: nothing to take in.

    A mail whose own log comes in too is linked only: told here as well, it would count twice.
    Raises PrintFileError when the index is damaged: nothing was checked then, and nothing is told as clean.
    """
    if not paths:
        yield None
        return
    with Reader() as reader:
        checked = [_checked(found, reader, path) for path in paths]
    link(found, checked)
    told = [each for each in checked if each.hits and not (_is_mail(each) and _has_mail_log())]
    if not told:
        yield None
        return
    with TemporaryDirectory() as place:
        log = Path(place) / f"checked{LOG}"
        log.write_text("".join(json.dumps(each.line(), ensure_ascii=False) + "\n" for each in told), encoding="utf-8")
        yield log


def _checked(found: Lake, reader: Reader, path: Path) -> Checked:
    at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    kind = Activity.MAIL_SEND if path.suffix.lower() == MAIL else Activity.UPLOAD
    with path.open("rb") as file:
        data = file.read(LIMITS.file_bytes + 1)
    return check(found, reader, path.name, data, Sending(activity=kind, at=at))


def _is_mail(checked: Checked) -> bool:
    return checked.sending.activity is Activity.MAIL_SEND


def _has_mail_log() -> bool:
    return LogSource.objects.standing().filter(kind__in=MAIL_LOGS).exists()
