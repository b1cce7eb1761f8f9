"""The outer shell: a BagIt 1.0 bag (RFC 8493) with SHA-256 manifests."""

import hashlib
import re
from collections.abc import Iterator, Mapping

from kuramori_verify.findings import Findings
from kuramori_verify.sources import DAMAGED, Source, UnreadableError, is_plain_name, open_limited

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
DECLARED = hashlib.sha256(DECLARATION).digest()
PAYLOAD_MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
BAG_INFO = "bag-info.txt"
MAX_TAG_BYTES = 256 * 2**20
CHUNK_BYTES = 1 << 20
# A time stamp over the tag manifest cannot stand in it; it proves itself (kept short: a-z, 0-9, hyphens).
STAMP_FILE = re.compile(r"tokens/[a-z0-9][a-z0-9-]{0,39}\.tsr", re.ASCII)
MANIFEST_LINE = re.compile(r"([0-9a-f]{64})  (.+)", re.ASCII)


def check_bag(source: Source, findings: Findings) -> dict[str, bytes]:
    """Check every file against the manifests, both ways; return path -> SHA-256 of what is really there."""
    actual = {name: digest for name in source.files if (digest := _digest(source, name, findings))}
    _compare_manifests(source, actual, findings)
    if actual.get("bagit.txt", DECLARED) != DECLARED:
        findings.add("bag.declaration", "bagit.txt")
    for name in ("bagit.txt", PAYLOAD_MANIFEST, TAG_MANIFEST, BAG_INFO):
        if name not in source.files:
            findings.add("bag.file_missing", name)
    return actual


def _compare_manifests(source: Source, actual: Mapping[str, bytes], findings: Findings) -> None:
    """Compare what is there with both manifests, reading them line by line."""
    unlisted: set[str] = set(actual)
    missing: dict[str, bytes] = {}
    for manifest in (PAYLOAD_MANIFEST, TAG_MANIFEST):
        for name, digest in _digest_lines(source, manifest, findings):
            unlisted.discard(name)
            if name not in source.files:
                missing[name] = digest
            elif actual.get(name, digest) != digest:
                findings.add("bag.file_changed", name)
            if manifest == PAYLOAD_MANIFEST and not name.startswith("data/"):
                findings.add("bag.manifest_malformed", PAYLOAD_MANIFEST, record=name)
    unlisted -= {TAG_MANIFEST, *filter(STAMP_FILE.fullmatch, unlisted)}
    _name_renamed(missing, unlisted, actual, findings)
    for name in missing:
        findings.add("bag.file_missing", name)
    for name in sorted(unlisted):
        findings.add("bag.file_unlisted", name)


def read_bag_info(source: Source, findings: Findings) -> dict[str, str]:
    """Read the lines of `bag-info.txt` and compare the Payload-Oxum (bytes.files) with what is there."""
    info: dict[str, str] = {}
    for line in _lines(source, BAG_INFO, "bag.info_malformed", findings):
        label, colon, value = line.partition(": ")
        if not colon or label in info:
            findings.add("bag.info_malformed", BAG_INFO, record=line)
        info[label] = value
    sizes = [size for name, size in source.files.items() if name.startswith("data/")]
    oxum = f"{sum(sizes)}.{len(sizes)}"
    if info.pop("Payload-Oxum", None) != oxum:
        findings.add("bag.oxum_differs", BAG_INFO, detail=oxum)
    return info


def _digest(source: Source, name: str, findings: Findings) -> bytes | None:
    digest, buffer = hashlib.sha256(), memoryview(bytearray(CHUNK_BYTES))
    try:
        with source.open(name) as file:
            while count := file.readinto(buffer):  # type: ignore[attr-defined]
                digest.update(buffer[:count])
    except (UnreadableError, *DAMAGED) as error:
        findings.add("source.unreadable", name, detail=error)
        return None
    return digest.digest()


def _digest_lines(source: Source, name: str, findings: Findings) -> Iterator[tuple[str, bytes]]:
    """Yield what a manifest lists, line by line."""
    unread, listed = set(source.files), set()  # names of files that are there stand in memory once
    for line in _lines(source, name, "bag.manifest_malformed", findings):
        match = MANIFEST_LINE.fullmatch(line)
        is_again = match and match[2] not in unread and (match[2] in source.files or match[2] in listed)
        if not match or is_again or not is_plain_name(match[2]):
            findings.add("bag.manifest_malformed", name, record=line)
            continue
        if match[2] not in source.files:
            listed.add(match[2])
        unread.discard(match[2])
        yield match[2], bytes.fromhex(match[1])


def _lines(source: Source, name: str, code: str, findings: Findings) -> Iterator[str]:
    """Yield lines as every tool sees them: ended by LF alone, with no sign that some read as another end of line."""
    if name not in source.files:
        return
    try:
        with open_limited(source, name, MAX_TAG_BYTES) as file:
            for raw in file:
                line = raw.decode(errors="replace")
                if line.splitlines(keepends=True) != [line] or not line.endswith("\n") or "\ufffd" in line:
                    findings.add(code, name)
                yield line.removesuffix("\n")
    except (UnreadableError, *DAMAGED) as error:
        findings.add("source.unreadable", name, detail=error)


def _name_renamed(
    missing: dict[str, bytes], unlisted: set[str], actual: Mapping[str, bytes], findings: Findings
) -> None:
    """A file that is missing under one name and there under another was renamed: say so once."""
    by_digest = {actual[name]: name for name in unlisted}
    for name, digest in list(missing.items()):
        if other := by_digest.pop(digest, None):
            findings.add("bag.file_renamed", name, detail=other)
            del missing[name]
            unlisted.discard(other)
