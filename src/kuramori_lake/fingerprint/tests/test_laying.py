"""What lies in the folder of documents is read, or refused with a reason; nothing outside of it is ever opened."""

import os
import socket
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kuramori_lake.fingerprint.laying import AT_REST, DEEPEST, Lying, Why, is_empty, lying
from kuramori_lake.fingerprint.reading.limits import LIMITS

LATER = 4_000_000_000.0
"""Seconds: long after any file of these tests was written."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = tmp_path / "documents"
    (place / "S-0001").mkdir(parents=True)
    return place


def told(root: Path, now: float = LATER) -> dict[str, Why | bytes]:
    return {f"{one.folder}|{one.path}": one.why or one.data for one in lying(root, now=now)}


def test_files_are_told_with_the_secret_whose_folder_they_are_in(root: Path) -> None:
    (root / "S-0001" / "図面" / "旧").mkdir(parents=True)
    (root / "S-0001" / "配合　表.txt").write_bytes(b"1")
    (root / "S-0001" / "図面" / "旧" / "A-17.pdf").write_bytes(b"2")
    (root / "S-0002").mkdir()
    (root / "メモ.txt").write_bytes(b"3")
    assert told(root) == {"S-0001|図面/旧/A-17.pdf": b"2", "S-0001|配合　表.txt": b"1", "|メモ.txt": Why.BESIDE}
    assert [one.path for one in lying(root, now=LATER)] == ["図面/旧/A-17.pdf", "配合　表.txt", "メモ.txt"]


def test_no_link_is_followed_out_of_the_folder_or_within_it(root: Path, tmp_path: Path) -> None:
    (tmp_path / "shadow").write_bytes(b"never read")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "passwd").write_bytes(b"never read")
    (root / "S-0001" / "real.txt").write_bytes(b"real")
    (root / "S-0001" / "file").symlink_to(tmp_path / "shadow")
    (root / "S-0001" / "folder").symlink_to(tmp_path / "etc")
    (root / "S-0001" / "inside").symlink_to(root / "S-0001" / "real.txt")
    (root / "S-0001" / "nowhere").symlink_to("nothing")
    (root / "S-0001" / "loop").symlink_to(root)
    (root / "S-0002").symlink_to(tmp_path / "etc")
    links = dict.fromkeys(("file", "folder", "inside", "loop", "nowhere"), Why.LINK)
    assert told(root) == {f"S-0001|{name}": why for name, why in links.items()} | {
        "S-0001|real.txt": b"real",
        "|S-0002": Why.LINK,
    }


def test_folder_exchanged_for_a_link_after_it_was_listed_leads_nowhere(root: Path, tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "b.txt").write_bytes(b"never read")
    for name in ("a", "b"):
        (root / "S-0001" / name).mkdir()
        (root / "S-0001" / name / "b.txt").write_bytes(b"mine")
    (root / "S-0001" / "c.txt").write_bytes(b"mine")
    found = lying(root, now=LATER)
    assert next(found).data == b"mine"
    (root / "S-0001" / "b").rename(tmp_path / "moved")
    (root / "S-0001" / "b").symlink_to(tmp_path / "etc")
    (root / "S-0001" / "c.txt").unlink()
    (root / "S-0001" / "c.txt").symlink_to(tmp_path / "etc" / "b.txt")
    assert {one.path: one.why for one in found} == {"b/": Why.UNREADABLE, "c.txt": Why.UNREADABLE}


def test_what_was_taken_away_after_it_was_listed_is_not_there(root: Path) -> None:
    for name in ("a", "b"):
        (root / "S-0001" / name).mkdir()
        (root / "S-0001" / name / "x.txt").write_bytes(b"x")
    (root / "S-0001" / "z.txt").write_bytes(b"z")
    found = lying(root, now=LATER)
    assert next(found).path == "a/x.txt"
    (root / "S-0001" / "b" / "x.txt").unlink()
    (root / "S-0001" / "b").rmdir()
    (root / "S-0001" / "z.txt").unlink()
    assert list(found) == []


def test_half_copied_file_waits_until_nobody_writes_it(root: Path) -> None:
    path = root / "S-0001" / "a.txt"
    path.write_bytes(b"half")
    at = path.stat().st_mtime
    for now in (at, at + AT_REST - 1, at - AT_REST + 1):
        assert told(root, now) == {"S-0001|a.txt": Why.GROWING}
    assert told(root, at + AT_REST) == {"S-0001|a.txt": b"half"}
    assert told(root, at - 86_400) == {"S-0001|a.txt": b"half"}, "a clock that went wrong keeps nothing out for ever"


def test_too_large_files_are_not_read(root: Path) -> None:
    with (root / "S-0001" / "large").open("wb") as file:
        file.truncate(LIMITS.file_bytes + 1)
    assert told(root) == {"S-0001|large": Why.TOO_LARGE}


def test_what_is_no_file_is_refused_and_holds_nobody_up(root: Path) -> None:
    os.mkfifo(root / "S-0001" / "pipe")
    with tempfile.TemporaryDirectory(dir="/tmp") as short, socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{short}/s")
        Path(f"{short}/s").rename(root / "S-0001" / "socket")
    assert told(root) == {"S-0001|pipe": Why.NOT_A_FILE, "S-0001|socket": Why.NOT_A_FILE}
    assert stat.S_ISFIFO((root / "S-0001" / "pipe").stat().st_mode)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may read everything: give that up for a while, if the tests run as root."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        if was == 0:
            os.seteuid(0)


def test_what_may_not_be_read_is_told_and_the_rest_is_read() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as place:  # another user has to reach it
        Path(place).chmod(0o755)
        for name in ("S-0001", "S-0001/closed", "S-0002"):
            (Path(place) / name).mkdir()
            (Path(place) / name).chmod(0o755)  # whatever the umask is
        for name, mode in (("S-0001/a", 0o644), ("S-0001/b", 0), ("S-0002/c", 0o644)):
            (Path(place) / name).write_bytes(b"x")
            (Path(place) / name).chmod(mode)
        for name in ("S-0001/closed", "S-0002"):
            (Path(place) / name).chmod(0)
        with as_nobody():
            found = told(Path(place))
        for name in ("S-0001/closed", "S-0002"):
            (Path(place) / name).chmod(0o755)
    refused = dict.fromkeys(("S-0001|b", "S-0001|closed/", "S-0002|./"), Why.UNREADABLE)
    assert found == {"S-0001|a": b"x"} | refused


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"a\nb.txt", "a\\u000ab.txt"),
        (b"\x1b[31m.txt", "\\u001b[31m.txt"),
        ("表.txt".encode("cp932"), "\\x95\\.txt"),
        ("a\u2028b".encode(), "a\\u2028b"),
    ],
    ids=["line end", "escape", "cp932", "line separator"],
)
def test_names_that_cannot_be_written_down_are_refused_in_readable_letters(root: Path, name: bytes, shown: str) -> None:
    (root / "S-0001" / os.fsdecode(name)).write_bytes(b"x")
    (root / os.fsdecode(name)).mkdir()
    (root / os.fsdecode(name) / "x").write_bytes(b"x")
    assert told(root) == {f"S-0001|{shown}": Why.BAD_NAME, f"|{shown}": Why.BAD_NAME}


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "desktop.ini", "~$配合.docx", "._a.pdf", ".~lock.a.odt#"])
def test_what_operating_systems_lay_there_is_no_document(root: Path, name: str) -> None:
    (root / "S-0001" / name).write_bytes(b"x")
    (root / name).write_bytes(b"x")
    assert told(root) == {}


def test_folders_within_folders_end_somewhere(root: Path) -> None:
    deep = root / "S-0001"
    for _level in range(DEEPEST + 3):
        deep /= "d"
    deep.mkdir(parents=True)
    (deep / "x").write_bytes(b"x")
    (found,) = lying(root, now=LATER)
    assert found == Lying(folder="S-0001", path="d/" * (DEEPEST + 1), why=Why.TOO_DEEP)


def test_empty_and_missing_folders(root: Path, tmp_path: Path) -> None:
    assert list(lying(root, now=LATER)) == []
    assert not is_empty(root)
    assert is_empty(root / "S-0001")
    with pytest.raises(FileNotFoundError):
        list(lying(tmp_path / "nowhere", now=LATER))
