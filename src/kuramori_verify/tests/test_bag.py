"""The outer shell, by the rules of BagIt 1.0 (RFC 8493) and a little stricter."""

import hashlib
import os

import pytest

from kuramori_verify.bag import DECLARATION, MAX_TAG_BYTES, check_bag, read_bag_info
from kuramori_verify.findings import Findings
from kuramori_verify.sources import open_source

PAYLOAD = {"data/a.txt": b"a", "data/b.txt": b"bb"}
INFO = "Bag-Software-Agent: kuramori\nPayload-Oxum: 3.2\n"


def line(name, raw):
    return f"{hashlib.sha256(raw).hexdigest()}  {name}\n"


def bag(folder, *, info=INFO, **changes):
    """A sound bag; `changes` replace files by their role before the tag manifest is written."""
    files = {
        **PAYLOAD,
        "bagit.txt": DECLARATION,
        "bag-info.txt": info.encode(),
        "manifest-sha256.txt": "".join(line(name, raw) for name, raw in PAYLOAD.items()).encode(),
    }
    names = {"declaration": "bagit.txt", "manifest": "manifest-sha256.txt"}
    files |= {names[role]: raw for role, raw in changes.items()}
    tags = "".join(line(name, raw) for name, raw in files.items() if not name.startswith("data/"))
    for name, raw in {**files, "tagmanifest-sha256.txt": tags.encode()}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(raw)
    return folder


def checked(folder):
    source = open_source(folder, findings := Findings())
    digests = check_bag(source, findings)
    return digests, [(finding.code, finding.file) for finding in findings]


def info_of(folder):
    findings = Findings()
    return read_bag_info(open_source(folder, findings), findings), [
        (finding.code, finding.record or finding.detail) for finding in findings
    ]


def test_sound_bag_has_no_findings_and_the_digests_of_what_is_there(tmp_path):
    digests, findings = checked(bag(tmp_path))
    assert findings == []
    assert digests["data/a.txt"] == hashlib.sha256(b"a").digest()
    assert set(digests) == {*PAYLOAD, "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"}


@pytest.mark.parametrize("name", sorted(PAYLOAD))
def test_changed_payload(tmp_path, name):
    bag(tmp_path)
    (tmp_path / name).write_bytes(b"?")
    assert checked(tmp_path)[1] == [("bag.file_changed", name)]


def test_changed_tag_file_is_found_by_the_tag_manifest(tmp_path):
    bag(tmp_path)
    (tmp_path / "bag-info.txt").write_text(INFO + "Contact-Name: x\n")
    assert checked(tmp_path)[1] == [("bag.file_changed", "bag-info.txt")]


def test_renamed_file_is_one_finding_and_not_two(tmp_path):
    bag(tmp_path)
    (tmp_path / "data/a.txt").rename(tmp_path / "data/z.txt")
    assert checked(tmp_path)[1] == [("bag.file_renamed", "data/a.txt")]


def test_file_renamed_and_changed_is_missing_and_unlisted(tmp_path):
    bag(tmp_path)
    (tmp_path / "data/a.txt").unlink()
    (tmp_path / "data/z.txt").write_bytes(b"z")
    assert checked(tmp_path)[1] == [("bag.file_missing", "data/a.txt"), ("bag.file_unlisted", "data/z.txt")]


@pytest.mark.parametrize(
    "raw",
    [
        b"", DECLARATION.replace(b"1.0", b"0.97"), DECLARATION.replace(b"\n", b"\r\n"), DECLARATION + b"\n",
        DECLARATION.replace(b"UTF-8", b"Shift_JIS"), b"\xef\xbb\xbf" + DECLARATION,
    ],
    ids=["empty", "version", "CRLF", "line more", "encoding", "byte order mark"],
)  # fmt: skip
def test_declaration_of_another_kind(tmp_path, raw):
    assert ("bag.declaration", "bagit.txt") in checked(bag(tmp_path, declaration=raw))[1]


SOUND = "".join(line(name, raw) for name, raw in PAYLOAD.items())


@pytest.mark.parametrize(
    "manifest",
    [
        SOUND.upper(),
        SOUND.replace("  ", " "),
        SOUND.replace("  ", " *"),
        SOUND.replace("\n", "\r\n"),
        SOUND.rstrip("\n"),
        SOUND + SOUND.splitlines(keepends=True)[0],
        SOUND + line("data/../../x", b"x"),
        SOUND + line("/data/x", b"x"),
        SOUND + "0" * 63 + "  data/x\n",
        SOUND + "\n",
        SOUND + line("bagit.txt", DECLARATION),
    ],
    ids=["upper case", "one space", "binary mark", "CRLF", "no line end", "twice", "way out", "absolute", "short",
         "empty line", "not payload"],
)  # fmt: skip
def test_manifest_with_a_line_of_another_form(tmp_path, manifest):
    codes = checked(bag(tmp_path, manifest=manifest.encode()))[1]
    assert ("bag.manifest_malformed", "manifest-sha256.txt") in codes


@pytest.mark.parametrize("name", ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"])
def test_part_of_the_bag_that_is_missing_is_named_once(tmp_path, name):
    (bag(tmp_path) / name).unlink()
    assert checked(tmp_path)[1].count(("bag.file_missing", name)) == 1


def test_two_files_of_the_same_content_are_two_files(tmp_path):
    bag(tmp_path)
    (tmp_path / "data/copy.txt").write_bytes(b"a")
    assert checked(tmp_path)[1] == [("bag.file_unlisted", "data/copy.txt")]


# bag-info.txt


def test_lines_are_labels_and_values_without_the_oxum(tmp_path):
    assert info_of(bag(tmp_path)) == ({"Bag-Software-Agent": "kuramori"}, [])


@pytest.mark.parametrize(
    "oxum", ["Payload-Oxum: 3.3\n", "Payload-Oxum: 4.2\n", "Payload-Oxum: 03.2\n", "Payload-Oxum: 3\n", ""]
)
def test_oxum_counts_bytes_and_files_of_the_payload(tmp_path, oxum):
    assert info_of(bag(tmp_path, info=oxum))[1] == [("bag.oxum_differs", "3.2")]


@pytest.mark.parametrize("more", ["no label", "Label:value", "Payload-Oxum: 3.2", " continued: x\n  y"])
def test_line_of_another_form_or_twice(tmp_path, more):
    assert "bag.info_malformed" in {code for code, _ in info_of(bag(tmp_path, info=INFO + more + "\n"))[1]}


def test_value_may_hold_a_colon_and_japanese(tmp_path):
    info, findings = info_of(bag(tmp_path, info=INFO + "Source-Organization: 倉守: テスト\n"))
    assert info["Source-Organization"] == "倉守: テスト"
    assert findings == []


def test_bag_info_that_is_not_there_has_no_oxum(tmp_path):
    (bag(tmp_path) / "bag-info.txt").unlink()
    assert info_of(tmp_path) == ({}, [("bag.oxum_differs", "3.2")])


def test_a_list_of_files_larger_than_any_can_be_is_not_read(tmp_path):
    """A manifest of sixty-five megabytes that takes no room on the disk."""
    folder = bag(tmp_path)
    os.truncate(folder / "manifest-sha256.txt", MAX_TAG_BYTES + 1)
    assert ("source.unreadable", "manifest-sha256.txt") in checked(folder)[1]
