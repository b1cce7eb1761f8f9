"""A large act is written to the ledger in pieces, and nobody can tell from its bytes (EVD-08)."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection

from kuramori.kernel import entry_body as entry_body_module
from kuramori.kernel import pen
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Subject, act
from kuramori.kernel.canonical import canonical
from kuramori.kernel.commitments import digest_of
from kuramori.kernel.entry_body import (
    MAX_INLINE_ITEMS,
    Body,
    Change,
    Listed,
    Op,
    committed,
    entry_body,
    listed,
    subject_item,
)
from kuramori.kernel.ledger import changes_of, entries_about, read
from kuramori.kernel.merkle import EMPTY_ROOT, leaf_hash, root_of
from kuramori.kernel.models import Disclosure, Entry, EntrySubject, ListedChange, SavedView, Unsequenced
from kuramori.kernel.records import record_many

MANY = MAX_INLINE_ITEMS + 1


@pytest.fixture
def _one_salt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the same salt for every member, so that equal content gives equal bytes in any order."""
    monkeypatch.setattr("secrets.token_bytes", lambda length: b"\7" * length)


@pytest.fixture
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pen, "BATCH", 7)


def view(name: str) -> SavedView:
    return SavedView(name=name, register="r", person_id=UUID(int=1))


def body(subjects: list[tuple[str, UUID]] | Listed, changes: list[Change] | Listed) -> Body:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    return entry_body(
        id=UUID(int=9), at=at, verb="a.b", by=SYSTEM, why="年次の更新", subjects=subjects, changes=changes
    )


@pytest.mark.usefixtures("_one_salt")
def test_a_streamed_body_has_the_bytes_of_one_that_was_built_at_once() -> None:
    changes = [
        Change(on="register.secret", id=UUID(int=n), op=Op.ADD, fields={"title": (None, f"図面 {n}"), "tier": ("", n)})
        for n in range(1, MANY + 1)
    ]
    subjects = [(change.on, change.id) for change in changes]
    whole = body(subjects, changes)
    streamed = list(committed(iter(changes)))
    assert tuple(item for _change, item, _members in streamed) == whole.change_list
    pieces = body(listed(subject_item(*each) for each in subjects), listed(item for _c, item, _m in streamed))
    assert pieces.raw == whole.raw
    assert (pieces.change_list, pieces.subject_list) == ((), ())
    opening = {digest_of(each): each for _c, _item, members in streamed for each in members}
    assert opening | dict(pieces.disclosures) == whole.disclosures


def test_a_stream_is_counted_and_rooted_in_one_walk() -> None:
    items = [b"%d" % n for n in range(11)]
    assert listed(iter(items)) == Listed(count=11, root=root_of(map(leaf_hash, items)))
    assert listed([]) == Listed(count=0, root=EMPTY_ROOT)


@pytest.fixture
def long(_small_batches: None, db: None) -> list[SavedView]:
    """An act with two subjects of its own that adds many views and changes one of them again."""
    named = [Subject("directory.person", UUID(int=5), "佐倉 灯里"), Subject("directory.person", UUID(int=6), "")]
    with act("kernel.view.save", by=SYSTEM, subjects=named):
        new = record_many([view(f"v{number:02}") for number in range(MANY)])
        new[0].name = "v00b"
        new[0].save()
    return new


def test_what_stands_beside_a_long_entry_is_what_it_commits_to(long: list[SavedView]) -> None:
    entry = Entry.objects.get()
    told = json.loads(bytes(entry.body))
    rows = list(ListedChange.objects.filter(entry=entry).order_by("place"))
    assert [row.place for row in rows] == list(range(MANY + 1))
    assert told["changes"] == {"count": MANY + 1, "root": root_of(leaf_hash(bytes(r.body)) for r in rows).hex()}
    for row in rows:
        change = json.loads(bytes(row.body))
        assert change["id"] == str(row.record_id)
        assert sorted(map(digest_of, row.members)) == sorted(change["fields"].values())
    pairs = EntrySubject.objects.filter(entry=entry).order_by("id").values_list("kind", "subject_id")
    leaves = [leaf_hash(canonical([kind, str(subject)])) for kind, subject in pairs]
    assert told["subjects"] == {"count": MANY + 2, "root": root_of(leaves).hex()}
    assert [subject.int for _kind, subject in pairs[:2]] == [5, 6], "what the act named comes first"
    assert [subject for _kind, subject in pairs[2:]] == [each.pk for each in long], "each record once"
    assert len(Disclosure.objects.get().members) == 3, "name, reason and one subject's name; the rest with its change"
    assert Unsequenced.objects.get().entry == entry


def test_a_long_entry_is_read_back_like_any_other(long: list[SavedView]) -> None:
    entry = Entry.objects.get()
    names = [change.fields["name"] for change in changes_of(entry)]
    assert names == [*((None, f"v{number:02}") for number in range(MANY)), ("v00", "v00b")]
    (found,) = read(entries_about(long[0].pk), about=long[0].pk)
    assert [change.op for change in found.changes] == ["add", "edit"]
    assert found.names == {str(UUID(int=5)): "佐倉 灯里"}


@pytest.mark.django_db
@pytest.mark.usefixtures("_small_batches")
def test_many_changes_of_few_records_keep_their_few_subjects_in_the_body() -> None:
    with act("kernel.view.save", by=SYSTEM):
        one = view("0")
        for number in range(MANY):
            one.name = str(number)
            one.save()
    told = json.loads(bytes(Entry.objects.get().body))
    assert told["subjects"] == [["kernel.savedview", str(one.pk)]]
    assert (told["changes"]["count"], EntrySubject.objects.get().subject_id) == (MANY, one.pk)


@pytest.mark.django_db
def test_few_changes_too_large_for_the_body_stand_beside_it_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_body_module, "MAX_INLINE_BYTES", 1000)
    with act("kernel.view.save", by=SYSTEM):
        record_many([view(str(number)) for number in range(MAX_INLINE_ITEMS)])
    entry = Entry.objects.get()
    assert json.loads(bytes(entry.body))["changes"]["count"] == MAX_INLINE_ITEMS
    assert [change.fields["name"][1] for change in changes_of(entry)] == [str(n) for n in range(MAX_INLINE_ITEMS)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_small_batches")
def test_rows_of_long_and_short_entries_follow_one_another_also_after_a_rollback() -> None:
    with act("kernel.view.save", by=SYSTEM):
        view("短").save()
    with pytest.raises(RuntimeError, match="halfway"), act("kernel.view.save", by=SYSTEM):
        record_many([view(str(number)) for number in range(MANY)])
        raise RuntimeError("halfway")
    for name in ("長", "又"):
        with act("kernel.view.save", by=SYSTEM):
            record_many([view(f"{name}{number}") for number in range(MANY)])
    with act("kernel.view.save", by=SYSTEM):
        view("終").save()
    seqs = list(Entry.objects.order_by("id").values_list("seq", flat=True))
    assert seqs == sorted(set(seqs))
    assert len(seqs) == 4
    assert ListedChange.objects.count() == 2 * MANY
    connection.check_constraints()
