"""The sound bundle and ledger export that every forger starts from, made once, and what a forger is able to do.

Everything lies in memory, as path -> bytes: a forger works on a copy, which costs nothing.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from kuramori.evidence.rules import bundle, tree
from kuramori.kernel.merkle import leaf_hash
from kuramori_verify.bag import BAG_INFO, PAYLOAD_MANIFEST, TAG_MANIFEST
from kuramori_verify.tests.authority import TestAuthority
from kuramori_verify.tests.samples import KEY, Sample, body, checkpoint, shown_of, write_ledger
from kuramori_verify.tests.stamped import sample_authority
from kuramori_verify.tests.witnessed import DUE, add_witness

SHOWN = [2, 4, 6, 9]
TOKEN, TAG_TOKEN, CHAIN = "data/tokens/tsa.tsr", "tokens/tsa.tsr", "data/tokens/tsa.pem"
PDF = "data/index.ja.pdf"
CUSTODY = "data/custody.json"
ROWS_CSV, ROWS_PARQUET = "data/events/0001.csv", "data/events/0001.parquet"
ENTRY = "data/entries/{:04d}.json".format
EXHIBIT = "data/exhibits/{:04d}.json".format
MORE = {
    PDF: b"%PDF-1.7 \xe8\xa8\xbc\xe6\x8b\xa0",
    "data/index.en.pdf": b"%PDF-1.7 evidence",
    CUSTODY: bundle.canonical({"items": [{"by": "佐倉 灯里", "event": "collected", "number": 1}]}),
}
BODIES = [f'{{"n":{n}}}'.encode() for n in range(300)]


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def read_folder(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@cache
def authority() -> TestAuthority:
    """The one authority that the company had chosen."""
    return sample_authority()


def seal_again(sample: Sample, change: Callable[[dict[str, Any]], object], key: Any = KEY) -> None:
    """Change the manifest and let a new act seal it: only who holds the log's key can."""
    manifest = json.loads(sample.files[bundle.MANIFEST])
    change(manifest)
    for each in manifest["entries"]:
        disclosed, changes = shown_of(each["index"], sample.bodies[each["index"]])
        kept = [one for one in disclosed if one != erased_reason(sample)]
        each["shown"] = bundle.shown_digest(kept, changes)
    sample.files[bundle.MANIFEST] = bundle.canonical(manifest)
    sealed = sha256(sample.files[bundle.MANIFEST])
    sample.bodies[-1] = body(12, verb="evidence.bundle.seal", bundle_manifest_sha256=sealed)
    sample.prove(SHOWN, key)


def _complete(manifest: dict[str, Any]) -> None:
    manifest["stamps"] = [{"authority": "tsa", "due": ["checkpoint", "tag_manifest"], "name": "Test TSA"}]
    manifest["witnesses"] = DUE
    manifest["withheld"].insert(0, {"entry": 2, "member": "why", "reason": "erased"})
    named = {each["file"]: each for each in manifest["files"]}
    named |= {path: {"file": path, "sha256": sha256(raw)} for path, raw in MORE.items()}
    manifest["files"] = [named[path] for path in sorted(named)]
    manifest["counts"] |= {"files": len(named), "withheld": len(manifest["withheld"])}


def make_sample(*, back_dated: bool = False, exhibit: bytes = b"exhibit") -> Sample:
    """A bundle with everything a bundle can have, before it is packed; the reason of entry 2 was erased by law."""
    sample = Sample.make(back_dated=back_dated, exhibit=exhibit)
    sample.files |= MORE
    seal_again(sample, _complete)
    return add_witness(sample)


class Bag:
    """A bundle in a forger's hands."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = dict(files)

    def edit(self, name: str, old: bytes, new: bytes) -> None:
        """Replace bytes that must be there: a forgery that changes nothing would test nothing."""
        assert old in self.files[name], f"{old!r} is not in {name}"
        self.files[name] = self.files[name].replace(old, new, 1)

    @contextmanager
    def json(self, name: str) -> Iterator[Any]:
        """Change a JSON file, written in canonical form again."""
        value = json.loads(self.files[name])
        yield value
        assert bundle.canonical(value) != self.files[name]
        self.files[name] = bundle.canonical(value)

    def remove(self, *names: str) -> None:
        for name in names:
            del self.files[name]

    def swap(self, one: str, other: str) -> None:
        self.files[one], self.files[other] = self.files[other], self.files[one]

    def rename(self, old: str, new: str) -> None:
        self.files[new] = self.files.pop(old)

    def fit_bag(self) -> None:
        """Make BagIt's manifests and counts fit again, as everybody can."""
        payload = {name: raw for name, raw in self.files.items() if name.startswith("data/")}
        self.files[PAYLOAD_MANIFEST] = _lines(payload)
        lines = self.files[BAG_INFO].decode().splitlines()
        oxum = f"Payload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}"
        lines = [oxum if line.startswith("Payload-Oxum: ") else line for line in lines]
        self.files[BAG_INFO] = ("\n".join(lines) + "\n").encode()
        beside = (TAG_MANIFEST, "tokens/", "data/")
        self.files[TAG_MANIFEST] = _lines({n: raw for n, raw in self.files.items() if not n.startswith(beside)})

    def fit_all(self) -> None:
        """Make the bundle's own manifest fit too: digests, leaves, and the lines of bag-info."""
        self.fit_bag()
        manifest = json.loads(self.files[bundle.MANIFEST])
        for each in manifest["files"] + manifest["tags"]:
            each["sha256"] = sha256(self.files.get(each["file"], b""))
        for each in manifest["entries"]:
            entry = json.loads(self.files[each["file"]])
            each["leaf"] = leaf_hash(entry["body"].encode()).hex()
            each["shown"] = bundle.shown_digest(entry["disclosures"], entry["changes"], entry["subjects"])
        info = dict(line.split(": ", 1) for line in self.files[BAG_INFO].decode().splitlines())
        manifest["info"] = {label: value for label, value in info.items() if label != "Payload-Oxum"}
        self.files[bundle.MANIFEST] = bundle.canonical(manifest)
        self.fit_bag()

    def unstamp(self) -> None:
        """Take away the token over the tag manifest, which no forger can make fit."""
        self.remove(TAG_TOKEN)

    def write(self, folder: Path) -> Path:
        for name, raw in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(raw)
        return folder


def _lines(files: dict[str, bytes]) -> bytes:
    return "".join(f"{sha256(raw)}  {name}\n" for name, raw in sorted(files.items())).encode()


def pack(sample: Sample, *, stamped: bool = True) -> Bag:
    """Stamp and pack; `stamped` False: by somebody to whom no authority gives a time in the past."""
    files = dict(sample.files)
    withheld = json.loads(files[ENTRY(1)])
    withheld["disclosures"] = [each for each in withheld["disclosures"] if each != erased_reason(sample)]
    files[ENTRY(1)] = bundle.canonical(withheld)
    if stamped:
        files |= {TOKEN: authority().stamp(files[bundle.CHECKPOINT]), CHAIN: authority().roots}
    with tempfile.TemporaryDirectory() as place:
        bag = Bag(read_folder(Sample([], files).write(Path(place) / "bag")))
    if stamped:
        bag.files[TAG_TOKEN] = authority().stamp(bag.files[TAG_MANIFEST])
    return bag


def erased_reason(sample: Sample) -> str:
    """The disclosure that was thrown away when the law asked for it; somebody may have kept a copy."""
    entry = sample.bodies[2]
    digest = json.loads(entry.raw)["why"]
    return entry.disclosures[digest]


@cache
def _good() -> tuple[Sample, dict[str, bytes]]:
    sample = make_sample()
    return sample, pack(sample).files


def good_sample() -> Sample:
    """What the good bundle is made of; copies, so that a thief may rewrite it."""
    sample, _files = _good()
    return Sample(list(sample.bodies), dict(sample.files))


def good_bundle() -> Bag:
    """A sound bundle with two tokens, an erased member, a withheld one, exhibits, log rows and custody."""
    return Bag(_good()[1])


@cache
def other_bundle() -> dict[str, bytes]:
    """Another sound bundle of the same company and ledger."""
    return pack(make_sample(exhibit=b"another")).files


@cache
def _export(bodies: tuple[bytes, ...]) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as place:
        return read_folder(write_ledger(Path(place) / "ledger", list(bodies)))


def export_of(bodies: list[bytes]) -> Bag:
    """A ledger export over these bodies, signed with the ledger's own key."""
    return Bag(_export(tuple(bodies)))


@cache
def head_over(size: int) -> bytes:
    """The head that somebody outside had kept when the true ledger had this size."""
    hashes = tree.over([leaf_hash(each) for each in BODIES[:size]])
    return checkpoint(size, tree.root_at(size, hashes))
