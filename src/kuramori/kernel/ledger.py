"""The ledger's reading glasses: entries are read with what opens them (`pen` writes them)."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, prefetch_related_objects

from kuramori.kernel.acts import Subject
from kuramori.kernel.commitments import DisclosureError, digest_of, open_commitment
from kuramori.kernel.models import Entry, EntrySubject, ListedChange
from kuramori.kernel.pen import NAME

BATCH = 1000


@dataclass(frozen=True, kw_only=True)
class ReadChange:
    """One change as it can be read: fields whose disclosure is gone are absent."""

    on: str
    id: UUID
    op: str
    fields: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class ReadEntry:
    """An entry with its commitments opened, as far as their disclosures still exist."""

    entry: Entry
    at: datetime
    verb: str
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    why: str
    notes: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    subjects: tuple[Subject, ...] = ()
    changes: tuple[ReadChange, ...] = ()
    change_count: int = 0
    erased_at: datetime | None = None


def entries_about(subject_id: UUID) -> QuerySet[Entry]:
    """Return the entries about one subject, newest first; the caller has checked that the viewer may see it."""
    return Entry.objects.filter(subjects__subject_id=subject_id).order_by("-seq")


def newest_about(subject_ids: Iterable[UUID]) -> dict[UUID, tuple[datetime, UUID]]:
    """Return for each subject the time and id of the newest entry about it, in one query."""
    rows = EntrySubject.objects.filter(subject_id__in=list(subject_ids)).order_by("entry_id")
    return {subject: (at, entry) for subject, at, entry in rows.values_list("subject_id", "entry__at", "entry__id")}


def read(entries: Iterable[Entry], *, about: UUID | None = None) -> list[ReadEntry]:
    """Open many entries; from long change lists only the change of `about` is read.

    Two queries: their disclosures, unless they were selected along, and long changes, unless no entry has any.
    """
    listed = list(entries)
    prefetch_related_objects(listed, "disclosure")
    bodies = [json.loads(bytes(entry.body)) for entry in listed]
    long = [e.seq for e, body in zip(listed, bodies, strict=True) if not isinstance(body["changes"], list)]
    long_changes: dict[int, list[ListedChange]] = {}
    if about is not None and long:
        for row in ListedChange.objects.filter(entry__in=long, record_id=about):
            long_changes.setdefault(row.entry_id, []).append(row)
    return [_open(e, body, long_changes.get(e.seq, [])) for e, body in zip(listed, bodies, strict=True)]


def changes_of(entry: Entry) -> Iterator[ReadChange]:
    """Open every change of one entry in the order they were made, however many; a thousand rows at a time."""
    yield from _open(entry, json.loads(bytes(entry.body)), []).changes
    for row in ListedChange.objects.filter(entry=entry).order_by("place").iterator(BATCH):
        yield _change(json.loads(bytes(row.body)), _by_digest(row.members))


def _open(entry: Entry, body: dict[str, Any], listed: list[ListedChange]) -> ReadEntry:
    kept = getattr(entry, "disclosure", None)
    members = kept.members if kept else []
    opened = _by_digest([*members, *(m for row in listed for m in row.members)])
    inline = body["changes"] if isinstance(body["changes"], list) else []
    changes = [*inline, *(json.loads(bytes(row.body)) for row in listed)]
    notes = {n: v["open"] if "open" in v else opened.get(v["sd"]) for n, v in body["notes"].items()}
    names = {n.removeprefix(NAME): notes.pop(n) or "" for n in list(notes) if n.startswith(NAME)}
    in_body = body["subjects"] if isinstance(body["subjects"], list) else []
    return ReadEntry(
        entry=entry,
        at=entry.at,
        verb=entry.verb,
        actor_kind=entry.actor_kind,
        actor_id=entry.actor_id,
        actor_name=opened.get(body["by"]["name"]) or "",
        why=opened.get(body["why"]) or "",
        notes=notes,
        names=names,
        subjects=tuple(Subject(k, UUID(i), names.get(i, "")) for k, i in in_body),
        changes=tuple(_change(c, opened) for c in changes),
        erased_at=kept.erased_at if kept else None,
        change_count=len(inline) if isinstance(body["changes"], list) else body["changes"]["count"],
    )


def _by_digest(members: Iterable[str]) -> dict[str, Any]:

    found = {}
    for disclosure in members:
        digest = digest_of(disclosure)
        try:
            found[digest] = open_commitment(disclosure, digest).value
        except DisclosureError:
            continue
    return found


def _change(change: Mapping[str, Any], opened: Mapping[str, Any]) -> ReadChange:
    pairs = {name: opened[digest] for name, digest in change["fields"].items() if digest in opened}
    return ReadChange(
        on=change["on"], id=UUID(change["id"]), op=change["op"], fields={n: (v[0], v[1]) for n, v in pairs.items()}
    )
