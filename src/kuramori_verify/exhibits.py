"""The numbered exhibits of a bundle: each is tied to an entry, to all entries, or to rows of a sealed log segment."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Any

from kuramori_verify.canonical import FormError, read_canonical
from kuramori_verify.events import ShownRows
from kuramori_verify.findings import Findings
from kuramori_verify.merkle import root_of
from kuramori_verify.shape import COUNT, DIGEST_HEX, NOTHING, PLAIN_PATH, RECORD_ID, either, members_of, one_of
from kuramori_verify.sources import Source, UnreadableError, read_whole

MAX_EXHIBIT_BYTES = 2**20
ROWS_MEMBER = "rows"
TIED = ("number", "kind", "entry", "segment", "root")

EXHIBIT = members_of(
    entry=either(NOTHING, COUNT),
    file=PLAIN_PATH,
    kind=one_of("record", "entries", "log"),
    number=COUNT,
    root=either(NOTHING, DIGEST_HEX),
    segment=either(NOTHING, RECORD_ID),
)


def check_exhibits(
    source: Source, manifest: dict[str, Any], shown: Mapping[str, ShownRows], findings: Findings
) -> None:
    """Check numbers, roots and files of all exhibits, and that the twin digest follows from them."""
    leaves = {item["index"]: item["leaf"] for item in manifest["entries"]}
    withheld = {item["entry"] for item in manifest["withheld"] if item["member"] == ROWS_MEMBER}
    for number, exhibit in enumerate(manifest["exhibits"], start=1):
        if exhibit["number"] != number:
            findings.add("exhibit.misnumbered", exhibit["file"], record=exhibit["number"], detail=number)
        _check_root(exhibit, leaves, withheld, shown, findings)
        _check_file(source, exhibit, findings)
    listed = {exhibit["segment"] for exhibit in manifest["exhibits"]}
    for segment in manifest["segments"]:
        if segment["segment"] not in listed:
            findings.add("exhibit.unlisted", segment["csv"], record=segment["segment"])
    if twin_digest(manifest["exhibits"]) != manifest["twin"]:
        findings.add("bundle.twin_differs", "data/manifest.json")
    for reason, count in sorted(Counter(item["reason"] for item in manifest["withheld"]).items()):
        findings.add("limit.withheld", "data/manifest.json", record=reason, detail=count)


def twin_digest(exhibits: list[dict[str, Any]]) -> str:
    """SHA-256 (hex) over the canonical list of [number, root]: what a bundle shares with its twins."""
    pairs = ",".join(f"[{each['number']},{_quoted(each['root'])}]" for each in exhibits)
    return hashlib.sha256(f"[{pairs}]".encode()).hexdigest()


def _quoted(root: str | None) -> str:
    return "null" if root is None else f'"{root}"'


def _check_root(
    exhibit: dict[str, Any],
    leaves: Mapping[int, str],
    withheld: set[int],
    shown: Mapping[str, ShownRows],
    findings: Findings,
) -> None:
    kind, root = exhibit["kind"], exhibit["root"]
    if kind == "log" and exhibit["segment"] not in shown:
        if exhibit["entry"] not in withheld:
            findings.add("exhibit.rows_missing", exhibit["file"], entry=exhibit["entry"], record=exhibit["segment"])
        return
    if kind == "log":
        expected: str | None = shown[exhibit["segment"]].root
    elif kind == "entries":
        expected = root_of(bytes.fromhex(leaf) for leaf in leaves.values()).hex()
    else:
        expected = None if exhibit["entry"] is None else leaves.get(exhibit["entry"], "")
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
