"""This server witnesses others' ledgers: it cosigns what continues, and answers as the standard says (L4, L9)."""

import base64
from datetime import UTC, datetime
from hashlib import sha256

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from kuramori.evidence.keys import WITNESS_FILE, witness_signer
from kuramori.evidence.models import WitnessedHead
from kuramori.evidence.rules.note import Checkpoint, NoteError, VerifierKey, sign
from kuramori.evidence.rules.tree import consistency_proof, over
from kuramori.evidence.witnessing.acts.witnesses import witnessed_add, witnessed_edit, witnessed_retire
from kuramori.evidence.witnessing.rules.witness import AddCheckpoint, cosigned_at
from kuramori.evidence.witnessing.serving import REFUSALS_A_DAY, add_checkpoint
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.merkle import EMPTY_ROOT, leaf_hash, root_of

pytestmark = pytest.mark.django_db
ORIGIN = "subsidiary.example/kuramori-ledger"
NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
LEAVES = [leaf_hash(str(number).encode()) for number in range(300)]
OTHERS = [leaf_hash(f"x{number}".encode()) for number in range(300)]


class Ledger:
    """Somebody else's ledger, with its key."""

    def __init__(self, origin: str = ORIGIN) -> None:
        self.origin, self.key = origin, Ed25519PrivateKey.generate()
        self.vkey = VerifierKey(origin, self.key.public_key().public_bytes_raw())

    def head(self, size: int, leaves=LEAVES, root: bytes | None = None) -> str:
        text = Checkpoint(self.origin, size, root_of(leaves[:size]) if root is None else root).text
        return sign(text, self.key, self.origin)

    def asks(self, old: int, size: int, leaves=LEAVES) -> bytes:
        proof = tuple(consistency_proof(old, size, over(leaves[:size]))) if 0 < old < size else ()
        return AddCheckpoint(old, proof, self.head(size, leaves)).text.encode()


@pytest.fixture
def other():
    return Ledger()


@pytest.fixture
def witnessed(other):
    return witnessed_add(origin=ORIGIN, key=str(other.vkey), by=SYSTEM)


@pytest.fixture
def post(client):
    def send(raw: bytes):
        return client.post("/evidence/witness/add-checkpoint", raw, content_type="text/plain")

    return send


def own_key():
    return witness_signer().verifier


def test_heads_that_continue_are_kept_and_cosigned(other, witnessed, post):
    with time_machine.travel(NOON, tick=False):
        first = post(other.asks(0, 5))
        second = post(other.asks(5, 299))
    assert (first.status_code, second.status_code) == (200, 200)
    note = other.head(299) + second.content.decode()
    assert cosigned_at(note, [own_key()]) == NOON
    assert list(witnessed.heads.order_by("size").values_list("size", flat=True)) == [5, 299]
    assert bytes(witnessed.heads.get(size=299).root) == root_of(LEAVES[:299])


def test_the_same_head_again_is_cosigned_again_and_kept_once(other, witnessed, post):
    post(other.asks(0, 5))
    assert post(other.asks(5, 5)).status_code == 200
    assert witnessed.heads.count() == 1


def test_an_empty_ledger_can_be_witnessed_but_only_with_the_empty_root(other, witnessed, post):
    assert post(other.asks(0, 0)).status_code == 200
    wrong = AddCheckpoint(0, (), other.head(0, root=bytes(32))).text.encode()
    assert post(wrong).status_code == 409
    assert [bytes(each.root) for each in witnessed.heads.all()] == [EMPTY_ROOT]


def test_an_older_or_replayed_head_gets_the_size_that_is_known(other, witnessed, post):
    post(other.asks(0, 5))
    post(other.asks(5, 9))
    for raw in (other.asks(0, 5), other.asks(5, 9), other.asks(0, 12), other.asks(7, 12)):
        answer = post(raw)
        assert (answer.status_code, answer.content, answer["Content-Type"]) == (409, b"9\n", "text/x.tlog.size")
    assert not entries_about(witnessed.pk).filter(verb="evidence.witnessed.refuse").exists(), (
        "late is not two histories"
    )


def test_a_second_history_is_refused_and_kept_once_as_proof(other, witnessed, post):
    """L4: the key is stolen, or the server was cloned: the signed head itself is the evidence."""
    post(other.asks(0, 5))
    fork = other.asks(5, 9, OTHERS)
    assert [post(fork).status_code, post(fork).status_code] == [422, 422]
    same_size = AddCheckpoint(5, (), other.head(5, OTHERS)).text.encode()
    answer = post(same_size)
    assert (answer.status_code, answer.content) == (409, b"5\n")
    kept = [bytes(entry.body) for entry in entries_about(witnessed.pk).filter(verb="evidence.witnessed.refuse")]
    assert len(kept) == 2
    assert all(ORIGIN.encode() in body for body in kept)
    assert witnessed.heads.count() == 1


def test_a_stolen_key_cannot_fill_our_ledger(other, witnessed):
    add_checkpoint(other.asks(0, 5))
    for size in range(6, 8 + REFUSALS_A_DAY):
        assert add_checkpoint(other.asks(5, size, OTHERS)).status == 422
    assert entries_about(witnessed.pk).filter(verb="evidence.witnessed.refuse").count() == REFUSALS_A_DAY


@pytest.mark.parametrize(
    "proof",
    [(), (bytes(32),), "one too many", "one too few", "turned round"],
)
def test_a_proof_that_is_not_exactly_right_is_refused(other, witnessed, post, proof):
    post(other.asks(0, 5))
    right = consistency_proof(5, 9, over(LEAVES[:9]))
    wrong = {"one too many": [*right, bytes(32)], "one too few": right[:-1], "turned round": right[::-1]}
    raw = AddCheckpoint(5, tuple(wrong.get(proof, proof)), other.head(9)).text.encode()
    assert post(raw).status_code == 422


def test_who_is_not_enrolled_or_signs_with_another_key_gets_nothing(other, witnessed, post):
    stranger = Ledger("stranger.example/ledger")
    thief = Ledger()
    assert post(stranger.asks(0, 5)).status_code == 404
    assert post(thief.asks(0, 5)).status_code == 403
    witnessed_edit(witnessed=witnessed, origin=ORIGIN, key=str(thief.vkey), by=SYSTEM, why="鍵の交換")
    assert post(thief.asks(0, 5)).status_code == 200
    assert post(other.asks(5, 6)).status_code == 403
    witnessed_retire(witnessed=witnessed, by=SYSTEM, why="終了")
    assert post(thief.asks(5, 6)).status_code == 404


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: b"",
        lambda raw: raw.replace(b"old ", b"new "),
        lambda raw: raw.replace(b"old 0", b"old 00"),
        lambda raw: raw.replace(b"old 0", b"old -1"),
        lambda raw: raw.replace(b"old 0", b"old 99"),
        lambda raw: raw.replace(b"old 0\n", b"old 0\n!!\n"),
        lambda raw: raw.replace(b"old 0\n", b"old 0\n" + b"AAAA\n"),
        lambda raw: raw.replace(b"old 0\n", b"old 0\n" + (base64.b64encode(bytes(32)) + b"\n") * 64),
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: raw.replace(b"\n\n", b"\n", 1),
        lambda raw: raw.replace(b"\n5\n", b"\n05\n"),
        lambda raw: raw.replace(b"\n5\n", b"\n" + b"9" * 5000 + b"\n"),
        lambda raw: b"\xff" + raw,
        lambda raw: raw + b"\xe2\x80\x94 " + b"a" * 70_000,
    ],
)
def test_a_malformed_request_is_refused_and_changes_nothing(other, witnessed, post, spoil):
    answer = post(spoil(other.asks(0, 5)))
    assert answer.status_code in {400, 403}
    assert not WitnessedHead.objects.exists()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(some.binary(max_size=300) | some.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(b"old 0\n\n\n")
@example(b"old 0\n\na\n0\n\n\n\n")
def test_garbage_is_answered_and_never_cosigned(witnessed, raw):
    assert add_checkpoint(raw).status in {400, 403, 404}


@given(
    some.integers(0, 10**15),
    some.lists(some.binary(min_size=32, max_size=32), max_size=63),
    some.text(min_size=1, max_size=50),
)
def test_a_request_reads_back_as_it_was_written(old, proof, note):
    asked = AddCheckpoint(old, tuple(proof), note)
    try:
        raw = asked.text.encode()
    except UnicodeEncodeError:
        return
    assert AddCheckpoint.parse(raw) == asked


def test_the_newest_head_can_be_asked_for_with_the_time_it_was_taken(other, witnessed, post, client):
    address = reverse("evidence:witnessed-head", args=[sha256(ORIGIN.encode()).hexdigest()])
    assert client.get(address).status_code == 404
    with time_machine.travel(NOON, tick=False):
        post(other.asks(0, 5))
        post(other.asks(5, 9))
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.content.decode().startswith(other.head(9))
    assert cosigned_at(answer.content.decode(), [own_key()]) == NOON
    assert client.get(reverse("evidence:witnessed-head", args=["0" * 64])).status_code == 404


def test_another_site_may_not_make_a_browser_post_anything_that_counts(other, witnessed):
    """Only this route goes without a token against forged requests; without a signature it takes nothing."""
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/evidence/witness/add-checkpoint", b"x", content_type="text/plain").status_code == 400
    assert strict.get("/evidence/witness/add-checkpoint").status_code == 405


def test_a_head_that_was_cosigned_stays_in_the_database(other, witnessed):
    add_checkpoint(other.asks(0, 5))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE evidence_witnessedhead SET size = 4")


def test_the_witness_has_a_key_of_its_own_and_uses_it_with_care(data, other, witnessed):
    signer = witness_signer()
    assert witness_signer().verifier == signer.verifier
    assert VerifierKey.parse(str(signer.verifier), signer.verifier.algorithm) == signer.verifier
    (data / WITNESS_FILE).chmod(0o644)
    with pytest.raises(ImproperlyConfigured, match="can be read by others"):
        add_checkpoint(other.asks(0, 5))


def test_a_cosignature_that_was_touched_is_wrong(other, witnessed):
    note = other.head(5) + add_checkpoint(other.asks(0, 5)).body
    line = note.splitlines()[-1]
    raw = bytearray(base64.b64decode(line.rsplit(" ", maxsplit=1)[-1]))
    for place in (5, 11, 12, len(raw) - 1):
        touched = bytearray(raw)
        touched[place] ^= 1
        spoiled = note.replace(line.rsplit(" ", maxsplit=1)[-1], base64.b64encode(touched).decode())
        with pytest.raises(NoteError):
            cosigned_at(spoiled, [own_key()])
    assert cosigned_at(other.head(5), [own_key()]) is None
