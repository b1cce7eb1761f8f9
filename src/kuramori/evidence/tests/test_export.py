"""The exported ledger is what others' tools read; our verifier and theirs hash it again."""

import pytest

from kuramori.evidence.export import export_ledger
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


def test_an_empty_ledger_and_a_full_folder(tmp_path, write):
    assert export_ledger(tmp_path / "out") is None
    write()
    (tmp_path / "x").touch()
    with pytest.raises(FileExistsError):
        export_ledger(tmp_path)
