"""Observed events in a bundle: rows of sealed log segments, tied to the act that sealed each segment."""

import csv
import io
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kuramori_verify.canonical import canonical_strings
from kuramori_verify.entries import ShownEntry
from kuramori_verify.findings import Findings
from kuramori_verify.merkle import Growing, leaf_hash, root_by_cover
from kuramori_verify.shape import (
    COUNT,
    DIGEST_HEX,
    NOTHING,
    PLAIN_PATH,
    RECORD_ID,
    either,
    list_of,
    members_of,
    pair_of,
)
from kuramori_verify.sources import DAMAGED, Source, UnreadableError

MAX_ROWS = 20_000_000
# What a spreadsheet would calculate: from the second version on such a field has an apostrophe before it.
CALCULATED = frozenset("=+-@\t\r\n＝＋－＠")


@dataclass(frozen=True, slots=True)
class ShownRows:
    """How many rows of a segment are shown, and the root (hex) over the leaves of header and rows."""

    rows: int
    root: str


# `ranges` are [first leaf, how many] of the rows shown, ascending; leaf 0 is the header and is always shown.
SEGMENT = members_of(
    csv=PLAIN_PATH,
    entry=COUNT,
    parquet=either(NOTHING, PLAIN_PATH),
    path=list_of(DIGEST_HEX),
    ranges=list_of(pair_of(COUNT, COUNT)),
    segment=RECORD_ID,
)


def check_segments(
    source: Source,
    segments: list[dict[str, Any]],
    entries: Mapping[int, ShownEntry],
    digests: Mapping[str, bytes],
    findings: Findings,
    *,
    is_guarded: bool,
) -> dict[str, ShownRows]:
    """Check each segment against the notes of the act that sealed it; return what was read, by the segment's id.

    `is_guarded`: a field that a spreadsheet would calculate has an apostrophe before it.
    """
    shown: dict[str, ShownRows] = {}
    for segment in segments:
        seal = entries.get(segment["entry"])
        if seal is None:
            findings.add("events.seal_missing", segment["csv"], entry=segment["entry"], record=segment["segment"])
            continue
        if seal.open_note("segment") != segment["segment"]:
            findings.add("events.seal_differs", segment["csv"], entry=seal.index, record=segment["segment"])
        parquet = segment["parquet"]
        if parquet in digests and digests[parquet].hex() != seal.open_note("sha256"):
            findings.add("events.file_not_sealed", parquet, entry=seal.index, record=segment["segment"])
        if segment["csv"] in source.files:
            try:
                tree = _check_rows(segment, seal, _leaves(source, segment["csv"], is_guarded=is_guarded), findings)
            except (UnreadableError, csv.Error, *DAMAGED) as error:
                place = {"entry": seal.index, "record": segment["segment"]}
                findings.add("events.unreadable", segment["csv"], detail=error, **place)
                continue
            shown[segment["segment"]] = ShownRows(max(0, tree.size - 1), tree.root().hex())
    return shown


def _check_rows(segment: dict[str, Any], seal: ShownEntry, leaves: Iterable[bytes], findings: Findings) -> Growing:
    """Read the rows once, towards the sealed root; return the tree of those that are shown."""
    file, sealed_rows, root = segment["csv"], seal.open_note("rows"), seal.open_note("rows_root")
    is_proven = root is not None and type(sealed_rows) is int
    wanted = _row_numbers(segment["ranges"], sealed_rows) if is_proven else None
    tree, reached = Growing(), None
    passing = _taken(leaves, tree)
    if wanted is not None:
        reached = root_by_cover(wanted, passing, sealed_rows + 1, [bytes.fromhex(each) for each in segment["path"]])
    for _leaf in passing:
        continue
    place = {"entry": seal.index, "record": segment["segment"]}
    if not is_proven:
        findings.add("limit.rows_unproven", file, **place)
    elif wanted is None or len(wanted) != tree.size:
        findings.add("events.row_count_differs", file, detail=tree.size - 1, **place)
    elif reached is None or reached.hex() != root:
        findings.add("events.row_changed", file, **place)
    return tree


def _taken(leaves: Iterable[bytes], tree: Growing) -> Iterator[bytes]:
    for leaf in leaves:
        tree.add(leaf)
        yield leaf


def _row_numbers(ranges: list[list[int]], sealed_rows: int) -> Sequence[int] | None:
    """Leaf numbers of header and rows; None when ranges overlap, are empty, or reach beyond the segment."""
    numbers, end = array("q", [0]), 1
    for first, length in ranges:
        if first < end or not length or first + length > sealed_rows + 1 or len(numbers) + length > MAX_ROWS:
            return None
        end = first + length
        numbers.extend(range(first, end))
    return numbers


def _leaves(source: Source, file: str, *, is_guarded: bool) -> Iterator[bytes]:
    """Leaf hashes of the header and each row: over the canonical JSON list of the row's fields as strings."""
    with source.open(file) as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.reader(lines, strict=True)):
            if number > MAX_ROWS:
                raise UnreadableError(f"more than {MAX_ROWS} rows")
            fields = [_unguarded(field) for field in row] if is_guarded else row
            yield leaf_hash(canonical_strings(fields))


def _unguarded(field: str) -> str:
    return field[1:] if field[:1] == "'" and field.lstrip("'")[:1] in CALCULATED else field
