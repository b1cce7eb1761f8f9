"""One entry file, spoilt in every way its format knows."""

import base64
import hashlib
import json
import os

import pytest

from kuramori.evidence.rules import bundle, tree
from kuramori.kernel.canonical import canonical
from kuramori.kernel.merkle import leaf_hash
from kuramori_verify.cli import verify
from kuramori_verify.entries import MAX_ENTRY_FILE_BYTES
from kuramori_verify.tests.samples import Sample

PATH, ROOTED = "data/entries/0001.json", "data/entries/0002.json"


def found(tmp_path, path, change):
    sample = Sample.make()
    entry = json.loads(sample.files[path])
    change(entry)
    sample.files[path] = canonical(entry)
    report = verify(sample.write(tmp_path / "bag"))
    return {(each["code"], each["record"]) for each in report["findings"] if each["file"] == path}


def in_body(change):
    def spoil(entry):
        body = json.loads(entry["body"])
        change(body)
        entry["body"] = canonical(body).decode()

    return spoil


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.update(v=2), lambda body: body.update(v=True),
        lambda body: body.update(at="2026-02-30T00:00:00.000000Z"), lambda body: body.update(verb=7),
        lambda body: body.update(extra=1), lambda body: body.pop("why"), lambda body: body.update(notes=[]),
        lambda body: body.update(subjects=[["a"]]), lambda body: body.update(subjects="x"),
        lambda body: body["by"].update(id="x"), lambda body: body["changes"][0].update(op="destroy"),
        lambda body: body.update(changes={"count": -1, "root": "0" * 64}), lambda body: body.update(verb="x" * 70_000),
    ],
)  # fmt: skip
def test_a_body_of_another_form(tmp_path, change):
    codes = {code for code, _ in found(tmp_path, PATH, in_body(change))}
    assert "entry.malformed" in codes


def test_a_list_in_the_body_needs_no_items_beside_it(tmp_path):
    item = {"item": "{}", "path": [], "position": 0}
    assert found(tmp_path, PATH, lambda entry: entry["changes"].append(item)) == {
        ("entry.item_not_in_list", "changes"),
        ("entry.shown_differs", None),
    }


def test_an_item_that_a_long_list_holds_but_that_is_no_change(tmp_path):
    listed = [canonical({"n": n}) for n in range(40)]
    root = tree.root_at(40, tree.over([leaf_hash(item) for item in listed])).hex()

    def change(entry):
        in_body(lambda body: body.update(changes={"count": 40, "root": root}))(entry)
        entry["changes"] = bundle.shown_items(listed, [3])

    assert ("entry.malformed", "changes.3") in found(tmp_path, ROOTED, change)


@pytest.mark.parametrize("text", ['["salt","title"]', '["salt","other","x"]', '{"why":1}', '[ "salt","why","x"]'])
def test_a_disclosure_that_fits_its_digest_but_is_none(tmp_path, text):
    disclosure = base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
    digest = base64.urlsafe_b64encode(hashlib.sha256(disclosure.encode()).digest()).rstrip(b"=").decode()

    def change(entry):
        in_body(lambda body: body.update(why=digest))(entry)
        entry["disclosures"].append(disclosure)

    assert ("entry.disclosure_malformed", "why") in found(tmp_path, PATH, change)


@pytest.mark.parametrize("disclosure", ["####", "WzEsMiwzXQ", "W10", "é", "WzEsMl0=", "\x00"])
def test_a_disclosure_of_nothing(tmp_path, disclosure):
    codes = {code for code, _ in found(tmp_path, PATH, lambda entry: entry["disclosures"].append(disclosure))}
    assert codes == {"entry.disclosure_foreign", "entry.shown_differs"}


def test_an_entry_file_with_another_member(tmp_path):
    assert {code for code, _ in found(tmp_path, PATH, lambda entry: entry.update(comment="x"))} == {"entry.malformed"}


def test_an_entry_dated_after_the_bundle_or_away_from_its_id(tmp_path):
    late = in_body(lambda body: body.update(at="2026-11-24T05:00:00.000000Z"))
    codes = {code for code, _ in found(tmp_path, "data/entries/0004.json", late)}
    assert {"entry.after_bundle", "entry.time_not_of_id"} <= codes


@pytest.mark.parametrize("identity", ["ffffffff-ffff-7fff-bfff-ffffffffffff", "01938a00-0000-4000-8000-000000000001"])
def test_an_id_that_says_nothing_about_time_or_too_much(tmp_path, identity):
    codes = {code for code, _ in found(tmp_path, PATH, in_body(lambda body: body.update(id=identity)))}
    assert ("entry.time_not_of_id" in codes) == identity.startswith("f")


def test_an_entry_larger_than_any_can_be_is_not_read_and_the_others_are(tmp_path):
    folder = Sample.make().write(tmp_path / "bag")
    os.truncate(folder / PATH, MAX_ENTRY_FILE_BYTES + 1)
    report = verify(folder)
    codes = {(each["code"], each["file"]) for each in report["findings"]}
    assert report["exit"] == 1
    assert {("source.unreadable", PATH), ("bag.file_changed", PATH)} <= codes
    assert not any(code.startswith("entry.") for code, _file in codes)
