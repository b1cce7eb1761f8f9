"""Two processes that number at once, restarts between steps, faults in the loop: one place each, in order, once."""

import logging
import threading

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from kuramori.evidence.check import ledger_check
from kuramori.evidence.heads import HEAD_FILE, LocalFile, holders
from kuramori.evidence.keys import KEY_FILE, signer, verifier_keys
from kuramori.evidence.models import Checkpoint, Leaf, LogKey
from kuramori.evidence.queries.ledger import ledger_state
from kuramori.evidence.rules import note
from kuramori.evidence.sequencer import NotAPrefix, Sequencer, run_forever, seal_now, sequence_all
from kuramori.evidence.tree_store import last_checkpoint, tree_size
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.models import Entry, Unsequenced
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.tests.moments import files_up_to, just_before

VIEWER = Viewer(actor=SYSTEM, person_id=None)


class StopAfter:
    """A stop signal that is given after so many rounds, without waiting."""

    def __init__(self, rounds: int) -> None:
        self.left = rounds

    def is_set(self) -> bool:
        self.left -= 1
        return self.left < 0

    def wait(self, _seconds: float) -> bool:
        return False


def places() -> list[int]:
    return list(Leaf.objects.order_by("index").values_list("index", flat=True))


@pytest.mark.django_db(transaction=True)
def test_two_threads_number_each_entry_once(write) -> None:
    write(60)
    taken: list[int] = []

    def work() -> None:
        mine = Sequencer()
        while count := mine.step(limit=3):
            taken.append(count)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 60
    assert places() == list(range(60))
    assert not Unsequenced.objects.exists()
    assert seal_now().size == 60
    assert ledger_check().is_sound


@pytest.mark.django_db(transaction=True)
def test_writers_go_on_while_entries_are_numbered(write) -> None:
    stop = threading.Event()

    def number() -> None:
        mine = Sequencer()
        while not stop.is_set():
            mine.step(limit=5)
            stop.wait(0.005)
        connection.close()

    thread = threading.Thread(target=number)
    thread.start()
    try:
        write(30)
    finally:
        stop.set()
        thread.join()
    sequence_all()
    assert places() == list(range(30))
    order = list(Leaf.objects.order_by("index").values_list("entry_id", flat=True))
    assert order == sorted(order)


@pytest.mark.django_db
@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_a_step_takes_no_more_than_its_group(write, limit: int) -> None:
    write(5)
    assert Sequencer().step(limit=limit) == min(limit, 5)
    assert Unsequenced.objects.count() == 5 - min(limit, 5)


@pytest.mark.django_db
def test_steps_of_two_processes_in_turn_grow_one_tree(write) -> None:
    one, other = Sequencer(), Sequencer()
    for count in (1, 3, 2, 5):
        write(count)
        one.step(limit=2)
        other.step(limit=1)
    sequence_all(one)
    assert sequence_all(other) == 0
    assert places() == list(range(11))
    assert ledger_check().is_sound


@pytest.mark.django_db
def test_a_restarted_sequencer_goes_on_where_the_former_stopped(write) -> None:
    write(4)
    Sequencer().step(limit=3)
    write(2)
    assert sequence_all(Sequencer()) == 3
    assert [bytes(leaf.entry.body) for leaf in Leaf.objects.select_related("entry").order_by("index")] == [
        bytes(entry.body) for entry in Entry.objects.order_by("seq")
    ]


@pytest.mark.django_db
def test_the_state_tells_what_waits_and_since_when(write) -> None:
    empty = ledger_state(VIEWER)
    assert (empty.entries, empty.waiting, empty.waiting_since, empty.checkpoint) == (0, 0, None, None)
    first = write()
    write(2)
    waiting = ledger_state(VIEWER)
    assert (waiting.entries, waiting.waiting, waiting.waiting_since) == (0, 3, first.at)
    head = seal_now()
    sealed = ledger_state(VIEWER)
    assert (sealed.entries, sealed.waiting, sealed.waiting_since, sealed.checkpoint) == (3, 0, None, head)


@pytest.mark.django_db(transaction=True)  # the connection is given up, as after a real fault
@pytest.mark.parametrize("fault", [DatabaseError("gone"), OSError("disk full"), ImproperlyConfigured("no key")])
def test_a_fault_is_logged_and_tried_again(write, caplog, fault: Exception) -> None:
    write(2)

    def fail() -> None:
        raise fault

    with caplog.at_level(logging.ERROR):
        with just_before(Sequencer.step, fail):
            run_forever(StopAfter(1))
        run_forever(StopAfter(3))
    assert "tries again" in caplog.text
    assert tree_size() == 2
    assert last_checkpoint().size == 2


@pytest.mark.django_db
def test_a_ledger_that_may_not_be_sealed_is_told_loudly_and_still_numbered(write, data, caplog) -> None:
    write(2)
    seal_now()
    (data / HEAD_FILE).write_text("no note at all")
    write(3)
    with caplog.at_level(logging.CRITICAL):
        run_forever(StopAfter(2))
    assert "not sealed" in caplog.text
    assert (tree_size(), last_checkpoint().size) == (5, 2)


@pytest.mark.django_db
def test_a_lost_head_file_is_written_anew_from_the_database(write, data) -> None:
    write()
    head = seal_now()
    (data / HEAD_FILE).unlink()
    assert seal_now() == head
    assert (data / HEAD_FILE).read_text() == head.note


@pytest.mark.django_db
def test_an_older_head_in_the_file_is_replaced_by_the_newer(write, data) -> None:
    write()
    old = seal_now()
    write()
    new = seal_now()
    (data / HEAD_FILE).write_text(old.note)
    assert seal_now() == new
    assert (data / HEAD_FILE).read_text() == new.note


def test_a_head_is_replaced_whole_and_its_folder_is_closed_to_others(tmp_path) -> None:
    holder = LocalFile(tmp_path / "heads" / "latest.txt")
    assert holder.held() is None
    holder.hold("one\n")
    holder.hold("two\n")
    assert holder.held().note == "two\n"
    assert [path.name for path in (tmp_path / "heads").iterdir()] == ["latest.txt"], "no draft stays behind"
    assert (tmp_path / "heads").stat().st_mode & 0o077 == 0


def test_a_disk_that_is_full_leaves_the_old_head(tmp_path) -> None:
    holder = LocalFile(tmp_path / "latest.txt")
    holder.hold("one\n")
    with files_up_to(2), pytest.raises(OSError, match="too large"):
        holder.hold("two\n")
    assert holder.held().note == "one\n"


@pytest.mark.django_db
def test_who_holds_heads_has_a_name_for_people(settings) -> None:
    del settings
    assert all(str(holder.name) for holder in holders())


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_refusal_to_seal_says_size_place_and_next_step(write, data, language: str) -> None:
    from django.utils.translation import override

    write(2)
    seal_now()
    text = note.sign(note.Checkpoint(signer().origin, 9, bytes(32)).text, signer().key, signer().origin)
    (data / HEAD_FILE).write_text(text)
    with override(language), pytest.raises(NotAPrefix) as refusal:
        seal_now()
    with override(language):
        said = f"{refusal.value.message} {refusal.value.next_step}"
    assert "9" in said
    assert ("backup" in said) is (language == "en")


@pytest.mark.django_db
def test_a_head_of_another_ledger_is_not_taken(write, data) -> None:
    write(2)
    head = seal_now()
    forged = note.sign(note.Checkpoint("other.example", 2, bytes(head.root)).text, signer().key, "other.example")
    (data / HEAD_FILE).write_text(forged)
    with pytest.raises(NotAPrefix):
        seal_now()


@pytest.mark.django_db
def test_a_key_that_is_no_ed25519_key_signs_nothing(write, data) -> None:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    write()
    (data / KEY_FILE).parent.mkdir()
    pem = X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (data / KEY_FILE).write_bytes(pem)
    (data / KEY_FILE).chmod(0o600)
    with pytest.raises(ImproperlyConfigured, match="no Ed25519"):
        seal_now()
    assert not Checkpoint.objects.exists()


@pytest.mark.django_db
def test_of_two_processes_that_make_the_key_one_wins_and_both_use_it(data) -> None:
    from kuramori.evidence import keys

    keys._make(data / KEY_FILE)
    first = (data / KEY_FILE).read_bytes()
    keys._make(data / KEY_FILE)
    assert (data / KEY_FILE).read_bytes() == first
    assert [path.name for path in (data / KEY_FILE).parent.iterdir()] == [KEY_FILE.name]
    assert signer().verifier == verifier_keys()[0]
    assert LogKey.objects.count() == 1
