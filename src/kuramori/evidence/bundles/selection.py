"""Which entries go into a bundle, and which of their members are disclosed: need-to-know, member by member.

Disclosed are who acted and why, the subject's own name, the notes, and the changes of the subject's own records and
their parts. Everything that names or describes another subject stays a digest, and the manifest says so. What the
order withholds besides stays a digest too (`withholding`).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from kuramori.directory.api import Person
from kuramori.evidence.bundles.beating import Beat, beating, no_beat
from kuramori.evidence.bundles.compact import Places
from kuramori.evidence.bundles.order import Order
from kuramori.evidence.bundles.withholding import Withholding
from kuramori.evidence.models import Leaf
from kuramori.evidence.rules.bundle import BundleEntry, Withheld, shown_items
from kuramori.kernel.canonical import canonical
from kuramori.kernel.commitments import digest_of, open_commitment
from kuramori.kernel.models import Disclosure, Entry, EntrySubject, ListedChange
from kuramori.kernel.pen import NAME
from kuramori.kernel.room import rooms

CHUNK = 500
NEED_TO_KNOW = "need_to_know"
ERASED = "erased"
OPEN = Withholding()


@dataclass(frozen=True, kw_only=True)
class OpenEntry:
    """An entry as read for a bundle: its body parsed, its disclosures by digest, its long lists if it has some."""

    index: int
    entry: Entry
    raw: bytes
    body: dict[str, Any]
    opening: dict[str, str]
    listed: Sequence[ListedChange]
    subjects: Sequence[tuple[str, UUID]]

    @cached_property
    def changes(self) -> list[tuple[int, dict[str, Any]]]:
        """Return all changes with their position, whether they stand in the body or in a list."""
        if isinstance(self.body["changes"], list):
            return list(enumerate(self.body["changes"]))
        return [(row.place, json.loads(bytes(row.body))) for row in self.listed]

    def value(self, digest: str) -> Any:
        """Return what a digest commits to; None when its disclosure was erased."""
        return open_commitment(self.opening[digest], digest).value if digest in self.opening else None


@dataclass(frozen=True, kw_only=True)
class ShownEntry:
    """An entry with what the bundle shows of it; `words` are the disclosed notes and names, for sentences."""

    entry: BundleEntry
    at: Any
    verb: str
    actor_kind: str
    disclosures: tuple[str, ...]
    changes: tuple[dict[str, Any], ...]
    subjects: tuple[dict[str, Any], ...]
    withheld: tuple[Withheld, ...]
    words: dict[str, Any]
    why: str


def select(order: Order, more: frozenset[UUID]) -> Places:
    """Return (index, row) of the entries of an order in the ledger's order; `more` are entry ids shown besides."""
    found = leaves_of(order, more)
    return Places(found.order_by("index").values_list("index", "entry_id").distinct().iterator())


def leaves_of(order: Order, more: frozenset[UUID]) -> QuerySet[Leaf]:
    """Return the places of an order's entries; one may come twice."""
    about = Q(entry__subjects__subject_id__in=order.ids)
    if order.kind == "person":
        # what somebody did about preservations is shown to nobody who reads his acts (SYS-16)
        silent = Q(entry__verb__startswith="evidence.hold.") | Q(entry__verb__startswith="evidence.custody.")
        about |= Q(entry__actor_id__in=order.ids) & ~silent
    if order.starts_at is not None:
        about &= Q(entry__at__gte=order.starts_at)
    if order.ends_at is not None:
        about &= Q(entry__at__lt=order.ends_at)
    return Leaf.objects.filter(about | Q(entry__id__in=more), index__lt=order.up_to)


def opened(places: Sequence[tuple[int, int]]) -> Iterator[OpenEntry]:
    """Read entries with all that stands beside them, some hundred at a time."""
    for start in range(0, len(places), CHUNK):
        part = {seq: index for index, seq in places[start : start + CHUNK]}
        entries = Entry.objects.filter(seq__in=part)
        members = dict(Disclosure.objects.filter(entry__in=part).values_list("entry_id", "members"))
        for entry in sorted(entries, key=lambda each: part[each.seq]):
            yield _opened(part[entry.seq], entry, members.get(entry.seq, []))


def _opened(index: int, entry: Entry, members: Sequence[str]) -> OpenEntry:
    raw = bytes(entry.body)
    body = json.loads(raw)
    listed, subjects = [], []
    if not isinstance(body["changes"], list):
        listed = list(ListedChange.objects.filter(entry=entry).order_by("place"))
    if not isinstance(body["subjects"], list):
        rows = EntrySubject.objects.filter(entry=entry).order_by("id")
        subjects = list(rows.values_list("kind", "subject_id"))
    opening = {digest_of(each): each for each in [*members, *(m for row in listed for m in row.members)]}
    return OpenEntry(
        index=index, entry=entry, raw=raw, body=body, opening=opening, listed=listed, subjects=subjects
    )  # fmt: skip


def parts_of(order: Order, places: Sequence[tuple[int, int]], beat: Beat = no_beat) -> frozenset[UUID]:
    """Return the records that belong to the subject (a secret's places and scope rows): added with its id in a field.

    Kinds that have a register of their own never count as parts: another secret is another subject.
    """
    own = {str(each) for each in order.ids}
    parts: set[UUID] = set()
    for entry in beating(opened(places), beat):
        for _place, change in entry.changes:
            if change["op"] == "add" and change["on"] not in _independent_kinds():
                values = (entry.value(digest) for digest in change["fields"].values())
                if any(value and isinstance(value[1], str) and value[1] in own for value in values):
                    parts.add(UUID(change["id"]))
    return frozenset(parts)


@cache
def _independent_kinds() -> frozenset[str]:
    return frozenset(register.model.record_kind() for room in rooms() for register in room.registers)


def shown(order: Order, entry: OpenEntry, parts: frozenset[UUID], withholding: Withholding = OPEN) -> ShownEntry:
    """Decide what the bundle shows of an entry."""
    own = {str(each) for each in order.ids | parts}
    is_listed = not isinstance(entry.body["changes"], list)
    changes = [(place, change) for place, change in entry.changes if not is_listed or change["id"] in own]
    disclosures, withheld, words = [], [], {}
    for place, digest, may_show, is_person in _members(entry, changes, own):
        value = entry.value(digest)
        reason = _reason(entry, digest, may_show=may_show)
        reason = reason or withholding.reason(entry.index, entry.entry.verb, place, is_person=is_person, value=value)
        if reason is not None:
            withheld.append(Withheld(entry=entry.index, member=place, reason=reason))
            continue
        disclosures.append(entry.opening[digest])
        if not place.startswith("changes."):
            words[place] = value
    words |= {f"notes.{name}": note["open"] for name, note in entry.body["notes"].items() if "open" in note}
    return ShownEntry(
        entry=BundleEntry(index=entry.index, raw=entry.raw),
        at=entry.entry.at,
        verb=entry.entry.verb,
        actor_kind=entry.entry.actor_kind,
        disclosures=tuple(disclosures),
        changes=tuple(_shown_changes(entry, [place for place, _ in changes])) if is_listed else (),
        subjects=tuple(_shown_subjects(entry, own)),
        withheld=tuple(withheld),
        words=words,
        why=words.get("why") or "",
    )


def _reason(entry: OpenEntry, digest: str, *, may_show: bool) -> str | None:
    if digest not in entry.opening:
        return ERASED
    return None if may_show else NEED_TO_KNOW


def members_open(order: Order, entry: OpenEntry, parts: frozenset[UUID]) -> Iterator[tuple[str, Any, bool]]:
    """Yield (place, value, whether it speaks of a person) of the members that an order may show at all."""
    own = {str(each) for each in order.ids | parts}
    is_listed = not isinstance(entry.body["changes"], list)
    changes = [(place, change) for place, change in entry.changes if not is_listed or change["id"] in own]
    for place, digest, may_show, is_person in _members(entry, changes, own):
        if _reason(entry, digest, may_show=may_show) is None:
            yield place, entry.value(digest), is_person


def _members(
    entry: OpenEntry, changes: Sequence[tuple[int, dict[str, Any]]], own: set[str]
) -> Iterator[tuple[str, str, bool, bool]]:
    """Yield (place, digest, whether it may be shown, whether it speaks of a person) of each committed member in sight.

    Of a list that the body holds by its root only, the subjects beside the entry say which of them are people.
    """
    body = entry.body
    person = Person.record_kind()
    everyone = body["subjects"] if isinstance(body["subjects"], list) else entry.subjects
    people = {str(each) for kind, each in everyone if kind == person}
    yield "by.name", body["by"]["name"], True, True
    yield "why", body["why"], True, False
    in_body = body["subjects"] if isinstance(body["subjects"], list) else []
    others = {kind.rpartition(".")[2] for kind, each in in_body if each not in own}
    for name, note in body["notes"].items():
        if "sd" in note:
            of_other = name.startswith(NAME) and name.removeprefix(NAME) not in own
            yield f"notes.{name}", note["sd"], not of_other and name not in others, name.removeprefix(NAME) in people
    for place, change in changes:
        for field, digest in change["fields"].items():
            yield f"changes.{place}.{field}", digest, change["id"] in own, change["on"] == person


def _shown_changes(entry: OpenEntry, places: Sequence[int]) -> list[dict[str, Any]]:
    return shown_items([bytes(row.body) for row in entry.listed], places) if places else []


def _shown_subjects(entry: OpenEntry, own: set[str]) -> list[dict[str, Any]]:
    places = [place for place, (_kind, each) in enumerate(entry.subjects) if str(each) in own]
    items = [canonical([kind, str(each)]) for kind, each in entry.subjects] if places else []
    return shown_items(items, places)
