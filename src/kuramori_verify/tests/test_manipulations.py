"""What a forger might do to a bundle: each is found, named with its place, and gives the right exit status.

Those written by `Sample.write` come with fresh BagIt manifests, as a careful forger would make them.
"""

import json
import re

import pytest

from kuramori.evidence.rules import bundle
from kuramori.evidence.rules.bundle import sha256_hex
from kuramori_verify.cli import verify
from kuramori_verify.tests.samples import INFO, ROWS, STRANGER, Sample, csv_bytes, key_line


@pytest.fixture
def sample():
    return Sample.make()


@pytest.fixture
def folder(sample, tmp_path):
    return sample.write(tmp_path / "bag")


def found(path, **options):
    report = verify(path, **options)
    return report["exit"], {(each["code"], each["file"]) for each in report["findings"]}


def retag(folder):
    """Make BagIt's tag manifest fit again after a tag file was edited."""
    path = folder / "tagmanifest-sha256.txt"
    names = re.findall(r"  (.+)", path.read_text())
    path.write_text("".join(f"{sha256_hex((folder / name).read_bytes())}  {name}\n" for name in names))


def change_json(sample, path, change):
    value = json.loads(sample.files[path])
    change(value)
    sample.files[path] = bundle.canonical(value)


# ---- by hand, without touching BagIt's manifests


def test_an_edited_file(folder):
    (folder / "data/exhibits/0001.txt").write_bytes(b"Exhibit")
    assert found(folder) == (
        1,
        {("bag.file_changed", "data/exhibits/0001.txt"), ("bundle.file_differs", "data/exhibits/0001.txt")},
    )


def test_a_deleted_file(folder):
    (folder / "data/exhibits/0001.txt").unlink()
    code, findings = found(folder)
    assert code == 1  # the payload count in bag-info.txt no longer holds
    assert ("bag.file_missing", "data/exhibits/0001.txt") in findings


def test_an_added_file(folder):
    (folder / "data/exhibits/0002.txt").write_bytes(b"new")
    code, findings = found(folder)
    assert code == 1
    assert {
        ("bag.file_unlisted", "data/exhibits/0002.txt"),
        ("bundle.file_unknown", "data/exhibits/0002.txt"),
    } < findings


def test_a_renamed_file(folder):
    (folder / "data/exhibits/0001.txt").rename(folder / "data/exhibits/0009.txt")
    report = verify(folder)
    renamed = next(each for each in report["findings"] if each["code"] == "bag.file_renamed")
    assert (renamed["file"], renamed["detail"]) == ("data/exhibits/0001.txt", "data/exhibits/0009.txt")
    assert report["exit"] == 1


def test_a_truncated_entry(folder):
    path = folder / "data/entries/0002.json"
    path.write_bytes(path.read_bytes()[:-9])
    code, findings = found(folder)
    assert code == 1
    assert {("bag.file_changed", "data/entries/0002.json"), ("entry.malformed", "data/entries/0002.json")} < findings


def test_a_link_in_place_of_a_file(folder):
    path = folder / "data/exhibits/0001.txt"
    path.rename(folder.parent / "outside.txt")
    path.symlink_to(folder.parent / "outside.txt")
    assert ("source.link", "data/exhibits/0001.txt") in found(folder)[1]


@pytest.mark.parametrize("name", ["manifest-sha256.txt", "tagmanifest-sha256.txt", "bagit.txt", "bag-info.txt"])
def test_a_removed_part_of_the_bag(folder, name):
    (folder / name).unlink()
    code, findings = found(folder)
    assert code in (1, 2)
    assert ("bag.file_missing", name) in findings


# ---- with BagIt made to fit again


def test_bag_info_edited_and_the_tag_manifest_made_to_fit(folder):
    path = folder / "bag-info.txt"
    path.write_text(path.read_text().replace("KM-2026-0001", "KM-2026-0002"))
    retag(folder)
    report = verify(folder)
    assert [(each["code"], each["record"]) for each in report["findings"]] == [
        ("bag.info_differs", "External-Identifier")
    ]
    assert report["exit"] == 1


def test_the_date_of_the_bag(sample, tmp_path):
    path = sample.write(tmp_path / "bag", info=INFO | {"Bagging-Date": "2025-01-01"})
    assert found(path) == (1, {("bag.info_differs", "bag-info.txt")})


def test_an_exhibit_replaced(sample, tmp_path):
    sample.files["data/exhibits/0001.txt"] = b"another"
    assert found(sample.write(tmp_path / "bag")) == (1, {("bundle.file_differs", "data/exhibits/0001.txt")})


def test_an_exhibit_replaced_and_the_manifest_made_to_fit(sample, tmp_path):
    other = Sample.make(exhibit=b"another")
    sample.files |= {path: other.files[path] for path in ("data/exhibits/0001.txt", bundle.MANIFEST)}
    code, findings = found(sample.write(tmp_path / "bag"))
    assert code == 1
    assert ("bundle.seal_broken", "data/manifest.json") in findings


def test_the_verifier_replaced(sample, tmp_path):
    sample.files[bundle.VERIFIER] = b"print('sound')\n"
    assert found(sample.write(tmp_path / "bag")) == (1, {("bundle.file_differs", bundle.VERIFIER)})


def test_an_exhibit_removed(sample, tmp_path):
    del sample.files["data/exhibits/0001.txt"]
    assert found(sample.write(tmp_path / "bag")) == (2, {("bundle.file_missing", "data/exhibits/0001.txt")})


def test_an_entry_removed(sample, tmp_path):
    del sample.files["data/entries/0002.json"]
    report = verify(sample.write(tmp_path / "bag"))
    missing = next(each for each in report["findings"] if each["code"] == "bundle.entry_missing")
    assert (missing["file"], missing["entry"], report["exit"]) == ("data/entries/0002.json", 4, 2)
    assert (report["integrity"], report["completeness"]) == ("sound", "incomplete")


def test_an_entry_removed_from_the_manifest_too(sample, tmp_path):
    del sample.files["data/entries/0004.json"]
    change_json(sample, bundle.MANIFEST, lambda manifest: manifest["entries"].pop())
    code, findings = found(sample.write(tmp_path / "bag"))
    assert code == 1
    assert {("bundle.seal_broken", bundle.MANIFEST), ("bundle.counts_differ", bundle.MANIFEST)} <= findings


def test_proofs_swapped_between_entries(sample, tmp_path):
    one, other = "data/entries/0001.json", "data/entries/0003.json"
    first, third = json.loads(sample.files[one]), json.loads(sample.files[other])
    first["proof"], third["proof"] = third["proof"], first["proof"]
    sample.files |= {one: bundle.canonical(first), other: bundle.canonical(third)}
    assert found(sample.write(tmp_path / "bag")) == (1, {("entry.not_in_ledger", one), ("entry.not_in_ledger", other)})


def test_a_word_of_a_body_changed(sample, tmp_path):
    path = "data/entries/0001.json"
    change_json(sample, path, lambda entry: entry.update(body=entry["body"].replace("05:02", "04:02")))
    code, findings = found(sample.write(tmp_path / "bag"))
    assert code == 1
    assert {("entry.not_in_ledger", path), ("entry.differs_from_manifest", path)} <= findings


def test_an_index_beyond_the_ledger(sample, tmp_path):
    change_json(sample, "data/entries/0004.json", lambda entry: entry.update(index=13))
    assert ("entry.beyond_ledger", "data/entries/0004.json") in found(sample.write(tmp_path / "bag"))[1]


def test_a_changed_disclosure(sample, tmp_path):
    path = "data/entries/0001.json"
    forged = Sample.make()
    words = json.loads(forged.files[path])["disclosures"]
    change_json(sample, path, lambda entry: entry["disclosures"].__setitem__(1, words[1]))
    report = verify(sample.write(tmp_path / "bag"))
    assert [(each["code"], each["record"]) for each in report["findings"]] == [
        ("entry.disclosure_foreign", "why"),
        ("entry.shown_differs", None),
        ("entry.member_missing", "why"),
    ]
    assert report["exit"] == 1


def test_a_disclosure_taken_out_silently(sample, tmp_path):
    change_json(sample, "data/entries/0001.json", lambda entry: entry["disclosures"].pop())
    report = verify(sample.write(tmp_path / "bag"))
    assert [(each["code"], each["record"], each["entry"]) for each in report["findings"]] == [
        ("entry.shown_differs", None, 2),
        ("entry.member_missing", "changes.0.title", 2),
    ]
    assert report["exit"] == 1


def test_a_row_of_an_import_shown_as_another(sample, tmp_path):
    path = "data/entries/0002.json"
    change_json(sample, path, lambda entry: entry["changes"][0].update(position=8))
    code, findings = found(sample.write(tmp_path / "bag"))
    assert code == 1
    assert ("entry.item_not_in_list", path) in findings


def test_a_history_signed_again_with_a_strangers_key(sample, tmp_path):
    sample.prove([2, 4, 6, 9], key=STRANGER)
    assert found(sample.write(tmp_path / "bag")) == (1, {("ledger.signature_wrong", bundle.CHECKPOINT)})


def test_a_strangers_history_with_his_key_enclosed_shows_another_fingerprint(sample, tmp_path):
    before = verify(sample.write(tmp_path / "bag"))["key"]["fingerprint"]
    sample.prove([2, 4, 6, 9], key=STRANGER)
    sample.files[bundle.KEYS] = key_line(STRANGER)
    report = verify(sample.write(tmp_path / "forged"))
    assert report["key"]["fingerprint"] != before
    assert "limit.key_from_bundle" in [limit["code"] for limit in report["does_not_prove"]]


def test_a_back_dated_entry_with_a_proof_that_holds(tmp_path):
    report = verify(Sample.make(back_dated=True).write(tmp_path / "bag"))
    assert [(each["code"], each["entry"]) for each in report["findings"]] == [("entry.back_dated", 9)]
    assert report["exit"] == 1


def test_a_removed_checkpoint(sample, tmp_path):
    del sample.files[bundle.CHECKPOINT]
    assert found(sample.write(tmp_path / "bag")) == (2, {("ledger.file_missing", bundle.CHECKPOINT)})


@pytest.mark.parametrize("name", [bundle.SEAL, bundle.KEYS])
def test_a_removed_seal_or_key(sample, tmp_path, name):
    del sample.files[name]
    assert found(sample.write(tmp_path / "bag")) == (2, {("ledger.file_missing", name)})


def test_a_removed_manifest(sample, tmp_path):
    del sample.files[bundle.MANIFEST]
    assert found(sample.write(tmp_path / "bag")) == (2, {("bundle.file_missing", bundle.MANIFEST)})


def test_a_removed_event_segment(sample, tmp_path):
    del sample.files["data/events/0001.csv"]
    report = verify(sample.write(tmp_path / "bag"))
    assert ("bundle.file_missing", "data/events/0001.csv") in {(f["code"], f["file"]) for f in report["findings"]}
    assert report["completeness"] == "incomplete"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([[*ROWS[3][:1], "遠山 千尋", ROWS[3][2]], ROWS[4], ROWS[5], ROWS[9]], "events.row_changed"),
        ([ROWS[4], ROWS[3], ROWS[5], ROWS[9]], "events.row_changed"),
        ([ROWS[3], ROWS[4], ROWS[5]], "events.row_count_differs"),
        ([ROWS[3], ROWS[4], ROWS[5], ROWS[9], ROWS[9]], "events.row_count_differs"),
    ],
)
def test_event_rows_altered_swapped_removed_and_doubled(sample, tmp_path, rows, code):
    sample.files["data/events/0001.csv"] = csv_bytes([ROWS[0], *rows])
    report = verify(sample.write(tmp_path / "bag"))
    named = [(each["file"], each["entry"], each["record"]) for each in report["findings"] if each["code"] == code]
    assert named == [("data/events/0001.csv", 6, "01938a00-0000-7000-8000-0000000000e1")]
    assert report["exit"] == 1


def test_a_sealed_file_replaced(sample, tmp_path):
    sample.files["data/events/0001.parquet"] = b"PAR2"
    assert ("events.file_not_sealed", "data/events/0001.parquet") in found(sample.write(tmp_path / "bag"))[1]


def test_a_time_in_the_chronology_changed(sample, tmp_path):
    change_json(sample, bundle.CHRONOLOGY, lambda c: c["rows"][0].update(at="2026-11-23T06:02:00.000000Z"))
    code, findings = found(sample.write(tmp_path / "bag"))
    assert code == 1
    assert ("chronology.time_differs", bundle.CHRONOLOGY) in findings


def test_files_of_another_bundle_mixed_in(sample, tmp_path):
    other = Sample.make()
    sample.files["data/entries/0003.json"] = other.files["data/entries/0003.json"]
    code, findings = found(sample.write(tmp_path / "bag"))
    assert code == 1
    assert ("entry.not_in_ledger", "data/entries/0003.json") in findings
