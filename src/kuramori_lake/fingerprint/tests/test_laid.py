"""The index follows the folder: new documents in, changed and gone ones out, whatever happens in between."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import kuramori_lake
from kuramori_lake.fingerprint.index import PrintIndex
from kuramori_lake.fingerprint.laid import FolderError, Verdict, digest_of, folders_in, laid_in, take
from kuramori_lake.fingerprint.print_files import PrintFileError
from kuramori_lake.fingerprint.tests import made
from kuramori_lake.fingerprint.tests.test_index import registered, text
from kuramori_lake.fingerprint.tests.test_laying import LATER
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import lake  # noqa: F401  # a fixture

SECRETS = {"S-0001": "id-1", "S-0002": "id-2"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = tmp_path / "documents"
    for name in SECRETS:
        (place / name).mkdir(parents=True)
    return place


def night(lake: Lake, root: Path, now: float = LATER, **words: object) -> tuple[int, ...]:  # noqa: F811
    """Files, indexed, unchanged, rejected, removed; the first is always the sum of the next three."""
    done = take(lake, root, SECRETS, now=now, **words)
    assert done.files == done.indexed + done.unchanged + done.rejected == len(laid_in(lake))
    assert done.digest == digest_of(lake)
    return done.files, done.indexed, done.unchanged, done.rejected, done.removed


def owners(lake: Lake, words: str) -> set[str]:  # noqa: F811
    [matches] = PrintIndex(lake).check([words])
    return {one.secret_id for one in matches}


def test_document_belongs_to_its_secret_at_once_and_leaves_with_its_file(lake: Lake, root: Path) -> None:  # noqa: F811
    (root / "S-0001" / "a.docx").write_bytes(made.docx(text(1)))
    (root / "S-0002" / "b.txt").write_text(text(2))
    assert night(lake, root) == (2, 2, 0, 0, 0)
    assert (owners(lake, text(1)[50:300]), owners(lake, text(2)[50:300])) == ({"id-1"}, {"id-2"})
    first = digest_of(lake)
    assert night(lake, root) == (2, 0, 2, 0, 0)
    assert digest_of(lake) == first
    (root / "S-0001" / "a.docx").unlink()
    assert night(lake, root) == (1, 0, 1, 0, 1)
    assert owners(lake, text(1)) == set()
    assert digest_of(lake) != first


def test_changed_document_is_known_by_its_new_words_only(lake: Lake, root: Path) -> None:  # noqa: F811
    path = root / "S-0001" / "a.txt"
    path.write_text(text(1))
    night(lake, root)
    state = path.stat()
    path.write_text(text(2))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert path.stat().st_size == state.st_size, "neither size nor time tells: the bytes are compared"
    assert night(lake, root) == (1, 1, 0, 0, 1)
    assert (owners(lake, text(1)), owners(lake, text(2))) == (set(), {"id-1"})


def test_renamed_and_moved_files_stay_in_the_index_and_are_read_by_nobody(lake: Lake, root: Path) -> None:  # noqa: F811
    (root / "S-0001" / "a.txt").write_text(text(1))
    night(lake, root)
    (root / "S-0001" / "旧").mkdir()
    (root / "S-0001" / "a.txt").rename(root / "S-0001" / "旧" / "b.txt")
    assert night(lake, root) == (1, 0, 1, 0, 0)
    assert [(one.path, one.verdict) for one in laid_in(lake)] == [("旧/b.txt", Verdict.UNCHANGED)]
    (root / "S-0001" / "旧" / "b.txt").rename(root / "S-0002" / "b.txt")
    assert night(lake, root) == (1, 1, 0, 0, 1), "in another secret's folder it is another secret's document"
    assert owners(lake, text(1)) == {"id-2"}


def test_of_two_files_alike_one_is_indexed_and_the_last_one_takes_it_out(lake: Lake, root: Path) -> None:  # noqa: F811
    for name in ("S-0001/a.txt", "S-0001/b.txt", "S-0002/c.txt"):
        (root / name).write_text(text(1))
    assert night(lake, root) == (3, 2, 1, 0, 0)
    assert owners(lake, text(1)) == {"id-1", "id-2"}
    (root / "S-0001" / "a.txt").unlink()
    assert night(lake, root) == (2, 0, 2, 0, 0)
    (root / "S-0001" / "b.txt").unlink()
    assert night(lake, root) == (1, 0, 1, 0, 1)
    assert owners(lake, text(1)) == {"id-2"}


def test_what_cannot_be_indexed_is_told_with_its_reason(lake: Lake, root: Path) -> None:  # noqa: F811
    (root / "S-0001" / "empty.txt").write_bytes(b"")
    (root / "S-0001" / "locked.pdf").write_bytes(b"%PDF-1.7\nno pages")
    (root / "S-0001" / "short.txt").write_text(text(1, 11))
    (root / "S-0001" / "tiny.txt").write_text("あ")
    (root / "X-9").mkdir()
    (root / "X-9" / "x.txt").write_text(text(2))
    (root / "beside.txt").write_text(text(3))
    (root / "S-0002" / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    assert night(lake, root) == (7, 0, 0, 7, 0)
    assert {one.path: one.reason for one in laid_in(lake)} == {
        "beside.txt": "beside",
        "empty.txt": "no_text",
        "locked.pdf": "damaged",
        "picture.png": "no_text",
        "short.txt": "too_short",
        "tiny.txt": "too_short",
        "x.txt": "unknown_secret",
    }
    assert [one.path for one in laid_in(lake, secret_id="")] == ["beside.txt", "x.txt"]
    assert [(one.name, one.secret_id, one.documents, one.rejected) for one in folders_in(lake)] == [
        ("S-0001", "id-1", 0, 4), ("S-0002", "id-2", 0, 1), ("X-9", "", 0, 1),
    ]  # fmt: skip
    files = sorted(PrintIndex(lake).folder.iterdir())
    assert night(lake, root) == (7, 0, 0, 7, 0)
    assert sorted(PrintIndex(lake).folder.iterdir()) == files, "a short document does not move the index each night"
    assert laid_in(lake, secret_id="id-1", only_rejected=True)[0].path == "empty.txt"  # noqa: S106  # no password


def test_encrypted_member_is_told_though_the_rest_of_the_archive_is_indexed(lake: Lake, root: Path) -> None:  # noqa: F811
    data = bytearray(made.packed({"a.txt": text(1), "b.txt": text(2)}, 0))
    flags = data.rindex(b"PK\x01\x02") + 8
    data[flags] |= 1  # the last member of the directory is marked as encrypted
    (root / "S-0001" / "a.zip").write_bytes(data)
    assert night(lake, root) == (1, 1, 0, 0, 0)
    assert [(one.verdict, one.reason) for one in laid_in(lake)] == [("indexed", "encrypted")]
    (root / "S-0001" / "a.zip").rename(root / "S-0001" / "b.zip")
    assert night(lake, root) == (1, 0, 1, 0, 0)
    assert [one.reason for one in laid_in(lake)] == ["encrypted"], "it is still not whole"


def test_file_that_is_being_written_keeps_what_was_known_of_it(lake: Lake, root: Path) -> None:  # noqa: F811
    path = root / "S-0001" / "a.txt"
    path.write_text(text(1))
    night(lake, root)
    path.write_text(text(2)[:200])
    at = path.stat().st_mtime
    assert night(lake, root, now=at + 1) == (1, 0, 0, 1, 0)
    assert owners(lake, text(1)) == {"id-1"}, "until the new words are known the old ones are watched"
    path.write_text(text(2))
    assert night(lake, root) == (1, 1, 0, 0, 1)
    assert (owners(lake, text(1)), owners(lake, text(2))) == (set(), {"id-1"})
    link = root / "S-0001" / "elsewhere"
    path.rename(link)
    path.symlink_to(link)
    link.unlink()
    assert night(lake, root) == (1, 0, 0, 1, 1), "a link in its place is no reason to keep it"


def test_secret_that_is_none_any_more_takes_its_documents_with_it(lake: Lake, root: Path) -> None:  # noqa: F811
    (root / "S-0001" / "a.txt").write_text(text(1))
    night(lake, root)
    done = take(lake, root, {}, now=LATER)
    assert (done.files, done.rejected, done.removed) == (1, 1, 1)
    assert owners(lake, text(1)) == set()


def test_documents_indexed_by_hand_stay_and_are_nobody_elses_to_remove(lake: Lake, root: Path) -> None:  # noqa: F811
    index = PrintIndex(lake)
    (root / "S-0001" / "a.txt").write_text(text(1))
    night(lake, root)
    index.add([registered("by hand", text(2), of="id-1")])
    (root / "S-0001" / "a.txt").unlink()
    assert night(lake, root) == (0, 0, 0, 0, 1)
    assert owners(lake, text(2)) == {"id-1"}


def test_folder_name_as_macos_writes_it_is_the_same_secret(lake: Lake, root: Path) -> None:  # noqa: F811
    (root / "カ\u3099-1").mkdir()
    (root / "カ\u3099-1" / "a.txt").write_text(text(1))
    (root / "ガ-1").mkdir()
    (root / "ガ-1" / "a.txt").write_text(text(2))
    done = take(lake, root, {"ガ-1": "id-7"}, now=LATER)
    assert (done.indexed, done.rejected) == (2, 0)
    assert owners(lake, text(1)) == owners(lake, text(2)) == {"id-7"}


def test_share_that_is_not_mounted_empties_no_index(lake: Lake, root: Path, tmp_path: Path) -> None:  # noqa: F811
    empty = tmp_path / "mount"
    empty.mkdir()
    assert night(lake, empty) == (0, 0, 0, 0, 0)
    (root / "S-0001" / "a.txt").write_text(text(1))
    night(lake, root)
    for place in (empty, tmp_path / "nowhere", root / "S-0001" / "a.txt"):
        with pytest.raises(FolderError):
            night(lake, place)
    assert owners(lake, text(1)) == {"id-1"}
    (root / "S-0001" / "a.txt").unlink()
    assert night(lake, root) == (0, 0, 0, 0, 1), "an emptied folder of a secret is meant"


def test_damaged_index_is_told_before_anything_is_taken_out(lake: Lake, root: Path) -> None:  # noqa: F811
    for number in range(2):
        (root / "S-0001" / f"{number}.txt").write_text(text(number))
    night(lake, root)
    (prints,) = PrintIndex(lake).folder.iterdir()
    whole = prints.read_bytes()
    prints.write_bytes(whole[:-9])
    (root / "S-0001" / "0.txt").unlink()
    with pytest.raises(PrintFileError):
        night(lake, root)
    prints.write_bytes(whole)
    assert night(lake, root)[0] == 1
    assert (owners(lake, text(0)), owners(lake, text(1))) == (set(), {"id-1"})


def test_two_at_once_take_turns(lake: Lake, root: Path) -> None:  # noqa: F811
    (root / "S-0001" / "a.txt").write_text(text(1))
    begun, ended = threading.Event(), []

    def other() -> None:
        with Lake.open(lake.root) as mine:
            begun.set()
            ended.append(take(mine, root, SECRETS, now=LATER).indexed)

    thread = threading.Thread(target=other)

    def step(_done: int) -> None:
        if not begun.is_set():
            thread.start()
            begun.wait()

    assert night(lake, root, step=step) == (1, 1, 0, 0, 0)
    thread.join()
    assert ended == [0]


def test_nothing_of_a_text_is_kept_and_names_that_are_gone_are_overwritten(lake: Lake, root: Path) -> None:  # noqa: F811
    (root / "S-0001" / "極秘の新製品名.txt").write_text(text(1))
    night(lake, root)
    (root / "S-0001" / "極秘の新製品名.txt").rename(root / "S-0001" / "b.txt")
    (root / "S-0002" / "c.txt").write_text(text(2))
    night(lake, root)
    lake.manifest.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    held = b"".join(path.read_bytes() for path in lake.root.rglob("*") if path.is_file())
    assert "極秘の新製品名".encode() not in held
    for words in (text(1)[:12], text(2)[:12]):
        assert words.encode() not in held
        assert words.encode("utf-16-le") not in held


TAKING = """
import sys
from pathlib import Path
from kuramori_lake.fingerprint.laid import take
from kuramori_lake.store import Lake
with Lake.open(Path(sys.argv[1])) as lake:
    take(lake, Path(sys.argv[2]), {"S-0001": "id-1"}, now=4e9, step=lambda done: print(done, flush=True))
    print("done", flush=True)
"""


@pytest.mark.parametrize("after", [1, 9, 19])
def test_killed_in_the_middle_the_next_night_ends_as_if_nothing_had_happened(
    root: Path, tmp_path: Path, after: int
) -> None:
    for number in range(20):
        (root / "S-0001" / f"{number:02}.txt").write_text(text(number))
    environment = {**os.environ, "PYTHONPATH": str(Path(kuramori_lake.__file__).parents[1])}
    words = [sys.executable, "-c", TAKING, str(tmp_path / "lake"), str(root)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=environment) as process:
        while process.stdout is not None and process.stdout.readline() != f"{after}\n".encode():
            pass
        process.send_signal(signal.SIGKILL)
    (root / "S-0001" / "00.txt").unlink()
    with Lake.open(tmp_path / "lake") as lake:  # noqa: F811
        files, _indexed, _unchanged, rejected, _removed = night(lake, root)
        assert (files, rejected) == (19, 0)
        assert owners(lake, text(0)) == set(), "what the killed night had indexed is not forgotten to be taken out"
        assert owners(lake, text(1)) == owners(lake, text(19)) == {"id-1"}
        assert night(lake, root) == (19, 0, 19, 0, 0)
        assert PrintIndex(lake).damaged() == []
        count = "SELECT COUNT(*) AS n FROM"
        assert [
            lake.manifest.db.execute(f"{count} {name}").fetchone()["n"] for name in ("print_document", "laid_print")
        ] == [19, 19]
