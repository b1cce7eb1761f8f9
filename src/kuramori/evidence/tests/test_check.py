"""Somebody with the database's password changes the ledger by raw SQL: the check says where, and what was done."""

import pytest
import time_machine
from django.db import connection

from kuramori.evidence.check import ledger_check
from kuramori.evidence.heads import HEAD_FILE
from kuramori.evidence.models import Leaf
from kuramori.evidence.rules.damage import Damage
from kuramori.evidence.sequencer import seal_now, sequence_all
from kuramori.kernel import guards
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.ids import uuid7
from kuramori.kernel.merkle import leaf_hash
from kuramori.kernel.models import Entry, ListedChange, SavedView
from kuramori.kernel.records import record_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger(write):
    """Twelve entries under heads over 4, 8 and 12."""
    for _ in range(3):
        write(4)
        seal_now()
    return list(Entry.objects.order_by("seq"))


def raw(*statements):
    """What an intruder can do: take the triggers away, change rows, put the triggers back."""
    guards.lift()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA defer_foreign_keys = ON")
        else:
            cursor.execute("SET session_replication_role = replica")
        for statement, *values in statements:
            cursor.execute(statement, values)
        if connection.vendor != "sqlite":
            cursor.execute("SET session_replication_role = DEFAULT")
    guards.install()


def forget(entry):
    """Statements that remove an entry's row and everything beside it, but not its leaf."""
    tables = ("kernel_entrysubject", "kernel_disclosure")
    return [
        *((f"DELETE FROM {table} WHERE entry_id = %s", entry.seq) for table in tables),
        ("DELETE FROM kernel_entry WHERE seq = %s", entry.seq),
    ]


def first_bad():
    report = ledger_check()
    return report.first_bad, {each.damage for each in report.found if each.index == report.first_bad}


def renumber_from(index, by):
    """Statements that move the leaves from an index on, in an order that never collides."""
    rows = sorted(Leaf.objects.filter(index__gte=index).values_list("index", flat=True), reverse=by > 0)
    return [('UPDATE evidence_leaf SET "index" = %s WHERE "index" = %s', each + by, each) for each in rows]


def test_a_sound_ledger_is_found_sound(ledger):
    report = ledger_check()
    assert report.found == ()
    assert (report.entries, report.first_bad, report.is_sound) == (12, None, True)


def test_entries_that_came_after_the_last_head_are_no_damage(ledger, write):
    write(3)
    sequence_all()
    assert ledger_check().is_sound


def test_an_edited_body(ledger):
    forged = bytes(ledger[5].body).replace(b"kernel.view.save", b"kernel.view.make")
    raw(("UPDATE kernel_entry SET body = %s WHERE seq = %s", forged, ledger[5].seq))
    assert first_bad() == (5, {Damage.EDITED})


def test_an_edited_body_with_its_hash_replaced_too(ledger):
    forged = bytes(ledger[5].body).replace(b'"kind":"person"', b'"kind":"system"')
    raw(
        ("UPDATE kernel_entry SET body = %s, actor_kind = 'system' WHERE seq = %s", forged, ledger[5].seq),
        ("UPDATE evidence_leaf SET hash = %s WHERE entry_id = %s", leaf_hash(forged), ledger[5].seq),
    )
    report = ledger_check()
    assert [(each.damage, each.index, each.detail) for each in report.found] == [(Damage.EDITED, 4, "4–7")]


def test_an_edited_column(ledger):
    raw(("UPDATE kernel_entry SET verb = 'kernel.view.share' WHERE seq = %s", ledger[2].seq))
    assert first_bad() == (2, {Damage.EDITED})


def test_a_deleted_entry(ledger):
    raw(*forget(ledger[6]))
    assert first_bad() == (6, {Damage.DELETED})
    raw(("DELETE FROM evidence_leaf WHERE entry_id = %s", ledger[6].seq))  # the test framework checks references


def test_an_entry_deleted_with_its_leaf(ledger):
    raw(("DELETE FROM evidence_leaf WHERE entry_id = %s", ledger[6].seq), *forget(ledger[6]))
    assert first_bad() == (6, {Damage.DELETED})


def test_an_entry_deleted_with_its_leaf_and_the_gap_closed(ledger, write):
    raw(
        ("DELETE FROM evidence_leaf WHERE entry_id = %s", ledger[6].seq),
        *forget(ledger[6]),
        *renumber_from(7, -1),
    )
    write(2)
    sequence_all()
    assert first_bad() == (6, {Damage.DELETED})


def test_two_bodies_swapped(ledger):
    one, other = ledger[3], ledger[9]
    raw(
        ("UPDATE kernel_entry SET body = %s WHERE seq = %s", bytes(other.body), one.seq),
        ("UPDATE kernel_entry SET body = %s WHERE seq = %s", bytes(one.body), other.seq),
    )
    assert first_bad() == (3, {Damage.REORDERED})


def test_two_leaves_swapped_whole(ledger):
    raw(
        ('UPDATE evidence_leaf SET "index" = %s WHERE "index" = %s', 99, 5),
        ('UPDATE evidence_leaf SET "index" = %s WHERE "index" = %s', 5, 6),
        ('UPDATE evidence_leaf SET "index" = %s WHERE "index" = %s', 6, 99),
    )
    assert first_bad() == (5, {Damage.REORDERED})


def test_the_newest_entries_cut_off(ledger):
    cut = [forget(entry) for entry in ledger[9:]]
    raw(
        ('DELETE FROM evidence_leaf WHERE "index" >= %s', 9),
        *(statement for each in cut for statement in each),
    )
    assert first_bad() == (9, {Damage.TRUNCATED})


def test_the_newest_entries_cut_off_with_their_heads(ledger):
    cut = [forget(entry) for entry in ledger[9:]]
    raw(
        ('DELETE FROM evidence_leaf WHERE "index" >= %s', 9),
        *(statement for each in cut for statement in each),
        ("DELETE FROM evidence_checkpoint WHERE size > %s", 9),
    )
    assert first_bad() == (9, {Damage.TRUNCATED}), "the data folder still holds the head over 12"


def copied_row(ledger, **values):
    """An entry slipped in beside the sequencer, made of another."""
    entry = ledger[2]
    body = bytes(entry.body).replace(str(entry.id).encode(), str(values["id"]).encode())
    fields = {"id": values["id"], "at": entry.at, "verb": entry.verb, "actor_kind": entry.actor_kind}
    guards.lift()
    made = Entry.objects.create(**fields, actor_id=entry.actor_id, body=body)
    for subject in entry.subjects.order_by("id"):
        subject.pk, subject.entry = None, made
        subject.save()
    guards.install()
    return made


def test_an_entry_slipped_in(ledger):
    copied_row(ledger, id=uuid7())
    assert first_bad() == (12, {Damage.INSERTED})


def test_an_entry_slipped_in_with_a_leaf_between_two_others(ledger):
    made = copied_row(ledger, id=uuid7())
    raw(*renumber_from(5, 1))
    guards.lift()
    Leaf.objects.create(index=5, entry=made, hash=leaf_hash(bytes(made.body)))
    guards.install()
    assert first_bad() == (5, {Damage.DISCLOSURE_MISSING, Damage.INSERTED})


def test_an_entry_dated_back(ledger):
    raw(("UPDATE kernel_entry SET at = '2020-01-01 00:00:00' WHERE seq = %s", ledger[7].seq))
    assert first_bad() == (7, {Damage.BACK_DATED})


def test_an_act_done_under_a_clock_that_was_put_back(ledger, write):
    with time_machine.travel(ledger[0].at.replace(year=2020), tick=False):
        write()
    seal_now()
    assert first_bad() == (12, {Damage.BACK_DATED})


def test_a_subject_taken_away_so_that_a_history_does_not_show_the_entry(ledger):
    raw(("DELETE FROM kernel_entrysubject WHERE entry_id = %s", ledger[4].seq))
    assert first_bad() == (4, {Damage.SUBJECTS_DIFFER})


def test_a_subject_exchanged(ledger):
    raw(("UPDATE kernel_entrysubject SET kind = 'register.secret' WHERE entry_id = %s", ledger[4].seq))
    assert first_bad() == (4, {Damage.SUBJECTS_DIFFER})


def test_a_word_exchanged_in_a_disclosure(ledger):
    other = "(SELECT members FROM kernel_disclosure WHERE entry_id = %s)"
    raw((f"UPDATE kernel_disclosure SET members = {other} WHERE entry_id = %s", ledger[8].seq, ledger[3].seq))
    assert first_bad() == (3, {Damage.DISCLOSURE_DIFFERS})


@pytest.mark.parametrize("erased_at", [None, "2026-11-20 03:00:00"])
def test_a_word_that_no_act_of_erasure_took_is_missing(ledger, erased_at):
    raw(("UPDATE kernel_disclosure SET members = '[]', erased_at = %s WHERE entry_id = %s", erased_at, ledger[3].seq))
    assert first_bad() == (3, {Damage.DISCLOSURE_MISSING})


@pytest.fixture
def imported(ledger):
    with act("kernel.view.save", by=SYSTEM, why="import"):
        record_many([SavedView(name=f"v{n}", register="r", person_id=uuid7()) for n in range(100)])
    seal_now()
    return ListedChange.objects.get(place=37)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM kernel_listedchange WHERE id = %s",
        "UPDATE kernel_listedchange SET place = 500 WHERE id = %s",
        "UPDATE kernel_listedchange SET record_id = (SELECT id FROM kernel_savedview LIMIT 1) WHERE id = %s",
    ],
)
def test_a_long_list_of_changes_tampered_with(imported, statement):
    assert ledger_check().is_sound
    raw((statement, imported.pk))
    assert first_bad() == (12, {Damage.CHANGES_DIFFER})


def test_a_word_exchanged_in_a_long_list(imported):
    members = "(SELECT members FROM kernel_listedchange WHERE place = 5)"
    raw((f"UPDATE kernel_listedchange SET members = {members} WHERE id = %s", imported.pk))
    assert first_bad() == (12, {Damage.DISCLOSURE_DIFFERS})


def test_a_rewritten_inner_hash(write):
    write(300)
    seal_now()
    raw(("UPDATE evidence_node SET hash = %s", bytes(32)))
    assert first_bad() == (0, {Damage.NODE_DIFFERS})


def test_a_head_that_nobody_signed(ledger):
    raw(("UPDATE evidence_checkpoint SET root = %s WHERE size = %s", bytes(32), 8))
    assert first_bad() == (7, {Damage.HEAD_FORGED})


def test_a_forged_head_in_the_data_folder(ledger, data):
    (data / HEAD_FILE).write_text("kuramori\n99\n")
    assert [each.damage for each in ledger_check().found] == [Damage.HEAD_FORGED]


def test_a_missing_guard_is_named(ledger):
    name, table, _sql = guards.wanted()[0]
    on = "" if connection.vendor == "sqlite" else f" ON {table}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")
    report = ledger_check()
    assert [(each.damage, each.detail) for each in report.found] == [(Damage.GUARD_MISSING, name)]


def test_an_entry_that_waits_longer_than_a_minute(ledger, write):
    write()
    assert ledger_check().is_sound
    raw(("UPDATE kernel_entry SET at = '2020-01-01 00:00:00' WHERE seq = (SELECT max(seq) FROM kernel_entry)",))
    assert [each.damage for each in ledger_check().found] == [Damage.WAITING]


def test_progress_is_told(ledger):
    told = []
    ledger_check(lambda done, total: told.append((done, total)))
    assert told == [(12, 12)]


def test_hashes_alone_find_what_was_done_to_bodies_and_leave_the_rest_for_the_full_check(ledger):
    raw(("UPDATE kernel_entry SET verb = %s WHERE seq = %s", "kernel.view.share", ledger[4].seq))
    assert ledger_check(beside=False).is_sound
    assert ledger_check().first_bad == 4
    raw(("UPDATE kernel_entry SET body = %s WHERE seq = %s", b"{}", ledger[7].seq))
    hashed = ledger_check(beside=False)
    assert (hashed.first_bad, hashed.root) == (7, ledger_check().root)
    assert hashed.found[0].damage == Damage.EDITED
