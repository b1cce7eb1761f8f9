"""The outer shell: a BagIt 1.0 bag (RFC 8493) with SHA-256 manifests."""

import hashlib
import re
import zipfile
import zlib

from kuramori_verify.findings import Findings
from kuramori_verify.sources import Source, UnreadableError, is_plain_name, read_whole

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD_MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
BAG_INFO = "bag-info.txt"
MAX_TAG_BYTES = 64 * 2**20
CHUNK_BYTES = 1 << 20
# A time stamp over the tag manifest cannot stand in it; it proves itself (kept short: a-z, 0-9, hyphens).
STAMP_FILE = re.compile(r"tokens/[a-z0-9][a-z0-9-]{0,39}\.tsr", re.ASCII)
MANIFEST_LINE = re.compile(r"([0-9a-f]{64})  (.+)", re.ASCII)


def check_bag(source: Source, findings: Findings) -> dict[str, str]:
    """Check every file against the manifests, both ways; return path -> SHA-256 (hex) of what is really there."""
    actual = {name: digest for name in source.files if (digest := _digest(source, name, findings))}
    payload = _manifest(source, PAYLOAD_MANIFEST, findings)
    tags = _manifest(source, TAG_MANIFEST, findings)
    expected = payload | tags
    missing = {name: digest for name, digest in expected.items() if name not in source.files}
    unlisted = {
        name: digest
        for name, digest in actual.items()
        if name not in expected and name != TAG_MANIFEST and not STAMP_FILE.fullmatch(name)
    }
    _name_renamed(missing, unlisted, findings)
    for name in missing:
        findings.add("bag.file_missing", name)
    for name in unlisted:
        findings.add("bag.file_unlisted", name)
    for name, digest in actual.items():
        if name in expected and digest != expected[name]:
            findings.add("bag.file_changed", name)
    for name in sorted(payload):
        if not name.startswith("data/"):
            findings.add("bag.manifest_malformed", PAYLOAD_MANIFEST, record=name)
    if "bagit.txt" in source.files and _read(source, "bagit.txt", findings) != DECLARATION:
        findings.add("bag.declaration", "bagit.txt")
    for name in ("bagit.txt", PAYLOAD_MANIFEST, TAG_MANIFEST, BAG_INFO):
        if name not in source.files:
            findings.add("bag.file_missing", name)
    return actual


def read_bag_info(source: Source, findings: Findings) -> dict[str, str]:
    """Read the lines of `bag-info.txt` and compare the Payload-Oxum (bytes.files) with what is there."""
    info: dict[str, str] = {}
    for line in _lines(_read(source, BAG_INFO, findings), BAG_INFO, "bag.info_malformed", findings):
        label, colon, value = line.partition(": ")
        if not colon or label in info:
            findings.add("bag.info_malformed", BAG_INFO, record=line)
        info[label] = value
    sizes = [size for name, size in source.files.items() if name.startswith("data/")]
    oxum = f"{sum(sizes)}.{len(sizes)}"
    if info.pop("Payload-Oxum", None) != oxum:
        findings.add("bag.oxum_differs", BAG_INFO, detail=oxum)
    return info


def _digest(source: Source, name: str, findings: Findings) -> str | None:
    digest, buffer = hashlib.sha256(), memoryview(bytearray(CHUNK_BYTES))
    try:
        with source.open(name) as file:
            while count := file.readinto(buffer):  # type: ignore[attr-defined]
                digest.update(buffer[:count])
    except (UnreadableError, OSError, EOFError, ValueError, RuntimeError, zlib.error, zipfile.BadZipFile) as error:
        findings.add("source.unreadable", name, detail=error)
        return None
    return digest.hexdigest()


def _manifest(source: Source, name: str, findings: Findings) -> dict[str, str]:
    listed: dict[str, str] = {}
    for line in _lines(_read(source, name, findings), name, "bag.manifest_malformed", findings):
        match = MANIFEST_LINE.fullmatch(line)
        if not match or not is_plain_name(match[2]) or match[2] in listed:
            findings.add("bag.manifest_malformed", name, record=line)
            continue
        listed[match[2]] = match[1]
    return listed


def _lines(raw: bytes, name: str, code: str, findings: Findings) -> list[str]:
    """Lines as every tool sees them: each ended by LF alone, with no sign that some read as another end of line."""
    text = raw.decode(errors="replace")
    if raw and (not text.endswith("\n") or text.splitlines() != text.split("\n")[:-1] or "\ufffd" in text):
        findings.add(code, name)
    return text.removesuffix("\n").split("\n") if raw else []


def _name_renamed(missing: dict[str, str], unlisted: dict[str, str], findings: Findings) -> None:
    """A file that is missing under one name and there under another was renamed: say so once."""
    by_digest = {digest: name for name, digest in unlisted.items()}
    for name, digest in list(missing.items()):
        if other := by_digest.pop(digest, None):
            findings.add("bag.file_renamed", name, detail=other)
            del missing[name], unlisted[other]


def _read(source: Source, name: str, findings: Findings) -> bytes:
    if name not in source.files:
        return b""
    try:
        return read_whole(source, name, MAX_TAG_BYTES)
    except UnreadableError as error:
        findings.add("source.unreadable", name, detail=error)
        return b""
