"""Another key signs on: as planned, because the old one was stolen, or because entries were lost for good (L3, L4)."""

import json

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils.timezone import now

from kuramori.evidence import keys
from kuramori.evidence.check import ledger_check
from kuramori.evidence.export import export_ledger
from kuramori.evidence.heads import HEAD_FILE, contradictions
from kuramori.evidence.keys import KEY_FILE, NotCounted, exported_keys, next_origin, open_head, signer, verifier_keys
from kuramori.evidence.models import ChangeKind, KeyChange, KindChoice, LogKey
from kuramori.evidence.rules.note import Checkpoint, NoteError, sign
from kuramori.evidence.sequencer import NotAPrefix, seal_now
from kuramori.evidence.tests.test_witness_server import cut
from kuramori.evidence.tree_store import tree_size
from kuramori.evidence.witnessing.acts.keys import key_revoke, key_rotate, ledger_fork
from kuramori.evidence.witnessing.acts.witnesses import witness_add
from kuramori.evidence.witnessing.rounds import look
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.models import Entry
from kuramori.kernel.tests.moments import just_before
from kuramori_verify.cli import verify

pytestmark = pytest.mark.django_db


def last_notes():
    return json.loads(bytes(Entry.objects.latest("seq").body))["notes"]


def test_a_changed_key_signs_on_and_old_heads_stay_valid(write, data):
    write(3)
    old_head, old = seal_now(), signer()
    made = key_rotate(by=SYSTEM, why="年次の交換")
    new = signer()
    assert new.verifier != old.verifier
    assert new.origin == old.origin
    assert (made.kind, made.valid_to) == (ChangeKind.ROTATE, 3)
    assert [key.fingerprint for key in verifier_keys()] == [new.verifier.fingerprint, old.verifier.fingerprint]
    assert not (data / KEY_FILE).exists(), "the private half of the old key is gone"
    head = seal_now()
    assert (open_head(old_head.note).size, open_head(head.note).size) == (3, 4)
    assert ledger_check().is_sound
    notes = last_notes()
    assert notes["old"]["open"] == str(old.verifier)
    assert notes["new"]["open"] == str(new.verifier)
    key_rotate(by=SYSTEM, why="もう一度")
    assert seal_now().size == 5
    assert LogKey.objects.count() == 3
    assert ledger_check().is_sound


def test_a_head_that_the_old_key_signs_after_its_time_does_not_count(write, data):
    write(3)
    seal_now()
    thief = signer()
    key_rotate(by=SYSTEM, why="交換")
    write(5)
    seal_now()
    forged = sign(Checkpoint(thief.origin, 7, bytes(32)).text, thief.key, thief.origin)
    with pytest.raises(NotCounted):
        open_head(forged)
    (data / HEAD_FILE).write_text(forged)
    assert contradictions() == [], "who stole an old key cannot stop the signing with it"
    write()
    assert seal_now().size == tree_size()
    assert ledger_check().is_sound


def test_a_revoked_key_counts_only_as_far_as_it_is_trusted(write):
    write(2)
    trusted = seal_now()
    write(4)
    later = seal_now()
    made = key_revoke(valid_to=trusted.size, by=SYSTEM, why="鍵の複製が見つかった")
    assert (made.kind, made.valid_to) == (ChangeKind.REVOKE, 2)
    assert open_head(trusted.note).size == 2
    with pytest.raises(NotCounted):
        open_head(later.note)
    assert open_head(seal_now().note).size == 7
    assert ledger_check().is_sound, "our own tree is what it was"
    with pytest.raises(Refused, match="件数"):
        key_revoke(valid_to=999, by=SYSTEM, why="x")


def test_no_export_tells_anybody_to_trust_a_revoked_key(write, tmp_path):
    """Who stole the key signs a whole history with it; the verifier knows the key from nowhere."""
    write(2)
    seal_now()
    thief = signer()
    key_rotate(by=SYSTEM, why="交換")
    planned = signer().verifier
    key_revoke(valid_to=2, by=SYSTEM, why="盗難")
    assert [key.fingerprint for key in exported_keys()] == [
        signer().verifier.fingerprint,
        thief.verifier.fingerprint,
    ], "the first was changed as planned, and counts for its heads"
    assert planned.fingerprint not in {key.fingerprint for key in exported_keys()}
    export_ledger(tmp_path / "out")
    assert verify(tmp_path / "out")["exit"] == 0
    head = (tmp_path / "out/checkpoint").read_text()
    assert str(planned) not in (tmp_path / "out/keys.txt").read_text()
    assert head.startswith(signer().origin)


def test_no_key_is_changed_while_histories_differ(write, data):
    write(2)
    seal_now()
    (data / HEAD_FILE).write_text(sign(Checkpoint(signer().origin, 9, bytes(32)).text, signer().key, signer().origin))
    for step in (lambda: key_rotate(by=SYSTEM, why="x"), lambda: key_revoke(valid_to=1, by=SYSTEM, why="x")):
        with pytest.raises(Refused, match="一部ではありません"):
            step()
    assert not KeyChange.objects.exists()


def test_of_two_who_change_the_key_at_once_the_second_is_told(write):
    write()
    seal_now()
    origin = signer().origin

    def somebody_is_faster():
        LogKey.objects.create(origin=origin, public=keys.next_key(origin).public, since=now())

    with just_before(keys.next_key, somebody_is_faster), pytest.raises(Refused, match="ちょうど今"):
        key_rotate(by=SYSTEM, why="x")
    assert not KeyChange.objects.exists()


def test_a_head_that_names_another_ledger_than_its_signer_is_not_ours(write):
    write()
    seal_now()
    own = signer()
    forged = sign(Checkpoint("other.example/ledger", 1, bytes(32)).text, own.key, own.origin)
    with pytest.raises(NoteError, match=r"other\.example"):
        open_head(forged)


def test_a_file_left_by_a_crash_signs_nothing(write, data):
    write()
    seal_now()
    before = signer().verifier
    keys.next_key(before.name)
    assert signer().verifier == before
    write()
    assert open_head(seal_now().note).size == 2


def test_a_changed_key_that_is_gone_is_named(write, data):
    write()
    seal_now()
    key_rotate(by=SYSTEM, why="交換")
    (path,) = [each for each in (data / "keys").iterdir() if each.name.startswith("log-")]
    path.unlink()
    with pytest.raises(ImproperlyConfigured, match="is gone"):
        signer()


@pytest.fixture
def lost(write, data, tmp_path_factory):
    """The ledger is put back to 3 entries; a drive holds a head over 9."""
    drive = tmp_path_factory.mktemp("usb")
    witness = witness_add(kind=KindChoice.FOLDER, name="金庫のUSB", place=str(drive), by=SYSTEM)
    write(2)
    early = seal_now()
    look(witness)
    write(6)
    late = seal_now()
    look(witness)
    cut(early.size, data)
    with pytest.raises(NotAPrefix):
        seal_now()
    return witness, late, drive


def test_a_new_branch_goes_on_under_a_new_name_and_keeps_what_was_lost(lost, write):
    witness, late, drive = lost
    old = signer()
    made = ledger_fork(happened="ディスク故障", tried="全バックアップを確認", by=SYSTEM, why="法務の決定")
    new = signer()
    assert (new.origin, new.verifier.public == old.verifier.public) == (f"{old.origin}/2", False)
    assert (made.kind, made.outside, made.holder) == (ChangeKind.FORK, late.note, "金庫のUSB")
    notes = last_notes()
    assert notes["outside"]["open"] == late.note
    assert (notes["size"]["open"], notes["missing"]["open"]) == (9, 9 - made.valid_to)
    assert "sd" in notes["happened"]
    assert "sd" in notes["tried"]
    head = seal_now()
    assert head.note.startswith(f"{new.origin}\n")
    assert contradictions() == []
    assert look(witness).size == head.size
    assert len(list(drive.iterdir())) == 3, "mark, old branch, new branch: what the drive held of the old one stays"
    write()
    assert seal_now().size == tree_size()
    assert ledger_check().is_sound
    with pytest.raises(NotCounted):
        open_head(late.note)


def test_a_clone_that_still_signs_the_old_branch_stops_nobody(lost, write, data):
    _witness, late, _drive = lost
    clone = signer()
    ledger_fork(happened="x", tried="y", by=SYSTEM, why="z")
    seal_now()
    (data / HEAD_FILE).write_text(sign(Checkpoint(clone.origin, 2, bytes(32)).text, clone.key, clone.origin))
    assert contradictions() == [], "its name is not this ledger's any more"
    write()
    assert seal_now() is not None
    assert late.size == 9


def test_without_a_contradiction_there_is_nothing_to_declare(write):
    write()
    seal_now()
    with pytest.raises(Refused, match="続いています"):
        ledger_fork(happened="x", tried="y", by=SYSTEM, why="z")


@pytest.mark.parametrize(
    ("origin", "following"),
    [("a.jp/ledger", "a.jp/ledger/2"), ("a.jp/ledger/2", "a.jp/ledger/3"), ("a.jp/ledger/9", "a.jp/ledger/10")],
)
def test_branches_are_counted(origin, following):
    assert next_origin(origin) == following


def test_without_any_key_no_head_is_ours():
    with pytest.raises(NoteError):
        open_head("a\n1\n\n— a AAAA\n")
