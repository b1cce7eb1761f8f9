"""The index on paper: PDF/A from data, the same bytes each time, signed where there is a certificate; other parts."""

import json
import re
import stat
import zipfile
from datetime import UTC, datetime

import bagit
import pytest
import time_machine
import typst
from django.core.exceptions import ImproperlyConfigured
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.bundles import paper as papers
from kuramori.evidence.bundles import signing
from kuramori.evidence.bundles.making import make_bundle
from kuramori.evidence.bundles.paper import GETA, paper
from kuramori.evidence.bundles.report import LISTED, lines
from kuramori.evidence.bundles.signing import CERTIFICATE, KEY, make_certificate, signed
from kuramori.evidence.bundles.zipping import write_zip
from kuramori.evidence.tests.loopback import serving
from kuramori.evidence.tests.stamping import authority_like
from kuramori.evidence.tests.test_bundle_words import order_about, told_of
from kuramori.kernel.acts import Refused
from kuramori.kernel.permissions import Role
from kuramori_verify.cli import verify
from kuramori_verify.tests.authority import TestAuthority, openssl_accepts

AT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
REPORT = {
    "language": "ja", "title": "電解液の配合比", "variant": "裁判所提出", "cover": "表紙", "facts": [], "exhibits": [],
    "has_statement": True, "claims": [], "chronology": [], "more_rows": 0, "custody": [], "has_custody": True,
    "stamps": [], "kept_back": [], "redaction": "", "made_on": "2026-11-23",
}  # fmt: skip


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def company(db):
    here = Company()
    here.give(here.daichi, Role.AUDITOR)
    return here


@pytest.fixture
def daichi(company):
    return company.viewer(company.daichi)


# paper


def test_the_same_words_give_the_same_archival_pdf_and_others_another():
    one = paper(REPORT)
    assert one == paper(REPORT)
    assert one != paper({**REPORT, "title": "別の秘密"})
    assert b"<pdfaid:part>3</pdfaid:part>" in one
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in one
    assert b"2026-11-23" in one, "dated by the bundle, not by the clock"


@pytest.mark.parametrize(
    "words",
    ["😀 改\n行", "\x01\u202e", "สวัสดี ชาวโลก ทุกคน", "葛\U000e0100 𠮷野家", '#eval("1") \\ $x$ @a <b>', "\u3000"],
)
def test_no_word_of_others_stops_the_paper_or_becomes_its_source(words):
    made = paper({**REPORT, "title": words, "redaction": words})
    assert made.startswith(b"%PDF-")
    assert made == paper({**REPORT, "title": words, "redaction": words})


def test_signs_that_no_font_here_draws_become_a_mark_and_stop_nothing():
    many = "".join(chr(0x0E01 + n) for n in range(40))
    assert papers._without('{"title":"😀\\u0001"}', "\\u{1}") == f'{{"title":"😀{GETA}"}}'
    assert [papers._is_common(each) for each in "蔵a〓\U0001f600"] == [True, True, True, False]
    assert len(paper({**REPORT, "title": many})) < len(paper(REPORT)) + 5_000


def test_a_fault_of_our_own_template_is_not_hidden(monkeypatch, tmp_path):
    broken = tmp_path / "x.typ"
    broken.write_text("#nothing_of_this_name")
    monkeypatch.setattr(papers, "SOURCE", broken)
    with pytest.raises(typst.TypstError):
        paper(REPORT)


# signature


@pytest.fixture
def certificate(monkeypatch):
    """A pair as the command makes it, of a size that is quick to make."""
    monkeypatch.setattr(signing, "RSA_BITS", 2048)
    return make_certificate("蔵守テスト株式会社")


def test_without_a_certificate_the_pdf_is_not_signed():
    assert signed(b"%PDF", at=AT) == b"%PDF"


def test_a_signed_pdf_is_intact_whole_and_trusted_by_another_tool_and_a_changed_one_is_not(certificate, data):
    pdf = paper(REPORT)
    written = signed(pdf, at=AT)
    assert written.startswith(pdf), "the signature comes after, the archival file stays as it is"
    assert written == signed(pdf, at=AT), "the same file, key and time give the same bytes"
    root = load_cert_from_pemder(str(data / CERTIFICATE))

    def judged(raw, folder=data):
        (folder / "x.pdf").write_bytes(raw)
        with (folder / "x.pdf").open("rb") as file:
            (embedded,) = PdfFileReader(file).embedded_signatures
            assert embedded.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
            context = ValidationContext(trust_roots=[root], allow_fetching=False)
            return validate_pdf_signature(embedded, context)

    status = judged(written)
    assert (status.intact, status.valid, status.bottom_line) == (True, True, True)
    spoilt = bytearray(written)
    spoilt[spoilt.index(b"2026-11-23")] ^= 1
    assert not judged(bytes(spoilt)).bottom_line


def test_key_and_certificate_are_ours_alone_and_never_written_over(certificate, data):
    assert re.fullmatch("[0-9a-f]{64}", certificate)
    for path in (KEY, CERTIFICATE):
        assert stat.S_IMODE((data / path).stat().st_mode) == 0o600
    with pytest.raises(Refused):
        make_certificate("別の名義")
    (data / KEY).chmod(0o644)
    with pytest.raises(ImproperlyConfigured, match="chmod 600"):
        signed(paper(REPORT), at=AT)
    (data / KEY).chmod(0o600)
    (data / KEY).write_text("no key")
    with pytest.raises(ImproperlyConfigured, match="no key and its certificate"):
        signed(paper(REPORT), at=AT)


def test_a_signed_bundle_is_the_same_when_made_again(certificate, company, daichi, tmp_path):
    order = order_about(daichi, company.botan)
    one = make_bundle(order, tmp_path / "one", viewer=daichi).folder
    other = make_bundle(order, tmp_path / "other", viewer=daichi).folder
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(other) for path in other.rglob("*") if path.is_file())
    assert [path for path in files if (one / path).read_bytes() != (other / path).read_bytes()] == []
    assert b"ETSI.CAdES.detached" in (one / "data/index.ja.pdf").read_bytes()
    assert verify(one)["exit"] == 0


# other parts


def test_tokens_lie_over_checkpoint_and_tag_manifest_and_anybody_s_tool_takes_them(company, daichi, tmp_path):
    tsa = TestAuthority.make()
    with serving(tsa.reply) as server:
        authority_like(tsa, server.url, "seiko")
        folder = make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi).folder
    stamped = {"data/tokens/seiko.tsr": "data/ledger/checkpoint.txt", "tokens/seiko.tsr": "tagmanifest-sha256.txt"}
    for token, over in stamped.items():
        assert openssl_accepts(tmp_path, (folder / token).read_bytes(), (folder / over).read_bytes(), tsa.roots)
    told = json.loads((folder / "data/manifest.json").read_bytes())
    assert told["stamps"] == [
        {"authority": "seiko", "due": ["checkpoint", "tag_manifest"], "name": told["stamps"][0]["name"]}
    ]
    assert bagit.Bag(str(folder)).is_valid()
    report = verify(folder)
    assert (report["integrity"], report["completeness"]) == ("sound", "complete")
    assert "data/tokens" in (folder / "data/index.en.html").read_text()


def test_a_long_chronology_gets_pages_of_its_own(company, daichi, tmp_path, monkeypatch, write):
    monkeypatch.setattr("kuramori.evidence.bundles.pages.LISTED", 2)
    monkeypatch.setattr("kuramori.evidence.bundles.report.LISTED", 2)
    monkeypatch.setattr("kuramori.evidence.bundles.pages.ROWS_A_PAGE", 3)
    folder = make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi).folder
    rows = json.loads((folder / "data/chronology.json").read_bytes())["rows"]
    pages = sorted((folder / "data/chronology").glob("*.ja.html"))
    assert len(pages) == -(-len(rows) // 3)
    shown = "".join(page.read_text() for page in pages)
    assert all(row["text_ja"] in shown for row in rows)
    index = (folder / "data/index.ja.html").read_text()
    assert all(f"chronology/{page.name}" in index for page in pages)
    for target in re.findall(r'href="(\.\./[^"]+)"', shown):
        assert (folder / "data/chronology" / target).resolve().is_file(), target
    assert verify(folder)["exit"] == 0


def test_lines_of_the_chronology_lead_to_their_entries(company, daichi):
    told = told_of(order_about(daichi, company.botan))
    first = lines(told, "en", 0, LISTED)
    assert len(first) == len(told.rows)
    assert first[0]["file"] == "entries/0001.json"
    assert lines(told, "en", 1, 1) == first[1:2]


def test_a_zip_beyond_four_gigabytes_is_possible_and_small_ones_are_plain(tmp_path, monkeypatch):
    folder = tmp_path / "bag"
    folder.mkdir()
    (folder / "a.bin").write_bytes(bytes(3_000_000))
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1_000_000)
    write_zip(folder, tmp_path / "b.zip", AT)
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert archive.testzip() is None
        assert archive.getinfo("b/a.bin").file_size == 3_000_000


def test_what_is_packed_already_is_not_packed_again_and_the_rest_is(tmp_path):
    folder = tmp_path / "bag"
    folder.mkdir()
    for name in ("a.json", "b.parquet", "c.pdf"):
        (folder / name).write_bytes(bytes(10_000))
    write_zip(folder, tmp_path / "b.zip", AT)
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        sizes = {member.filename: member.compress_size for member in archive.infolist()}
    assert sizes["b/a.json"] < 1_000
    assert sizes["b/b.parquet"] == sizes["b/c.pdf"] == 10_000
