"""What was handed over, folder or zip, is opened with the same result, and nothing in it is trusted."""

import os
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_verify import sources
from kuramori_verify.cli import verify
from kuramori_verify.findings import Findings
from kuramori_verify.sources import (
    FolderSource,
    UnreadableError,
    ZipSource,
    is_left_by_system,
    is_plain_name,
    open_source,
    read_whole,
)
from kuramori_verify.tests.samples import Sample, write_ledger

FILES = {"a.txt": b"a", "data/b.bin": bytes(300), "data/deep/c": b""}
PLAIN = st.from_regex(r"[A-Za-z0-9_-]{1,8}(/[A-Za-z0-9_-]{1,8}){0,3}", fullmatch=True)


def folder_of(path, files=FILES):
    for name, raw in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(raw)
    return path


def zip_of(path, files=FILES, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, raw in files.items():
            archive.writestr(name, raw)
    return path


def pack(folder, path, prefix=""):
    return zip_of(path, {prefix + str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()})


def codes(findings):
    return {finding.code for finding in findings}


# folder and zip


@pytest.mark.parametrize("prefix", ["", "KM-2026-0001/"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: None,
        lambda folder: (folder / "data/exhibits/0001.txt").write_bytes(b"other"),
        lambda folder: (folder / "data/entries/0002.json").unlink(),
        lambda folder: (folder / "data/more.txt").write_bytes(b"more"),
        lambda folder: (folder / "data/ledger/checkpoint.txt").write_bytes(b"x"),
    ],
    ids=["sound", "changed", "missing", "added", "checkpoint"],
)
def test_zip_says_what_its_folder_says(tmp_path, spoil, prefix):
    folder = Sample.make().write(tmp_path / "bag")
    spoil(folder)
    assert verify(pack(folder, tmp_path / "b.zip", prefix)) == verify(folder)


def test_zipped_ledger_says_what_its_folder_says(tmp_path):
    folder = write_ledger(tmp_path / "ledger", [b"{}"] * 300)
    assert verify(pack(folder, tmp_path / "b.zip")) == verify(folder)
    (folder / "tile/entries/000").write_bytes(b"x")
    assert verify(pack(folder, tmp_path / "c.zip")) == verify(folder)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_way_of_packing_is_read(tmp_path, method):
    source = open_source(zip_of(tmp_path / "b.zip", method=method), findings := Findings())
    assert {name: read_whole(source, name, 999) for name in source.files} == FILES
    assert not list(findings)


@pytest.mark.parametrize("kind", [FolderSource, ZipSource])
def test_files_are_listed_with_their_sizes(tmp_path, kind):
    path = folder_of(tmp_path / "f") if kind is FolderSource else zip_of(tmp_path / "b.zip")
    source = open_source(path, Findings())
    assert isinstance(source, kind)
    assert source.files == {name: len(raw) for name, raw in FILES.items()}


def test_two_folders_at_the_top_are_not_looked_through(tmp_path):
    path = zip_of(tmp_path / "b.zip", {"one/a": b"1", "two/a": b"2"})
    assert set(open_source(path, Findings()).files) == {"one/a", "two/a"}


def test_file_beside_a_folder_keeps_the_folder(tmp_path):
    path = zip_of(tmp_path / "b.zip", {"one/a": b"1", "readme": b"2"})
    assert set(open_source(path, Findings()).files) == {"one/a", "readme"}


def test_empty_zip_has_no_files(tmp_path):
    assert open_source(zip_of(tmp_path / "b.zip", {}), Findings()).files == {}
    assert verify(tmp_path / "b.zip")["exit"] == 3


# names


@given(PLAIN)
def test_plain_names_pass(name):
    assert is_plain_name(name)


@given(PLAIN, st.sampled_from(["\\", ":", "\x00", "\n", " ", "é", "図", "*", "~", "%2e"]), st.integers(0, 20))
def test_one_odd_sign_is_enough(name, sign, place):
    assert not is_plain_name(name[:place] + sign + name[place:])


@pytest.mark.parametrize("name", ["..", "a/..", "../a", "a/../b", ".", "./a", "a/.", "/a", "a/", "a//b", ""])
def test_ways_out_are_refused(name):
    assert not is_plain_name(name)


@pytest.mark.parametrize("name", ["...", "a..b", ".hidden", "a/.b", "-", "_"])
def test_dots_inside_a_name_are_harmless(name):
    assert is_plain_name(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (".DS_Store", True), ("data/.DS_Store", True), ("data/Thumbs.db", True), ("desktop.ini", True),
        ("__MACOSX/data/x", True), ("data/._x", True), ("data/__MACOSX/x", False), ("data/x.DS_Store", False),
        ("data/.dsstore", False), ("thumbs.db", False),
    ],
)  # fmt: skip
def test_what_systems_leave_behind(name, expected):
    assert is_left_by_system(name) is expected


@pytest.mark.parametrize("name", ["図面.txt", "a b", "a\\b", "a:b"])
def test_odd_name_is_found_in_a_folder_and_its_file_left_alone(tmp_path, name):
    folder = folder_of(tmp_path / "f", {"a": b"a", name: b"b"})
    source = open_source(folder, findings := Findings())
    assert set(source.files) == {"a"}
    assert [(finding.code, finding.file) for finding in findings] == [("source.unsafe_name", name)]


def test_name_cut_by_a_zero_byte_is_found(tmp_path):
    raw = zip_of(tmp_path / "b.zip", {"data/a.txtXevil": b"x"}).read_bytes().replace(b"txtXevil", b"txt\0evil")
    (tmp_path / "b.zip").write_bytes(raw)
    source = open_source(tmp_path / "b.zip", findings := Findings())
    assert source.files == {}
    assert codes(findings) == {"source.unsafe_name"}


# links, devices, depth


@pytest.mark.parametrize("target", ["/etc/passwd", "a.txt", "data", "nowhere"])
def test_link_is_found_and_not_followed(tmp_path, target):
    folder = folder_of(tmp_path / "f")
    (folder / "link").symlink_to(target)
    source = open_source(folder, findings := Findings())
    assert "link" not in source.files
    assert codes(findings) == {"source.link"}


def test_linked_folder_is_not_walked(tmp_path):
    outside = folder_of(tmp_path / "outside")
    folder = folder_of(tmp_path / "f", {"a": b"a"})
    (folder / "data").symlink_to(outside)
    assert set(open_source(folder, Findings()).files) == {"a"}


@pytest.mark.parametrize(("depth", "is_read"), [(sources.MAX_DEPTH, True), (sources.MAX_DEPTH + 1, False)])
def test_folders_are_walked_to_a_depth(tmp_path, depth, is_read):
    folder_of(tmp_path / "f", {"d/" * depth + "x": b"x"})
    if is_read:
        assert len(open_source(tmp_path / "f", Findings()).files) == 1
    else:
        with pytest.raises(UnreadableError, match="nested deeper than 32"):
            open_source(tmp_path / "f", Findings())


# limits


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_more_files_than_anybody_needs_are_refused(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(sources, "MAX_FILES", 2)
    path = folder_of(tmp_path / "f") if kind == "folder" else zip_of(tmp_path / "b.zip")
    with pytest.raises(UnreadableError, match=r"2 files|beyond the limits"):
        open_source(path, Findings())


def test_zip_that_would_become_larger_than_any_disk_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "MAX_TOTAL_BYTES", 300)
    with pytest.raises(UnreadableError, match="3 files, 301 bytes: beyond the limits"):
        open_source(zip_of(tmp_path / "b.zip"), Findings())


@pytest.mark.parametrize(("harmless", "is_bomb"), [(10**6, True), (10**7, False)])
def test_growth_matters_only_beyond_the_harmless(tmp_path, monkeypatch, harmless, is_bomb):
    monkeypatch.setattr(sources, "HARMLESS_BYTES", harmless)
    path = zip_of(tmp_path / "b.zip", {"zeros": bytes(5 * 10**6)})
    if is_bomb:
        with pytest.raises(UnreadableError, match="zip bomb"):
            open_source(path, Findings())
    else:
        assert open_source(path, Findings()).files == {"zeros": 5 * 10**6}


def test_size_that_a_zip_understates_is_not_exceeded(tmp_path):
    path = zip_of(tmp_path / "b.zip", {"a": bytes(5000)})
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<I", raw, raw.rindex(mark) + offset, 10)
    path.write_bytes(bytes(raw))
    source = open_source(path, Findings())
    with pytest.raises(UnreadableError, match="cannot be read"):
        read_whole(source, "a", 100)


@pytest.mark.parametrize(("limit", "is_read"), [(300, True), (299, False), (0, False)])
def test_file_is_read_up_to_its_limit(tmp_path, limit, is_read):
    for path in (folder_of(tmp_path / "f"), zip_of(tmp_path / "b.zip")):
        source = open_source(path, Findings())
        if is_read:
            assert read_whole(source, "data/b.bin", limit) == bytes(300)
        else:
            with pytest.raises(UnreadableError, match=f"300 bytes, at most {limit} are read"):
                read_whole(source, "data/b.bin", limit)


def test_file_that_is_not_there(tmp_path):
    with pytest.raises(UnreadableError, match="not there"):
        read_whole(open_source(folder_of(tmp_path / "f"), Findings()), "b", 9)


def test_file_that_vanishes_after_it_was_listed(tmp_path):
    source = open_source(folder_of(tmp_path / "f"), Findings())
    (tmp_path / "f/a.txt").unlink()
    with pytest.raises(UnreadableError, match="No such file"):
        source.open("a.txt")


@pytest.mark.parametrize("make", [lambda path: path.write_bytes(b"no zip"), os.mkfifo, lambda path: None])
def test_what_is_neither_folder_nor_zip(tmp_path, make):
    make(tmp_path / "x")
    with pytest.raises(UnreadableError):
        open_source(tmp_path / "x", Findings())


def test_path_that_no_system_can_have(tmp_path):
    with pytest.raises(UnreadableError):
        open_source(tmp_path / "a\0b", Findings())
