"""An evidence bundle: everything in it is named by `data/manifest.json`, and that file is sealed in the ledger."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from kuramori_verify.bag import BAG_INFO, PAYLOAD_MANIFEST, TAG_MANIFEST, check_bag, read_bag_info
from kuramori_verify.canonical import FormError
from kuramori_verify.certificates import Certificate
from kuramori_verify.entries import ShownEntry, read_entry
from kuramori_verify.events import ShownRows, check_segments
from kuramori_verify.exhibits import check_exhibits
from kuramori_verify.findings import Findings
from kuramori_verify.manifest import MANIFEST, Manifest, listed_again, read_manifest
from kuramori_verify.note import MAX_NOTE_BYTES, Head, LogKey, SignatureError, read_head, read_log_keys
from kuramori_verify.shape import COUNT, MOMENT, NOTHING, TEXT, either, members_of, moment_of
from kuramori_verify.sources import Source, UnreadableError, open_limited, read_whole
from kuramori_verify.stamps import STAMP_FOLDERS, CheckedStamp, check_against_stamp, check_stamps, first_stamp
from kuramori_verify.streams import ByIndex, CanonicalStream
from kuramori_verify.witnesses import CheckedWitness, check_kept, check_witnesses

SEAL = "data/ledger/seal.json"
CHECKPOINT = "data/ledger/checkpoint.txt"
KEYS = "data/ledger/keys.txt"
SEAL_NOTE = "bundle_manifest_sha256"
CHRONOLOGY = "data/chronology.json"
MAX_CHRONOLOGY_BYTES = 4 * 2**30
WITNESSES = "data/ledger/witnesses/"
# Made after the manifest was sealed: they prove themselves, by signature.
SELF_PROVING = (WITNESSES, *STAMP_FOLDERS)
BAG_FILES = frozenset({"bagit.txt", BAG_INFO, PAYLOAD_MANIFEST, TAG_MANIFEST})
# An act may take minutes (a large import) between its first moment and its place in the ledger.
TOLERANCE = timedelta(minutes=10)

CHRONOLOGY_FORMAT = "kuramori-chronology/1"
CHRONOLOGY_ROW = members_of(at=MOMENT, entry=either(NOTHING, COUNT), text_en=TEXT, text_ja=TEXT)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENT_BYTES = 8


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
    manifest = _manifest(source, findings)
    if manifest is None:
        return checked
    told = manifest.members
    checked.id = told["id"]
    _check_named_files(source, manifest, digests, findings)
    if told["info"] != info:
        differing = sorted(dict(set(told["info"].items()) ^ set(info.items())))
        findings.add("bag.info_differs", BAG_INFO, record=", ".join(differing))
    if checked.head and checked.head.origin != told["origin"]:
        findings.add("ledger.origin_differs", CHECKPOINT, detail=checked.head.origin)
    checked.stamps = check_stamps(source, told.get("stamps", ()), roots, findings)
    entries = _entries(source, manifest, checked, findings)
    shown = check_segments(source, told["segments"], entries.sealing, digests, findings, is_guarded=manifest.is_second)
    if manifest.is_second:
        check_exhibits(source, manifest, shown, findings)
        checked.counts["exhibits"] = len(told["exhibits"])
    _check_seal(source, checked.head, digests, findings)
    due = told.get("witnesses", ())
    checked.witnesses = check_witnesses(source, WITNESSES, checked.head, findings, keys=(known, witness_keys), due=due)
    if checked.head:
        checked.heads = check_kept(source, WITNESSES, checked.head, findings, notes=kept, keys=known)
    _check_chronology(source, entries, findings)
    rows = _check_counts(manifest, shown, findings)
    checked.counts |= {"entries": len(entries.times), "rows": rows, "withheld": manifest.lengths["withheld"]}
    return checked


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


def _manifest(source: Source, findings: Findings) -> Manifest | None:
    if MANIFEST not in source.files:
        findings.add("bundle.file_missing", MANIFEST)
        return None
    try:
        return read_manifest(source)
    except (FormError, UnreadableError) as error:
        findings.add("bundle.malformed", MANIFEST, detail=error)
        return None


def _check_named_files(source: Source, manifest: Manifest, digests: Mapping[str, bytes], findings: Findings) -> None:
    for name, digest in manifest.named.items():
        if name not in source.files:
            findings.add("bundle.file_missing", name)
        elif name not in digests or digests[name].hex() != digest:
            findings.add("bundle.file_differs", name)
    for name in sorted(manifest.unnamed - BAG_FILES - {MANIFEST, SEAL, CHECKPOINT, KEYS}):
        if not name.startswith(SELF_PROVING):
            findings.add("bundle.file_unknown", name)
    for segment in manifest.members["segments"]:
        for name in (segment["csv"], segment["parquet"]):
            if name is not None and name not in manifest.named:
                findings.add("bundle.malformed", MANIFEST, record=name)


@dataclass(slots=True)
class _Entries:
    """Of all entries their `times` (microseconds since 1970), and those whole that sealed a segment which is shown."""

    times: ByIndex = field(default_factory=lambda: ByIndex(MOMENT_BYTES))
    sealing: dict[int, ShownEntry] = field(default_factory=dict)
    last: int = -1
    latest: datetime | None = None


def _entries(source: Source, manifest: Manifest, checked: Checked, findings: Findings) -> _Entries:
    """Check all entries in the manifest's order, one in memory at a time."""
    entries = _Entries()
    sealing = {segment["entry"] for segment in manifest.members["segments"]}
    stamped = first_stamp(checked.stamps)
    for item in listed_again(source, "entries"):
        file, index = item["file"], item["index"]
        if index <= entries.last:
            findings.add("bundle.entries_unordered", MANIFEST, entry=index)
        if file not in source.files:
            findings.add("bundle.entry_missing", file, entry=index)
        elif entry := read_entry(source, file, checked.head, findings):
            _check_entry(entry, item, manifest, findings)
            _check_times(entry, entries, manifest.members["made_at"], findings)
            check_against_stamp(entry, stamped, findings)
            entries.times.add(entry.index, _microseconds(entry.body["at"]))
            if entry.index in sealing:
                entries.sealing[entry.index] = entry
        entries.last = max(entries.last, index)
    return entries


def _check_entry(entry: ShownEntry, item: Mapping[str, Any], manifest: Manifest, findings: Findings) -> None:
    if (entry.index, entry.leaf.hex()) != (item["index"], item["leaf"]):
        findings.add("entry.differs_from_manifest", entry.file, entry=entry.index, detail=item["index"])
    if item.get("shown", entry.shown) != entry.shown:
        findings.add("entry.shown_differs", entry.file, entry=entry.index)
    for place in entry.undisclosed:
        if not manifest.withholds(entry.index, place):
            findings.add("entry.member_missing", entry.file, entry=entry.index, record=place)


def _check_seal(source: Source, head: Head | None, digests: Mapping[str, bytes], findings: Findings) -> None:
    """The act that made the bundle holds the digest of its manifest: nothing can be taken out afterwards."""
    if SEAL not in source.files:
        findings.add("ledger.file_missing", SEAL)
        return
    seal = read_entry(source, SEAL, head, findings)
    if seal is not None and seal.open_note(SEAL_NOTE) != digests.get(MANIFEST, b"").hex():
        findings.add("bundle.seal_broken", MANIFEST, entry=seal.index)


def _check_times(entry: ShownEntry, before: _Entries, made_at: str, findings: Findings) -> None:
    """The ledger's order bounds each entry's own words about time: none may be dated well before an earlier one."""
    at = moment_of(entry.body["at"])
    if before.latest and entry.index > before.last and at < before.latest - TOLERANCE:
        findings.add("entry.back_dated", entry.file, entry=entry.index, detail=entry.body["at"])
    if abs(at - _moment_in_id(entry.body["id"], at)) > TOLERANCE:
        findings.add("entry.time_not_of_id", entry.file, entry=entry.index, detail=entry.body["at"])
    if at > moment_of(made_at) + TOLERANCE:
        findings.add("entry.after_bundle", entry.file, entry=entry.index, detail=entry.body["at"])
    before.latest = max(before.latest or at, at)


def _moment_in_id(record: str, otherwise: datetime) -> datetime:
    """The time that a UUIDv7 carries (milliseconds, UTC); other ids say nothing."""
    number = UUID(record)
    if number.version != 7:  # noqa: PLR2004 - RFC 9562
        return otherwise
    try:
        return datetime.fromtimestamp((number.int >> 80) / 1000, UTC)
    except (OverflowError, ValueError):
        return datetime.min.replace(tzinfo=UTC)


def _check_chronology(source: Source, entries: _Entries, findings: Findings) -> None:
    if CHRONOLOGY not in source.files:
        findings.add("bundle.file_missing", CHRONOLOGY)
        return
    try:
        with open_limited(source, CHRONOLOGY, MAX_CHRONOLOGY_BYTES) as file:
            for place, row in enumerate(_chronology(CanonicalStream(file))):
                _check_row(row, place, entries, findings)
    except (FormError, UnreadableError) as error:
        findings.add("bundle.malformed", CHRONOLOGY, detail=error)


def _chronology(stream: CanonicalStream) -> Iterator[dict[str, Any]]:
    """Yield the rows of a chronology, whose two members are sorted: the format, then the rows."""
    names = []
    for name in stream.members():
        names.append(name)
        if name == "rows":
            for place, row in enumerate(stream.items()):
                yield CHRONOLOGY_ROW(row, f"{CHRONOLOGY}.rows[{place}]")
        elif stream.value() != CHRONOLOGY_FORMAT:
            break
    if names != ["format", "rows"]:
        raise FormError(f"{CHRONOLOGY}: the members are format ({CHRONOLOGY_FORMAT}) and rows")


def _check_row(row: Mapping[str, Any], place: int, entries: _Entries, findings: Findings) -> None:
    if row["entry"] is None:
        return
    at = entries.times.get(row["entry"])
    if at is None:
        findings.add("chronology.entry_missing", CHRONOLOGY, entry=row["entry"], record=place)
    elif at != _microseconds(row["at"]):
        findings.add("chronology.time_differs", CHRONOLOGY, entry=row["entry"], record=place)


def _microseconds(moment: str) -> bytes:
    return ((moment_of(moment) - EPOCH) // timedelta(microseconds=1)).to_bytes(MOMENT_BYTES, "big", signed=True)


def _check_counts(manifest: Manifest, shown: Mapping[str, ShownRows], findings: Findings) -> int:
    """Compare the manifest's counts with what it lists and with the rows that were read; return how many those are."""
    counts, rows = manifest.members["counts"], sum(each.rows for each in shown.values())
    for name in counts.keys() - {"rows"}:
        found = manifest.lengths[name] if name in manifest.lengths else len(manifest.members[name])
        if counts[name] != found:
            findings.add("bundle.counts_differ", MANIFEST, record=name, detail=found)
    # Rows that are not there are missing, which is found elsewhere, and not changed.
    if len(shown) == len(manifest.members["segments"]) and rows != counts["rows"]:
        findings.add("bundle.counts_differ", MANIFEST, record="rows", detail=rows)
    return rows
