"""The page's JavaScript against published vectors, and against the Python verifier on the same bundles, in node.

Where there is no node the browser test says the same of the page itself.
"""

import hashlib
import json
import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kuramori.evidence.rules import bundle
from kuramori.kernel.canonical import canonical
from kuramori_verify.cli import verify
from kuramori_verify.messages import LIMIT, MEANINGS
from kuramori_verify.onepage import library
from kuramori_verify.tests.samples import STRANGER, Sample, csv_bytes
from kuramori_verify.tests.test_exhibits import redacted
from kuramori_verify.tests.test_messages import CASES, Bench

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="no node here; the browser test covers the page")

FILES = """
const { readdirSync, readFileSync, statSync } = require("node:fs");
const walk = (root, at = "") => readdirSync(`${root}/${at}`).flatMap((name) => {
  const path = at ? `${at}/${name}` : name;
  return statSync(`${root}/${path}`).isDirectory() ? walk(root, path) : [path];
});
async function judge(root) {
  const findings = new Findings();
  const chosen = walk(root).map((path) => ({ path: `bag/${path}`, blob: new Blob([readFileSync(`${root}/${path}`)]) }));
  const source = folderSource(chosen, findings);
  const report = await verifyBundle(source, findings);
  return { codes: findings.all.map((each) => each.code), counts: report.counts, size: report.head && report.head.size };
}
async function judgeZip(file) {
  const findings = new Findings();
  try {
    await verifyBundle(await zipSource(new Blob([readFileSync(file)]), findings), findings);
  } catch (error) {
    findings.add("form.cannot_open", null, { detail: error.message });
  }
  return findings.all.map((each) => each.code);
}
"""


def node(script, **given):
    """Run a script after the page's library; `given` are its constants; what it returns comes back as JSON."""
    constants = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in given.items())
    code = f"{library()}{FILES}{constants}(async () => {{ {script} }})().then((v) => console.log(JSON.stringify(v)))"
    answer = subprocess.run([NODE, "-"], input=code, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr[-2000:]
    return json.loads(answer.stdout)


def test_hashes_are_those_of_the_standard_at_every_border_of_a_block():
    texts = [bytes(n % 251 for n in range(size)).hex() for size in (0, 1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 1000)]
    found = node("return texts.map((t) => [hex(sha256(unhex(t))), hex(sha512(unhex(t)))])", texts=texts)
    raw = [bytes.fromhex(each) for each in texts]
    assert found == [[hashlib.sha256(each).hexdigest(), hashlib.sha512(each).hexdigest()] for each in raw]


def test_a_hash_taken_in_pieces_is_the_same():
    script = """
    const bytes = Uint8Array.from({ length: 5000 }, (_, i) => i % 256);
    return [1, 63, 64, 65, 4096].map((step) => {
      const hash = new Sha256();
      for (let i = 0; i < bytes.length; i += step) hash.update(bytes.subarray(i, i + step));
      return hex(hash.digest());
    });"""
    assert set(node(script)) == {hashlib.sha256(bytes(n % 256 for n in range(5000))).hexdigest()}


def test_signatures_are_accepted_and_refused_as_rfc_8032_demands():
    # RFC 8032 section 7.1, test 2
    key = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    good = (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    order = 2**252 + 27742317777372353535851937790883648493
    large = (int.from_bytes(bytes.fromhex(good)[32:], "little") + order).to_bytes(32, "little").hex()
    private = Ed25519PrivateKey.generate()
    own, text = private.public_key().public_bytes_raw().hex(), "蔵守".encode()
    cases = [
        [key, "72", good, True], [key, "73", good, False], [key, "72", good[:64] + large, False],
        [key, "72", good[:-2] + "01", False], [key, "72", good[:-2], False], ["00" * 32, "72", good, False],
        ["01" + "00" * 31, "72", "01" + "00" * 63, False], ["ff" * 32, "72", good, False],
        [own, text.hex(), private.sign(text).hex(), True], [own, text.hex() + "00", private.sign(text).hex(), False],
    ]  # fmt: skip
    found = node("return cases.map(([k, m, s]) => ed25519Verifies(unhex(k), unhex(m), unhex(s)))", cases=cases)
    assert found == [expected for *_rest, expected in cases]


REFUSED = [
    '{"b":1,"a":2}', '{"a":1,"a":1}', "[1.0]", "[1e3]", "[-0]", "[9007199254740992]", "[1 ]", '["\\u0061"]', "[1]x", "",
    '["\\ud800"]', "[NaN]", "[" * 100_000,
]  # fmt: skip


def test_what_could_be_read_in_two_ways_is_refused():
    script = """
    const isRead = (t) => { try { readCanonical(t); return true; } catch (e) { return !(e instanceof FormError); } };
    return texts.map(isRead);"""
    assert not any(node(script, texts=REFUSED))
    values = [
        {"日本": ["語", None, True, -5, 2**53 - 1]},
        {"\ue000": 1, "\U00010000": 2},
        {"__proto__": {"x": 1}},
        '\u007f\n"\\',
    ]
    texts = [canonical(each).decode() for each in values]
    assert node("return texts.map((t) => canonical(readCanonical(t)) === t)", texts=texts) == [True] * len(texts)


def test_rows_are_read_as_a_spreadsheet_reads_them():
    rows = [["a", "b"], ['"q"', "x,y"], ["多\r\n行", ""], ["", ""], ["'=1", "－5"]]
    script = "const out = []; for await (const r of csvRows([unhex(raw)])) out.push(r.map(unguarded)); return out"
    assert node(script, raw=csv_bytes(rows).hex()) == rows
    for bad in (b'"open', b'"a"b\n', b"\xff"):
        said = node(f"try {{ {script} }} catch (e) {{ return e.name }}", raw=bad.hex())
        assert said in ("FormError", "Error", "TypeError")


# ---- both verifiers on the same bundles

# What the page does not look at, or what no folder holds.
ELSEWHERE = (
    "ledger.entr",
    "ledger.histor",
    "ledger.older",
    "ledger.root",
    "ledger.short",
    "ledger.tile",
)
UNSEEN = {"source.link", "source.not_a_file", "form.cannot_open", "form.not_a_bundle"}


def spoilt(tmp_path):
    """Every bundle of the Python verifier's own table that is a folder, spoilt in its way."""
    for code, spoil in CASES.items():
        if code.startswith(ELSEWHERE) or code in UNSEEN or MEANINGS[code].area == LIMIT:
            continue
        bench = Bench(tmp_path / code)
        bench.tmp.mkdir()
        spoil(bench)
        yield code, bench.folder


def worth(codes):
    return {code for code in codes if MEANINGS[code].area != LIMIT}


@pytest.mark.filterwarnings("ignore:Duplicate")
def test_both_verifiers_find_the_same_in_every_spoilt_bundle(tmp_path):
    found = list(spoilt(tmp_path))
    assert len(found) > 40
    script = """
    const out = {};
    for (const [code, path] of found)
      out[code] = path.endsWith(".zip") ? await judgeZip(path) : (await judge(path)).codes;
    return out;"""
    told = node(script, found=[(code, str(folder)) for code, folder in found])
    for code, folder in found:
        ours = worth(each["code"] for each in verify(folder)["findings"])
        assert (code, worth(told[code])) == (code, ours)


def test_good_bundles_of_both_versions_and_a_redacted_one_are_good_here_too(tmp_path):
    samples = {"new": Sample.make(), "old": Sample.make(version=1), "less": redacted(Sample.make())}
    folders = {name: str(sample.write(tmp_path / name)) for name, sample in samples.items()}
    told = node("return Promise.all(Object.values(folders).map(judge))", folders=folders)
    for (name, folder), report in zip(folders.items(), told, strict=True):
        assert (name, worth(report["codes"])) == (name, set())
        checked = verify(tmp_path / name)["checked"]
        assert report["counts"]["entries"] == checked["entries"]
        assert (report["counts"]["rows"], report["size"]) == (checked["rows"], 13)
        assert folder


def test_zips_are_read_in_place_and_damaged_ones_refused(tmp_path):
    folder = Sample.make().write(tmp_path / "bag")
    good = shutil.make_archive(str(tmp_path / "good"), "zip", tmp_path, "bag")
    assert folder.exists()
    raw = (tmp_path / "good.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(raw[:-40])
    (tmp_path / "no.zip").write_bytes(b"PK")
    told = node(
        "return Promise.all(files.map(judgeZip))", files=[good, str(tmp_path / "cut.zip"), str(tmp_path / "no.zip")]
    )
    assert [worth(each) for each in told] == [set(), {"form.cannot_open"}, {"form.cannot_open"}]


def test_a_history_signed_by_a_stranger_is_found(tmp_path):
    sample = Sample.make()
    sample.prove([2, 4, 6, 9], key=STRANGER)
    assert node("return judge(path)", path=str(sample.write(tmp_path / "bag")))["codes"][0] == "ledger.signature_wrong"
    assert bundle.KEYS in sample.files
