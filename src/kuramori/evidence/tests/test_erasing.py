"""A person erased by law: his words go, the commitments stay, and nobody else loses a word (fault L12)."""

import base64
import json
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from kuramori.evidence import erasing
from kuramori.evidence.erasing import Whom, find, spellings, strike
from kuramori.kernel import guards
from kuramori.kernel.actors import SYSTEM, Actor, ActorKind
from kuramori.kernel.acts import Subject, act
from kuramori.kernel.entry_body import Op
from kuramori.kernel.erasure import erase, erased_root, purge
from kuramori.kernel.history import lines
from kuramori.kernel.jobs import ask
from kuramori.kernel.ledger import changes_of, entries_about, read
from kuramori.kernel.models import Disclosure, Entry, Job, JobState, ListedChange, SavedView, SearchText
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.records import record_many
from kuramori.kernel.search import index, matching

pytestmark = pytest.mark.django_db
BOTAN = Actor(kind=ActorKind.PERSON, id=UUID(int=2), name="牧野 牡丹")
TWIN = Actor(kind=ActorKind.PERSON, id=UUID(int=3), name="牧野 牡丹")
NAMES = ("牧野 牡丹", "Botan Makino", "botan@example.jp", "A-2")


def whom(*ids, words=NAMES, spared="directory."):
    return Whom(ids=frozenset({BOTAN.id, *ids}), words=spellings(words), spared=spared)


def view(name="一覧", *, by=SYSTEM, why="", subjects=(), **notes):
    record = SavedView(name=name, register="r", person_id=UUID(int=9))
    with act("kernel.view.save", by=by, why=why, subjects=[record, *subjects]) as this:
        record.save()
        for note, value in notes.items():
            this.note(note, value)
    return record


def erased(who):
    with act("kernel.view.save", by=SYSTEM):
        return erase(find(who))


def words_left():
    rows = [
        *Disclosure.objects.values_list("members", flat=True),
        *ListedChange.objects.values_list("members", flat=True),
    ]
    return "".join(base64.urlsafe_b64decode(m + "=" * (-len(m) % 4)).decode() for members in rows for m in members)


def test_every_spelling_of_a_name_is_known_and_a_single_letter_names_nobody():
    found = spellings(["牧野 牡丹", "Ｂｏｔａｎ", "林", ""])
    assert {"牧野牡丹", "牧野\u3000牡丹", "Botan", "botan", "BOTAN", "Ｂｏｔａｎ"} <= found
    assert not {"林", ""} & found


def test_his_name_as_actor_and_subject_and_every_text_that_names_him_are_found():
    view(by=BOTAN)
    view(subjects=[Subject("directory.person", BOTAN.id, "牧野 牡丹")])
    view(why="牧野牡丹さんの依頼")
    view(name="A-2の一覧", comment={"to": ["botan@example.jp"]})
    view(why="誰でもない")
    hits = list(find(whom()))
    assert [len(hit.digests) for hit in hits] == [
        1,
        1,
        1,
        3,
    ]  # the last: its name as a field and as a subject, and the note
    assert list(find(whom(), after=hits[-1].seq)) == []


def test_others_keep_their_words_though_they_bear_the_same_name_or_a_longer_number():
    view(by=TWIN, why="A-20とA-2-1、xbotan@example.jp")
    view(subjects=[Subject("directory.person", TWIN.id, "牧野 牡丹")])
    assert list(find(whom())) == []


def test_a_kind_that_is_spared_keeps_its_words_unless_the_record_is_his_own():
    record = view("牧野 牡丹")
    assert list(find(whom(spared="kernel."))) == []
    assert len(list(find(whom(record.pk, spared="kernel.")))) == 1


def test_the_words_go_the_body_stays_and_the_root_says_what_went():
    record = view(name="牧野 牡丹の一覧", by=BOTAN, why="牧野 牡丹が使う")
    before = Entry.objects.get()
    hits = list(find(whom()))
    entries, members, root = erased(whom())
    assert (entries, members) == (1, len(hits[0].digests))
    assert root == erased_root(hits[0].digests) == erased_root(sorted(hits[0].digests, reverse=True))
    assert Entry.objects.get(pk=before.pk).body == before.body
    assert "牡丹" not in words_left()
    opened = read(entries_about(record.pk))[0]
    assert (opened.actor_name, opened.why, "name" in opened.changes[0].fields) == ("", "", False)
    assert opened.erased_at is not None
    assert opened.changes[0].fields["register"] == (None, "r"), "what does not speak of him stays"
    assert erased(whom())[:2] == (0, 0)


def test_history_says_that_the_law_erased_it():
    record = view(by=BOTAN)
    viewer = Viewer(actor=SYSTEM, person_id=None)
    assert lines(record, viewer)[0][0].erased == ""
    erased(whom())
    line = lines(record, viewer)[0][0]
    assert line.erased
    assert "牡丹" not in line.sentence


def test_long_lists_lose_his_rows_and_no_others():
    rows = [SavedView(name=f"n{n}", register="r", person_id=UUID(int=n)) for n in range(40)]
    rows[7].name = "牧野 牡丹"
    with act("kernel.view.save", by=SYSTEM):
        record_many(rows)
    entries, members, _root = erased(whom(rows[3].pk))
    assert entries == 1
    changes = {change.id: change.fields for change in changes_of(Entry.objects.order_by("seq").first())}
    assert (changes[rows[3].pk], "name" in changes[rows[7].pk]) == ({}, False)
    assert members == 1 + len(changes[rows[5].pk])
    assert changes[rows[5].pk]["name"] == (None, "n5")


def test_only_an_act_of_erasure_may_take_words_away():
    view(by=BOTAN)
    with act("kernel.view.save", by=SYSTEM):
        record_many([SavedView(name=f"n{n}", register="r", person_id=UUID(int=n)) for n in range(40)])
    with act("kernel.view.save", by=SYSTEM):
        for table in guards.erasable_tables():
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f'UPDATE "{table}" SET members = %s', ["[]"])
    with act("kernel.view.save", by=SYSTEM):
        guards.allow_erasure()
        with pytest.raises(DatabaseError), transaction.atomic():
            Disclosure.objects.all().delete()
        with pytest.raises(DatabaseError), transaction.atomic():
            Entry.objects.update(verb="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        Disclosure.objects.update(members=[])
    assert not guards.missing()


def test_purging_keeps_nothing_of_what_stood_there():
    record = view("牧野 牡丹")
    with act("kernel.view.save", by=SYSTEM):
        purge(record, name="")
    record.refresh_from_db()
    change = read(entries_about(record.pk)[:1], about=record.pk)[0].changes[0]
    assert (record.name, change.op, change.fields["name"]) == ("", Op.PURGE, (None, ""))


def test_texts_of_all_rooms_searching_and_jobs_are_struck():
    named, other = view("牧野 牡丹の一覧"), view("一覧")
    own = view("本人")
    index(named, "牧野 牡丹の一覧")
    index(own, "本人")
    for title in ("牧野牡丹の調査", "検査"):
        ask("kernel.import.sweep", viewer=None, title=title)
    Job.objects.update(state=JobState.DONE)
    ask("kernel.import.sweep", viewer=None, title="牧野牡丹の仕事")
    with act("kernel.view.save", by=SYSTEM):
        count = strike(whom(own.pk))
    assert count == 2
    assert {v.name for v in SavedView.objects.all()} == {"■■の一覧", "一覧", "本人"}
    assert SavedView.objects.get(pk=other.pk).updated_at == other.updated_at
    assert not matching(SavedView.objects.all(), "牡丹").exists()
    assert matching(SavedView.objects.all(), "一覧").count() == 1
    assert not SearchText.objects.filter(record_id=own.pk).exists()
    assert {job.title for job in Job.objects.all()} == {"検査", "牧野牡丹の仕事"}, "work under way is not cut off"


def test_json_is_struck_in_its_texts_however_the_database_escapes_it():
    inside = {"牧野 牡丹": ["Botan Makino", 1, None]}
    assert json.dumps(erasing._struck(inside, whom()), ensure_ascii=False) == '{"■■": ["■■", 1, null]}'
    assert erasing._struck(5, whom()) == 5
    assert Whom(ids=frozenset(), words=frozenset(), spared="x").struck("牧野") == "牧野"
