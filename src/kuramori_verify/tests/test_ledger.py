import pytest

from kuramori.evidence.rules import tree
from kuramori.kernel.merkle import leaf_hash
from kuramori_verify.cli import verify
from kuramori_verify.tests.samples import STRANGER, checkpoint, write_ledger

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
