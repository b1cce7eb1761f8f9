"""Every finding of the verifier, made by the smallest change that deserves it and told in two languages."""

import base64
import hashlib
import json
import os
import zipfile
from collections.abc import Callable

import pytest

from kuramori.evidence.rules import bundle, tree
from kuramori.evidence.rules.note import Checkpoint, VerifierKey, sign
from kuramori.kernel.canonical import canonical
from kuramori.kernel.merkle import leaf_hash
from kuramori_verify.cli import main, verify
from kuramori_verify.messages import COMPLETENESS, FORM, INTEGRITY, LIMIT, MEANINGS, WORDS
from kuramori_verify.tests.authority import DAY, LONG_AGO, TestAuthority, certificate, key_of
from kuramori_verify.tests.samples import (
    KEY,
    ORIGIN,
    ROWS,
    START,
    STRANGER,
    Sample,
    checkpoint,
    csv_bytes,
    write_ledger,
)
from kuramori_verify.tests.stamped import add_stamp
from kuramori_verify.tests.witnessed import DUE, add_witness, cosigned, held

BODIES = [f'{{"n":{n}}}'.encode() for n in range(300)]
CHAIN = {"data/tokens/x.pem": TestAuthority.make().roots}
EXIT = {INTEGRITY: 1, COMPLETENESS: 2, FORM: 3, LIMIT: 0}
Case = Callable[["Bench"], None]


class Bench:
    """A bundle to be spoilt: before it is written (`sample`), as a folder, or as something else (`path`)."""

    def __init__(self, tmp_path):
        self.tmp = tmp_path
        self.sample = Sample.make()
        self.heads = []
        self._folder = None

    @property
    def folder(self):
        if self._folder is None:
            self._folder = self.sample.write(self.tmp / "bag")
        return self._folder

    @folder.setter
    def folder(self, path):
        self._folder = path

    def json(self, path, **members):
        value = json.loads(self.sample.files[path]) | members
        self.sample.files[path] = canonical(value)

    def manifest(self, **members):
        self.json(bundle.MANIFEST, **members)

    def entry(self, number=1, **members):
        self.json(f"data/entries/{number:04d}.json", **members)

    def read(self, path):
        return json.loads(self.sample.files[path])

    def body(self, number=1, **members):
        path = f"data/entries/{number:04d}.json"
        entry = self.read(path)
        entry["body"] = canonical(json.loads(entry["body"]) | members).decode()
        self.sample.files[path] = canonical(entry)

    def edit(self, name, change):
        path = self.folder / name
        path.write_bytes(change(path.read_bytes()))

    def ledger(self, bodies=BODIES):
        self.folder = write_ledger(self.tmp / "ledger", bodies)
        return self.folder

    def zip(self, member, raw=b"x"):
        path = self.tmp / "b.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in self.sample.files.items():
                archive.writestr(name, content)
            archive.writestr(member, raw)
        self.folder = path
        return path


def head_of(bodies, size=None):
    size = size or len(bodies)
    return checkpoint(size, tree.root_at(size, tree.over([leaf_hash(each) for each in bodies[:size]])))


def encrypted(bench):
    path = bench.zip("data/secret.txt")
    raw = bytearray(path.read_bytes())
    place = raw.rindex(b"PK\x01\x02")
    raw[place + 8] |= 1
    path.write_bytes(bytes(raw))


def damaged_zip(bench):
    path = bench.zip("data/loose.txt", b"clear words")
    path.write_bytes(path.read_bytes().replace(b"clear words", b"other words"))


def shorter_history(bench):
    bench.ledger(BODIES[:200])
    bench.heads = [head_of(BODIES, 250)]


def other_history(bench):
    bench.ledger([b"{}", *BODIES[1:]])
    bench.heads = [head_of(BODIES, 250)]


def foreign_head(bench):
    bench.ledger()
    bench.heads = [b"no head"]


def root_that_differs(bench):
    folder = bench.ledger([b"{}", *BODIES[1:]])
    (folder / "checkpoint").write_bytes(head_of(BODIES))


def other_origin(bench):
    bench.manifest(origin="another.example/ledger")


def missing_folder(bench):
    bench.folder = bench.tmp / "nowhere"


def other_folder(bench):
    bench.folder = bench.tmp / "photos"
    bench.folder.mkdir()


def signed_by_a_stranger(bench):
    bench.sample.prove([2, 4, 6, 9], key=STRANGER)


def in_ledger(name, change):
    def spoil(bench):
        bench.ledger()
        bench.edit(name, change)

    return spoil


def without(name, *, ledger=False):
    def spoil(bench):
        if ledger:
            bench.ledger()
        (bench.folder / name).unlink()

    return spoil


def stamped(**wrong):
    def stamp(bench):
        add_stamp(bench.sample, **wrong)

    return stamp


def without_roots(bench):
    add_stamp(bench.sample)
    del bench.sample.files["data/tokens/tsa.pem"]


def left_out(name):
    return lambda bench: bench.sample.files.pop(name)


def segment(**members):
    return lambda bench: bench.manifest(segments=[bench.read(bundle.MANIFEST)["segments"][0] | members])


def exhibit(place, **members):
    def spoil(bench):
        exhibits = bench.read(bundle.MANIFEST)["exhibits"]
        exhibits[place] |= members
        bench.manifest(exhibits=exhibits)

    return spoil


def chronology(**members):
    def spoil(bench):
        rows = bench.read(bundle.CHRONOLOGY)["rows"]
        bench.json(bundle.CHRONOLOGY, rows=[rows[0] | members, *rows[1:]])

    return spoil


def csv_rows(rows):
    return lambda bench: bench.sample.files.update({"data/events/0001.csv": csv_bytes([ROWS[0], *rows])})


def disclosures(change):
    return lambda bench: bench.entry(disclosures=change(bench.read("data/entries/0001.json")["disclosures"]))


def turned_round(bench):
    bench.manifest(entries=bench.read(bundle.MANIFEST)["entries"][::-1])


def without_a_count(bench):
    bench.manifest(counts=bench.read(bundle.MANIFEST)["counts"] | {"withheld": 2})


def linked(bench):
    (bench.folder / "data/link").symlink_to("/dev/null")


def with_a_pipe(bench):
    os.mkfifo(bench.folder / "data/pipe")


def renamed_file(bench):
    (bench.folder / "data/index.en.html").rename(bench.folder / "data/index.fr.html")


def disclosed_badly(bench):
    text = base64.urlsafe_b64encode(b'["salt","title"]').rstrip(b"=").decode()
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    bench.body(why=digest)
    bench.entry(disclosures=[*bench.read("data/entries/0001.json")["disclosures"], text])


def doubled(bench):
    with pytest.warns(UserWarning, match="Duplicate"):
        bench.zip(bundle.MANIFEST)


def witness(note):
    """A witness whose note is another one."""
    return lambda bench: add_witness(bench.sample, txt=cosigned(note(bench.sample)).encode())


def of_another_ledger(bench):
    former = "kuramori.example/before"
    bench.sample.files[bundle.KEYS] += f"{VerifierKey(former, KEY.public_key().public_bytes_raw())}\n".encode()
    add_witness(bench.sample, txt=cosigned(held(bench.sample, 5, origin=former)).encode())


CASES: dict[str, Case] = {
    "bag.declaration": lambda bench: bench.edit("bagit.txt", lambda raw: raw.replace(b"1.0", b"0.97")),
    "bag.file_changed": lambda bench: bench.edit("data/exhibits/0001.txt", lambda raw: raw + b"."),
    "bag.file_missing": without("data/exhibits/0001.txt"),
    "bag.file_renamed": renamed_file,
    "bag.file_unlisted": lambda bench: (bench.folder / "data/more.txt").write_bytes(b"more"),
    "bag.info_differs": lambda bench: bench.edit("bag-info.txt", lambda raw: raw.replace(b"0001", b"0002")),
    "bag.info_malformed": lambda bench: bench.edit("bag-info.txt", lambda raw: raw + b"no label\n"),
    "bag.manifest_malformed": lambda bench: bench.edit("manifest-sha256.txt", lambda raw: raw + b"no line\n"),
    "bag.oxum_differs": lambda bench: bench.edit("bag-info.txt", lambda raw: raw.replace(b"Oxum: ", b"Oxum: 9")),
    "bundle.counts_differ": without_a_count,
    "bundle.entries_unordered": turned_round,
    "bundle.entry_missing": left_out("data/entries/0002.json"),
    "bundle.file_differs": lambda bench: bench.sample.files.update({"data/exhibits/0001.txt": b"other"}),
    "bundle.file_missing": left_out("data/exhibits/0001.txt"),
    "bundle.file_unknown": lambda bench: bench.sample.files.update({"data/more.txt": b"more"}),
    "bundle.malformed": lambda bench: bench.manifest(format="kuramori-bundle/3"),
    "bundle.seal_broken": lambda bench: bench.manifest(kind="person"),
    "bundle.twin_differs": lambda bench: bench.manifest(twin="0" * 64),
    "chronology.entry_missing": chronology(entry=3),
    "chronology.time_differs": chronology(at="2026-11-23T06:00:00.000000Z"),
    "entry.after_bundle": lambda bench: bench.manifest(made_at="2026-11-20T00:00:00.000000Z"),
    "entry.back_dated": lambda bench: setattr(bench, "sample", Sample.make(back_dated=True)),
    "entry.beyond_ledger": lambda bench: bench.entry(4, index=13),
    "entry.differs_from_manifest": lambda bench: bench.entry(4, index=10),
    "entry.disclosure_foreign": disclosures(lambda given: [*given, "WzEsMiwzXQ"]),
    "entry.disclosure_malformed": disclosed_badly,
    "entry.item_not_in_list": lambda bench: bench.entry(changes=[{"item": "{}", "path": [], "position": 0}]),
    "entry.malformed": lambda bench: bench.entry(v=2),
    "entry.member_missing": disclosures(lambda given: given[:-1]),
    "entry.not_in_ledger": lambda bench: bench.entry(proof=[]),
    "entry.shown_differs": disclosures(lambda given: given[::-1]),
    "entry.time_not_of_id": lambda bench: bench.body(at="2026-11-23T05:30:00.000000Z"),
    "events.file_not_sealed": lambda bench: bench.sample.files.update({"data/events/0001.parquet": b"PAR2"}),
    "events.row_changed": csv_rows([ROWS[4], ROWS[3], ROWS[5], ROWS[9]]),
    "events.row_count_differs": csv_rows([ROWS[3]]),
    "events.seal_differs": segment(segment="01938a00-0000-7000-8000-0000000000e2"),
    "events.seal_missing": segment(entry=3),
    "events.unreadable": lambda bench: bench.sample.files.update({"data/events/0001.csv": b"\xff\xfe"}),
    "exhibit.file_differs": lambda bench: bench.json("data/exhibits/0001.json", number=2),
    "exhibit.misnumbered": exhibit(0, number=7),
    "exhibit.root_differs": exhibit(0, root="0" * 64),
    "exhibit.rows_missing": exhibit(2, segment="01938a00-0000-7000-8000-0000000000e2"),
    "exhibit.unlisted": lambda bench: bench.manifest(exhibits=bench.read(bundle.MANIFEST)["exhibits"][:2]),
    "form.cannot_open": missing_folder,
    "form.not_a_bundle": other_folder,
    "ledger.checkpoint_malformed": lambda bench: bench.sample.files.update({bundle.CHECKPOINT: b"no checkpoint\n"}),
    "ledger.entries_malformed": in_ledger("tile/entries/000", lambda raw: raw[:-1]),
    "ledger.entries_missing": without("tile/entries/000", ledger=True),
    "ledger.entry_changed": in_ledger("tile/entries/000", lambda raw: raw.replace(b'"n":7}', b'"n":8}')),
    "ledger.file_missing": left_out(bundle.CHECKPOINT),
    "ledger.fork": witness(lambda sample: held(sample, 5, root=bytes(32))),
    "ledger.history_differs": other_history,
    "ledger.older_head_malformed": foreign_head,
    "ledger.origin_differs": other_origin,
    "ledger.root_differs": root_that_differs,
    "ledger.shortened": shorter_history,
    "ledger.signature_wrong": signed_by_a_stranger,
    "ledger.tile_differs": in_ledger("tile/1/000.p/1", lambda raw: bytes(len(raw))),
    "ledger.tile_missing": without("tile/1/000.p/1", ledger=True),
    "limit.all_entries": lambda bench: None,
    "limit.head_unproven": lambda bench: bench.heads.append(held(bench.sample, 4).encode()),
    "limit.key_from_bundle": lambda bench: None,
    "limit.revocation": stamped(),
    "limit.root_from_bundle": stamped(),
    "limit.rows_unproven": lambda bench: setattr(bench, "sample", Sample.make(rows_sealed=False)),
    "limit.stamped_time": stamped(),
    "limit.system_file": lambda bench: (bench.folder / ".DS_Store").write_bytes(b"finder"),
    "limit.time": lambda bench: None,
    "limit.truth": lambda bench: None,
    "limit.unwitnessed": lambda bench: None,
    "limit.withheld": lambda bench: None,
    "limit.witness_key": lambda bench: add_witness(bench.sample),
    "source.doubled": doubled,
    "source.encrypted": encrypted,
    "source.link": linked,
    "source.not_a_file": with_a_pipe,
    "source.unreadable": damaged_zip,
    "source.unsafe_name": lambda bench: bench.zip("../evil"),
    "token.before_entry": stamped(at=START - DAY),
    "token.certificate_wrong": stamped(certificates=()),
    "token.chain_broken": stamped(
        root=certificate("Test Root", key_of("p256"), "Test Root", key_of("p256"), is_authority=True)
    ),
    "token.expired": stamped(at=LONG_AGO),
    "token.malformed": lambda bench: bench.sample.files.update({"data/tokens/x.tsr": b"<html>", **CHAIN}),
    "token.missing": lambda bench: bench.manifest(
        format="kuramori-bundle/2", stamps=[{"authority": "x", "due": ["checkpoint"], "name": "X"}]
    ),
    "token.not_granted": stamped(status=2),
    "token.other_data": stamped(imprint=("sha256", bytes(32))),
    "token.root_missing": without_roots,
    "token.signature_wrong": stamped(spoil_signature=True),
    "token.weak": stamped(digest="sha1"),
    "witness.absent": lambda bench: bench.manifest(witnesses=DUE),
    "witness.ahead": witness(lambda sample: held(sample, 99, root=bytes(32))),
    "witness.cosignature_missing": lambda bench: add_witness(bench.sample, txt=held(bench.sample, 5).encode()),
    "witness.cosignature_wrong": lambda bench: add_witness(
        bench.sample, txt=cosigned(held(bench.sample, 5), of=held(bench.sample, 6)).encode()
    ),
    "witness.key_unknown": witness(lambda sample: held(sample, 5, key=STRANGER)),
    "witness.malformed": witness(lambda _sample: "no note"),
    "witness.other_ledger": of_another_ledger,
    "witness.proof_missing": lambda bench: add_witness(bench.sample, proof_json=None),
}


def test_there_is_a_case_for_every_code():
    assert set(CASES) == set(MEANINGS)


@pytest.mark.parametrize("code", sorted(MEANINGS))
def test_finding_is_made_named_and_decides_the_verdict(tmp_path, code):
    bench = Bench(tmp_path)
    CASES[code](bench)
    report = verify(bench.folder, older_heads=bench.heads)
    listed = "does_not_prove" if MEANINGS[code].area == LIMIT else "findings"
    (told, *_) = [each for each in report[listed] if each["code"] == code]
    assert (told["ja"], told["en"]) == (MEANINGS[code].ja, MEANINGS[code].en)
    others = {MEANINGS[each["code"]].area for each in report["findings"]} | {MEANINGS[code].area}
    expected = next(area for area in (FORM, INTEGRITY, COMPLETENESS, LIMIT) if area in others)
    assert report["exit"] == EXIT[expected]


def kept(path, raw):
    path.write_bytes(raw)
    return str(path)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("code", sorted(MEANINGS))
def test_finding_is_read_by_people(tmp_path, capsys, code, language):
    bench = Bench(tmp_path)
    CASES[code](bench)
    heads = [path for number, head in enumerate(bench.heads) for path in ("--head", kept(tmp_path / f"{number}", head))]
    main([str(bench.folder), "--lang", language, *heads])
    out = capsys.readouterr().out
    assert f"- {code}: {getattr(MEANINGS[code], language)}" in out
    assert WORDS[language]["limits" if code.startswith("limit") else "findings"] + ":" in out


@pytest.mark.parametrize("code", sorted(MEANINGS))
def test_meaning_is_a_sentence_in_each_language(code):
    meaning = MEANINGS[code]
    assert meaning.ja.endswith(("。", "）。"))
    assert meaning.en.endswith((".", ")."))
    assert meaning.en.isascii() or "—" in meaning.en
    assert not meaning.ja.isascii()


@pytest.mark.parametrize("area", [INTEGRITY, COMPLETENESS, FORM, LIMIT])
def test_area_has_findings(area):
    assert sum(meaning.area == area for meaning in MEANINGS.values()) >= 2


def test_origin_signed_with_this_logs_key_but_of_another_log(tmp_path):
    bench = Bench(tmp_path)
    text = Checkpoint("another.example/ledger", 13, bytes(32)).text
    bench.sample.files[bundle.CHECKPOINT] = sign(text, KEY, ORIGIN).encode()
    report = verify(bench.folder)
    assert [each["code"] for each in report["findings"]] == ["ledger.signature_wrong"]
