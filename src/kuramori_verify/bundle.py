"""An evidence bundle: everything in it is named by `data/manifest.json`, and that file is sealed in the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from kuramori_verify.bag import BAG_INFO, PAYLOAD_MANIFEST, TAG_MANIFEST, check_bag, read_bag_info
from kuramori_verify.canonical import FormError, read_canonical
from kuramori_verify.certificates import Certificate
from kuramori_verify.entries import ShownEntry, read_entry
from kuramori_verify.events import SEGMENT, check_segments
from kuramori_verify.exhibits import EXHIBIT, check_exhibits
from kuramori_verify.findings import Findings
from kuramori_verify.note import MAX_NOTE_BYTES, Head, LogKey, SignatureError, read_head, read_log_keys
from kuramori_verify.shape import (
    COUNT,
    DIGEST_HEX,
    MOMENT,
    NOTHING,
    PLAIN_PATH,
    RECORD_ID,
    TEXT,
    Check,
    either,
    list_of,
    map_of,
    members_of,
    moment_of,
    one_of,
    pair_of,
)
from kuramori_verify.sources import Source, UnreadableError, read_whole
from kuramori_verify.stamps import STAMP_FOLDERS, CheckedStamp, check_against_stamps, check_stamps
from kuramori_verify.witnesses import WITNESS, CheckedWitness, check_kept, check_witnesses

MANIFEST = "data/manifest.json"
SEAL = "data/ledger/seal.json"
CHECKPOINT = "data/ledger/checkpoint.txt"
KEYS = "data/ledger/keys.txt"
SEAL_NOTE = "bundle_manifest_sha256"
CHRONOLOGY = "data/chronology.json"
MAX_JSON_BYTES = 256 * 2**20
WITNESSES = "data/ledger/witnesses/"
# Made after the manifest was sealed: they prove themselves, by signature.
SELF_PROVING = (WITNESSES, *STAMP_FOLDERS)
BAG_FILES = frozenset({"bagit.txt", BAG_INFO, PAYLOAD_MANIFEST, TAG_MANIFEST})
# An act may take minutes (a large import) between its first moment and its place in the ledger.
TOLERANCE = timedelta(minutes=10)

NAMED_FILES = list_of(members_of(file=PLAIN_PATH, sha256=DIGEST_HEX))
COUNTS = {"entries": COUNT, "files": COUNT, "rows": COUNT, "segments": COUNT, "withheld": COUNT}
MEMBERS: dict[str, Check] = {
    "files": NAMED_FILES,
    "id": RECORD_ID,
    "info": map_of(TEXT),
    "kind": TEXT,
    "made_at": MOMENT,
    "origin": TEXT,
    "segments": list_of(SEGMENT),
    "subject": pair_of(TEXT, RECORD_ID),
    "tags": NAMED_FILES,
    "withheld": list_of(members_of(entry=COUNT, member=TEXT, reason=TEXT)),
}
NAMED_ENTRY = {"file": PLAIN_PATH, "index": COUNT, "leaf": DIGEST_HEX}
FIRST = members_of(
    counts=members_of(**COUNTS),
    entries=list_of(members_of(**NAMED_ENTRY)),
    format=one_of("kuramori-bundle/1"),
    **MEMBERS,
)
SECOND = members_of(
    counts=members_of(exhibits=COUNT, **COUNTS),
    entries=list_of(members_of(shown=DIGEST_HEX, **NAMED_ENTRY)),
    exhibits=list_of(EXHIBIT),
    format=one_of("kuramori-bundle/2"),
    redaction=members_of(kinds=list_of(TEXT), why=TEXT),
    stamps=list_of(members_of(authority=PLAIN_PATH, due=list_of(TEXT), name=TEXT)),
    twin=DIGEST_HEX,
    variant=TEXT,
    witnesses=list_of(WITNESS),
    **MEMBERS,
)
CHRONOLOGY_FILE = members_of(
    format=one_of("kuramori-chronology/1"),
    rows=list_of(members_of(at=MOMENT, entry=either(NOTHING, COUNT), text_en=TEXT, text_ja=TEXT)),
)


@dataclass(slots=True)
class Checked:
    """What was checked, for the report."""

    kind: str
    id: str | None = None
    head: Head | None = None
    counts: dict[str, int] = field(default_factory=dict)
    stamps: list[CheckedStamp] = field(default_factory=list)
    witnesses: list[CheckedWitness] = field(default_factory=list)
    heads: int = 0  # of those that the reader had kept, how many are continued


def is_bundle(source: Source) -> bool:
    """Whether this claims to be one of our bundles, even a damaged one."""
    return any(name == MANIFEST or name.startswith(("data/entries/", "data/ledger/")) for name in source.files)


def check_bundle(
    source: Source,
    keys: Sequence[LogKey],
    findings: Findings,
    *,
    roots: Sequence[Certificate] = (),
    witness_keys: Sequence[LogKey] = (),
    kept: Sequence[bytes] = (),
) -> Checked:
    """Check the whole bundle; keys and `roots` (of time-stamp authorities) from outside replace those in it.

    `kept` are heads (signed notes) that its ledger must continue, as far as the bundle holds a proof of that.
    """
    checked = Checked("bundle", counts={"files": len(source.files), "bytes": sum(source.files.values())})
    digests = check_bag(source, findings)
    info = read_bag_info(source, findings)
    checked.head, known = _head(source, keys, findings)
    manifest = _json(source, MANIFEST, bundle_manifest_form, findings)
    if manifest is None:
        return checked
    checked.id = manifest["id"]
    _check_named_files(source, manifest, digests, findings)
    if manifest["info"] != info:
        differing = sorted(dict(set(manifest["info"].items()) ^ set(info.items())))
        findings.add("bag.info_differs", BAG_INFO, record=", ".join(differing))
    if checked.head and checked.head.origin != manifest["origin"]:
        findings.add("ledger.origin_differs", CHECKPOINT, detail=checked.head.origin)
    entries = _entries(source, manifest, checked.head, findings)
    is_second = manifest["format"] == "kuramori-bundle/2"
    shown = check_segments(source, manifest["segments"], entries, digests, findings, is_guarded=is_second)
    rows = sum(each.rows for each in shown.values())
    if is_second:
        check_exhibits(source, manifest, shown, findings)
        checked.counts["exhibits"] = len(manifest["exhibits"])
    _check_seal(source, checked.head, digests, findings)
    _check_times(list(entries.values()), manifest["made_at"], findings)
    checked.stamps = check_stamps(source, manifest.get("stamps", ()), roots, findings)
    check_against_stamps(entries.values(), checked.stamps, findings)
    due = manifest.get("witnesses", ())
    checked.witnesses = check_witnesses(source, WITNESSES, checked.head, findings, keys=(known, witness_keys), due=due)
    if checked.head:
        checked.heads = check_kept(source, WITNESSES, checked.head, findings, notes=kept, keys=known)
    _check_chronology(source, entries, findings)
    _check_counts(manifest, findings)
    # Rows that are not there are missing, which is found elsewhere, and not changed.
    if len(shown) == len(manifest["segments"]) and rows != manifest["counts"]["rows"]:
        findings.add("bundle.counts_differ", MANIFEST, record="rows", detail=rows)
    checked.counts |= {"entries": len(entries), "rows": rows, "withheld": len(manifest["withheld"])}
    return checked


def bundle_manifest_form(value: Any, where: str) -> Any:
    """Check a manifest of the second version of the format, or of the first, which is read for ever."""
    is_first = isinstance(value, dict) and value.get("format") == "kuramori-bundle/1"
    return (FIRST if is_first else SECOND)(value, where)


def _head(source: Source, keys: Sequence[LogKey], findings: Findings) -> tuple[Head | None, Sequence[LogKey]]:
    """Return the head that all proofs lead to, and the ledger's keys."""
    for name in (CHECKPOINT, *(() if keys else (KEYS,))):
        if name not in source.files:
            findings.add("ledger.file_missing", name)
            return None, keys
    try:
        known = keys or read_log_keys(read_whole(source, KEYS, MAX_NOTE_BYTES))
        return read_head(read_whole(source, CHECKPOINT, MAX_NOTE_BYTES), known), known
    except SignatureError as error:
        findings.add("ledger.signature_wrong", CHECKPOINT, detail=error)
    except (FormError, UnreadableError) as error:
        findings.add("ledger.checkpoint_malformed", CHECKPOINT, detail=error)
    return None, keys


def _json(source: Source, name: str, check: Check, findings: Findings) -> Any:
    if name not in source.files:
        findings.add("bundle.file_missing", name)
        return None
    try:
        return check(read_canonical(read_whole(source, name, MAX_JSON_BYTES)), name)
    except (FormError, UnreadableError) as error:
        findings.add("bundle.malformed", name, detail=error)
        return None


def _check_named_files(
    source: Source, manifest: dict[str, Any], digests: Mapping[str, str], findings: Findings
) -> None:
    named = {item["file"]: item["sha256"] for item in manifest["files"] + manifest["tags"]}
    for name, digest in named.items():
        if name not in source.files:
            findings.add("bundle.file_missing", name)
        elif digests.get(name) != digest:
            findings.add("bundle.file_differs", name)
    known = set(named) | BAG_FILES | {MANIFEST, SEAL, CHECKPOINT, KEYS} | {item["file"] for item in manifest["entries"]}
    for name in source.files:
        if name not in known and not name.startswith(SELF_PROVING):
            findings.add("bundle.file_unknown", name)
    for segment in manifest["segments"]:
        for name in (segment["csv"], segment["parquet"]):
            if name is not None and name not in named:
                findings.add("bundle.malformed", MANIFEST, record=name)


def _entries(source: Source, manifest: dict[str, Any], head: Head | None, findings: Findings) -> dict[int, ShownEntry]:
    withheld = {(item["entry"], item["member"]) for item in manifest["withheld"]}
    entries: dict[int, ShownEntry] = {}
    last = -1
    for item in manifest["entries"]:
        file, index = item["file"], item["index"]
        if index <= last:
            findings.add("bundle.entries_unordered", MANIFEST, entry=index)
        last = max(last, index)
        if file not in source.files:
            findings.add("bundle.entry_missing", file, entry=index)
            continue
        entry = read_entry(source, file, head, findings)
        if entry is None:
            continue
        if (entry.index, entry.leaf.hex()) != (index, item["leaf"]):
            findings.add("entry.differs_from_manifest", file, entry=entry.index, detail=index)
        if item.get("shown", entry.shown) != entry.shown:
            findings.add("entry.shown_differs", file, entry=entry.index)
        for place in entry.undisclosed:
            if (entry.index, place) not in withheld:
                findings.add("entry.member_missing", file, entry=entry.index, record=place)
        entries[entry.index] = entry
    return entries


def _check_seal(source: Source, head: Head | None, digests: Mapping[str, str], findings: Findings) -> None:
    """The act that made the bundle holds the digest of its manifest: nothing can be taken out afterwards."""
    if SEAL not in source.files:
        findings.add("ledger.file_missing", SEAL)
        return
    seal = read_entry(source, SEAL, head, findings)
    if seal is not None and seal.open_note(SEAL_NOTE) != digests.get(MANIFEST):
        findings.add("bundle.seal_broken", MANIFEST, entry=seal.index)


def _check_times(entries: Sequence[ShownEntry], made_at: str, findings: Findings) -> None:
    """The ledger's order bounds each entry's own words about time: none may be dated well before an earlier one."""
    latest: datetime | None = None
    for entry in sorted(entries, key=lambda each: each.index):
        at = moment_of(entry.body["at"])
        if latest and at < latest - TOLERANCE:
            findings.add("entry.back_dated", entry.file, entry=entry.index, detail=entry.body["at"])
        if abs(at - _moment_in_id(entry.body["id"], at)) > TOLERANCE:
            findings.add("entry.time_not_of_id", entry.file, entry=entry.index, detail=entry.body["at"])
        if at > moment_of(made_at) + TOLERANCE:
            findings.add("entry.after_bundle", entry.file, entry=entry.index, detail=entry.body["at"])
        latest = max(latest, at) if latest else at


def _moment_in_id(record: str, otherwise: datetime) -> datetime:
    """The time that a UUIDv7 carries (milliseconds, UTC); other ids say nothing."""
    number = UUID(record)
    if number.version != 7:  # noqa: PLR2004 - RFC 9562
        return otherwise
    try:
        return datetime.fromtimestamp((number.int >> 80) / 1000, UTC)
    except (OverflowError, ValueError):
        return datetime.min.replace(tzinfo=UTC)


def _check_chronology(source: Source, entries: Mapping[int, ShownEntry], findings: Findings) -> None:
    chronology = _json(source, CHRONOLOGY, CHRONOLOGY_FILE, findings)
    for place, row in enumerate(chronology["rows"] if chronology else []):
        entry = None if row["entry"] is None else entries.get(row["entry"])
        if row["entry"] is not None and entry is None:
            findings.add("chronology.entry_missing", CHRONOLOGY, entry=row["entry"], record=place)
        if entry is not None and entry.body["at"] != row["at"]:
            findings.add("chronology.time_differs", CHRONOLOGY, entry=entry.index, record=place)


def _check_counts(manifest: dict[str, Any], findings: Findings) -> None:
    for name in manifest["counts"].keys() - {"rows"}:
        if manifest["counts"][name] != len(manifest[name]):
            findings.add("bundle.counts_differ", MANIFEST, record=name, detail=len(manifest[name]))
