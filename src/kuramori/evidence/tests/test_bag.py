import subprocess
from datetime import date

import bagit
import pytest

from kuramori.evidence.rules.bag import BagError, write_bag

FILES = [("data/a.txt", [b"kura", b"mori"]), ("data/deep/er/b.bin", [bytes(1000)]), ("verify/HOWTO.ja.html", [b"<p>"])]
INFO = {"External-Identifier": "KM-2026-0001", "Source-Organization": "倉守テスト株式会社"}
DAY = date(2026, 11, 23)


def write(folder, files=FILES, info=INFO):
    return write_bag(folder, iter(files), info=info, bagging_date=DAY)


def content_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_others_tools_find_the_bag_sound(tmp_path):
    made = write(tmp_path / "bag")
    assert bagit.Bag(str(made.folder)).validate(processes=1)
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "--quiet", "--strict", "-c", manifest], cwd=made.folder, check=True)


def test_equal_input_gives_equal_bytes_and_one_digest_stands_for_all(tmp_path):
    one, other = write(tmp_path / "one"), write(tmp_path / "other", files=FILES[::-1])
    assert content_of(one.folder) == content_of(other.folder)
    assert one.tagmanifest_sha256 == other.tagmanifest_sha256
    changed = write(tmp_path / "third", files=[*FILES[1:], ("data/a.txt", [b"kuramorI"])])
    assert changed.tagmanifest_sha256 != one.tagmanifest_sha256


def test_info_lines_are_sorted_and_hold_the_date_and_the_oxum(tmp_path):
    made = write(tmp_path / "bag")
    assert (made.files, made.payload_bytes) == (2, 1008)
    assert (made.folder / "bag-info.txt").read_text(encoding="utf-8") == (
        "Bagging-Date: 2026-11-23\nExternal-Identifier: KM-2026-0001\nSource-Organization: 倉守テスト株式会社\n"
        "Payload-Oxum: 1008.2\n"
    )


def test_a_bag_without_payload_is_still_a_bag(tmp_path):
    assert bagit.Bag(str(write(tmp_path / "bag", files=[]).folder)).validate(processes=1)


@pytest.mark.parametrize(
    "name",
    [
        "data/図面.txt",
        "data/../x",
        "/etc/x",
        "data/a b",
        "data\\a",
        "data/",
        "data/nul.txt",
        "bagit.txt",
        "data/.x",
        "",
    ],
)
def test_a_name_that_not_every_system_holds_is_refused(tmp_path, name):
    with pytest.raises(BagError, match="every system"):
        write(tmp_path / "bag", files=[(name, [])])


def test_names_that_differ_by_case_only_are_refused(tmp_path):
    with pytest.raises(BagError, match="case"):
        write(tmp_path / "bag", files=[("data/a", []), ("data/A", [])])


@pytest.mark.parametrize("info", [{"A": "x\ny"}, {"": "x"}, {"A:": "x"}, {"A": " x"}])
def test_an_info_line_that_would_read_back_differently_is_refused(tmp_path, info):
    with pytest.raises(BagError, match=r"bag-info"):
        write(tmp_path / "bag", info=info)


def test_a_failure_leaves_nothing_behind(tmp_path):
    def breaking():
        yield b"half"
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write(tmp_path / "bag", files=[("data/a", breaking())])
    assert list(tmp_path.iterdir()) == []


def test_a_bag_is_never_written_over(tmp_path):
    write(tmp_path / "bag")
    with pytest.raises(FileExistsError):
        write(tmp_path / "bag")
