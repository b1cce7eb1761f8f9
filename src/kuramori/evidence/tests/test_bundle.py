"""The writer's side alone; that the verifier reads it is tested beside the verifier."""

import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from kuramori.evidence.rules import bundle, tree
from kuramori.kernel.merkle import leaf_hash

AT = datetime(2026, 11, 23, 14, 0, tzinfo=timezone(timedelta(hours=9)))


def test_times_are_written_in_utc_and_naive_ones_refused():
    assert bundle.moment(AT) == "2026-11-23T05:00:00.000000Z"
    with pytest.raises(ValueError, match="aware"):
        bundle.moment(AT.astimezone(UTC).replace(tzinfo=None))


def test_neighbouring_rows_fold_into_ranges():
    assert bundle.row_ranges([1, 2, 3, 7, 9, 10]) == ((1, 3), (7, 1), (9, 2))
    assert bundle.row_ranges([]) == ()


def test_a_shown_item_is_proved_in_its_list():
    items = [f'["register.secret","{n}"]'.encode() for n in range(100)]
    (shown,) = bundle.shown_items(items, [42])
    root = tree.root_at(100, tree.over([leaf_hash(item) for item in items]))
    path = [bytes.fromhex(each) for each in shown["path"]]
    assert tree.is_included(leaf_hash(shown["item"].encode()), 42, 100, path, root)


def test_rows_of_one_person_in_a_sorted_segment_need_a_short_path():
    leaves = [bundle.row_leaf(["x", str(n)]) for n in range(5_000)]
    assert len(bundle.rows_path(leaves, range(2_000, 2_500))) < 30


def test_the_manifest_counts_what_it_names():
    manifest = json.loads(
        b"".join(bundle.bundle_manifest(
            id=UUID(int=1), kind="person", subject=("directory.person", UUID(int=2)), made_at=AT, origin="o", info={},
            entries=[bundle.BundleEntry(index=3, raw=b"{}")], files={"data/b": "00", "data/a": "11"}, tags={},
            segments=[bundle.Segment(segment=UUID(int=3), entry=3, csv="data/b", ranges=((1, 4), (9, 1)))],
        ))
    )  # fmt: skip
    assert manifest["counts"] == {"entries": 1, "exhibits": 0, "files": 2, "rows": 5, "segments": 1, "withheld": 0}
    assert [item["file"] for item in manifest["files"]] == ["data/a", "data/b"]
    (entry,) = manifest["entries"]
    assert entry.pop("shown") == bundle.shown_digest()
    assert entry == {"file": "data/entries/0001.json", "index": 3, "leaf": leaf_hash(b"{}").hex()}
