"""What goes on from a place of the ledger sees each entry once, in order, and notices another ledger."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from kuramori.evidence.api import is_at, place_since, placed, sequence_all
from kuramori.kernel.ids import uuid7
from kuramori.kernel.models import Entry

pytestmark = pytest.mark.django_db
VERBS = ("notes.note.add",)


def verbs():
    return tuple(Entry.objects.values_list("verb", flat=True).distinct())


def test_an_empty_ledger_has_nothing_from_any_place(db):
    assert placed(0, 10, verbs=VERBS) == ([], 0, None)
    assert placed(7, 10, verbs=VERBS) == ([], 7, None)
    assert place_since(now()) == 0
    assert not is_at(0, uuid7())


def test_entries_come_once_in_order_whatever_the_stride(write):
    write(7)
    assert placed(0, 100, verbs=verbs()) == ([], 0, None), "what waits for its place has none yet"
    sequence_all()
    written = list(Entry.objects.order_by("seq").values_list("id", flat=True))
    for stride in (1, 2, 3, 7, 100):
        seen, place = [], 0
        while True:
            found, after, last = placed(place, stride, verbs=verbs())
            if last is None:
                break
            assert is_at(after - 1, last)
            assert not is_at(after, last)
            seen += [each.id for each in found]
            place = after
        assert seen == written


def test_other_verbs_are_passed_over_and_their_places_count(write):
    write(2)
    sequence_all()
    found, after, last = placed(0, 100, verbs=("no.such.verb",))
    assert (found, after) == ([], Entry.objects.count())
    assert last == Entry.objects.latest("seq").id


def test_a_moment_has_the_place_of_the_first_entry_from_then_on(write):
    write()
    sequence_all()
    first = Entry.objects.order_by("seq").first()
    assert place_since(first.at) == 0
    assert place_since(first.at - timedelta(days=9)) == 0
    assert place_since(now() + timedelta(days=1)) == Entry.objects.count(), "the next free place"
