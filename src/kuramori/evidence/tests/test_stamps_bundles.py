"""A bundle with time stamps of two authorities, from the asking to the stranger who checks it (EVD-08, L8, L10)."""

import shutil
import subprocess
import sys
from datetime import timedelta

import bagit
import pytest

from kuramori.directory.tests.company import Company
from kuramori.evidence.bundles.asking import PERSON, write_bundle
from kuramori.evidence.models import Stamp, StampDue
from kuramori.evidence.rules.stamps import Problem
from kuramori.evidence.stamps.asking import ask_all_due
from kuramori.evidence.tests.loopback import serving
from kuramori.evidence.tests.stamping import authority_like
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role
from kuramori_verify.cli import verify
from kuramori_verify.tests.authority import TestAuthority, openssl_accepts

pytestmark = pytest.mark.django_db
HEAD, TAGS = "data/ledger/checkpoint.txt", "tagmanifest-sha256.txt"


@pytest.fixture
def offices():
    """Two authorities, each with its server."""
    seiko, amano = TestAuthority.make(), TestAuthority.make("rsa", "p384")
    with serving(seiko.reply) as first, serving(amano.reply) as second:
        authority_like(seiko, first.url, "seiko")
        authority_like(amano, second.url, "amano")
        yield {"seiko": (seiko, first), "amano": (amano, second)}


@pytest.fixture
def make(tmp_path):
    here = Company()
    here.give(here.daichi, Role.AUDITOR)
    viewer, numbers = here.viewer(here.daichi), iter(range(9))

    def some():
        out = tmp_path / f"bundle-{next(numbers)}"
        write_bundle(viewer, kind=PERSON, subject=here.botan.as_subject(), out=out, why="退職者の調査")
        return out

    return some


def codes(report):
    return [each["code"] for each in report["findings"]]


def test_four_judges_agree_on_a_bundle_with_four_tokens(offices, make, tmp_path):
    out = make()
    report = verify(out)
    assert (report["exit"], codes(report)) == (0, [])
    assert sorted(each["file"] for each in report["stamps"]) == [
        "data/tokens/amano.tsr", "data/tokens/seiko.tsr", "tokens/amano.tsr", "tokens/seiko.tsr",
    ]  # fmt: skip
    assert {each["signer"] for each in report["stamps"]} == {"Test TSA"}
    for slug, (tsa, _server) in offices.items():
        for folder, over in (("data/tokens", HEAD), ("tokens", TAGS)):
            token = (out / folder / f"{slug}.tsr").read_bytes()
            assert openssl_accepts(tmp_path, token, (out / over).read_bytes(), tsa.roots)
            pem = (out / f"data/tokens/{slug}.pem").read_bytes()
            assert openssl_accepts(tmp_path, token, (out / over).read_bytes(), pem)
    assert bagit.Bag(str(out)).is_valid()
    command = [sys.executable, "-I", str(out / "verify/kuramori_verify.py"), str(out), "--lang", "ja"]
    alone = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (alone.returncode, alone.stdout.count("タイムスタンプ: 20")) == (0, 4)


def test_an_absent_authority_holds_nothing_up_is_named_as_due_and_its_token_fits_later(offices, make):
    offices["amano"][1].status = 503
    out = make()
    report = verify(out)
    assert report["exit"] == 2
    assert [(each["code"], each["file"]) for each in report["findings"]] == [
        ("token.missing", "data/tokens/amano.tsr"),
        ("token.missing", "tokens/amano.tsr"),
    ]
    waiting = StampDue.objects.filter(bundle__isnull=False).get()
    assert (waiting.authority.slug, waiting.problem) == ("amano", Problem.STATUS)
    offices["amano"][1].status = 200
    ask_all_due(by=SYSTEM)
    stamp = Stamp.objects.get(authority__slug="amano", bundle=waiting.bundle)
    (out / "tokens/amano.tsr").write_bytes(bytes(stamp.reply))
    assert codes(verify(out)) == ["token.missing"], (
        "the token over the tag manifest fits the bundle that is out already"
    )


@pytest.mark.parametrize("wrong", [{"digest": "sha1"}, {"spoil_signature": True}, {"nonce": 5}, {"status": 2}])
def test_a_reply_that_was_refused_never_comes_into_a_bundle(offices, make, wrong):
    tsa, _server = offices["amano"]
    for name, value in wrong.items():
        setattr(tsa, name, value)
    out = make()
    assert {path.name for path in out.rglob("*.tsr")} == {"seiko.tsr"}
    assert set(codes(verify(out))) == {"token.missing"}
    assert Stamp.objects.filter(authority__slug="amano").exclude(refusal="").exists()


def test_what_is_done_to_tokens_in_a_bundle_is_named(offices, make, tmp_path):
    whole, other = make(), make()

    def spoilt(change):
        shutil.rmtree(tmp_path / "spoilt", ignore_errors=True)
        there = shutil.copytree(whole, tmp_path / "spoilt")
        change(there)
        return set(codes(verify(there)))

    def flip(path, place=-20):
        raw = bytearray(path.read_bytes())
        raw[place] ^= 1
        path.write_bytes(bytes(raw))

    assert spoilt(lambda there: (there / "tokens/seiko.tsr").unlink()) == {"token.missing"}
    assert spoilt(lambda there: flip(there / "tokens/seiko.tsr")) == {"token.signature_wrong"}
    swapped = spoilt(lambda there: shutil.copy(other / "tokens/seiko.tsr", there / "tokens/seiko.tsr"))
    assert swapped == {"token.other_data"}
    crossed = spoilt(lambda there: shutil.copy(there / "tokens/amano.tsr", there / "tokens/seiko.tsr"))
    assert crossed == {"token.chain_broken"}
    named = spoilt(lambda there: (there / "tokens/seiko.tsr").rename(there / "tokens/sieko.tsr"))
    assert named == {"token.missing", "token.root_missing"}
    assert "token.other_data" in spoilt(lambda there: flip(there / TAGS, 0))


def test_a_clock_of_the_company_that_runs_ahead_contradicts_the_stamp(offices, make):
    tsa, _server = offices["seiko"]
    tsa.at = (tsa.cert.not_valid_before_utc + timedelta(days=1)).replace(microsecond=0)
    assert "token.before_entry" in codes(verify(make()))
