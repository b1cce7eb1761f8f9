"""The ledger is read with what opens it; what was erased by law is a gap and never an error."""

import json
import uuid
from typing import Any

import pytest

from kuramori.kernel import guards
from kuramori.kernel.actors import SYSTEM, Actor, ActorKind
from kuramori.kernel.acts import Subject, act
from kuramori.kernel.commitments import digest_of
from kuramori.kernel.entry_body import MAX_INLINE_ITEMS
from kuramori.kernel.ledger import changes_of, entries_about, read
from kuramori.kernel.merkle import leaf_hash, root_of
from kuramori.kernel.models import Disclosure, Entry, ListedChange, SavedView
from kuramori.kernel.pen import MAX_NAMES
from kuramori.kernel.records import record_many

pytestmark = pytest.mark.django_db
AKARI = Actor(kind=ActorKind.PERSON, id=uuid.UUID(int=1), name="佐倉 灯里")


def view(name: str = "毎週") -> SavedView:
    return SavedView(name=name, register="r", person_id=AKARI.id)


@pytest.fixture
def entry() -> Entry:
    record = view()
    with act("kernel.view.save", by=AKARI, why="見直し", subjects=[record]) as this:
        this.note("register", "秘密情報台帳")
        record.save()
    return Entry.objects.get()


@pytest.fixture
def many() -> Entry:
    with act("kernel.view.save", by=SYSTEM):
        record_many([view(f"v{number:03}") for number in range(MAX_INLINE_ITEMS + 8)])
    return Entry.objects.get()


def erase(members: list[str]) -> None:
    """Erase disclosures as the law may ask for: past the guards, with the entry left as it is."""
    guards.lift()
    Disclosure.objects.update(members=members)
    guards.install()


def test_what_was_committed_to_is_read_back(entry: Entry) -> None:
    (found,) = read([entry])
    assert (found.actor_name, found.why, found.notes) == ("佐倉 灯里", "見直し", {"register": "秘密情報台帳"})
    assert (found.actor_kind, found.actor_id, found.verb) == ("person", AKARI.id, "kernel.view.save")
    assert [subject.name for subject in found.subjects] == ["毎週"]
    assert (found.change_count, found.changes[0].fields["name"]) == (1, (None, "毎週"))


def test_when_everything_is_erased_what_stands_in_clear_is_still_read(entry: Entry) -> None:
    erase([])
    (found,) = read([Entry.objects.get()])
    assert (found.actor_name, found.why, found.notes, found.subjects[0].name) == ("", "", {"register": None}, "")
    assert (found.actor_id, found.subjects[0].kind, found.changes[0].on) == (
        AKARI.id, "kernel.savedview", "kernel.savedview",
    )  # fmt: skip
    assert found.changes[0].fields == {}


def test_one_member_is_erased_alone_and_the_rest_stays(entry: Entry) -> None:
    why = json.loads(bytes(entry.body))["why"]
    erase([each for each in entry.disclosure.members if digest_of(each) != why])
    (found,) = read([Entry.objects.get()])
    assert (found.why, found.actor_name) == ("", "佐倉 灯里")


def test_a_disclosure_that_opens_nothing_is_passed_over(entry: Entry) -> None:
    erase([*entry.disclosure.members, "no disclosure at all", "W10"])
    assert read([Entry.objects.get()])[0].why == "見直し"


def test_a_forged_disclosure_changes_no_word(entry: Entry) -> None:
    forged = Disclosure.objects.get().members[1][:-2] + "AA"
    erase([entry.disclosure.members[0], forged])
    assert read([Entry.objects.get()])[0].why == ""


def test_many_entries_are_read_in_three_queries(many: Entry, django_assert_num_queries: Any) -> None:
    for number in range(5):
        with act("kernel.view.save", by=AKARI):
            view(str(number)).save()
    one = SavedView.objects.get(name="v000").pk
    with django_assert_num_queries(3):
        assert len(read(Entry.objects.all(), about=one)) == 6


def test_nothing_read_is_nothing_asked(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert read([]) == []


def test_a_long_list_of_changes_is_committed_to_by_its_root(many: Entry) -> None:
    body = json.loads(bytes(many.body))
    leaves = [leaf_hash(bytes(row.body)) for row in ListedChange.objects.order_by("place")]
    assert body["changes"] == {"count": len(leaves), "root": root_of(leaves).hex()}


def test_each_change_of_a_long_list_is_told_in_its_order(many: Entry) -> None:
    told = [change.fields["name"][1] for change in changes_of(many)]
    assert told == [f"v{number:03}" for number in range(MAX_INLINE_ITEMS + 8)]


def test_the_changes_of_a_short_list_are_told_by_the_same_way(entry: Entry) -> None:
    assert [change.fields["name"] for change in changes_of(entry)] == [(None, "毎週")]


def test_of_a_long_list_only_the_asked_record_is_read(many: Entry) -> None:
    one = SavedView.objects.get(name="v007")
    (found,) = read([many], about=one.pk)
    assert [change.id for change in found.changes] == [one.pk]
    assert found.change_count == MAX_INLINE_ITEMS + 8
    (unasked,) = read([many])
    assert unasked.changes == ()


def test_an_erased_entry_still_tells_its_changes_without_their_words(entry: Entry) -> None:
    guards.lift()
    Disclosure.objects.all().delete()
    guards.install()
    assert [change.fields for change in changes_of(entry)] == [{}]


def test_of_very_many_subjects_the_first_keep_their_names() -> None:
    subjects = [Subject("directory.person", uuid.UUID(int=number + 1), f"p{number}") for number in range(MAX_NAMES + 4)]
    with act("kernel.view.save", by=SYSTEM, subjects=subjects):
        pass
    (found,) = read(Entry.objects.all())
    assert len(found.names) == MAX_NAMES
    assert entries_about(subjects[-1].id).count() == 1, "found by it all the same"


def test_a_record_that_is_changed_is_a_subject_without_being_named(entry: Entry) -> None:
    assert entries_about(SavedView.objects.get().pk).get() == entry


def test_entries_come_newest_first() -> None:
    record = view()
    for name in ("一", "二", "三"):
        with act("kernel.view.save", by=AKARI, why=name):
            record.name = name
            record.save()
    assert [found.why for found in read(entries_about(record.pk))] == ["三", "二", "一"]
