"""The feed at work: entries since a remembered place, and openings, into the lake exactly once.

How far the ledger was told stands beside the lake, so both come back from a backup together. A file is taken in first
and the place is kept second: a run that is killed between both tells the same entries again, and the lake knows them
by their ids. A place that does not fit the ledger any more (a backup of it was restored) begins anew likewise.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from itertools import islice
from pathlib import Path
from typing import Final, Self
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.conf import settings

from kuramori.evidence.api import is_at, place_since
from kuramori.kernel.actors import SYSTEM
from kuramori.watch.acts.receiving import ingest_files
from kuramori.watch.feeding.lines import deeds_in, lines_of
from kuramori.watch.feeding.openings import deeds_of, put_aside, spool, spool_close, spool_open
from kuramori.watch.feeding.standing import standing_feed
from kuramori.watch.lake import folder
from kuramori.watch.models import LedgerFeed
from kuramori.watch.reading import reading_of

ENTRIES_A_FILE: Final = 20_000
FILES_A_RUN: Final = 10
"""A backlog is told over several runs, so that watched folders and hard rules do not wait for it."""
OPENINGS_AT_ONCE: Final = 200


class NotTaken(RuntimeError):
    """The lake could not take a file in; the place stays where it was, and the next run tries again."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """How far a feed has told the ledger: the next place, and the entry before it."""

    next: int
    last: str = ""

    @classmethod
    def read(cls, feed: LedgerFeed) -> Self | None:
        """Return what the last run kept; None when there is none, or when it speaks of another ledger."""
        try:
            found = cls(**orjson.loads(_note(feed).read_bytes()))
            return found if not found.last or is_at(found.next - 1, UUID(found.last)) else None
        except (OSError, ValueError, TypeError):
            return None

    def write(self, feed: LedgerFeed) -> None:
        """Put the note in place, whole or not at all."""
        draft = _note(feed).with_suffix(".tmp")
        draft.write_bytes(orjson.dumps({"next": self.next, "last": self.last}))
        draft.replace(_note(feed))


@dataclass(frozen=True, kw_only=True)
class FeedReport:
    """What a run told the lake: events that were new to it, and whether entries are left for the next run."""

    accepted: int = 0
    is_behind: bool = False


def feed_run(*, entries: int = ENTRIES_A_FILE, files: int = FILES_A_RUN) -> FeedReport:
    """Tell the lake what is new; off, note no openings. Raises NotTaken when the lake cannot take a file in."""
    feed = standing_feed()
    if feed is None:
        spool_close()
        return FeedReport()
    spool_open()
    told = Telling(feed=feed)
    accepted = sum(told.opened(path) for path in put_aside())
    place = Place.read(feed) or Place(next=_begins(feed))
    for _file in range(files):
        deeds, after, last = deeds_in(place.next, entries)
        if last is None:
            return FeedReport(accepted=accepted)
        wanted = [deed for deed in deeds if deed.day >= feed.since]
        accepted += told.taken(f"entries-{place.next}-{after}", lines_of(wanted, feed.source.site_id))
        is_full, place = after - place.next == entries, Place(next=after, last=str(last))
        place.write(feed)
        if not is_full:
            return FeedReport(accepted=accepted)
    return FeedReport(accepted=accepted, is_behind=True)


def _begins(feed: LedgerFeed) -> int:
    return place_since(datetime.combine(feed.since, time.min, ZoneInfo(settings.COMPANY_ZONE)))


def _note(feed: LedgerFeed) -> Path:
    folder().mkdir(parents=True, exist_ok=True)
    return folder() / f"feed-{feed.pk}.json"


@dataclass(frozen=True, kw_only=True)
class Telling:
    """One feed's way into the lake: lines become a file, the file is taken in as any other, and goes away."""

    feed: LedgerFeed

    def opened(self, path: Path) -> int:
        """Tell the openings of a file, and let it go; return how many events were new."""
        accepted = self.taken(f"openings-{path.stem}", self._opened(path))
        path.unlink()
        return accepted

    def _opened(self, path: Path) -> Iterator[bytes]:
        deeds = deeds_of(path)
        while some := list(islice(deeds, OPENINGS_AT_ONCE)):
            yield from lines_of(some, self.feed.source.site_id)

    def taken(self, name: str, lines: Iterable[bytes]) -> int:
        """Take lines in, if there are any; return how many events were new."""
        path = spool() / f"{name}.told"
        if not _written(path, iter(lines)):
            return 0
        report = ingest_files(reading=reading_of(self.feed.source), paths=[path], by=SYSTEM, source=self.feed.source)
        if report.failed:
            raise NotTaken(str(report))
        path.unlink()
        return report.total("accepted")


def _written(path: Path, lines: Iterator[bytes]) -> bool:
    """Write lines to a file; with none there is no file."""
    first = next(lines, None)
    if first is None:
        return False
    with path.open("wb") as file:
        file.write(first)
        file.writelines(lines)
    return True
