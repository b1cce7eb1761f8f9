"""The index: a document exactly once, boilerplate out, nothing of what was removed left."""

import hashlib
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import kuramori_lake
from kuramori_lake import compaction
from kuramori_lake.fingerprint import index as indexing
from kuramori_lake.fingerprint.index import PrintIndex, Registered
from kuramori_lake.fingerprint.matching import ALARM
from kuramori_lake.fingerprint.print_files import MANY, SLICES, PrintFile, PrintFileError, merged, settled
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import lake  # noqa: F401  # a fixture

KANJI = [chr(0x4E00 + number) for number in range(3_000)]


def text(seed, size=400):
    return "".join(random.Random(seed).choices(KANJI, k=size))  # noqa: S311


def registered(name, *texts, of="A-17"):
    sha256 = hashlib.sha256("".join((name, *texts)).encode()).hexdigest()
    return Registered(secret_id=of, sha256=sha256, name=name, texts=texts)


@pytest.fixture
def index(lake):  # noqa: F811
    return PrintIndex(lake)


def secrets(index, *texts):
    return [[one.secret_id for one in matches] for matches in index.check(texts)]


def rows(index):
    return sum(len(file.documents) for file in index.files())


def test_excerpt_names_secret_document_stretch_and_share(index):
    body = text(1)
    index.add([registered("配合.docx", body), registered("別.docx", text(2), of="B-1")])
    [[match]] = index.check(["本日はお世話になりました。" + body[100:300] + "よろしくお願いします。"])
    assert (match.secret_id, match.name) == ("A-17", "配合.docx")
    assert match.hits >= 15
    assert 13 <= match.start <= 13 + 16
    assert 213 - 16 <= match.end <= 213
    assert 0.3 < match.score < 0.7


def test_innocent_text_matches_nothing(index):
    index.add([registered("a", text(1))])
    assert secrets(index, text(9), "", "短い") == [[], [], []]


def test_empty_index_finds_nothing(index):
    assert secrets(index, text(1)) == [[]]
    assert index.check([]) == []


def test_strongest_secret_comes_first_and_each_once(index):
    body, other = text(1), text(2)
    index.add([registered("版1", body), registered("版2", body + text(3)), registered("b", other, of="B-1")])
    assert secrets(index, body[:300] + other[:100]) == [["A-17", "B-1"]]


def test_hits_far_apart_are_chance(index):
    body = text(1, 2_000)
    index.add([registered("a", body)])
    pieces = [body[at : at + 11] for at in range(0, 2_000, 50)]
    assert secrets(index, "".join(pieces)) == [["A-17"]]
    assert secrets(index, "".join(piece + text(50 + at, 300) for at, piece in enumerate(pieces))) == [[]]


def test_counts_add_up_and_nothing_is_added_twice(index):
    given = [registered("a", text(1)), registered("b", text(2)), registered("a", text(1)), registered("空", "…")]
    first = index.add(given)
    assert (first.added, first.known, first.empty, first.weak) == (2, 1, 1, 0)
    before = rows(index)
    again = index.add(given)
    assert (again.added, again.known, again.empty) == (0, 3, 1)
    assert rows(index) == before == first.prints
    assert index.knows("A-17", given[0].sha256)
    assert not index.knows("B-1", given[0].sha256)


def test_same_file_of_two_secrets_is_both(index):
    index.add([registered("a", text(1)), registered("a", text(1), of="B-1")])
    assert sorted(secrets(index, text(1))[0]) == ["A-17", "B-1"]


def test_document_too_short_for_an_alarm_is_told(index):
    assert index.add([registered("a", text(1, 9))]).weak == 1
    assert ALARM > 1


def test_boilerplate_is_dropped_whenever_its_documents_came(index, monkeypatch):
    head = text(99, 300)
    documents = [registered(f"{number}", head + text(number), of=f"S-{number}") for number in range(MANY + 2)]
    for one in documents[:MANY]:
        index.add([one])
    assert len(secrets(index, head)[0]) == MANY
    index.add(documents[MANY:])
    assert secrets(index, head) == [[]]
    assert secrets(index, text(3)) == [["S-3"]]
    everything(index)
    index.add([registered("neu", head + text(77), of="neu")])
    assert secrets(index, head) == [[]]
    assert secrets(index, text(77)) == [["neu"]]


def everything(index):
    """Merge all files into one."""
    with index._lake.writing():
        index._merge(index._live(), keep_old=True)


def test_files_are_merged_and_say_the_same(index):
    for number in range(9):
        index.add([registered(f"{number}", text(number))])
    assert len(index.files()) <= 3
    before = [match.hits for matches in index.check([text(4), text(8)]) for match in matches]
    everything(index)
    assert len(index.files()) == 1
    assert [match.hits for matches in index.check([text(4), text(8)]) for match in matches] == before
    assert index.damaged() == []


def test_replaced_files_stay_for_readers_and_then_go(index, monkeypatch):
    for number in range(4):
        index.add([registered(f"{number}", text(number))])
    old = index.files()
    everything(index)
    assert len(list(index.folder.iterdir())) > 1
    assert old[0].find(np.sort(old[0].digests[:3]))[0].tolist() == [0, 1, 2]
    monkeypatch.setattr(compaction, "GRACE", compaction.GRACE * -1)
    index.add([registered("x", text(77))])
    assert len(list(index.folder.iterdir())) == 2


def test_reader_follows_a_merge_of_another_process(lake, index):  # noqa: F811
    index.add([registered("a", text(1))])
    assert secrets(index, text(1)) == [["A-17"]]
    with Lake.open(lake.root) as other:
        PrintIndex(other).add([registered("b", text(2), of="B-1")])
        PrintIndex(other).remove("A-17")
    assert secrets(index, text(1), text(2)) == [[], ["B-1"]]


def test_removed_document_is_gone_from_the_disk(lake, index):  # noqa: F811
    gone, stays = registered("消す.docx", text(1)), registered("b", text(2))
    index.add([gone, stays, registered("c", text(1), of="B-1")])
    digests = index.files()[0].digests.copy()
    assert index.remove("A-17", [gone.sha256]) == 1
    assert index.remove("A-17", [gone.sha256]) == 0
    assert secrets(index, text(1), text(2)) == [["B-1"], ["A-17"]]
    assert index.remove("B-1") == 1
    left = np.concatenate([file.digests for file in index.files()])
    assert 0 < len(left) < len(digests)
    assert secrets(index, text(1)) == [[]]
    manifest = b"".join(path.read_bytes() for path in lake.root.glob("manifest.sqlite3*"))
    lake.manifest.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    manifest = b"".join(path.read_bytes() for path in lake.root.glob("manifest.sqlite3*"))
    assert "消す".encode() not in manifest
    assert index.remove("A-17") == 1
    assert list(index.folder.iterdir()) == []
    index.add([gone])
    assert secrets(index, text(1)) == [["A-17"]]


@pytest.mark.parametrize("harm", [lambda path: path.write_bytes(b"KURAPRT1"), lambda path: path.unlink()])
def test_damaged_index_says_so_instead_of_finding_nothing(lake, harm):  # noqa: F811
    index = PrintIndex(lake)
    index.add([registered("a", text(1))])
    harm(next(index.folder.iterdir()))
    with pytest.raises(PrintFileError):
        PrintIndex(lake).check([text(1)])
    assert len(index.damaged()) == 1


def test_changed_byte_is_seen_by_its_digest(index):
    index.add([registered("a", text(1))])
    path = next(index.folder.iterdir())
    data = bytearray(path.read_bytes())
    data[50] ^= 1
    path.write_bytes(data)
    assert index.damaged() == [str(path.relative_to(index._lake.root))]


def test_settled_keeps_each_pair_once_and_marks_what_is_common():
    digests = np.array([7, 5, 7, 5, *[9] * (MANY + 1)], np.uint64)
    documents = np.array([1, 1, 1, 2, *range(MANY + 1)], np.uint32)
    found = list(zip(*(part.tolist() for part in settled(digests, documents)), strict=True))
    assert found == [(5, 1), (5, 2), (7, 1), (9, 0xFFFFFFFF)]
    assert [len(part) for part in settled(digests[:0], documents[:0])] == [0, 0]


def test_slices_of_a_file_are_all_of_it(index):
    index.add([registered(f"{number}", text(number)) for number in range(5)])
    [file] = index.files()
    slices = list(merged([file], np.empty(0, np.uint32)))
    assert len(slices) == SLICES
    assert np.concatenate([one[0] for one in slices]).tolist() == np.repeat(file.digests, file.counts).tolist()
    assert np.concatenate([one[1] for one in slices]).tolist() == file.documents.tolist()


def test_full_disk_leaves_the_index_as_it_was(index, monkeypatch):
    """No file may grow: the kernel refuses each write, whoever asks, as a full disk does."""
    index.add([registered("a", text(1))])
    monkeypatch.setattr(indexing, "_FLUSH", 1)
    before = sorted(index.folder.iterdir())
    allowed = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, allowed[1]))
    try:
        with pytest.raises(OSError, match=r"."):
            index.add([registered("b", text(2))])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, allowed)
    assert sorted(index.folder.iterdir()) == before


ADDING = """
import sys
from pathlib import Path
from kuramori_lake.fingerprint import index
from kuramori_lake.fingerprint.tests.test_index import registered, text
from kuramori_lake.store import Lake
index._FLUSH, index._BATCH = 2_000, 4_000
with Lake.open(Path(sys.argv[1])) as lake:
    print("ready", flush=True)
    index.PrintIndex(lake).add(registered(f"{number}", text(number)) for number in range(300))
"""


def killed(root, seconds):
    environment = {**os.environ, "PYTHONPATH": str(Path(kuramori_lake.__file__).parents[1])}
    process = subprocess.Popen([sys.executable, "-c", ADDING, str(root)], stdout=subprocess.PIPE, env=environment)
    process.stdout.readline()
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.stdout.close()
    return process.wait() == -signal.SIGKILL


def survive(root, moments):
    """Kill an addition at some moments, then finish it: each document is there once, whatever happened."""
    times = 0
    for moment in moments:
        times += killed(root, moment)
        with Lake.open(root) as found:
            index = PrintIndex(found)
            held = np.unique(np.concatenate([file.documents for file in index.files()] or [[]]))
            named = [row["id"] for row in found.manifest.db.execute("SELECT id FROM print_document ORDER BY id")]
            assert held.tolist() == named
            assert index.damaged() == []
    with Lake.open(root) as found:
        index = PrintIndex(found)
        known = len(found.manifest.db.execute("SELECT id FROM print_document").fetchall())
        done = index.add(registered(f"{number}", text(number)) for number in range(300))
        assert (done.known, done.added) == (known, 300 - known)
        assert secrets(index, text(0), text(150), text(299)) == [["A-17"]] * 3
        once = sum(len(set(indexing.prints([text(number)], index._key)[0].tolist())) for number in range(300))
        assert rows(index) == once
        named = {found.root / row["path"] for row in found.manifest.db.execute("SELECT path FROM print_file")}
        assert set(index.folder.iterdir()) == named
    return times


def test_killed_addition_loses_and_doubles_nothing(tmp_path):
    assert survive(tmp_path / "lake", [0.05, 0.15])


@pytest.mark.faults
def test_killed_addition_twelve_times_at_random(tmp_path):
    chance = random.Random(12)  # noqa: S311
    assert survive(tmp_path / "lake", [chance.uniform(0.0, 0.4) for _ in range(12)]) >= 5


def test_file_of_prints_is_refused_when_its_head_lies(tmp_path):
    lying = tmp_path / "x.prints"
    lying.write_bytes(b"KURAPRT1" + bytes([255] * 32))
    with pytest.raises(PrintFileError):
        PrintFile.open(lying)
