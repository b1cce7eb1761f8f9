"""Nothing changes without an act, and every act leaves exactly one entry."""

import json
import uuid

import pytest
from django.core import serializers
from django.db import DatabaseError, OperationalError, connection, transaction

from kuramori.kernel import guards
from kuramori.kernel.actors import SYSTEM, Actor, ActorKind
from kuramori.kernel.acts import LedgerUnavailable, OutsideAct, Subject, act, current
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry, EntrySubject, SavedView, Unsequenced
from kuramori.kernel.records import record_many
from kuramori.kernel.tests.moments import no_entry_can_be_written

pytestmark = pytest.mark.django_db
AKARI = Actor(kind=ActorKind.PERSON, id=uuid.UUID(int=1), name="佐倉 灯里")
BOTAN = Actor(kind=ActorKind.PERSON, id=uuid.UUID(int=2), name="牧野 牡丹")


def view(name: str = "極秘のみ") -> SavedView:
    return SavedView(name=name, register="register:secret", person_id=AKARI.id)


@pytest.fixture
def saved() -> SavedView:
    record = view()
    with act("kernel.view.save", by=AKARI, why="毎週使う", subjects=[record]):
        record.save()
    return record


def raw(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


PROBES = {
    "save": lambda s: (setattr(s, "name", "x"), s.save()),
    "save_base": lambda s: (setattr(s, "name", "x"), s.save_base()),
    "create": lambda s: SavedView.objects.create(name="x", register="r", person_id=AKARI.id),
    "get_or_create": lambda s: SavedView.objects.get_or_create(name="x", register="r", person_id=AKARI.id),
    "update_or_create": lambda s: SavedView.objects.update_or_create(name=s.name, defaults={"register": "q"}),
    "update": lambda s: SavedView.objects.filter(pk=s.pk).update(name="x"),
    "base manager update": lambda s: SavedView._base_manager.filter(pk=s.pk).update(name="x"),
    "bulk_create": lambda s: SavedView.objects.bulk_create([view()]),
    "bulk_update": lambda s: SavedView.objects.bulk_update([s], ["name"]),
    "record_many": lambda s: record_many([view()]),
    "delete": lambda s: s.delete(),
    "queryset delete": lambda s: SavedView.objects.all().delete(),
    "_raw_delete": lambda s: SavedView.objects.filter(pk=s.pk)._raw_delete("default"),
    "loaddata": lambda s: next(serializers.deserialize("json", serializers.serialize("json", [s]))).save(),
    "raw update": lambda s: raw("UPDATE kernel_savedview SET name = 'x'"),
    "raw insert": lambda s: raw("INSERT INTO kernel_savedview SELECT * FROM kernel_savedview"),
    "raw delete": lambda s: raw("DELETE FROM kernel_savedview"),
}


@pytest.mark.parametrize("probe", PROBES)
def test_every_way_around_the_act_is_refused(saved: SavedView, probe: str) -> None:
    with pytest.raises((OutsideAct, DatabaseError)), transaction.atomic():
        PROBES[probe](saved)
    assert list(SavedView.objects.values_list("name", flat=True)) == ["極秘のみ"]
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    "probe", ["save_base", "base manager update", "_raw_delete", "loaddata", "raw update", "raw delete"]
)
def test_inside_an_act_a_change_that_nobody_recorded_undoes_the_act(saved: SavedView, probe: str) -> None:
    with pytest.raises((OutsideAct, DatabaseError)), act("kernel.view.save", by=AKARI):
        PROBES[probe](saved)
    assert list(SavedView.objects.values_list("name", flat=True)) == ["極秘のみ"]
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("table", ["kernel_entry", "kernel_entrysubject", "kernel_disclosure"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET {}"])
def test_the_ledger_is_append_only_in_the_database(saved: SavedView, table: str, statement: str) -> None:
    column = {"kernel_entry": "verb = 'x'", "kernel_entrysubject": "kind = 'x'", "kernel_disclosure": "members = '[]'"}
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        raw(statement.format(table, column[table]))


def test_an_entry_cannot_be_slipped_in_without_an_act() -> None:
    with pytest.raises(DatabaseError, match="outside an act"), transaction.atomic():
        Entry(at="2026-11-20T00:00:00Z", verb="x", actor_kind="system", body=b"{}").save()


def test_one_act_one_entry_with_who_why_and_the_difference(saved: SavedView) -> None:
    saved.name = "秘のみ"
    with act("kernel.view.save", by=AKARI, why="区分の見直し", subjects=[saved]):
        saved.save()
    entry = read(entries_about(saved.pk))[0]
    assert (entry.actor_name, entry.why) == ("佐倉 灯里", "区分の見直し")
    assert entry.changes[0].fields == {"name": ("極秘のみ", "秘のみ")}
    assert entry.names[str(saved.pk)] == "秘のみ"
    assert Entry.objects.count() == Unsequenced.objects.count() == 2


def test_the_body_holds_no_word_that_could_not_be_withheld(saved: SavedView) -> None:
    body = bytes(Entry.objects.get().body).decode()
    assert "佐倉" not in body
    assert "極秘" not in body
    assert "毎週" not in body
    assert json.loads(body)["verb"] == "kernel.view.save"


def test_a_failed_act_leaves_nothing(saved: SavedView) -> None:
    with pytest.raises(ZeroDivisionError), act("kernel.view.save", by=AKARI):
        view("x").save()
        1 / 0  # noqa: B018
    assert SavedView.objects.count() == Entry.objects.count() == 1


def test_an_act_inside_an_act_joins_it_but_only_for_the_same_actor() -> None:
    with act("kernel.view.share", by=AKARI):
        with act("kernel.view.save", by=AKARI):
            view().save()
        with pytest.raises(OutsideAct), act("kernel.view.save", by=BOTAN):
            view().save()
    body = json.loads(bytes(Entry.objects.get().body))
    assert (body["verb"], body["steps"]) == ("kernel.view.share", ["kernel.view.save"])


def test_saving_what_has_not_changed_changes_nothing(saved: SavedView) -> None:
    before = saved.updated_at
    with act("kernel.view.save", by=AKARI):
        saved.save()
    assert SavedView.objects.get().updated_at == before


def test_a_large_act_commits_to_the_root_of_its_changes_and_each_can_be_read() -> None:
    with act("kernel.view.save", by=SYSTEM, why="import"):
        records = record_many([view(f"v{i}") for i in range(200)])
    entry = Entry.objects.get()
    assert len(bytes(entry.body)) < 65536
    assert EntrySubject.objects.count() == 200
    one = read([entry], about=records[137].pk)[0]
    assert one.change_count == 200
    assert [c.fields["name"] for c in one.changes] == [(None, "v137")]


def test_the_database_s_guards_stand_and_their_absence_is_named() -> None:
    assert guards.missing() == []
    name, table, _sql = guards.wanted()[0]
    on = "" if connection.vendor == "sqlite" else f" ON {table}"
    raw(f"DROP TRIGGER {name}{on}")
    assert guards.missing() == [name]


def test_after_an_act_the_mark_is_gone(saved: SavedView) -> None:
    with pytest.raises(DatabaseError, match="outside an act"), transaction.atomic():
        raw("UPDATE kernel_savedview SET name = 'x'")


def test_a_disk_that_cannot_be_written_refuses_the_act_in_words_and_changes_nothing() -> None:
    with no_entry_can_be_written(), pytest.raises(LedgerUnavailable) as refused, act("kernel.view.save", by=AKARI):
        view().save()
    assert refused.value.next_step
    assert not SavedView.objects.exists()
    with act("kernel.view.save", by=AKARI):
        view().save()
    assert SavedView.objects.count() == Entry.objects.count() == 1, "when it can be written again, it goes on"


@pytest.mark.parametrize(
    "words", ["database or disk is full", "disk I/O error", "could not extend file: No space left"]
)
def test_whatever_the_database_calls_a_full_disk_is_one(words: str) -> None:
    with pytest.raises(LedgerUnavailable) as refused, act("kernel.view.save", by=AKARI):
        view().save()
        raise OperationalError(words)
    assert refused.value.next_step
    assert not SavedView.objects.exists()


def test_when_there_is_room_again_the_next_act_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as full:
        full.setattr("kuramori.kernel.acts.DISK_FULL_SIGNS", ("no such column",))
        with pytest.raises(LedgerUnavailable), act("kernel.view.save", by=AKARI):
            view().save()
            raise OperationalError("no such column: the disk")
    with act("kernel.view.save", by=AKARI):
        view().save()
    assert SavedView.objects.count() == Entry.objects.count() == 1


def test_any_other_fault_of_the_database_is_not_called_a_full_disk() -> None:
    with pytest.raises(OperationalError, match="deadlock"), act("kernel.view.save", by=AKARI):
        raise OperationalError("deadlock detected")


def test_outside_an_act_there_is_no_current_one() -> None:
    with pytest.raises(OutsideAct):
        current()
    with act("kernel.view.save", by=AKARI) as this:
        assert current() is this
    with pytest.raises(OutsideAct):
        current()


def test_after_a_failed_act_the_next_one_starts_afresh(saved: SavedView) -> None:
    with pytest.raises(ZeroDivisionError), act("kernel.view.save", by=AKARI):
        1 / 0  # noqa: B018
    with act("kernel.view.save", by=BOTAN) as this:
        assert (this.by, this.steps, list(this.changes)) == (BOTAN, [], [])


def test_who_is_named_twice_is_a_subject_once(saved: SavedView) -> None:
    with act("kernel.view.save", by=AKARI, subjects=[saved]) as this:
        this.about(saved, Subject("kernel.savedview", saved.pk, "新しい名前"))
        saved.name = "新しい名前"
        saved.save()
    (entry,) = read(entries_about(saved.pk)[:1])
    assert [subject.id for subject in entry.subjects] == [saved.pk]
    assert entry.names == {str(saved.pk): "新しい名前"}


def test_a_note_in_clear_stands_in_the_body_and_another_only_as_its_digest() -> None:
    with act("kernel.register.export", by=AKARI) as this:
        this.note("rows", 7, in_clear=True)
        this.note("register", "秘密情報台帳")
    body = bytes(Entry.objects.get().body).decode()
    assert json.loads(body)["notes"]["rows"] == {"open": 7}
    assert "秘密情報台帳" not in body
    assert read(Entry.objects.all())[0].notes == {"rows": 7, "register": "秘密情報台帳"}


def test_a_deputy_is_named_with_his_principal() -> None:
    deputy = Actor(kind=ActorKind.PERSON, id=BOTAN.id, name=BOTAN.name, on_behalf_of=AKARI.id)
    with act("kernel.view.save", by=deputy):
        view().save()
    assert json.loads(bytes(Entry.objects.get().body))["by"]["for"] == str(AKARI.id)


def test_joined_acts_are_listed_once_in_the_order_of_their_first() -> None:
    with act("kernel.view.share", by=AKARI):
        for verb in ("kernel.view.save", "kernel.view.retire", "kernel.view.save"):
            with act(verb, by=AKARI):
                view(verb).save()
    assert json.loads(bytes(Entry.objects.get().body))["steps"] == ["kernel.view.save", "kernel.view.retire"]
