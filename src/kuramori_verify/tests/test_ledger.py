import os

import pytest

from kuramori.evidence.rules import tree
from kuramori.kernel.merkle import leaf_hash
from kuramori_verify.cli import verify
from kuramori_verify.ledger import MAX_BUNDLE_BYTES
from kuramori_verify.note import read_log_keys
from kuramori_verify.tests.samples import STRANGER, checkpoint, key_line, write_ledger

BODIES = [f'{{"n":{n}}}'.encode() for n in range(600)]
ENTRIES = "tile/entries/001"


@pytest.fixture
def export(tmp_path):
    return write_ledger(tmp_path / "ledger", BODIES)


def found(export, **options):
    report = verify(export, **options)
    return report["exit"], [(each["code"], each["file"], each["entry"]) for each in report["findings"]]


def head(size, key=None):
    root = tree.root_at(size, tree.over([leaf_hash(each) for each in BODIES[:size]]))
    return checkpoint(size, root, key) if key else checkpoint(size, root)


def test_a_sound_ledger_is_hashed_again_up_to_its_signed_head(export):
    report = verify(export)
    assert (report["exit"], report["kind"], report["checked"]["entries"]) == (0, "ledger", 600)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257])
def test_small_ledgers(tmp_path, size):
    assert found(write_ledger(tmp_path / "ledger", BODIES[:size])) == (0, [])


def test_an_edited_entry_is_named_by_its_index(export):
    path = export / ENTRIES
    path.write_bytes(path.read_bytes().replace(b'"n":300', b'"n":301'))
    assert found(export)[1][0] == ("ledger.entry_changed", "tile/0/001", 300)


def test_an_edited_entry_with_its_tiles_made_to_fit_breaks_the_root(tmp_path):
    export = write_ledger(tmp_path / "ledger", [*BODIES[:300], b"{}", *BODIES[301:]])
    (export / "checkpoint").write_bytes(head(600))
    assert found(export) == (1, [("ledger.root_differs", "checkpoint", None)])


def test_a_tile_that_does_not_follow_from_the_entries(export):
    path = export / "tile/1/000.p/2"
    path.write_bytes(path.read_bytes()[:32] + bytes(32))
    assert found(export) == (1, [("ledger.tile_differs", "tile/1/000.p/2", 256)])


@pytest.mark.parametrize(
    ("name", "code", "exit_code"),
    [
        (ENTRIES, "ledger.entries_missing", 2),
        ("tile/0/001", "ledger.tile_missing", 2),
        ("checkpoint", "ledger.file_missing", 2),
        ("keys.txt", "ledger.file_missing", 2),
    ],
)
def test_a_missing_file(export, name, code, exit_code):
    (export / name).unlink()
    result, findings = found(export)
    assert (result, findings[0][:2]) == (exit_code, (code, name))


@pytest.mark.parametrize(
    "change", [lambda raw: raw[:-1], lambda raw: raw + b"x", lambda raw: raw[:1], lambda raw: b"\xff" * 9]
)
def test_a_damaged_entry_file(export, change):
    path = export / ENTRIES
    path.write_bytes(change(path.read_bytes()))
    assert found(export) == (1, [("ledger.entries_malformed", ENTRIES, 256)])


def test_a_ledger_that_continues_a_head_kept_elsewhere(export):
    report = verify(export, older_heads=[head(1), head(300), head(600)])
    assert report["exit"] == 0
    assert "limit.unwitnessed" not in [limit["code"] for limit in report["does_not_prove"]]


def test_a_history_rewritten_and_signed_again_with_the_right_key(tmp_path):
    export = write_ledger(tmp_path / "ledger", [b"{}", *BODIES[1:]])
    assert verify(export)["exit"] == 0
    assert found(export, older_heads=[head(300)]) == (1, [("ledger.history_differs", None, 300)])


def test_a_tail_cut_off_and_signed_again(tmp_path):
    export = write_ledger(tmp_path / "ledger", BODIES[:500])
    assert found(export, older_heads=[head(600)]) == (1, [("ledger.shortened", None, 500)])


def test_a_kept_head_of_a_stranger_is_refused(export):
    assert found(export, older_heads=[head(300, STRANGER)])[1][0][0] == "ledger.older_head_malformed"


# the signed head


def test_a_head_signed_by_a_stranger_stands_for_nothing(export):
    (export / "checkpoint").write_bytes(head(600, STRANGER))
    assert found(export) == (1, [("ledger.signature_wrong", "checkpoint", None)])


@pytest.mark.parametrize(("old", "new"), [(b"\n600\n", b"\n599\n"), (b"\n600\n", b"\n6000\n")])
def test_a_head_whose_size_was_changed_is_no_longer_signed(export, old, new):
    path = export / "checkpoint"
    path.write_bytes(path.read_bytes().replace(old, new))
    assert found(export) == (1, [("ledger.signature_wrong", "checkpoint", None)])


@pytest.mark.parametrize(
    "raw", [b"", b"\n", b"\xff\xfe", b"kuramori\n600\n", b"x" * 70_000], ids=["empty", "line", "utf", "bare", "long"]
)
def test_what_is_no_head_at_all_is_said_to_be_malformed(export, raw):
    (export / "checkpoint").write_bytes(raw)
    assert found(export) == (1, [("ledger.checkpoint_malformed", "checkpoint", None)])


@pytest.mark.parametrize("raw", [b"no key", b"\xff\n", b"x" * 70_000])
def test_keys_that_cannot_be_read_prove_no_head(export, raw):
    (export / "keys.txt").write_bytes(raw)
    code, findings = found(export)
    assert (code, findings[0][0]) == (1, "ledger.checkpoint_malformed")


def test_the_keys_beside_a_ledger_are_not_asked_when_a_key_is_brought_along(tmp_path):
    """A forger signs with his own key and lays it beside: who kept the right one finds him out."""
    forged = write_ledger(tmp_path / "ledger", BODIES[:300], STRANGER)
    (forged / "keys.txt").write_bytes(key_line(STRANGER))
    assert found(forged) == (0, []), "by itself it looks sound"
    known = read_log_keys(key_line())
    assert found(forged, keys=known)[1] == [("ledger.signature_wrong", "checkpoint", None)]
    (forged / "keys.txt").unlink()
    assert found(forged, keys=known)[1] == [("ledger.signature_wrong", "checkpoint", None)]


# beyond the limits


def test_a_file_of_entries_larger_than_any_can_be_is_not_read(export):
    """Seventeen megabytes that take no room on the disk would otherwise be read into memory, or seventeen thousand."""
    os.truncate(export / ENTRIES, MAX_BUNDLE_BYTES + 1)
    code, findings = found(export)
    assert code == 1
    assert findings[0] == ("source.unreadable", ENTRIES, 256)


def test_what_stands_before_the_damage_is_still_compared(export):
    first = export / "tile/entries/000"
    first.write_bytes(first.read_bytes().replace(b'"n":17}', b'"n":18}'))
    os.truncate(export / ENTRIES, MAX_BUNDLE_BYTES + 1)
    codes = {(code, entry) for code, _file, entry in found(export)[1]}
    assert {("ledger.entry_changed", 17), ("source.unreadable", 256)} <= codes
