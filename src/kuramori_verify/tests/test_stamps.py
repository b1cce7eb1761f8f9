"""Time stamps in a bundle: over its checkpoint, over its tag manifest, due and absent, and what the report says."""

import json
from datetime import timedelta

import pytest

from kuramori.evidence.rules import bundle
from kuramori_verify.certificates import read_pem
from kuramori_verify.cli import main, verify
from kuramori_verify.findings import Findings
from kuramori_verify.sources import open_source
from kuramori_verify.stamps import check_stamps
from kuramori_verify.tests.authority import TestAuthority, certificate, key_of, openssl_accepts, pem
from kuramori_verify.tests.samples import START, Sample
from kuramori_verify.tests.stamped import STAMPED_AT, add_stamp, stamp_bag


def codes(report):
    return [each["code"] for each in report["findings"]]


def limits(report):
    return [each["code"] for each in report["does_not_prove"]]


@pytest.fixture
def stamped(tmp_path):
    """A bundle with both time stamps of one authority."""
    sample = Sample.make()
    authority = add_stamp(sample)
    folder = sample.write(tmp_path / "bag")
    stamp_bag(folder, authority)
    return folder, authority


def test_a_bundle_with_both_stamps_is_sound_and_says_when_and_by_whom(stamped, tmp_path):
    folder, authority = stamped
    report = verify(folder)
    assert (report["exit"], codes(report)) == (0, [])
    assert [(each["file"], each["over"], each["given"]) for each in report["stamps"]] == [
        ("data/tokens/tsa.tsr", "checkpoint", False),
        ("tokens/tsa.tsr", "tag_manifest", False),
    ]
    assert {each["time"] for each in report["stamps"]} == {"2026-11-23T07:00:00.000000Z"}
    assert {"limit.root_from_bundle", "limit.stamped_time", "limit.revocation"} <= set(limits(report))
    assert "limit.time" not in limits(report)
    for path in ("data/tokens/tsa.tsr", "tokens/tsa.tsr"):
        over = "data/ledger/checkpoint.txt" if path.startswith("data") else "tagmanifest-sha256.txt"
        raw = (folder / path).read_bytes()
        assert openssl_accepts(tmp_path, raw, (folder / over).read_bytes(), authority.roots)


def test_a_root_from_outside_replaces_that_of_the_bundle(stamped, tmp_path, capsys):
    folder, authority = stamped
    report = verify(folder, roots=read_pem(authority.roots))
    assert [each["given"] for each in report["stamps"]] == [True, True]
    assert "limit.root_from_bundle" not in limits(report)
    other = tmp_path / "other.pem"
    other.write_bytes(TestAuthority.make(root_kind="p384").roots)
    assert main([str(folder), "--roots", str(other), "--json"]) == 1
    assert set(codes(json.loads(capsys.readouterr().out))) == {"token.chain_broken"}
    other.write_bytes(authority.roots)
    assert main([str(folder), "--roots", str(other), "--lang", "ja"]) == 0
    assert "タイムスタンプ: 2026-11-23T07:00:00Z Test TSA [tokens/tsa.tsr]" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"no pem", pem(TestAuthority.make("rsa1024").cert)])
def test_roots_that_are_none_are_wrong_usage(stamped, tmp_path, content):
    (tmp_path / "roots.pem").write_bytes(content)
    assert main([str(stamped[0]), "--roots", str(tmp_path / "roots.pem")]) == 3


def test_the_stamp_over_the_tag_manifest_shows_that_a_bag_was_made_anew(tmp_path):
    """Who edits bag-info and makes BagIt's manifests fit again cannot make the authority's stamp fit (L10)."""
    sample = Sample.make()
    authority = add_stamp(sample)
    first = sample.write(tmp_path / "bag")
    token = stamp_bag(first, authority).read_bytes()
    sample.files["data/exhibits/0001.txt"] = b"other words"
    second = sample.write(tmp_path / "forged")
    (second / "tokens").mkdir()
    (second / "tokens/tsa.tsr").write_bytes(token)
    assert "token.other_data" in codes(verify(second))


def test_a_token_of_another_bundle_does_not_fit(stamped, tmp_path):
    folder, _authority = stamped
    token = folder / "tokens/tsa.tsr"
    token.write_bytes((folder / "data/tokens/tsa.tsr").read_bytes())
    assert codes(verify(folder)) == ["token.other_data"]


def test_a_removed_token_that_was_due_is_named(tmp_path):
    sample = Sample.make()
    add_stamp(sample)
    folder = sample.write(tmp_path / "bag")
    findings = Findings()
    due = [
        {"authority": "tsa", "due": ["checkpoint", "tag_manifest"], "name": "SEIKO"},
        {"authority": "amano", "due": ["tag_manifest"], "name": "AMANO"},
    ]
    source = open_source(folder, findings)
    checked = check_stamps(source, due, (), findings)
    assert [each.file for each in checked] == ["data/tokens/tsa.tsr"]
    missing = [(each.file, each.record) for each in findings if each.code == "token.missing"]
    assert missing == [("tokens/tsa.tsr", "SEIKO"), ("tokens/amano.tsr", "AMANO")]


def test_what_is_no_token_has_no_business_beside_them(stamped):
    folder, _authority = stamped
    for name in ("tokens/README.txt", "tokens/A.tsr", "tokens/deep/x.tsr"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"x")
    found = {(each["code"], each["file"]) for each in verify(folder)["findings"]}
    for name in ("tokens/README.txt", "tokens/A.tsr", "tokens/deep/x.tsr"):
        assert {("bundle.file_unknown", name), ("bag.file_unlisted", name)} <= found


@pytest.mark.parametrize(
    ("chain", "code"), [(b"no pem", "token.malformed"), (pem(TestAuthority.make("rsa1024").cert), "token.weak")]
)
def test_a_chain_that_cannot_be_read_is_named_and_leaves_no_root(tmp_path, chain, code):
    sample = Sample.make()
    add_stamp(sample)
    sample.files["data/tokens/tsa.pem"] = chain
    report = verify(sample.write(tmp_path / "bag"))
    assert codes(report) == [code, "token.root_missing"]
    assert report["stamps"] == []


def test_certificates_wait_for_a_token_that_is_due_and_are_read_all_the_same(tmp_path):
    sample = Sample.make()
    sample.files["data/tokens/amano.pem"] = TestAuthority.make().roots
    folder, due = sample.write(tmp_path / "bag"), [{"authority": "amano", "due": [], "name": "AMANO"}]
    for content, owed, code in ((None, due, []), (None, [], ["bundle.file_unknown"]), (b"x", due, ["token.malformed"])):
        if content:
            (folder / "data/tokens/amano.pem").write_bytes(content)
        findings = Findings()
        check_stamps(open_source(folder, findings), owed, (), findings)
        assert [each.code for each in findings] == code


def test_a_chain_over_an_intermediate_beside_the_token(tmp_path):
    sample = Sample.make()
    authority = add_stamp(sample)
    key = key_of("p384", 3)
    middle = certificate(
        "Middle", key, "Test Root", key_of("p256", 1), is_authority=True, start=STAMPED_AT - timedelta(9)
    )
    authority.cert = certificate("Test TSA", authority.key, "Middle", key, start=STAMPED_AT - timedelta(9))
    sample.files["data/tokens/tsa.tsr"] = authority.stamp(sample.files[bundle.CHECKPOINT])
    sample.files["data/tokens/tsa.pem"] = pem(middle, authority.root)
    assert verify(sample.write(tmp_path / "bag"))["exit"] == 0


def test_a_token_without_what_it_stamps_or_too_long_ends_in_words(tmp_path):
    sample = Sample.make()
    add_stamp(sample)
    sample.files["data/tokens/long.tsr"] = bytes((1 << 20) + 1)
    sample.files["data/tokens/long.pem"] = sample.files["data/tokens/tsa.pem"]
    folder = sample.write(tmp_path / "bag")
    (malformed,) = list(verify(folder)["findings"])
    assert (malformed["code"], malformed["file"]) == ("token.malformed", "data/tokens/long.tsr")
    (folder / "data/ledger/checkpoint.txt").unlink()
    report = verify(folder)
    assert report["stamps"] == []
    assert "ledger.file_missing" in codes(report)


def test_an_entry_dated_well_after_the_stamp_that_covers_it_is_false_and_a_little_is_only_clocks(tmp_path):
    for number, (apart, found) in enumerate(
        [(timedelta(minutes=8), []), (timedelta(minutes=12), ["token.before_entry"])]
    ):
        sample = Sample.make()
        add_stamp(sample, at=START + timedelta(minutes=9) - apart)
        assert codes(verify(sample.write(tmp_path / str(number)))) == found
