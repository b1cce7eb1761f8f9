"""Numbered exhibits: each is tied to what the ledger sealed, and two bundles of the same ones are known as twins."""

import json
import subprocess
import sys

import pytest

from kuramori.evidence.rules import bundle
from kuramori.kernel.canonical import canonical
from kuramori_verify.cli import main, verify
from kuramori_verify.exhibits import twin_digest
from kuramori_verify.onefile import one_file
from kuramori_verify.tests.samples import KEY, ROWS, SEGMENT, Sample

NUMBERS = [2, 4, 6, 9]


def manifest_of(sample):
    return json.loads(sample.files[bundle.MANIFEST])


def resealed(sample, **members):
    """Write other members into the manifest and seal them in the ledger: what the company itself could do."""
    raw = canonical(manifest_of(sample) | members)
    sample.files[bundle.MANIFEST] = raw
    sample.bodies[-1] = type(sample.bodies[-1])(
        raw=sample.bodies[-1].raw.replace(
            sample.bodies[-1].raw.split(b'"bundle_manifest_sha256":{"open":"')[1][:64], bundle.sha256_hex(raw).encode()
        ),
        disclosures=sample.bodies[-1].disclosures,
        change_list=sample.bodies[-1].change_list,
        subject_list=sample.bodies[-1].subject_list,
    )
    sample.prove(NUMBERS, KEY)
    return sample


def codes(report):
    return {each["code"] for each in report["findings"]}


def redacted(whole):
    """The twin of a sample: the rows of its log are kept back, and the manifest says so."""
    sample = Sample(list(whole.bodies), dict(whole.files))
    told = manifest_of(sample)
    del sample.files["data/events/0001.csv"], sample.files["data/events/0001.parquet"]
    files = [each for each in told["files"] if not each["file"].startswith("data/events/")]
    withheld = [*told["withheld"], {"entry": 6, "member": "rows", "reason": "names"}]
    counts = told["counts"] | {"files": len(files), "segments": 0, "rows": 0, "withheld": len(withheld)}
    return resealed(
        sample, files=files, segments=[], withheld=withheld, counts=counts, variant="customer",
        redaction={"kinds": ["names"], "why": "従業員の氏名"}, id="01938a00-0000-7000-8000-0000000000ff",
    )  # fmt: skip


def test_both_versions_of_the_format_are_read(tmp_path):
    for version in (1, 2):
        assert verify(Sample.make(version=version).write(tmp_path / str(version)))["exit"] == 0
    assert "exhibits" not in verify(tmp_path / "1")["checked"]
    assert verify(tmp_path / "2")["checked"]["exhibits"] == 3


def test_the_twin_digest_is_that_of_the_writer():
    told = manifest_of(Sample.make())
    assert twin_digest(told["exhibits"]) == told["twin"]
    assert twin_digest([{"number": 1, "root": None}]) == bundle.sha256_hex(b"[[1,null]]")


@pytest.mark.parametrize(
    ("place", "members", "code"),
    [
        (0, {"root": None}, "exhibit.root_differs"),
        (0, {"entry": 3}, "exhibit.root_differs"),
        (1, {"root": "0" * 64}, "exhibit.root_differs"),
        (2, {"root": "0" * 64}, "exhibit.root_differs"),
        (1, {"number": 5}, "exhibit.misnumbered"),
        (2, {"segment": None}, "exhibit.rows_missing"),
    ],
)
def test_even_the_company_cannot_seal_exhibits_that_do_not_fit_the_ledger(tmp_path, place, members, code):
    sample = Sample.make()
    exhibits = manifest_of(sample)["exhibits"]
    exhibits[place] |= members
    report = verify(resealed(sample, exhibits=exhibits).write(tmp_path / "bag"))
    assert {code, "exhibit.file_differs", "bundle.twin_differs"} - codes(report) <= {"bundle.twin_differs"}
    assert code in codes(report)
    assert "bundle.seal_broken" not in codes(report)


def test_a_redacted_bundle_is_sound_and_says_what_it_keeps_back(tmp_path):
    report = verify(redacted(Sample.make()).write(tmp_path / "bag"))
    assert (report["exit"], report["integrity"], report["completeness"]) == (0, "sound", "complete")
    limits = {each["record"]: each["detail"] for each in report["does_not_prove"] if each["code"] == "limit.withheld"}
    assert limits == {"names": "1", "need_to_know": "1"}


def test_rows_that_are_gone_without_a_word_are_missed(tmp_path):
    sample = redacted(Sample.make())
    told = manifest_of(sample)
    resealed(sample, withheld=told["withheld"][:1], counts=told["counts"] | {"withheld": 1})
    assert (verify(sample.write(tmp_path / "bag"))["exit"]) == 2
    assert "exhibit.rows_missing" in codes(verify(tmp_path / "bag"))


def pair(tmp_path):
    whole = Sample.make()
    return whole.write(tmp_path / "whole"), redacted(whole).write(tmp_path / "less")


def twins(capsys, *arguments):
    status = main(["twins", *map(str, arguments)])
    return status, capsys.readouterr().out


def test_twins_are_told_with_what_each_keeps_back(tmp_path, capsys):
    whole, less = pair(tmp_path)
    status, told = twins(capsys, whole, less, "--json")
    report = json.loads(told)
    assert (status, report["twins"], report["exhibits"], report["differing"]) == (0, True, 3, [])
    one, other = report["bundles"]
    assert (one["withheld_only_here"], other["withheld_only_here"]) == ({}, {"names": 1})
    assert (other["variant"], other["why"]) == ("customer", "従業員の氏名")
    assert "twins: same numbers" in twins(capsys, whole, less, "--lang", "en")[1]
    japanese = twins(capsys, whole, less, "--lang", "ja")[1]
    assert "この束だけで非開示の項目: names 1" in japanese
    assert "従業員の氏名" in japanese


def test_bundles_of_other_exhibits_are_no_twins(tmp_path, capsys):
    sample = Sample.make()
    whole = sample.write(tmp_path / "whole")
    exhibits = manifest_of(sample)["exhibits"][:2]
    segments = dict.fromkeys(("twin",), twin_digest(exhibits))
    other = resealed(sample, exhibits=exhibits, **segments).write(tmp_path / "other")
    assert codes(verify(other)) == {"exhibit.unlisted", "bundle.counts_differ"}
    status, told = twins(capsys, whole, other, "--lang", "en")
    assert status == 1
    assert "no twins" in told
    assert "exhibits that differ: 3" in told


def test_twins_of_which_one_was_changed_are_not_called_sound(tmp_path, capsys):
    whole, less = pair(tmp_path)
    (less / "data/index.ja.html").write_bytes(b"<p>")
    assert json.loads(twins(capsys, whole, less, "--json")[1])["exit"] == 1


def test_what_has_no_numbered_exhibits_has_no_twin(tmp_path, capsys):
    whole, old = Sample.make().write(tmp_path / "whole"), Sample.make(version=1).write(tmp_path / "old")
    for other in (old, tmp_path / "nothing"):
        status, told = twins(capsys, whole, other, "--json")
        assert (status, json.loads(told)["twins"]) == (3, False)


def test_the_one_file_knows_twins_too(tmp_path):
    whole, less = pair(tmp_path)
    (tmp_path / "v.py").write_text(one_file())
    command = [sys.executable, "-I", str(tmp_path / "v.py"), "twins", str(whole), str(less), "--lang", "en"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (answer.returncode, "twins: same numbers" in answer.stdout) == (0, True)


def test_a_field_that_a_spreadsheet_would_calculate_keeps_its_proof(tmp_path):
    """Fault A12: the CSV has an apostrophe before it, the leaf is over the field itself."""
    rows = [ROWS[0], ["=1+1", "'@SUM(A1)", "－5"], ["2026", "'plain", "-1"]]
    sample = Sample.make(rows=rows, shown_rows=[1, 2])
    text = sample.files["data/events/0001.csv"].decode("utf-8-sig")
    assert text.splitlines()[1:] == ["'=1+1,''@SUM(A1),'－5", "2026,'plain,'-1"]
    assert verify(sample.write(tmp_path / "bag"))["exit"] == 0
    assert str(SEGMENT) in sample.files[bundle.MANIFEST].decode()
