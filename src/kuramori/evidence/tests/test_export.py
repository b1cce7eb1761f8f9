"""The exported ledger is what others' tools read; our verifier and theirs hash it again."""

import pytest

from kuramori.evidence.export import export_ledger
from kuramori.evidence.keys import signer
from kuramori.evidence.models import KindChoice
from kuramori.evidence.rules.note import Checkpoint, sign
from kuramori.evidence.sequencer import seal_now
from kuramori.evidence.witnessing.acts.witnesses import witness_add
from kuramori.evidence.witnessing.rounds import look
from kuramori.kernel.actors import SYSTEM
from kuramori_verify.cli import verify

pytestmark = pytest.mark.django_db


def test_the_exported_ledger_is_sound_and_holds_no_word(write, tmp_path):
    write(260)
    told = []
    head = export_ledger(tmp_path / "out", progress=lambda done, total: told.append((done, total)))
    report = verify(tmp_path / "out")
    assert (head.size, report["exit"], report["checked"]["entries"]) == (260, 0, 260)
    assert told == [(256, 260), (260, 260)]
    everything = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert "佐倉".encode() not in everything


def test_an_entry_changed_in_the_export_is_found(write, tmp_path):
    write(3)
    export_ledger(tmp_path / "out")
    path = tmp_path / "out/tile/entries/000.p/3"
    path.write_bytes(path.read_bytes().replace(b"kernel.view.save", b"kernel.view.make", 1))
    assert verify(tmp_path / "out")["exit"] == 1


def test_a_ledger_continues_the_head_that_somebody_kept(write, tmp_path):
    write(3)
    kept = export_ledger(tmp_path / "old").note
    write(2)
    export_ledger(tmp_path / "new")
    assert verify(tmp_path / "new", older_heads=[kept.encode()])["exit"] == 0


def test_what_witnesses_hold_goes_with_the_export_and_shows_a_second_history(write, tmp_path, tmp_path_factory):
    drive = tmp_path_factory.mktemp("usb")
    witness = witness_add(kind=KindChoice.FOLDER, name="金庫のUSB", place=str(drive), by=SYSTEM)
    write(3)
    seal_now()
    look(witness)
    write(300)
    export_ledger(tmp_path / "out")
    report = verify(tmp_path / "out")
    assert (report["exit"], report["witnesses"][0]["size"]) == (0, 4)
    held = tmp_path / "out/witnesses/folder-1.txt"
    forged = Checkpoint(signer().origin, 4, bytes(32)).text
    held.write_text(sign(forged, signer().key, signer().origin))
    assert [each["code"] for each in verify(tmp_path / "out")["findings"]] == ["ledger.fork"]


def test_an_empty_ledger_and_a_full_folder(tmp_path, write):
    assert export_ledger(tmp_path / "out") is None
    write()
    (tmp_path / "x").touch()
    with pytest.raises(FileExistsError):
        export_ledger(tmp_path)
