"""The committed body of a ledger entry, version 1. FROZEN: docs/en/verify/format.md describes these bytes.

Ids, verbs, times, record kinds and field names stay in the clear; words about people and content are committed to.
A body fits a C2SP entry (16-bit length), so long lists are replaced by their Merkle root and kept beside the entry.
A list of any length can be committed to in little memory: `committed` and `listed` take it as a stream.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import count
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
class Listed:
    """What a body says of a list that is kept beside it: how many items, and the RFC 6962 root over them."""

    count: int
    root: bytes


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
    subjects: Sequence[tuple[str, UUID]] | Listed,
    changes: Sequence[Change] | Listed,
    steps: Sequence[str] = (),
    notes: Mapping[str, Note] | None = None,
) -> Body:
    """Build the body of an entry; `at` is aware and is written in UTC with microseconds.

    `steps` are the verbs of acts that joined this one: each is kept once, in order of first appearance, as are
    subjects. Every call draws fresh salts, so two bodies over equal input differ. Subjects and changes that were
    written as a stream are given as what `listed` made of them; they must be too many to stand inline.

    Raises:
        BodyTooLargeError: more than 65,535 bytes.
        CanonicalError: a value without canonical form.
        ValueError: `at` is naive.
    """
    if at.tzinfo is None:
        raise ValueError("an entry's time must be aware")
    hidden = _Hidden([("name", by.name), ("why", why)], notes or {}, () if isinstance(changes, Listed) else changes)
    inline_subjects, subject_list = _inline_or_root(
        subjects if isinstance(subjects, Listed) else [_subject(*each) for each in dict.fromkeys(subjects)]
    )
    inline_changes, change_list = _inline_or_root(changes if isinstance(changes, Listed) else hidden.changes)
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


def committed(changes: Iterable[Change]) -> Iterator[tuple[Change, bytes, list[str]]]:
    """Yield each change as it stands in a long list: with its canonical item and the disclosures that open it."""
    for change in changes:
        commitments = commit_many((field, list(pair)) for field, pair in change.fields.items())
        item = canonical(_change(change, (each.digest for each in commitments)))
        yield change, item, [each.disclosure for each in commitments]


def subject_item(kind: str, subject: UUID) -> bytes:
    """Return a subject as it stands in a long list."""
    return canonical(_subject(kind, subject))


def listed(items: Iterable[bytes]) -> Listed:
    """Return count and root of the items of a long list, which is walked once and not kept."""
    counted = count()
    root = root_of(leaf_hash(item) for item, _number in zip(items, counted, strict=False))
    return Listed(count=next(counted), root=root)


def _subject(kind: str, subject: UUID) -> list[str]:
    return [kind, str(subject)]


def _change(change: Change, digests: Iterable[str]) -> dict[str, Any]:
    fields = dict(zip(change.fields, digests, strict=False))
    return {"on": change.on, "id": str(change.id), "op": str(change.op), "fields": fields}


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
        self.changes = [_change(change, digests) for change in changes]


def _inline_or_root(items: list[Any] | Listed) -> tuple[Any, tuple[bytes, ...]]:
    """Return the items themselves when few and short, else their count and RFC 6962 root, with the canonical items."""
    if isinstance(items, Listed):
        return {"count": items.count, "root": items.root.hex()}, ()
    texts = tuple(canonical(item) for item in items)
    if len(texts) <= MAX_INLINE_ITEMS and sum(map(len, texts)) <= MAX_INLINE_BYTES:
        return items, ()
    return _inline_or_root(listed(texts))[0], texts
