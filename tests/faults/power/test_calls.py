"""What is recorded is what was done: laid down again, it is the folder as the work left it."""

import os
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.faults.power.calls import Call, CannotTell, recorded
from tests.faults.power.disk import Recording, image, loaded, written
from tests.faults.power.test_disk import CHANCES, flat


@pytest.fixture
def ground(tmp_path):
    folder = tmp_path / "ground"
    folder.mkdir()
    (folder / "there").write_bytes(b"there")
    shutil.copytree(folder, tmp_path / "base")
    return folder


def record(ground, work) -> list[Call]:
    def whole() -> int:
        work()
        return 0

    return recorded(whole, ground, ground.parent / "said")


def ends_as(ground, calls) -> bool:
    """Whether all calls done one after the other, by the model, give the folder as it is."""
    recording = Recording(base=ground.parent / "base", ground=ground, outside=ground / "out", calls=calls)
    disk = flat(image(recording, len(calls), "killed", CHANCES[0]))
    return disk == flat(loaded(ground))


def test_every_way_to_write_that_we_use_is_seen(ground):
    def work() -> None:
        (ground / "in").mkdir()
        with (ground / "in" / "a").open("wb") as file:
            file.write(b"one")
            file.seek(1)
            file.write(b"x" * 100_000)
            os.fsync(file.fileno())
        with (ground / "in" / "a").open("ab") as file:
            os.writev(file.fileno(), [b"two", b"three"])
        os.truncate(ground / "in" / "a", 90_000)
        with (ground / "there").open("r+b") as file:
            os.pwrite(file.fileno(), b"!", 2)
            file.truncate(4)
        shutil.copyfile(ground / "in" / "a", ground / "copy")
        (ground / "in" / "a").rename(ground / "b")
        os.link(ground / "b", ground / "in" / "same")
        (ground / "copy").unlink()
        shutil.copytree(ground / "in", ground / "deep" / "er")
        shutil.rmtree(ground / "in")
        (ground / "empty").touch()
        os.chdir(ground)
        os.replace("b", "deep/c")  # noqa: PTH105  (a name relative to where the process stands)

    calls = record(ground, work)
    assert (ground / "deep" / "c").stat().st_size == 90_000
    assert ends_as(ground, calls)
    assert {each.kind for each in calls} == {"make", "folder", "write", "size", "flush", "move", "link", "drop"}


def test_threads_children_and_sqlite_are_seen(ground):
    def work() -> None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: (ground / f"t{n}").write_bytes(b"x" * n), range(9)))
        if os.fork() == 0:
            (ground / "child").write_bytes(b"child")
            os._exit(0)
        os.wait()
        with closing(sqlite3.connect(ground / "db")) as book:
            book.execute("PRAGMA journal_mode=WAL")
            book.execute("PRAGMA synchronous=FULL")
            book.execute("CREATE TABLE t (x)")
            book.execute("INSERT INTO t VALUES (1)")
            book.commit()

    calls = record(ground, work)
    assert ends_as(ground, calls)
    assert {"t8", "child", "db"} <= {path.name for path in ground.iterdir()}
    assert any(each.kind == "flush" and each.path.endswith("db-wal") for each in calls)


def test_what_is_said_stands_between_what_was_done_before_and_after(ground):
    def work() -> None:
        said = os.open(ground.parent / "said", os.O_WRONLY | os.O_CREAT)
        (ground / "a").touch()
        os.write(said, b"done\nand done\n")
        (ground / "b").touch()
        (ground.parent / "elsewhere").write_text("not ours")

    told = [(each.kind, each.path.rpartition("/")[2]) for each in record(ground, work)]
    assert told == [("make", "a"), ("said", "done"), ("said", "and done"), ("make", "b")]


def test_a_flush_says_what_had_ended_when_it_began(ground):
    def work() -> None:
        with (ground / "there").open("r+b", buffering=0) as file:
            file.write(b"1")
            os.fdatasync(file.fileno())
            file.write(b"2")

    assert [(each.kind, each.before) for each in record(ground, work)] == [("write", 0), ("flush", 1), ("write", 0)]


@pytest.mark.parametrize("what", ["symlink", "mmap", "sync"])
def test_what_cannot_be_told_gives_no_verdict(ground, what):
    import mmap

    def work() -> None:
        if what == "symlink":
            (ground / "s").symlink_to("there")
        elif what == "sync":
            os.sync()
        else:
            with (ground / "there").open("r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
                mapped[0] = 1

    with pytest.raises(CannotTell, match=what):
        record(ground, work)


def test_a_failed_call_does_nothing(ground):
    def work() -> None:
        for path in (ground / "there" / "not", ground / "no" / "folder"):
            with pytest.raises(OSError, match="directory"):
                path.write_bytes(b"x")

    assert record(ground, work) == []


def test_what_is_laid_down_is_read_by_sqlite(ground, tmp_path):
    def work() -> None:
        book = sqlite3.connect(ground / "db")
        book.execute("PRAGMA journal_mode=WAL")
        book.execute("CREATE TABLE t (x)")
        book.execute("INSERT INTO t VALUES (1)")
        book.commit()

    calls = record(ground, work)
    recording = Recording(base=tmp_path / "base", ground=ground, outside=ground / "out", calls=calls)
    written(image(recording, len(calls), "killed", CHANCES[0]), tmp_path / "again")
    with closing(sqlite3.connect(tmp_path / "again" / "db")) as book:
        assert book.execute("SELECT x FROM t").fetchall() == [(1,)]
