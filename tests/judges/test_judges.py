"""Tools that we did not write judge the same bundle and export: they accept what is sound, and refuse what is not.

Each is run as docs/en/verify/judges.md tells a reader to run it; where a tool is not installed its test is left out.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kuramori.evidence.bundles import signing
from kuramori.evidence.bundles.paper import paper
from kuramori.evidence.tests.test_bundle_papers import AT, REPORT
from kuramori_verify.tests.samples import STRANGER, Sample, checkpoint
from kuramori_verify.tests.test_exhibits import redacted
from tests.tampering import of_bags, of_keys, of_proofs, of_tokens, of_zips
from tests.tampering.campaign import ALL
from tests.tampering.good import (
    BODIES,
    CHAIN,
    EXHIBIT,
    TAG_TOKEN,
    TOKEN,
    export_of,
    good_bundle,
    head_over,
    make_sample,
    pack,
)

GO_PACKAGES = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")
with_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
with_go = pytest.mark.skipif(
    shutil.which("go") is None or not GO_PACKAGES.exists(), reason="needs golang-go and golang-golang-x-mod-dev"
)

with_plain_go = pytest.mark.skipif(shutil.which("go") is None, reason="needs golang-go")

OF_BUNDLES = {chapter.__name__ for chapter in (of_bags, of_keys, of_proofs, of_tokens, of_zips)}


def runs(*command: str | Path, folder: Path, **more: str) -> bool:
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, env=more or None)
    return done.returncode == 0


@pytest.fixture
def bag(tmp_path):
    return good_bundle().write(tmp_path / "bundle")


def spoil(folder, name="bag-info.txt"):
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")


def test_bagit_py_validates_the_bag_and_refuses_a_changed_one(bag):
    command = (sys.executable, "-m", "bagit", "--validate", "--quiet", str(bag))
    assert runs(*command, folder=bag.parent)
    spoil(bag, EXHIBIT(1))
    assert not runs(*command, folder=bag.parent)


@pytest.mark.parametrize(("manifest", "name"), [("manifest", EXHIBIT(1)), ("tagmanifest", "bag-info.txt")])
def test_sha256sum_checks_both_manifests_and_refuses_a_changed_file(bag, manifest, name):
    command = ("sha256sum", "--check", "--strict", "--quiet", f"{manifest}-sha256.txt")
    assert runs(*command, folder=bag)
    spoil(bag, name)
    assert not runs(*command, folder=bag)


@with_openssl
@pytest.mark.parametrize(
    ("token", "over"), [(TOKEN, "data/ledger/checkpoint.txt"), (TAG_TOKEN, "tagmanifest-sha256.txt")]
)
def test_openssl_checks_both_time_stamps_and_refuses_other_bytes(bag, token, over):
    command = ("openssl", "ts", "-verify", "-in", token, "-data", over, "-CAfile", CHAIN)
    assert runs(*command, folder=bag)
    spoil(bag, over)
    assert not runs(*command, folder=bag)


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="needs poppler-utils")
def test_pdfsig_finds_the_signature_over_the_whole_paper_and_a_change_in_it(tmp_path, settings, monkeypatch):
    settings.DATA = tmp_path
    monkeypatch.setattr(signing, "RSA_BITS", 2048)
    signing.make_certificate("蔵守テスト株式会社")
    raw = signing.signed(paper(REPORT), at=AT)
    (tmp_path / "index.pdf").write_bytes(raw)
    place = raw.index(b"2026-11-23")
    (tmp_path / "spoilt.pdf").write_bytes(raw[:place] + b"2025" + raw[place + 4 :])
    told = {name: _pdfsig(tmp_path / name) for name in ("index.pdf", "spoilt.pdf")}
    assert "Signature is Valid" in told["index.pdf"]
    assert "Total document signed" in told["index.pdf"]
    assert "ETSI.CAdES.detached" in told["index.pdf"]
    assert "Signature is Valid" not in told["spoilt.pdf"]


def _pdfsig(path: Path) -> str:
    return subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=False).stdout


def built(name: str, folder: Path, *sources: Path) -> Path:
    """Compile one of the judges that are written in Go, as docs/en/verify/judges.md says."""
    where = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(folder / "cache"), "PATH": "/usr/bin"}
    assert runs("go", "build", "-o", folder / name, *sources, folder=folder, **where)
    return folder / name


@pytest.fixture(scope="module")
def tlog(tmp_path_factory):
    """The judge of ledgers: Go's own transparency log, with a main function of a hundred lines around it."""
    return built("tlog", tmp_path_factory.mktemp("go"), Path(__file__).with_name("tlog.go"))


@pytest.fixture(scope="module")
def second(tmp_path_factory):
    """The second verifier, written from docs/en/verify/format.md alone."""
    sources = sorted(Path(__file__).with_name("second").glob("*.go"))
    return built("second", tmp_path_factory.mktemp("go"), *sources)


def said_by(second: Path, bundle: Path) -> tuple[int, str]:
    done = subprocess.run([second, bundle], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@with_plain_go
def test_the_second_verifier_accepts_what_is_sound(second, bag, tmp_path):
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", bag.parent, bag.name)
    more = {
        "other": pack(make_sample(exhibit=b"another")).write(tmp_path / "other"),
        "no rows": Sample.make().write(tmp_path / "plain"),
        "redacted": redacted(Sample.make()).write(tmp_path / "less"),
    }
    for given in (bag, Path(packed), *more.values()):
        assert said_by(second, given) == (0, "")


@with_plain_go
def test_the_second_verifier_gives_each_forged_bundle_the_exit_status_that_ours_gives(second, tmp_path):
    """All of the campaign but exports of ledgers, and what only a head kept by the reader shows."""
    cases = [each for each in ALL if each.deed.__module__ in OF_BUNDLES and "older_heads" not in each.given]
    assert len(cases) > 140
    differing = {}
    for number, case in enumerate(cases):
        folder = tmp_path / str(number)
        folder.mkdir()
        status, words = said_by(second, case.hand_over(folder))
        if status != case.exit or not words:
            differing[case.name] = (status, words)
    assert differing == {}


@pytest.fixture
def export(tmp_path):
    return export_of(BODIES).write(tmp_path / "export")


@with_go
def test_gos_transparency_log_reads_head_tiles_and_every_entry(tlog, export):
    said = subprocess.run([tlog, export], capture_output=True, text=True, check=True).stdout
    assert said.startswith("kuramori.example/ledger: 300 entries under ")


@with_go
@pytest.mark.parametrize("size", [0, 1, 255, 256, 257])
def test_gos_transparency_log_reads_ledgers_of_every_shape(tlog, tmp_path, size):
    assert runs(tlog, export_of(BODIES[:size]).write(tmp_path / "export"), folder=tmp_path)


@with_go
def test_gos_transparency_log_follows_an_older_head_and_refuses_a_fork(tlog, export, tmp_path):
    (tmp_path / "older").write_bytes(head_over(200))
    assert runs(tlog, export, tmp_path / "older", folder=tmp_path)
    (tmp_path / "fork").write_bytes(checkpoint(200, bytes(32)))
    assert not runs(tlog, export, tmp_path / "fork", folder=tmp_path)
    (tmp_path / "strange").write_bytes(checkpoint(200, bytes(32), STRANGER))
    assert not runs(tlog, export, tmp_path / "strange", folder=tmp_path)


@with_go
@pytest.mark.parametrize("name", ["checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/entries/001.p/44"])
def test_gos_transparency_log_refuses_an_export_with_one_byte_changed(tlog, export, tmp_path, name):
    raw = bytearray((export / name).read_bytes())
    raw[40] ^= 1
    (export / name).write_bytes(raw)
    assert not runs(tlog, export, folder=tmp_path)
