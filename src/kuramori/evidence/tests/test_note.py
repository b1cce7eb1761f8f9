import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kuramori.evidence.rules.note import Checkpoint, NoteError, VerifierKey, open_note, sign

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
NAME = "kuramori.example/ledger"
VERIFIER = VerifierKey(NAME, KEY.public_key().public_bytes_raw())
HEAD = Checkpoint(NAME, 20852163, bytes(32))

# The example of golang.org/x/mod/sumdb/note: a key and a note that Go signed.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = (
    GO_TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_note_that_go_signed_is_read():
    assert open_note(GO_NOTE, [VerifierKey.parse(GO_KEY)]) == GO_TEXT


def test_a_checkpoint_goes_round():
    note = sign(HEAD.text, KEY, NAME)
    assert Checkpoint.parse(open_note(note, [VerifierKey.parse(str(VERIFIER))])) == HEAD


def test_unknown_signatures_are_ignored_as_the_standard_demands():
    note = sign(HEAD.text, KEY, NAME)
    cosigned = note + sign(HEAD.text, OTHER, "witness.example/w1").rpartition("\n\n")[2]
    assert open_note(cosigned, [VERIFIER]) == HEAD.text


def test_a_note_of_a_stranger_is_refused():
    with pytest.raises(NoteError, match="no known key"):
        open_note(sign(HEAD.text, OTHER, NAME), [VERIFIER])


def test_a_changed_text_is_refused():
    with pytest.raises(NoteError, match="signature of kuramori"):
        open_note(sign(HEAD.text, KEY, NAME).replace("20852163", "20852164"), [VERIFIER])


@pytest.mark.parametrize("note", ["", "a\n", "a\n\n— x", "a\n\n- x AAAAAAA=\n", "a\n\n— x ä\n", "a\n\n— x\n"])
def test_what_is_no_note_is_refused(note):
    with pytest.raises(NoteError):
        open_note(note, [VERIFIER])


@pytest.mark.parametrize("text", ["no newline", "tab\t\n"])
def test_what_no_note_may_hold_is_not_signed(text):
    with pytest.raises(NoteError):
        sign(text, KEY, NAME)


@pytest.mark.parametrize("name", ["", "a b", "a+b"])
def test_a_key_name_has_neither_space_nor_plus(name):
    with pytest.raises(NoteError):
        sign("x\n", KEY, name)


@pytest.mark.parametrize("text", ["x", "o\n01\nAAAA\n", "o\n-1\nAAAA\n", "o\n1\nAAAA\n", "\n1\nAAAA\n", "o\n²\nAAAA\n"])
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(NoteError):
        Checkpoint.parse(text)


@pytest.mark.parametrize("text", ["x", GO_KEY.replace("c74f", "c74e"), GO_KEY[:-4], GO_KEY.replace("+ARpc", "+AhpC")])
def test_what_is_no_verifier_key_is_refused(text):
    with pytest.raises(NoteError):
        VerifierKey.parse(text)


def test_the_fingerprint_is_of_the_public_key():
    assert len(VERIFIER.fingerprint) == 64
