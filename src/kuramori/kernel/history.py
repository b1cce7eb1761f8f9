"""A record's history as sentences; other subjects are named only where the viewer may see them, by their register."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Field
from django.utils.translation import gettext as _

from kuramori.kernel.entry_body import Op
from kuramori.kernel.field_words import field_words
from kuramori.kernel.ledger import ReadChange, ReadEntry, entries_about, read
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import rooms
from kuramori.kernel.sentences import actor_name, sentence
from kuramori.kernel.wording import in_words, moment

PAGE = 30
UNTOLD = frozenset({"id", "created_at", "updated_at"})


@dataclass(frozen=True, kw_only=True)
class Line:
    """One entry, ready to read: `changes` are (field, before, after) in words; `erased` is when words were erased."""

    sentence: str
    at: str
    iso: str
    why: str
    changes: tuple[tuple[str, str, str], ...]
    entry_id: UUID
    erased: str = ""


def lines(
    record: Any, viewer: Viewer, *, withheld: frozenset[str] = frozenset(), before: UUID | None = None
) -> tuple[list[Line], str]:
    """Return a page of the record's history, newest first, and the cursor of the next page ("" at the end)."""
    entries = entries_about(record.pk)
    if before is not None:
        entries = entries.filter(seq__lt=entries_about(record.pk).filter(id=before).values("seq")[:1])
    found = list(entries.select_related("disclosure")[: PAGE + 1])
    told = tell(record, viewer, read(found[:PAGE], about=record.pk), withheld=withheld)
    return told, str(told[-1].entry_id) if len(found) > PAGE else ""


def lines_since(
    record: Any, viewer: Viewer, since: datetime | None, *, withheld: frozenset[str] = frozenset()
) -> list[Line]:
    """Return what was done to the record after a moment: what somebody else changed while the viewer wrote."""
    found = entries_about(record.pk)
    found = found.filter(at__gt=since) if since else found
    return tell(record, viewer, read(found.select_related("disclosure")[:PAGE], about=record.pk), withheld=withheld)


def tell(
    record: Any, viewer: Viewer, entries: Sequence[ReadEntry], *, withheld: frozenset[str] = frozenset()
) -> list[Line]:
    """Put entries into sentences, with the changes of this record alone; `withheld` names fields to leave out."""
    names = _names_seen(viewer, entries, record)
    own = [[c for c in entry.changes if c.id == record.pk] for entry in entries]
    related = _related_names(record, viewer, [change for changes in own for change in changes])
    return [
        Line(
            sentence=sentence(entry.verb, _words(entry, record, names)),
            at=moment(entry.at, viewer),
            iso=entry.at.isoformat(),
            why=entry.why,
            changes=tuple(_told(record, changes, UNTOLD | withheld, viewer, related)),
            entry_id=entry.entry.id,
            erased=moment(entry.erased_at, viewer) if entry.erased_at else "",
        )
        for entry, changes in zip(entries, own, strict=True)
    ]


def _words(entry: ReadEntry, record: Any, names: Mapping[UUID, str]) -> dict[str, Any]:
    """Return the words of a sentence: notes, then each subject that may be seen, by the last part of its kind."""
    seen = {s.kind.rpartition(".")[2]: s.name or names[s.id] for s in entry.subjects if s.id in names}
    hidden = {s.kind.rpartition(".")[2] for s in entry.subjects} - seen.keys()
    notes = {name: note for name, note in entry.notes.items() if name not in hidden}
    own = entry.names.get(str(record.pk)) or str(record)
    own_words = {record.record_kind().rpartition(".")[2]: own, "subject": own}
    return notes | seen | own_words | {"by": actor_name(entry.actor_kind, entry.actor_name)}


def _names_seen(viewer: Viewer, entries: Iterable[ReadEntry], record: Any) -> dict[UUID, str]:
    """Return the names of those subjects that the viewer may see, one query for each kind of record."""
    wanted: dict[str, set[UUID]] = {}
    for entry in entries:
        for subject in entry.subjects:
            if subject.id != record.pk:
                wanted.setdefault(subject.kind, set()).add(subject.id)
    return {record.pk: str(record)} | {
        pk: name for kind, ids in wanted.items() for pk, name in _seen(viewer, kind, ids)
    }


def _seen(viewer: Viewer, kind: str, ids: Iterable[UUID]) -> list[tuple[UUID, str]]:
    """Look records up through the register of their kind; without one, or without its permission, there are none."""
    register = next((each for room in rooms() for each in room.registers if each.model.record_kind() == kind), None)
    if register is None or not register.may(viewer, "view"):
        return []
    return [(each.pk, str(each)) for each in register.visible_to(viewer).filter(pk__in=list(ids))]


def _related_names(record: Any, viewer: Viewer, changes: Iterable[ReadChange]) -> dict[str, str]:
    """Return the names behind changed foreign keys, as far as the viewer may see them."""
    wanted: dict[str, set[UUID]] = {}
    for change in changes:
        for name, pair in change.fields.items():
            field = _field(record, name)
            kind = (
                getattr(field.related_model, "record_kind", None) if field is not None and field.is_relation else None
            )
            if kind is not None:
                wanted.setdefault(kind(), set()).update(UUID(v) for v in pair if v)
    return {str(pk): name for kind, ids in wanted.items() for pk, name in _seen(viewer, kind, ids)}


def _field(record: Any, name: str) -> "Field[Any, Any] | None":
    fields = record._meta.concrete_fields  # noqa: SLF001
    return next((field for field in fields if name in {field.attname, field.name}), None)


def _told(
    record: Any, changes: Iterable[ReadChange], withheld: frozenset[str], viewer: Viewer, names: Mapping[str, str]
) -> Iterable[tuple[str, str, str]]:
    """Yield (field, before, after) in words; a new record has no before, and bare ids are nobody's words."""
    for change in changes:
        for name, (before, after) in change.fields.items():
            field = _field(record, name)
            is_bare_id = field is not None and field.get_internal_type() == "UUIDField"
            is_empty = change.op == Op.ADD and after in (None, "")
            if is_bare_id or is_empty or {name, field.name if field else name} & withheld:
                continue
            label = field_words(field) if field else name
            first = "" if change.op == Op.ADD else _word(field, before, viewer, names)
            yield label, first, _word(field, after, viewer, names)


def _word(field: "Field[Any, Any] | None", value: Any, viewer: Viewer, names: Mapping[str, str]) -> str:
    """Write a value of the ledger as people read it; a name that the viewer may not see is not told."""
    if value is None or value == "":
        return "–"
    if field is not None and field.is_relation:
        return names.get(value) or _("not shown to you")
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if field is not None and field.get_internal_type() == "DateTimeField":
        return moment(datetime.fromisoformat(value), viewer)
    return in_words(value, viewer) if isinstance(value, bool | str) else str(value)
