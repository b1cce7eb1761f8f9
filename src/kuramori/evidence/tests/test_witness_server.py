"""A second server holds our heads (C2SP tlog-witness): it is told the truth, never waited for, and catches a fork."""

import socket
import threading

import pytest
from django.db import connection

from kuramori.evidence.check import ledger_check
from kuramori.evidence.heads import HEAD_FILE, contradictions
from kuramori.evidence.keys import signer
from kuramori.evidence.models import KindChoice, Witness, WitnessState
from kuramori.evidence.rules.damage import Damage
from kuramori.evidence.rules.note import Checkpoint, VerifierKey, sign
from kuramori.evidence.sequencer import NotAPrefix, seal_now, sequence_all
from kuramori.evidence.tests.second_server import AT, SecondServer, serving
from kuramori.evidence.witnessing import rounds
from kuramori.evidence.witnessing.acts.witnesses import witness_add, witness_retire
from kuramori.evidence.witnessing.files import witness_files, witnesses_due
from kuramori.evidence.witnessing.outside import held_heads
from kuramori.evidence.witnessing.rounds import look, refresh
from kuramori.evidence.witnessing.rules.witness import cosigned_at
from kuramori.kernel import guards
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.ledger import entries_about

pytestmark = pytest.mark.django_db


def cut(size, data):
    """Put the database and the data folder back to an earlier state, as a restored backup does."""
    guards.lift()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM evidence_checkpoint WHERE size > %s", [size])
        cursor.execute('SELECT entry_id FROM evidence_leaf WHERE "index" >= %s', [size])
        gone = [row[0] for row in cursor.fetchall()]
        cursor.execute('DELETE FROM evidence_leaf WHERE "index" >= %s', [size])
        for table in ("kernel_entrysubject", "kernel_disclosure", "kernel_listedchange", "kernel_unsequenced"):
            cursor.executemany(f"DELETE FROM {table} WHERE entry_id = %s", [[seq] for seq in gone])
        cursor.executemany("DELETE FROM kernel_entry WHERE seq = %s", [[seq] for seq in gone])
    guards.install()
    (data / HEAD_FILE).unlink(missing_ok=True)
    WitnessState.objects.update(note="", size=None, against=None, failure="", failing_since=None)
    rounds._looked.clear()  # the process is a new one


@pytest.fixture
def second():
    return SecondServer()


@pytest.fixture
def address(second):
    with serving(second) as where:
        yield where


@pytest.fixture
def witness(second, address):
    made = witness_add(kind=KindChoice.SERVER, name="親会社", place=address, key=str(second.vkey), by=SYSTEM)
    second.knows(signer().verifier)
    return made


def test_a_head_is_cosigned_and_kept_with_the_witness_s_time(second, witness, write):
    write(2)
    head = seal_now()
    state = look(witness)
    assert (state.failure, state.against, state.size) == ("", None, head.size)
    assert state.note.startswith(head.note)
    assert cosigned_at(state.note, [second.vkey]) == AT
    write(300)
    newer = seal_now()
    assert look(witness).size == newer.size == second.heads[signer().origin].size
    assert second.asked[-1].old == head.size
    assert second.asked[-1].proof, "a longer head comes with its proof"


def test_sealing_does_not_wait_for_a_witness_that_is_away_and_its_silence_is_shown(witness, write, second):
    second.say = (503, b"")
    write()
    seal_now()
    state = look(witness)
    assert "503" in state.failure
    since = state.failing_since
    asked = len(second.asked)
    write()
    assert seal_now().size == 3
    assert len(second.asked) == asked, "it rests before it is asked again"
    second.say = None
    state = look(witness)
    assert (state.failure, state.failing_since, state.size) == ("", None, 3)
    assert since is not None


def test_a_witness_that_cannot_be_connected_to_is_a_failure_not_a_crash(write):
    gone = witness_add(kind=KindChoice.SERVER, name="w", place="http://127.0.0.1:9", key="x", by=SYSTEM)
    write()
    assert seal_now() is not None
    assert WitnessState.objects.get(witness=gone).failure.startswith("接続できません（")
    witness_retire(witness=gone, by=SYSTEM, why="不要")
    refresh()
    assert Witness.objects.standing().count() == 0


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ((200, b""), "署名"),
        ((200, b"garbage"), "正しくありません"),
        ((200, "— witness.example/w1 AAAA\n".encode()), "正しくありません"),
        ((404, b""), "この証跡台帳を知りません"),
        ((403, b""), "別の鍵"),
        ((409, b"many\n"), "件数"),
        ((409, "１\n".encode()), "件数"),
        ((301, b""), "301"),
        ((200, bytes(70_000)), "正しくありません"),
    ],
)
def test_whatever_a_witness_answers_is_told_in_words_and_stops_nothing(witness, write, second, said, words):
    second.say = said
    write()
    seal_now()
    state = look(witness)
    assert words in state.failure
    assert state.against is None
    write()
    assert seal_now().size == 3


def test_an_answer_signed_by_another_key_does_not_count(witness, write, second):
    second.key = SecondServer().key
    write()
    seal_now()
    state = look(witness)
    assert state.failure
    assert state.note == ""


def test_a_restored_backup_does_not_sign_and_says_which_head_is_ahead(witness, write, second, data):
    """L3: the database and the data folder are those of an hour ago, the witness knows more."""
    write(2)
    early = seal_now()
    look(witness)
    write(4)
    late = seal_now()
    look(witness)
    cut(early.size, data)
    with pytest.raises(NotAPrefix, match="親会社") as refusal:
        seal_now()
    assert str(late.size) in refusal.value.message
    assert str(late.size - early.size) in refusal.value.message
    (found,) = contradictions()
    assert (found.where, found.size, found.missing) == ("親会社", late.size, late.size - early.size)
    facts = entries_about(witness.pk).filter(verb="evidence.witness.contradict")
    assert facts.count() == 1
    write(9)
    with pytest.raises(NotAPrefix):
        seal_now()
    look(witness)
    assert facts.count() == 1, "the same contradiction is told once"


def test_two_servers_with_one_key_are_found_by_the_witness(witness, write, second, data):
    """L3, L4: a clone goes on from the same backup; whoever comes second is refused, and stops."""
    write(2)
    early = seal_now()
    look(witness)
    write(3)
    seal_now()
    look(witness)
    cut(early.size, data)
    write(8)  # the clone has more entries than the witness knows, and they are others
    sequence_all()
    with pytest.raises(NotAPrefix):
        seal_now()
    (found,) = contradictions()
    assert found.missing == 0
    assert second.heads[signer().origin].size == early.size + 3, "the witness has cosigned nothing of the clone"


def test_a_newer_backup_that_is_brought_back_lets_the_signing_go_on(witness, write, second, data):
    write()
    seal_now()
    look(witness)
    known = dict(second.heads)
    second.heads[signer().origin] = type(known[signer().origin])(signer().origin, 99, bytes(32))
    with pytest.raises(NotAPrefix):
        cut(2, data)
        seal_now()
    second.heads = known
    look(witness)
    assert contradictions() == []
    assert seal_now() is not None


def test_a_proof_that_a_witness_refuses_is_a_contradiction(witness, write, second):
    write(2)
    seal_now()
    look(witness)
    second.say = (422, b"")
    write()
    with pytest.raises(NotAPrefix):
        seal_now()
        look(witness)
        seal_now()
    second.say = None
    assert look(witness).against is None, "it was a fault of the witness: once it takes our head, all is well"
    assert seal_now() is not None


def test_a_witness_that_says_another_size_each_time_is_a_failure(witness, write, second):
    write(5)
    seal_now()
    sizes = iter([1, 2, 3])
    second.answer = lambda _raw: (409, f"{next(sizes)}\n".encode())
    state = look(witness)
    assert "409" in state.failure
    assert state.against is None


def test_what_speaks_no_http_is_said(write):
    """Whoever enters the address of a mail server reads why that is no witness."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def greet():
            connection_, _address = server.accept()
            with connection_:
                connection_.recv(1000)
                connection_.sendall(b"220 mail.example ESMTP\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        made = witness_add(kind=KindChoice.SERVER, name="w", place=f"http://127.0.0.1:{port}", key="x", by=SYSTEM)
        state = look(made)
        thread.join()
    assert "ウェブサーバー" in state.failure


def test_two_witnesses_do_not_share_a_name(witness, write):
    with pytest.raises(Refused, match="名称"):
        witness_add(kind=KindChoice.PRINT, name=witness.name, by=SYSTEM)
    assert Witness.objects.count() == 1


def test_bundles_and_the_check_see_what_is_held_and_what_is_not(witness, write, second, data):
    idle = witness_add(kind=KindChoice.FOLDER, name="USB", place="/nowhere", by=SYSTEM)
    write(3)
    head = seal_now()
    look(witness)
    write(2)
    later = seal_now()
    assert [each["slug"] for each in witnesses_due()] == ["server-1", "folder-2"]
    files = dict(witness_files(later.size))
    assert sorted(files) == ["server-1.key", "server-1.proof.json", "server-1.txt"]
    assert files["server-1.key"].decode().strip() == str(second.vkey)
    assert dict(witness_files(head.size - 1)) == {}, "what is beyond the bundle's head proves nothing for it"
    WitnessState.objects.filter(witness=witness).update(note="no note")
    assert dict(witness_files(later.size)) == {}
    ahead = sign(Checkpoint(signer().origin, 700, bytes(32)).text, signer().key, signer().origin)
    against = {"size": 700, "missing": 690, "at": None, "note": ahead}
    WitnessState.objects.update_or_create(witness=idle, defaults={"against": against})
    (data / HEAD_FILE).write_text("no note either")
    heads, outside = held_heads()
    assert (set(heads), outside) == ({0, 700}, [])
    assert {each.damage for each in ledger_check().found} >= {Damage.HEAD_FORGED, Damage.TRUNCATED}


def test_a_witness_that_lost_what_it_held_is_given_all_of_it_again(witness, write, second):
    write(3)
    seal_now()
    look(witness)
    second.heads.clear()
    write()
    head = seal_now()
    assert look(witness).size == head.size
    assert second.asked[-1].old == 0


def test_a_key_with_another_meaning_is_not_the_witness_s(second):
    with pytest.raises(ValueError, match="Ed25519"):
        VerifierKey.parse(str(second.vkey))
