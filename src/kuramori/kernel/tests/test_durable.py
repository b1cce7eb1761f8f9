"""Names are flushed as bytes are; what that is worth after a power cut is tested in tests/faults/power (L5)."""

import os
from pathlib import Path

import pytest

from kuramori.kernel.durable import BLOCK, flush, flush_names, made, put, shred


@pytest.fixture
def flushed(monkeypatch):
    """The paths that the kernel was asked to flush, in order."""
    paths, real = [], os.fsync

    def fsync(handle):
        paths.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    return paths


def test_a_folder_is_made_with_those_above_it_each_name_durable_and_closed_to_others(tmp_path, flushed):
    assert made(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    assert flushed == [str(tmp_path), str(tmp_path / "a")], "from above: a name below one that is lost is lost"
    assert (tmp_path / "a").stat().st_mode & 0o777 == (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700
    made(tmp_path / "a" / "b")
    assert len(flushed) == 2, "one that is there costs nothing"


def test_a_draft_takes_its_place_and_the_name_is_durable(tmp_path, flushed):
    draft, target = tmp_path / "draft", tmp_path / "target"
    draft.write_text("new")
    target.write_text("old")
    put(draft, target)
    assert target.read_text() == "new"
    assert not draft.exists()
    assert flushed == [str(tmp_path)]


def test_all_names_below_a_folder_are_flushed_and_its_own(tmp_path, flushed):
    (tmp_path / "top" / "in").mkdir(parents=True)
    flush_names(tmp_path / "top")
    assert flushed == [str(tmp_path / "top" / "in"), str(tmp_path / "top"), str(tmp_path)]
    flush(tmp_path / "top")
    assert flushed[3:] == [str(tmp_path / "top")]


def test_what_is_not_there_is_an_error(tmp_path):
    for step in (lambda: flush(tmp_path / "no"), lambda: put(tmp_path / "no", tmp_path / "x")):
        with pytest.raises(FileNotFoundError):
            step()


def test_a_shredded_file_is_zeros_on_the_disk_before_its_name_goes(tmp_path, flushed):
    """Fault L13: a second name of the same bytes shows what lies where the file lay."""
    path, same = tmp_path / "key", tmp_path / "same"
    path.write_bytes(b"secret" * BLOCK)
    same.hardlink_to(path)
    shred(path)
    assert not path.exists()
    assert same.read_bytes() == bytes(6 * BLOCK)
    assert flushed == [str(path), str(tmp_path)]
    shred(path)
    (tmp_path / "link").symlink_to(same)
    with pytest.raises(OSError, match="link"):
        shred(tmp_path / "link")
    assert same.exists()
