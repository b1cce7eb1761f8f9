"""One record, one act: what breaks a rule of the record is refused whole, and the entry names what was done."""

from uuid import UUID

import pytest
from django.utils import translation

from kuramori.kernel.actors import Actor, ActorKind
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry, SavedView
from kuramori.kernel.one_record import record_retire, record_write

pytestmark = pytest.mark.django_db
AKARI = Actor(kind=ActorKind.PERSON, id=UUID(int=1), name="佐倉 灯里")
NEW = {"name": "極秘のみ", "register": "register:secret", "person_id": AKARI.id, "query": "level=4"}


def told(view):
    return [(each.verb, each.why, [change.op for change in each.changes]) for each in read(entries_about(view.pk))]


def test_a_record_is_added_changed_and_taken_out_of_use_each_by_an_act_of_its_own():
    view = record_write(SavedView(), "kernel.view.save", by=AKARI, values=NEW)
    assert record_write(view, "kernel.view.share", by=AKARI, why="課の全員が使う", values={"name": "極秘"}) is view
    assert record_retire(view, "kernel.view.retire", by=AKARI, why="もう使わない") is view
    assert told(view) == [
        ("kernel.view.retire", "もう使わない", ["retire"]),
        ("kernel.view.share", "課の全員が使う", ["edit"]),
        ("kernel.view.save", "", ["add"]),
    ]
    (newest, *_older) = read(entries_about(view.pk))
    assert newest.names == {str(view.pk): "極秘"}, "the entry names it as it is called now"
    assert SavedView.objects.get().retired_at is not None


def test_what_breaks_a_rule_of_the_record_is_refused_in_words_and_nothing_was_written():
    with translation.override("en"), pytest.raises(Refused) as refusal:
        record_write(SavedView(), "kernel.view.save", by=AKARI, values=NEW | {"name": "x" * 1000})
    assert "1000" in str(refusal.value.message)
    assert (SavedView.objects.count(), Entry.objects.count()) == (0, 0)


def test_inside_another_act_it_becomes_a_part_of_it():
    with act("kernel.view.share", by=AKARI, why="引き継ぎ") as this:
        view = record_write(SavedView(), "kernel.view.save", by=AKARI, values=NEW)
        this.note("views", 1, in_clear=True)
    ((verb, why, ops),) = told(view)
    assert (verb, why, ops) == ("kernel.view.share", "引き継ぎ", ["add"])
