"""The snapshot of a hold: what the ledger, the logs and the data folder hold about it, copied into custody (LEV-10)."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.timezone import now
from django.utils.translation import gettext as _

from kuramori.directory.api import Person, subjects_of_person
from kuramori.evidence.bundles.asking import PERSON, SECRET
from kuramori.evidence.bundles.order import BundleSource, Order
from kuramori.evidence.bundles.place import bundle_file
from kuramori.evidence.bundles.selection import opened, parts_of, select
from kuramori.evidence.custody_store import Collected, forget_batch, pieces, seal
from kuramori.evidence.keeping import company_day
from kuramori.evidence.models import Bundle, Hold
from kuramori.evidence.models.custody import ItemKind
from kuramori.evidence.sequencer import sequence_all
from kuramori.evidence.tree_store import tree_size
from kuramori.evidence.visibility import record_seen
from kuramori.kernel.acts import Subject
from kuramori.kernel.canonical import canonical
from kuramori.kernel.imports.storage import FILE, place
from kuramori.kernel.models import ImportRun
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import rooms


def collect(
    hold: Hold, batch: UUID, viewer: Viewer, progress: Callable[[int], None] = lambda _done: None
) -> list[Collected]:
    """Copy what is there about a hold's people and secrets in its days; a batch begun before starts anew.

    What the viewer may not see is not copied. Raises OSError when the disk is full, and what `progress` raises.
    """
    forget_batch(batch)
    sequence_all()
    found: list[Collected] = []
    for order in _orders(hold, batch, viewer):
        for part in (_entries, _events, _bundles):
            for collected in part(order, viewer, len(found)):
                found.append(collected)
                progress(len(found))
    found += _uploads(hold, batch)
    progress(len(found))
    return found


def _orders(hold: Hold, batch: UUID, viewer: Viewer) -> Iterator[Order]:
    for held in hold.subjects.order_by("id"):
        record = record_seen(viewer, Subject(held.kind, held.subject_id))
        if record is None:
            continue
        is_person = isinstance(record, Person)
        yield Order(
            id=batch,
            kind=PERSON if is_person else SECRET,
            subject=record.as_subject(),
            ids=frozenset(subjects_of_person(viewer, record) if is_person else [record.pk]),
            why=hold.reason,
            made_at=now(),
            up_to=tree_size(),
            starts_at=_midnight(hold.covers_from),
            ends_at=_midnight(hold.covers_to, timedelta(days=1)),
        )


def _entries(order: Order, _viewer: Viewer, done: int) -> Iterator[Collected]:
    """Write the entries about the subject as JSON lines, with what opens them; of long lists only its own part."""
    places = select(order, frozenset())
    if places:
        sealed = seal(order.id, f"{done:04d}-entries.jsonl", _lines(places, order.ids | parts_of(order, places)))
        title = _("Ledger entries about %(subject)s (%(count)s)") % {
            "subject": order.subject.name,
            "count": len(places),
        }
        yield Collected(kind=ItemKind.ENTRIES, title=title[:300], sealed=sealed)


def _lines(places: Sequence[tuple[int, int]], own: frozenset[UUID]) -> Iterator[bytes]:
    for entry in opened(places):
        rows = [row for row in entry.listed if row.record_id in own]
        others = {each for row in entry.listed if row.record_id not in own for each in row.members}
        line = {
            "index": entry.index,
            "body": entry.raw.decode(),
            "disclosures": sorted(set(entry.opening.values()) - others),
            "changes": [{"place": r.place, "body": json.loads(bytes(r.body)), "members": r.members} for r in rows],
        }
        yield canonical(line) + b"\n"


def _events(order: Order, viewer: Viewer, done: int) -> Iterator[Collected]:
    sources = [offer for room in rooms() for offer in room.exhibits if isinstance(offer, BundleSource)]
    for number, extract in enumerate((e for source in sources for e in source.collect(order, viewer)), start=done):
        sealed = seal(order.id, f"{number:04d}-events.csv", extract.csv)
        title = extract.title_ja if viewer.language == "ja" else extract.title_en
        days = f"{company_day(extract.first_at)} – {company_day(extract.last_at)}"
        yield Collected(kind=ItemKind.EVENTS, title=f"{title}, {days}: {order.subject.name}"[:300], sealed=sealed)


def _bundles(order: Order, _viewer: Viewer, done: int) -> Iterator[Collected]:
    made = Bundle.objects.filter(subject_id=order.subject.id).order_by("id")
    for number, bundle in enumerate((each for each in made if bundle_file(each.pk).exists()), start=done):
        yield _copy(order.id, f"{number:04d}-bundle.zip", bundle_file(bundle.pk), bundle.name)


def _uploads(hold: Hold, batch: UUID) -> Iterator[Collected]:
    """Copy the files handed in on the days of the hold that are still there: they may speak of anybody."""
    for run in ImportRun.objects.order_by("id"):
        day = company_day(run.created_at)
        in_time = (hold.covers_from is None or hold.covers_from <= day) and (
            hold.covers_to is None or day <= hold.covers_to
        )
        if in_time and place(run.pk, FILE).exists():
            yield _copy(batch, f"upload-{run.pk}", place(run.pk, FILE), run.file_name)


def _copy(batch: UUID, name: str, source: Path, title: str) -> Collected:
    return Collected(kind=ItemKind.FILE, title=title[:300], sealed=seal(batch, name, pieces(source)))


def _midnight(day: date | None, later: timedelta = timedelta()) -> datetime | None:
    return datetime.combine(day + later, time.min, tzinfo=ZoneInfo(settings.COMPANY_ZONE)) if day else None
