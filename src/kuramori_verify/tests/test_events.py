"""Log rows and the act that sealed their segment."""

import json

import pytest

from kuramori.evidence.rules import bundle
from kuramori.kernel.canonical import canonical
from kuramori_verify.cli import verify
from kuramori_verify.merkle import leaf_hash, root_by_cover, root_by_inclusion, root_of
from kuramori_verify.tests.samples import ROWS, Sample, csv_bytes

CSV = "data/events/0001.csv"


def found(tmp_path, sample):
    report = verify(sample.write(tmp_path / "bag"))
    return {each["code"] for each in report["findings"]}


def with_segment(**members):
    sample = Sample.make()
    manifest = json.loads(sample.files[bundle.MANIFEST])
    manifest["segments"][0] |= members
    sample.files[bundle.MANIFEST] = canonical(manifest)
    return sample


def test_rows_whose_seal_holds_no_root_are_shown_as_not_proven(tmp_path):
    report = verify(Sample.make(rows_sealed=False).write(tmp_path / "bag"))
    assert report["exit"] == 0
    assert "limit.rows_unproven" in [limit["code"] for limit in report["does_not_prove"]]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"entry": 3}, "events.seal_missing"),
        ({"segment": "01938a00-0000-7000-8000-0000000000e2"}, "events.seal_differs"),
        ({"path": []}, "events.row_changed"),
        ({"path": ["00" * 32] * 40}, "events.row_changed"),
        ({"ranges": [[3, 3], [8, 1]]}, "events.row_changed"),
        ({"ranges": [[3, 3], [5, 1]]}, "events.row_count_differs"),
        ({"ranges": [[0, 4]]}, "events.row_count_differs"),
        ({"ranges": [[3, 0]]}, "events.row_count_differs"),
        ({"ranges": [[28, 4]]}, "events.row_count_differs"),
        ({"csv": "data/events/0002.csv"}, "bundle.malformed"),
    ],
)
def test_a_segment_that_does_not_fit_its_seal(tmp_path, members, code):
    assert code in found(tmp_path, with_segment(**members))


@pytest.mark.parametrize("raw", [b"\xff\xfe", b'"open', b'a,"b"c\n', b"", "\ufeff".encode()])
def test_a_csv_that_cannot_be_read(tmp_path, raw):
    sample = Sample.make()
    sample.files[CSV] = raw
    assert {"events.unreadable", "events.row_count_differs"} & found(tmp_path, sample)


def test_line_ends_and_quotes_do_not_matter_but_words_do(tmp_path):
    """The leaf is over the fields, so that a spreadsheet's way of writing them breaks only the file's digest."""
    sample = Sample.make()
    plain = sample.files[CSV].decode("utf-8-sig").replace("\r\n", "\n").encode()
    assert plain != sample.files[CSV]
    sample.files[CSV] = plain
    assert found(tmp_path, sample) == {"bundle.file_differs"}


def test_a_header_is_sealed_too(tmp_path):
    sample = Sample.make()
    sample.files[CSV] = csv_bytes([["time_utc", "path", "person"], *(ROWS[n] for n in (3, 4, 5, 9))])
    assert "events.row_changed" in found(tmp_path, sample)


def test_covers_that_cannot_be_right():
    leaves = [leaf_hash(bytes([n])) for n in range(4)]
    assert root_by_cover([0, 1, 2, 3], leaves, 4, []) == root_of(leaves)
    for rows, shown, size, proof in (
        ([], [], 4, [root_of(leaves)]),
        ([1, 0], leaves[:2], 4, []),
        ([0, 0], leaves[:2], 4, []),
        ([0], leaves[:2], 4, []),
        ([4], leaves[:1], 4, []),
        ([-1], leaves[:1], 4, []),
        ([0], leaves[:1], 4, []),
        ([0, 1, 2, 3], leaves, 4, [leaves[0]]),
    ):
        assert root_by_cover(rows, shown, size, proof) is None


def test_inclusion_that_cannot_be_right():
    assert root_by_inclusion(leaf_hash(b""), 0, 0, []) is None
    assert root_by_inclusion(leaf_hash(b""), 0, 1, [bytes(32)]) is None
    assert root_by_inclusion(leaf_hash(b""), 0, 3, [bytes(32)]) is None
