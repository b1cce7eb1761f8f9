"""What random bytes may and may not come to: a target for each parser of the verifier, and one for the whole bundle.

A target takes bytes. It returns when they are refused as the parser's documentation says, or when they mean just what
the good input meant. Any other exception is a crash; AssertionError is a false "ok".
"""

import csv
import io
import json
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from kuramori.evidence.rules import bundle
from kuramori.kernel.canonical import canonical
from kuramori_verify.bag import BAG_INFO, PAYLOAD_MANIFEST, TAG_MANIFEST, check_bag, read_bag_info
from kuramori_verify.bundle import BAG_FILES, check_bundle
from kuramori_verify.canonical import FormError, read_canonical, unbase64url
from kuramori_verify.certificates import read_certificate, read_pem
from kuramori_verify.der import DerReader, der_integer, der_oid, der_time, read_der
from kuramori_verify.entries import BODY, read_entry
from kuramori_verify.events import _leaves
from kuramori_verify.findings import Findings
from kuramori_verify.manifest import read_manifest
from kuramori_verify.merkle import HASH_BYTES
from kuramori_verify.messages import LIMIT, MEANINGS
from kuramori_verify.note import Head, SignatureError, read_head, read_log_key, read_log_keys, read_signatures
from kuramori_verify.report import as_text, report_of
from kuramori_verify.signatures import WeakError
from kuramori_verify.sources import UnreadableError, ZipSource
from kuramori_verify.tests.samples import VERIFIER_KEY, Sample
from kuramori_verify.tests.stamped import add_stamp
from kuramori_verify.tests.witnessed import DUE, FOLDER, VKEY, add_witness
from kuramori_verify.tokens import TokenError, check_token

KEYS = [read_log_key(str(VERIFIER_KEY))]
KNOWN_NAMES = {key.split("+", 1)[0] for key in (str(VERIFIER_KEY), VKEY)}


# What every reader of a file that was handed over expects and turns into a finding.
UNREADABLE = (UnreadableError, OSError, EOFError, ValueError, RuntimeError, zlib.error, zipfile.BadZipFile)


class MemorySource:
    """A bundle that lies nowhere but here."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files
        self.files = {name: len(raw) for name, raw in files.items()}

    def open(self, name: str) -> IO[bytes]:
        return io.BytesIO(self._files[name])


@dataclass(frozen=True)
class Target:
    """`seeds` are good inputs to begin with; `run` is given anything."""

    name: str
    seeds: Callable[[], list[bytes]]
    run: Callable[[bytes], None]


TARGETS: dict[str, Target] = {}


def target(seeds: Callable[[], list[bytes]]) -> Callable[[Callable[[bytes], None]], Callable[[bytes], None]]:
    def enter(run: Callable[[bytes], None]) -> Callable[[bytes], None]:
        TARGETS[run.__name__] = Target(run.__name__, seeds, run)
        return run

    return enter


@cache
def good() -> dict[str, bytes]:
    """A whole bundle with a witness and a time stamp over its head; nothing that is due to guard it as a whole."""
    sample = add_witness(Sample.make(witnesses=DUE))
    authority = add_stamp(sample)
    assert authority.at is not None
    return fitted(dict(sample.files) | {"bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"})


def fitted(files: dict[str, bytes]) -> dict[str, bytes]:
    """Make BagIt's manifests and counts fit, as everybody can who changes a file."""
    payload = {name: raw for name, raw in files.items() if name.startswith("data/")}
    oxum = f"Payload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}\n"
    info = json.loads(good_manifest())["info"]
    files[BAG_INFO] = ("".join(f"{label}: {value}\n" for label, value in info.items()) + oxum).encode()
    files[PAYLOAD_MANIFEST] = _lines(payload)
    files.pop(TAG_MANIFEST, None)
    files[TAG_MANIFEST] = _lines({name: raw for name, raw in files.items() if name not in payload})
    return files


@cache
def good_manifest() -> bytes:
    return Sample.make(witnesses=DUE).files[bundle.MANIFEST]


def _lines(files: dict[str, bytes]) -> bytes:
    return "".join(f"{bundle.sha256_hex(raw)}  {name}\n" for name, raw in sorted(files.items())).encode()


def files_like(*endings: str) -> Callable[[], list[bytes]]:
    return lambda: [raw for name, raw in good().items() if name.endswith(endings)]


# ---- parsers, each alone


@target(files_like(".json"))
def canonical_json(raw: bytes) -> None:
    with suppress(FormError):
        assert canonical(read_canonical(raw)) == raw, "the writer would have written it otherwise"


@target(lambda: [entry.encode() for entry in json.loads(good()["data/entries/0001.json"])["disclosures"]])
def base64_text(raw: bytes) -> None:
    text = raw.decode("latin-1")
    with suppress(FormError):
        assert bundle.sha256_hex(unbase64url(text)), "one text for each value is tested beside the parser"


@target(files_like("checkpoint.txt", "server-1.txt"))
def signed_note(raw: bytes) -> None:
    with suppress(FormError, SignatureError):
        head = read_head(raw, KEYS)
        assert (head.size, head.root) in {(each.size, each.root) for each in _heads()}, "a head that nobody signed"


@cache
def _heads() -> tuple[Head, ...]:
    return tuple(read_head(raw, KEYS) for raw in files_like("checkpoint.txt", "server-1.txt")())


@target(files_like("keys.txt", ".key"))
def key_lines(raw: bytes) -> None:
    with suppress(FormError):
        assert all(len(key.public) == 32 for key in read_log_keys(raw))


@target(files_like(".tsr"))
def der(raw: bytes) -> None:
    with suppress(FormError):
        for value in _walked(read_der(raw).inside(), 0):
            for read in (der_integer, der_oid, der_time):
                with suppress(FormError):
                    read(value)


def _walked(reader: DerReader, depth: int) -> Iterator[Any]:
    for value in reader.rest():
        yield value
        if value.tag & 0x20 and depth < 40:
            yield from _walked(value.inside(), depth + 1)


@target(lambda: [each.raw for raw in files_like(".pem")() for each in read_pem(raw)])
def certificate(raw: bytes) -> None:
    with suppress(FormError, WeakError):
        assert read_certificate(raw).raw == raw


@target(files_like(".pem"))
def pem(raw: bytes) -> None:
    with suppress(FormError, WeakError):
        assert read_pem(raw)


@target(files_like(".tsr"))
def time_stamp(raw: bytes) -> None:
    roots = read_pem(good()["data/tokens/tsa.pem"])
    with suppress(TokenError):
        token = check_token(raw, good()[bundle.CHECKPOINT], roots)
        assert token == check_token(good()["data/tokens/tsa.tsr"], good()[bundle.CHECKPOINT], roots), "a forged stamp"


@target(files_like("manifest.json"))
def bundle_manifest(raw: bytes) -> None:
    with suppress(FormError):
        told = read_manifest(MemorySource({bundle.MANIFEST: raw}))  # type: ignore[arg-type]
        assert canonical(json.loads(raw)) == raw, "the writer would have written it otherwise"
        assert told.lengths["entries"] == len(json.loads(raw)["entries"])


@target(lambda: [json.loads(raw)["body"].encode() for raw in files_like("entries/0001.json", "entries/0002.json")()])
def entry_body(raw: bytes) -> None:
    with suppress(FormError):
        BODY(read_canonical(raw), "body")


@target(files_like("entries/0002.json"))
def entry_file(raw: bytes) -> None:
    findings = Findings()
    head = read_head(good()[bundle.CHECKPOINT], KEYS)
    entry = read_entry(MemorySource({"x": raw}), "x", head, findings)  # type: ignore[arg-type]
    if entry is not None and not list(findings):
        assert entry.body == json.loads(json.loads(good()["data/entries/0002.json"])["body"])


@target(files_like(".csv"))
def log_rows(raw: bytes) -> None:
    with suppress(csv.Error, *UNREADABLE):
        source: Any = MemorySource({"x": raw})
        assert all(len(leaf) == HASH_BYTES for leaf in _leaves(source, "x", is_guarded=True))


@target(files_like(PAYLOAD_MANIFEST, TAG_MANIFEST, BAG_INFO, "bagit.txt"))
def bag(raw: bytes) -> None:
    for name in BAG_FILES:
        source: Any = MemorySource({**good(), name: raw})
        findings = Findings()
        check_bag(source, findings)
        told = read_bag_info(source, findings)
        if not list(findings) and name != BAG_INFO:
            assert sorted(raw.splitlines()) == sorted(good()[name].splitlines()), f"another {name} fits too"
        assert all(isinstance(value, str) for value in told.values())


@target(lambda: [_zipped()])
def zip_file(raw: bytes) -> None:
    with tempfile.NamedTemporaryFile() as packed, suppress(UnreadableError):
        packed.write(raw)
        packed.flush()
        source = ZipSource(Path(packed.name), Findings())
        for name in list(source.files)[:50]:
            with suppress(*UNREADABLE), source.open(name) as file:
                file.read(4096)


def _zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in list(good().items())[:6]:
            archive.writestr(name, raw)
    return out.getvalue()


# ---- the whole bundle: one file replaced, BagIt made to fit


def names() -> list[str]:
    """The files of the good bundle that a mutation may replace."""
    return sorted(name for name in good() if name not in (BAG_INFO, PAYLOAD_MANIFEST, TAG_MANIFEST))


def with_file(name: str, raw: bytes) -> None:
    """Replace one file, let BagIt fit, and verify: sound only if the file still means what it meant."""
    files = fitted({**good(), name: raw})
    report = judged(files)
    assert as_text(report, "ja")
    assert json.dumps(report)
    if report["exit"] == 0:
        assert meaning(name, raw) == meaning(name, good()[name]), f"{name} was changed and nothing was found"


def judged(files: dict[str, bytes]) -> dict[str, Any]:
    findings, source = Findings(), MemorySource(files)
    checked = check_bundle(source, [], findings)  # type: ignore[arg-type]
    assert all(MEANINGS[each.code].area == LIMIT or MEANINGS[each.code].ja for each in findings)
    return report_of(checked, findings, key_given=False, older_heads=0)


def meaning(name: str, raw: bytes) -> Any:
    """What counts of a file; everything else in it is a place that docs/en/verify/format.md leaves open."""
    if name == bundle.SEAL:
        told = json.loads(raw)
        return told["body"], told["index"], told["proof"]
    if name == bundle.KEYS:
        return str(VERIFIER_KEY).encode() in raw.splitlines()
    if name == bundle.CHECKPOINT or (name.startswith(FOLDER) and name.endswith(".txt")):
        text, signatures = read_signatures(raw)
        return text, sorted(each for each in signatures if each[0] in KNOWN_NAMES)
    if name.endswith(".pem"):
        # A root stands for itself: nobody has signed its other words, and the report tells its fingerprint.
        return {str(each.key) for each in read_pem(raw)} >= {str(each.key) for each in read_pem(good()[name])}
    if name.endswith(".tsr"):
        roots = read_pem(good()["data/tokens/tsa.pem"])
        return check_token(raw, good()[bundle.CHECKPOINT], roots)
    return raw
