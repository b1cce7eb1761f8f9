"""The ledger's pen: one entry is written per act, with its subjects and what opens its commitments.

A large act writes the rows beside its entry first, some hundred at a time, and the entry with their roots last: what
an import commits to never stands in memory. The database checks the rows' foreign keys when the act ends.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model

from kuramori.kernel.acts import Act
from kuramori.kernel.entry_body import MAX_INLINE_ITEMS, Body, Change, Listed, Note, committed, entry_body, listed
from kuramori.kernel.entry_body import subject_item as item_of
from kuramori.kernel.ids import uuid7
from kuramori.kernel.models import Disclosure, Entry, EntrySubject, ListedChange, Unsequenced

BATCH = 500
MAX_NAMES = 32
NAME = "name:"  # a note per named subject, so that a bundle can show one name and withhold another
NEXT_SEQ = {
    "sqlite": "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'kernel_entry'",
    "postgresql": "SELECT nextval(pg_get_serial_sequence('kernel_entry', 'seq'))",
}
M = TypeVar("M", bound=Model)


def append(this: Act) -> Entry:
    """Write the entry of an act inside the act's own transaction, with its subjects and disclosures."""
    is_long = len(this.changes) > MAX_INLINE_ITEMS
    named = {f"{NAME}{s.id}": Note(value=s.name) for s in list(this.subjects.values())[:MAX_NAMES] if s.name}
    entry = Entry(id=uuid7(), at=this.at, verb=this.verb, actor_kind=this.by.kind, actor_id=this.by.id)
    entry.seq = _next_seq() if is_long else None
    body = entry_body(
        id=entry.id,
        at=this.at,
        verb=this.verb,
        by=this.by,
        why=this.why,
        subjects=_write_subjects(entry.seq, _subjects(this)) if is_long else list(_subjects(this)),
        changes=_write_changes(entry.seq, this.changes) if is_long else list(this.changes),
        steps=this.steps,
        notes=this.notes | named,
    )
    entry.body = body.raw
    entry.save(force_insert=True)
    if not is_long:
        _keep(EntrySubject(entry=entry, kind=kind, subject_id=subject) for kind, subject in _subjects(this))
    _keep_disclosures(entry, body)
    Unsequenced.objects.bulk_create([Unsequenced(entry=entry)])
    return entry


def _next_seq() -> int:
    """Return the row number that the entry will have. On SQLite nobody else writes; PostgreSQL gives it away for good.

    Drawn at the end of the act, not at its beginning, so that rows stand in the order in which acts ended.
    """
    with connection.cursor() as cursor:
        cursor.execute(NEXT_SEQ[connection.vendor])
        return int(cursor.fetchone()[0])


def _subjects(this: Act) -> Iterator[tuple[str, UUID]]:
    """Yield what the entry is about: what the act named, then every record it changed, each once."""
    seen: dict[str, set[bytes]] = {}  # an id takes 16 bytes so, and several hundred as a UUID in a tuple
    named = ((s.kind, s.id) for s in this.subjects.values())
    for kind, subject in chain(named, ((c.on, c.id) for c in this.changes)):
        ids = seen.setdefault(kind, set())
        if subject.bytes not in ids:
            ids.add(subject.bytes)
            yield kind, subject


def _write_subjects(seq: int, subjects: Iterator[tuple[str, UUID]]) -> list[tuple[str, UUID]] | Listed:
    """Write the subjects of a long entry; returns them while they are few, else their root."""

    def written(pairs: Iterable[tuple[str, UUID]]) -> Iterator[EntrySubject]:
        return (EntrySubject(entry_id=seq, kind=kind, subject_id=subject) for kind, subject in pairs)

    first = list(islice(subjects, MAX_INLINE_ITEMS + 1))
    if len(first) <= MAX_INLINE_ITEMS:
        _keep(written(first))
        return first
    return listed(item_of(row.kind, row.subject_id) for row in _kept(written(chain(first, subjects))))


def _write_changes(seq: int, changes: Iterable[Change]) -> Listed:
    """Write the changes of a long entry, each with what opens it; returns their root."""
    rows = (
        ListedChange(entry_id=seq, place=place, record_id=change.id, body=item, members=members)
        for place, (change, item, members) in enumerate(committed(changes))
    )
    return listed(bytes(row.body) for row in _kept(rows))


def _keep_disclosures(entry: Entry, body: Body) -> None:
    """Keep what opens the commitments: with the entry, or with each change when a few large ones stand in a list."""
    rest = dict(body.disclosures)
    rows = []
    for place, raw in enumerate(body.change_list):
        change: dict[str, Any] = json.loads(raw)
        members = [rest.pop(digest) for digest in change["fields"].values()]
        rows.append(ListedChange(entry=entry, place=place, record_id=change["id"], body=raw, members=members))
    _keep(rows)
    Disclosure.objects.bulk_create([Disclosure(entry=entry, members=list(rest.values()))])


def _keep(rows: Iterable[Model]) -> None:
    """Insert rows of one model."""
    for _row in _kept(rows):
        pass


def _kept(rows: Iterable[M]) -> Iterator[M]:
    """Insert rows of one model in batches, and hand each on when it is written."""
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        type(batch[0])._default_manager.bulk_create(batch)  # noqa: SLF001  (Django's own name)
        yield from batch
