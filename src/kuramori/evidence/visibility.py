"""Whether a viewer may see what an entry or a bundle is about: the register of its kind says so, in every room."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from kuramori.directory.api import Person, people_visible_to
from kuramori.kernel.acts import Subject
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import rooms

SECRET_KIND = "register.secret"  # noqa: S105  (a kind of record, of a room above)
MOST_HITS = 50


def record_seen(viewer: Viewer, subject: Subject) -> Any | None:
    """Return the record behind a subject if the viewer may see it; kinds without a register are seen by nobody."""
    return records_seen(viewer, subject.kind, [subject.id]).get(subject.id)


def records_seen(viewer: Viewer, kind: str, ids: Iterable[UUID]) -> dict[UUID, Any]:
    """Return the records of one kind that the viewer may see, by id, in one query."""
    if kind == Person.record_kind():
        return people_visible_to(viewer).in_bulk(list(ids))
    for register in (each for room in rooms() for each in room.registers if each.model.record_kind() == kind):
        if register.may(viewer, "view"):
            return register.visible_to(viewer).in_bulk(list(ids))
    return {}


def page_of(record: Any) -> str:
    """Return the address of a record's own page, "" for a kind without a register."""
    kind = record.record_kind()
    found = (each for room in rooms() for each in room.registers if each.model.record_kind() == kind)
    register = next(found, None)
    return register.url("detail", record) if register else ""


def first_seen(viewer: Viewer, subjects: Iterable[Subject]) -> Any | None:
    """Return the first record among subjects that the viewer may see, None when there is none."""
    return next((record for each in subjects if (record := record_seen(viewer, each)) is not None), None)


def secrets_named(viewer: Viewer, word: str) -> list[Subject]:
    """Return the secrets in the viewer's sight whose number or title is exactly this."""
    register = next((r for room in rooms() for r in room.registers if r.model.record_kind() == SECRET_KIND), None)
    if register is None or register.search is None or not register.may(viewer, "view"):
        return []
    found = register.search(register.visible_to(viewer), word)[:MOST_HITS]
    return [each.as_subject() for each in found if word in {str(each), *str(each).split(maxsplit=1)}]
