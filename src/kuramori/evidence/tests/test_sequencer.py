"""Every entry gets one place in the tree, heads are signed over it, and nothing is signed that contradicts a head."""

import stat
import threading

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction

from kuramori.evidence import sequencer
from kuramori.evidence.api import NotAPrefix, latest_checkpoint, seal_now, seals, sequence_all
from kuramori.evidence.heads import HEAD_FILE
from kuramori.evidence.keys import KEY_FILE, signer, verifier_keys
from kuramori.evidence.models import Checkpoint, Leaf, LogKey, Node
from kuramori.evidence.rules import note, tree
from kuramori.evidence.sequencer import Sequencer
from kuramori.evidence.tree_store import hashes, tree_size
from kuramori.kernel import guards
from kuramori.kernel.merkle import leaf_hash, root_of
from kuramori.kernel.models import Entry, Unsequenced

pytestmark = pytest.mark.django_db


def bodies():
    return [leaf_hash(bytes(body)) for body in Entry.objects.order_by("seq").values_list("body", flat=True)]


def lift_and(sql):
    guards.lift()
    with connection.cursor() as cursor:
        cursor.execute(sql)
    guards.install()


def test_entries_get_their_places_in_the_order_of_writing_and_the_outbox_is_emptied(write):
    write(5)
    assert sequence_all() == 5
    assert [bytes(leaf.hash) for leaf in Leaf.objects.order_by("index")] == bodies()
    assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == [0, 1, 2, 3, 4]
    assert not Unsequenced.objects.exists()
    assert sequence_all() == 0


def test_groups_grow_the_same_tree_as_one_pass_whoever_steps(write):
    write(260)
    one, other = Sequencer(), Sequencer()
    while one.step(limit=7) + other.step(limit=11):
        pass
    leaves = bodies()
    assert tree_size() == 260
    assert tree.root_at(260, hashes) == root_of(leaves)
    assert bytes(Node.objects.get(level=1, index=0).hash) == root_of(leaves[:256])
    proof = tree.inclusion_proof(131, 260, hashes)
    assert tree.is_included(leaves[131], 131, 260, proof, root_of(leaves))


def test_a_step_that_fails_half_way_leaves_nothing(write):
    write(3)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Sequencer().step()
        1 / 0  # noqa: B018
    assert (Leaf.objects.count(), Unsequenced.objects.count()) == (0, 3)
    assert sequence_all() == 3


def test_a_head_is_signed_over_all_entries_and_held_in_the_data_folder(write, data):
    write(3)
    head = seal_now()
    text = note.open_note(head.note, verifier_keys())
    assert note.Checkpoint.parse(text) == note.Checkpoint(signer().origin, 3, root_of(bodies()))
    assert (data / HEAD_FILE).read_text() == head.note
    assert seal_now() == head, "nothing new, nothing signed"
    assert Checkpoint.objects.count() == 1


def test_an_empty_ledger_has_no_head():
    assert seal_now() is None
    assert latest_checkpoint() is None


def test_a_seal_says_where_an_entry_stands_and_which_head_covered_it_first(write):
    first = write()
    seal_now()
    second = write()
    third = write()
    assert seals([second.id]) == {}
    sequence_all()
    assert not seals([second.id])[second.id].is_sealed
    head = seal_now()
    seal = seals([third.id])[third.id]
    assert (seal.index, seal.size, seal.sealed_at) == (2, 3, head.at)
    assert seals([first.id])[first.id].size == 1


def test_one_query_for_many_seals(write, django_assert_num_queries):
    write(4)
    seal_now()
    ids = list(Entry.objects.values_list("id", flat=True))
    with django_assert_num_queries(1):
        assert len(seals(ids)) == 4


def test_the_key_is_made_once_and_closed_to_others(write, data):
    write()
    seal_now()
    path = data / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    write()
    seal_now()
    assert path.read_bytes() == before
    assert LogKey.objects.count() == 1


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda path: path.chmod(0o644), "can be read by others"),
        (lambda path: path.unlink(), "is gone"),
        (lambda path: path.write_text("x"), "damaged"),
    ],
)
def test_a_key_in_disorder_signs_nothing(write, data, harm, says):
    write()
    seal_now()
    harm(data / KEY_FILE)
    write()
    with pytest.raises(ImproperlyConfigured, match=says):
        seal_now()
    assert Checkpoint.objects.count() == 1


def test_another_ledgers_key_signs_nothing(write, data):
    signer()
    (data / KEY_FILE).rename(data / "aside")
    lift_and("DELETE FROM evidence_logkey")
    signer()
    (data / "aside").replace(data / KEY_FILE)
    with pytest.raises(ImproperlyConfigured, match="not the key"):
        signer()


def test_the_ledger_keeps_its_name_when_the_setting_changes(write, settings):
    origin = signer().origin
    settings.LEDGER_ORIGIN = "another.example/ledger"
    assert signer().origin == origin


def test_after_a_restored_backup_nothing_is_signed(write):
    write(3)
    seal_now()
    write(2)
    seal_now()
    lift_and('DELETE FROM evidence_leaf WHERE "index" > 2')
    lift_and("DELETE FROM evidence_checkpoint WHERE size > 3")
    write(4)
    with pytest.raises(NotAPrefix, match="5"):
        seal_now()


def test_a_tree_that_outgrew_the_lost_head_is_still_not_its_continuation(write):
    write(3)
    seal_now()
    lift_and('UPDATE evidence_leaf SET hash = (SELECT hash FROM evidence_leaf WHERE "index" = 2) WHERE "index" = 1')
    lift_and("DELETE FROM evidence_checkpoint")
    write(5)
    with pytest.raises(NotAPrefix):
        seal_now()


def test_a_forged_head_file_is_not_taken_for_one(write, data):
    write()
    seal_now()
    (data / HEAD_FILE).write_text((data / HEAD_FILE).read_text().replace("\n1\n", "\n2\n"))
    with pytest.raises(NotAPrefix):
        seal_now()


@pytest.mark.parametrize("table", ["evidence_leaf", "evidence_node", "evidence_checkpoint", "evidence_logkey"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET {} = {}"])
def test_the_tree_is_append_only_in_the_database(write, table, statement):
    write(257)
    seal_now()
    column = "root" if table == "evidence_checkpoint" else "public" if table == "evidence_logkey" else "hash"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, column, column))


@pytest.mark.django_db(transaction=True)
def test_the_loop_numbers_and_seals_until_it_is_told_to_stop(write, monkeypatch):
    monkeypatch.setattr(sequencer, "SEAL_SECONDS", 0.1)
    monkeypatch.setattr(sequencer, "IDLE_SECONDS", 0.01)
    stop = threading.Event()

    def loop():
        sequencer.run_forever(stop)
        connection.close()

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        write(3)
        for _ in range(200):
            head = latest_checkpoint()
            if head is not None and head.size == 3:
                break
            stop.wait(0.05)
    finally:
        stop.set()
        thread.join()
    assert latest_checkpoint().size == 3
