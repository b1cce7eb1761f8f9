"""The files of an evidence bundle that hold proofs: docs/en/verify/format.md describes every member.

Order of making: exhibits, events and chronology; then the manifest over them; then the act that seals the manifest's
digest; then, once that act has its place in the tree and a checkpoint is signed, entries with proofs and the seal.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from kuramori.evidence.rules.pieces import canonical_pieces
from kuramori.evidence.rules.tree import cover_proof, inclusion_proof, over
from kuramori.kernel.canonical import canonical
from kuramori.kernel.merkle import leaf_hash, root_of

MANIFEST = "data/manifest.json"
CHRONOLOGY = "data/chronology.json"
CHECKPOINT = "data/ledger/checkpoint.txt"
KEYS = "data/ledger/keys.txt"
WITNESSES = "data/ledger/witnesses/"
SEAL = "data/ledger/seal.json"
VERIFIER = "verify/kuramori_verify.py"
# The open note of the sealing act that holds the SHA-256 (hex) of the manifest.
SEAL_NOTE = "bundle_manifest_sha256"
# The open note of the act that follows once the bag stands: the SHA-256 (hex) of its tag manifest.
FINISH_NOTE = "tag_manifest_sha256"


def shown_digest(
    disclosures: Iterable[str] = (),
    changes: Sequence[Mapping[str, Any]] = (),
    subjects: Sequence[Mapping[str, Any]] = (),
) -> str:
    """Digest what an entry file shows of its entry: who takes something out of it, or puts it in, breaks the seal."""
    return hashlib.sha256(canonical([list(changes), list(disclosures), list(subjects)])).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class BundleEntry:
    """An entry the bundle shows: its ledger index, the exact bytes of its body, and its `shown_digest`."""

    index: int
    raw: bytes
    shown: str = shown_digest()

    @property
    def leaf(self) -> bytes:
        """Return its leaf hash."""
        return leaf_hash(self.raw)


class HasPlace(Protocol):
    """An entry as the manifest names it, with or without its bytes at hand."""

    @property
    def index(self) -> int:
        """Its ledger index."""

    @property
    def leaf(self) -> bytes:
        """Its leaf hash."""

    @property
    def shown(self) -> str:
        """Its `shown_digest`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """Rows of a sealed log segment: `ranges` are (first leaf, count) of the rows shown; leaf 0 is the CSV's header.

    `entry` is the ledger index of the act that sealed it, whose open notes are `segment` (id), `sha256` (hex, of the
    Parquet file), `rows` (count) and `rows_root` (hex, over header and rows).
    """

    segment: UUID
    entry: int
    csv: str
    ranges: tuple[tuple[int, int], ...]
    path: tuple[bytes, ...] = ()
    parquet: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Withheld:
    """A member in sight that the bundle does not disclose, and why: `member` is its place, such as `by.name`."""

    entry: int
    member: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedExhibit:
    """An exhibit as the manifest names it: `kind` record, entries or log; `file` holds its words.

    `root` ties it to what was sealed (hex): the leaf of `entry`, the RFC 6962 root over all entries' leaves, or over
    the shown rows of `segment`; None when nothing in the ledger stands behind it.
    """

    number: int
    kind: str
    file: str
    entry: int | None = None
    segment: UUID | None = None
    root: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Redaction:
    """What was kept back as a whole, by kind, and the reason given to who reads the bundle."""

    kinds: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChronologyRow:
    """One line of the chronology; with `entry`, its time must be the entry's own."""

    at: datetime
    text_ja: str
    text_en: str
    entry: int | None = None


def entry_path(number: int) -> str:
    """Where the number-th entry of a bundle lies, counted from 1."""
    return f"data/entries/{number:04d}.json"


def entry_file(
    entry: BundleEntry,
    *,
    proof: Sequence[bytes],
    disclosures: Iterable[str],
    changes: Sequence[Mapping[str, Any]] = (),
    subjects: Sequence[Mapping[str, Any]] = (),
) -> bytes:
    """Write one entry: its body, what is disclosed, its inclusion proof, and `shown_items` of rooted lists."""
    return canonical(
        {
            "v": 1,
            "index": entry.index,
            "body": entry.raw.decode(),
            "disclosures": list(disclosures),
            "proof": [each.hex() for each in proof],
            "changes": list(changes),
            "subjects": list(subjects),
        }
    )


def shown_items(items: Sequence[bytes], positions: Iterable[int]) -> list[dict[str, Any]]:
    """Show some items of a list that a body holds by its root only, each with its path; the rest stays hidden."""
    hashes = over([leaf_hash(item) for item in items])
    return [
        {
            "position": position,
            "item": items[position].decode(),
            "path": [each.hex() for each in inclusion_proof(position, len(items), hashes)],
        }
        for position in positions
    ]


def row_leaf(fields: Sequence[str]) -> bytes:
    """Leaf of one CSV row (or the header): over the canonical JSON list of its fields as the CSV shows them."""
    return leaf_hash(canonical(list(fields)))


def row_ranges(rows: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Fold ascending leaf numbers of rows (from 1) into (first, count)."""
    ranges: list[tuple[int, int]] = []
    for row in rows:
        if ranges and sum(ranges[-1]) == row:
            ranges[-1] = (ranges[-1][0], ranges[-1][1] + 1)
        else:
            ranges.append((row, 1))
    return tuple(ranges)


def rows_path(leaves: Sequence[bytes], rows: Sequence[int]) -> tuple[bytes, ...]:
    """Prove ascending rows (from 1) and the header of a segment; `leaves` are those of header and all rows."""
    return tuple(cover_proof([0, *rows], len(leaves), over(leaves)))


def bundle_manifest(
    *,
    id: UUID,  # noqa: A002 - the member's name in the format
    kind: str,
    subject: tuple[str, UUID],
    made_at: datetime,
    origin: str,
    info: Mapping[str, str],
    entries: Sequence[HasPlace],
    files: Mapping[str, str],
    tags: Mapping[str, str],
    segments: Sequence[Segment] = (),
    withheld: Sequence[Withheld] = (),
    exhibits: Sequence[NamedExhibit] = (),
    variant: str = "court",
    redaction: Redaction = Redaction(),
    stamps: Sequence[Mapping[str, Any]] = (),
    witnesses: Sequence[Mapping[str, str]] = (),
) -> Iterator[bytes]:
    """Write `data/manifest.json`, which names every other file by its digest, in pieces.

    `files` (payload: exhibits, index pages, chronology, events) and `tags` (the `verify/` folder) map path to SHA-256
    in hex; `info` holds every line of `bag-info.txt` but Payload-Oxum, with Bagging-Date; `entries` are ascending;
    `exhibits` are numbered from 1; `stamps` say which authority owes a time stamp over what, `witnesses` who held the
    ledger's heads.
    """
    rows = sum(length for segment in segments for _, length in segment.ranges)
    return canonical_pieces(
        {
            "format": "kuramori-bundle/2",
            "id": str(id),
            "kind": kind,
            "subject": [subject[0], str(subject[1])],
            "made_at": moment(made_at),
            "origin": origin,
            "info": dict(info),
            "entries": (_named_entry(number, entry) for number, entry in enumerate(entries, start=1)),
            "files": _named(files),
            "tags": _named(tags),
            "segments": [_segment(segment) for segment in segments],
            "withheld": ({"entry": each.entry, "member": each.member, "reason": each.reason} for each in withheld),
            "variant": variant,
            "exhibits": [_exhibit(each) for each in exhibits],
            "twin": twin_digest(exhibits),
            "redaction": {"kinds": sorted(redaction.kinds), "why": redaction.why},
            "stamps": list(stamps),
            "witnesses": list(witnesses),
            "counts": {
                "entries": len(entries),
                "exhibits": len(exhibits),
                "files": len(files),
                "segments": len(segments),
                "rows": rows,
                "withheld": len(withheld),
            },
        }
    )


def _named_entry(number: int, entry: HasPlace) -> dict[str, Any]:
    return {"file": entry_path(number), "index": entry.index, "leaf": entry.leaf.hex(), "shown": entry.shown}


def twin_digest(exhibits: Sequence[NamedExhibit]) -> str:
    """Digest what a redacted bundle and its unredacted twin have in common: each exhibit's number and root (hex)."""
    return sha256_hex(canonical([[each.number, each.root] for each in exhibits]))


def leaves_root(leaves: Iterable[bytes]) -> str:
    """Write the RFC 6962 root over leaf hashes in hex."""
    return root_of(leaves).hex()


def chronology(rows: Iterable[ChronologyRow]) -> Iterator[bytes]:
    """Write `data/chronology.json` in pieces."""
    return canonical_pieces(
        {
            "format": "kuramori-chronology/1",
            "rows": (
                {"at": moment(row.at), "entry": row.entry, "text_en": row.text_en, "text_ja": row.text_ja}
                for row in rows
            ),
        }
    )


def moment(at: datetime) -> str:
    """Write an aware time in UTC with microseconds, as entries do."""
    if at.tzinfo is None:
        raise ValueError("a time in a bundle must be aware")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def sha256_hex(content: bytes) -> str:
    """Digest as manifests write it."""
    return hashlib.sha256(content).hexdigest()


def _named(files: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"file": path, "sha256": digest} for path, digest in sorted(files.items())]


def _exhibit(each: NamedExhibit) -> dict[str, Any]:
    return {
        "number": each.number,
        "kind": each.kind,
        "file": each.file,
        "entry": each.entry,
        "segment": str(each.segment) if each.segment else None,
        "root": each.root,
    }


def _segment(segment: Segment) -> dict[str, Any]:
    return {
        "segment": str(segment.segment),
        "entry": segment.entry,
        "csv": segment.csv,
        "parquet": segment.parquet,
        "ranges": [list(each) for each in segment.ranges],
        "path": [each.hex() for each in segment.path],
    }
