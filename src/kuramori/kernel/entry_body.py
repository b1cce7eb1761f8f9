"""The committed body of a ledger entry, version 1. FROZEN: docs/en/verify/format.md describes these bytes.

Ids, verbs, times, record kinds and field names stay in the clear; words about people and content are committed to.
A body fits a C2SP entry (16-bit length), so long lists are replaced by their Merkle root and kept beside the entry.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from kuramori.kernel.canonical import canonical
from kuramori.kernel.commitments import Commitment, commit_many
from kuramori.kernel.merkle import leaf_hash, root_of

MAX_BODY_BYTES = 65_535
MAX_INLINE_ITEMS = 32
MAX_INLINE_BYTES = 16_384


class BodyTooLargeError(ValueError):
    """The body would not fit 65,535 bytes: keep long open notes out of it and note their digest instead."""


class Op(StrEnum):
    """What happened to one record."""

    ADD = "add"
    EDIT = "edit"
    PURGE = "purge"
    RETIRE = "retire"


class Doer(Protocol):
    """Who acted; `kuramori.kernel.actors.Actor` is one."""

    @property
    def kind(self) -> str:
        """person, system or integration."""

    @property
    def id(self) -> UUID | None:
        """None for the system itself."""

    @property
    def name(self) -> str:
        """As shown to people on that day."""

    @property
    def on_behalf_of(self) -> UUID | None:
        """Whom a deputy acted for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One touched record: `on` is its kind ("register.secret"), `fields` maps a field to its JSON (before, after)."""

    on: str
    id: UUID
    op: Op
    fields: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A further member of the entry: in the clear when `is_open` (a segment's digest), else committed to."""

    value: Any
    is_open: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """A body ready to store.

    `raw` is what the leaf is hashed over. `disclosures` maps digest to disclosure, for every committed member.
    `change_list` and `subject_list` hold the canonical items behind a root, in leaf order; empty when inline.
    """

    raw: bytes
    disclosures: Mapping[str, str]
    change_list: tuple[bytes, ...]
    subject_list: tuple[bytes, ...]


def entry_body(
    *,
    id: UUID,  # noqa: A002 - the member's name in the frozen format
    at: datetime,
    verb: str,
    by: Doer,
    why: str,
    subjects: Sequence[tuple[str, UUID]],
    changes: Sequence[Change],
    steps: Sequence[str] = (),
    notes: Mapping[str, Note] | None = None,
) -> Body:
    """Build the body of an entry; `at` is aware and is written in UTC with microseconds.

    `steps` are the verbs of acts that joined this one: each is kept once, in order of first appearance, as are
    subjects. Every call draws fresh salts, so two bodies over equal input differ.

    Raises:
        BodyTooLargeError: more than 65,535 bytes.
        CanonicalError: a value without canonical form.
        ValueError: `at` is naive.
    """
    if at.tzinfo is None:
        raise ValueError("an entry's time must be aware")
    hidden = _Hidden([("name", by.name), ("why", why)], notes or {}, changes)
    subject_items = [[kind, str(subject)] for kind, subject in dict.fromkeys(subjects)]
    inline_subjects, subject_list = _inline_or_root(subject_items)
    inline_changes, change_list = _inline_or_root(hidden.changes)
    raw = canonical(
        {
            "v": 1,
            "id": str(id),
            "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "verb": verb,
            "steps": list(dict.fromkeys(steps)),
            "by": {
                "kind": by.kind,
                "id": str(by.id) if by.id else None,
                "name": hidden.first[0],
                "for": str(by.on_behalf_of) if by.on_behalf_of else None,
            },
            "why": hidden.first[1],
            "subjects": inline_subjects,
            "notes": hidden.notes,
            "changes": inline_changes,
        }
    )
    if len(raw) > MAX_BODY_BYTES:
        raise BodyTooLargeError(f"the body of {verb} takes {len(raw)} bytes, at most {MAX_BODY_BYTES} fit")
    return Body(raw=raw, disclosures=hidden.disclosures, change_list=change_list, subject_list=subject_list)


class _Hidden:
    """All committed members of one body, salted in a single draw and dealt out in the order they were listed."""

    def __init__(self, first: Sequence[tuple[str, Any]], notes: Mapping[str, Note], changes: Sequence[Change]) -> None:
        members = list(first)
        members += [(name, note.value) for name, note in notes.items() if not note.is_open]
        members += [(field, list(pair)) for change in changes for field, pair in change.fields.items()]
        commitments: list[Commitment] = commit_many(members)
        self.disclosures = {each.digest: each.disclosure for each in commitments}
        digests = iter([each.digest for each in commitments])
        self.first = [next(digests) for _ in first]
        self.notes = {
            name: {"open": note.value} if note.is_open else {"sd": next(digests)} for name, note in notes.items()
        }
        self.changes = [
            {
                "on": change.on,
                "id": str(change.id),
                "op": str(change.op),
                "fields": {field: next(digests) for field in change.fields},
            }
            for change in changes
        ]


def _inline_or_root(items: list[Any]) -> tuple[Any, tuple[bytes, ...]]:
    """Return the items themselves when few and short, else their count and RFC 6962 root, with the canonical items."""
    listed = tuple(canonical(item) for item in items)
    if len(listed) <= MAX_INLINE_ITEMS and sum(map(len, listed)) <= MAX_INLINE_BYTES:
        return items, ()
    return {"count": len(listed), "root": root_of(map(leaf_hash, listed)).hex()}, listed
