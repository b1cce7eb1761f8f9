"""The numbered exhibits of a bundle: each is tied to an entry, to all entries, or to rows of a sealed log segment."""

import hashlib
from collections.abc import Mapping
from typing import Any

from kuramori_verify.canonical import FormError, read_canonical
from kuramori_verify.events import ShownRows
from kuramori_verify.findings import Findings
from kuramori_verify.manifest import MANIFEST, Manifest
from kuramori_verify.merkle import root_of
from kuramori_verify.sources import Source, UnreadableError, read_whole

MAX_EXHIBIT_BYTES = 2**20
ROWS_MEMBER = "rows"
TIED = ("number", "kind", "entry", "segment", "root")


def check_exhibits(source: Source, manifest: Manifest, shown: Mapping[str, ShownRows], findings: Findings) -> None:
    """Check numbers, roots and files of all exhibits, and that the twin digest follows from them."""
    exhibits = manifest.members["exhibits"]
    for number, exhibit in enumerate(exhibits, start=1):
        if exhibit["number"] != number:
            findings.add("exhibit.misnumbered", exhibit["file"], record=exhibit["number"], detail=number)
        _check_root(exhibit, manifest, shown, findings)
        _check_file(source, exhibit, findings)
    listed = {exhibit["segment"] for exhibit in exhibits}
    for segment in manifest.members["segments"]:
        if segment["segment"] not in listed:
            findings.add("exhibit.unlisted", segment["csv"], record=segment["segment"])
    if twin_digest(exhibits) != manifest.members["twin"]:
        findings.add("bundle.twin_differs", MANIFEST)
    for reason, count in sorted(manifest.reasons.items()):
        findings.add("limit.withheld", MANIFEST, record=reason, detail=count)


def twin_digest(exhibits: list[dict[str, Any]]) -> str:
    """SHA-256 (hex) over the canonical list of [number, root]: what a bundle shares with its twins."""
    pairs = ",".join(f"[{each['number']},{_quoted(each['root'])}]" for each in exhibits)
    return hashlib.sha256(f"[{pairs}]".encode()).hexdigest()


def _quoted(root: str | None) -> str:
    return "null" if root is None else f'"{root}"'


def _check_root(
    exhibit: dict[str, Any], manifest: Manifest, shown: Mapping[str, ShownRows], findings: Findings
) -> None:
    kind, root = exhibit["kind"], exhibit["root"]
    if kind == "log" and exhibit["segment"] not in shown:
        if not manifest.withholds(exhibit["entry"], ROWS_MEMBER):
            findings.add("exhibit.rows_missing", exhibit["file"], entry=exhibit["entry"], record=exhibit["segment"])
        return
    if kind == "log":
        expected: str | None = shown[exhibit["segment"]].root
    elif kind == "entries":
        expected = root_of(manifest.leaves).hex()
    else:
        expected = None if exhibit["entry"] is None else (manifest.leaves.get(exhibit["entry"]) or b"").hex()
    if root != expected:
        findings.add("exhibit.root_differs", exhibit["file"], entry=exhibit["entry"], record=exhibit["number"])


def _check_file(source: Source, exhibit: dict[str, Any], findings: Findings) -> None:
    """The exhibit's own file must speak of the same thing as the manifest."""
    file = exhibit["file"]
    if file not in source.files:
        findings.add("bundle.file_missing", file)
        return
    try:
        told = read_canonical(read_whole(source, file, MAX_EXHIBIT_BYTES))
    except (FormError, UnreadableError) as error:
        findings.add("exhibit.file_differs", file, detail=error)
        return
    if not isinstance(told, dict) or any(told.get(name) != exhibit[name] for name in TIED):
        findings.add("exhibit.file_differs", file, record=exhibit["number"])
