"""A ledger export (c2sp.org/tlog-tiles): every entry is hashed again, up to the signed head."""

import struct
from collections.abc import Iterator, Sequence

from kuramori_verify.bundle import Checked
from kuramori_verify.canonical import FormError
from kuramori_verify.findings import Findings
from kuramori_verify.merkle import HASH_BYTES, leaf_hash, root_of
from kuramori_verify.note import MAX_NOTE_BYTES, Head, LogKey, SignatureError, read_head, read_log_keys
from kuramori_verify.sources import Source, UnreadableError, read_whole
from kuramori_verify.witnesses import check_witnesses

TILE_WIDTH = 256
MAX_BUNDLE_BYTES = TILE_WIDTH * (2 + 65_535)
HEAD_FILE = "checkpoint"
KEYS_FILE = "keys.txt"
HELD_FOLDER = "witnesses/"


def is_ledger(source: Source) -> bool:
    """Whether this is the folder of a ledger export."""
    return HEAD_FILE in source.files or any(name.startswith("tile/") for name in source.files)


def check_ledger(
    source: Source,
    keys: Sequence[LogKey],
    older: Sequence[bytes],
    findings: Findings,
    witness_keys: Sequence[LogKey] = (),
) -> Checked:
    """Check all entries and tiles. `older` are heads (signed notes) kept elsewhere that this ledger must continue."""
    checked = Checked("ledger", counts={"files": len(source.files), "bytes": sum(source.files.values())})
    head, known = _ledger_head(source, keys, findings)
    checked.head = head
    if head is None:
        return checked
    leaves = _all_leaves(source, head.size, findings)
    checked.counts["entries"] = len(leaves)
    if len(leaves) != head.size:
        return checked
    if _folded(source, leaves, findings) != head.root:
        findings.add("ledger.root_differs", HEAD_FILE, detail=head.size)
    checked.heads = sum(_check_older(note, known, leaves, findings) for note in older)
    checked.witnesses = check_witnesses(source, HELD_FOLDER, head, findings, keys=(known, witness_keys))
    return checked


def _ledger_head(source: Source, keys: Sequence[LogKey], findings: Findings) -> tuple[Head | None, Sequence[LogKey]]:
    for name in (HEAD_FILE, *(() if keys else (KEYS_FILE,))):
        if name not in source.files:
            findings.add("ledger.file_missing", name)
            return None, keys
    try:
        known = keys or read_log_keys(read_whole(source, KEYS_FILE, MAX_NOTE_BYTES))
        return read_head(read_whole(source, HEAD_FILE, MAX_NOTE_BYTES), known), known
    except SignatureError as error:
        findings.add("ledger.signature_wrong", HEAD_FILE, detail=error)
    except (FormError, UnreadableError) as error:
        findings.add("ledger.checkpoint_malformed", HEAD_FILE, detail=error)
    return None, keys


def _check_older(note: bytes, known: Sequence[LogKey], leaves: list[bytes], findings: Findings) -> bool:
    try:
        old = read_head(note, known)
    except (FormError, SignatureError) as error:
        findings.add("ledger.older_head_malformed", detail=error)
        return False
    if old.size > len(leaves):
        findings.add("ledger.shortened", entry=len(leaves), detail=old.size)
    elif root_of(leaves[: old.size]) != old.root:
        findings.add("ledger.history_differs", entry=old.size)
    else:
        return True
    return False


def _all_leaves(source: Source, size: int, findings: Findings) -> list[bytes]:
    """Leaf hashes of all entries, read tile by tile; stops at the first bundle that cannot be read."""
    leaves: list[bytes] = []
    while len(leaves) < size:
        width = min(TILE_WIDTH, size - len(leaves))
        first, name = len(leaves), _tile_name("entries", len(leaves) // TILE_WIDTH, width)
        if name not in source.files:
            findings.add("ledger.entries_missing", name, entry=first)
            break
        try:
            leaves += [leaf_hash(body) for body in _bodies(read_whole(source, name, MAX_BUNDLE_BYTES), width)]
        except UnreadableError as error:
            findings.add("source.unreadable", name, entry=first, detail=error)
            break
        except FormError as error:
            findings.add("ledger.entries_malformed", name, entry=first, detail=error)
            break
        _compare(source, (0, first, width), leaves[first:], findings)
    return leaves


def _bodies(raw: bytes, width: int) -> Iterator[bytes]:
    place = 0
    for number in range(width):
        if place + 2 > len(raw):
            raise FormError(f"ends before entry {number} of {width}")
        (length,) = struct.unpack_from(">H", raw, place)
        place += 2 + length
        if place > len(raw):
            raise FormError(f"ends inside entry {number} of {width}")
        yield raw[place - length : place]
    if place != len(raw):
        raise FormError(f"{len(raw) - place} bytes after the last entry")


def _folded(source: Source, leaves: list[bytes], findings: Findings) -> bytes:
    """Root over all leaves, comparing every stored hash tile above level 0 on the way."""
    level, hashes = 0, leaves
    while len(hashes) >= TILE_WIDTH:
        full = len(hashes) // TILE_WIDTH
        hashes = [root_of(hashes[i * TILE_WIDTH : (i + 1) * TILE_WIDTH]) for i in range(full)]
        level += 1
        for first in range(0, len(hashes), TILE_WIDTH):
            part = hashes[first : first + TILE_WIDTH]
            _compare(source, (level, first, len(part)), part, findings)
    return root_of(leaves)


def _compare(source: Source, place: tuple[int, int, int], hashes: list[bytes], findings: Findings) -> None:
    """Compare a stored tile with hashes computed from the entries; name the first entry that differs."""
    level, first, width = place
    name = _tile_name(str(level), first // TILE_WIDTH, width)
    try:
        stored = read_whole(source, name, TILE_WIDTH * HASH_BYTES)
    except UnreadableError as error:
        findings.add("ledger.tile_missing", name, entry=first * TILE_WIDTH**level, detail=error)
        return
    if stored == b"".join(hashes):
        return
    differing = next(
        (i for i, each in enumerate(hashes) if stored[i * HASH_BYTES : (i + 1) * HASH_BYTES] != each), width
    )
    code = "ledger.tile_differs" if level else "ledger.entry_changed"
    findings.add(code, name, entry=(first + differing) * TILE_WIDTH**level)


def _tile_name(level: str, index: int, width: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    partial = f".p/{width}" if width < TILE_WIDTH else ""
    return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"
