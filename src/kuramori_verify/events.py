"""Observed events in a bundle: rows of sealed log segments, tied to the act that sealed each segment."""

import csv
import io
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from kuramori_verify.canonical import canonical_strings
from kuramori_verify.entries import ShownEntry
from kuramori_verify.findings import Findings
from kuramori_verify.merkle import leaf_hash, root_by_cover
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
from kuramori_verify.sources import Source, UnreadableError

MAX_ROWS = 20_000_000

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
    digests: Mapping[str, str],
    findings: Findings,
) -> int:
    """Check each segment against the notes of the act that sealed it; return how many rows were read."""
    rows = 0
    for segment in segments:
        seal = entries.get(segment["entry"])
        if seal is None:
            findings.add("events.seal_missing", segment["csv"], entry=segment["entry"], record=segment["segment"])
            continue
        if seal.open_note("segment") != segment["segment"]:
            findings.add("events.seal_differs", segment["csv"], entry=seal.index, record=segment["segment"])
        parquet = segment["parquet"]
        if parquet in digests and digests[parquet] != seal.open_note("sha256"):
            findings.add("events.file_not_sealed", parquet, entry=seal.index, record=segment["segment"])
        if segment["csv"] in source.files:
            rows += _check_rows(source, segment, seal, findings)
    return rows


def _check_rows(source: Source, segment: dict[str, Any], seal: ShownEntry, findings: Findings) -> int:
    file, sealed_rows, root = segment["csv"], seal.open_note("rows"), seal.open_note("rows_root")
    try:
        leaves = _leaves(source, file)
    except (
        UnreadableError,
        OSError,
        EOFError,
        ValueError,
        RuntimeError,
        csv.Error,
        zlib.error,
        zipfile.BadZipFile,
    ) as error:
        findings.add("events.unreadable", file, entry=seal.index, record=segment["segment"], detail=error)
        return 0
    if root is None or type(sealed_rows) is not int:
        findings.add("limit.rows_unproven", file, entry=seal.index, record=segment["segment"])
        return max(0, len(leaves) - 1)
    wanted = _row_numbers(segment["ranges"], sealed_rows)
    if wanted is None or len(wanted) != len(leaves):
        findings.add(
            "events.row_count_differs", file, entry=seal.index, record=segment["segment"], detail=len(leaves) - 1
        )
        return max(0, len(leaves) - 1)
    path = [bytes.fromhex(each) for each in segment["path"]]
    reached = root_by_cover(wanted, leaves, sealed_rows + 1, path)
    if reached is None or reached.hex() != root:
        findings.add("events.row_changed", file, entry=seal.index, record=segment["segment"])
    return len(leaves) - 1


def _row_numbers(ranges: list[list[int]], sealed_rows: int) -> list[int] | None:
    """Leaf numbers of header and rows; None when ranges overlap, are empty, or reach beyond the segment."""
    numbers, end = [0], 1
    for first, length in ranges:
        if first < end or not length or first + length > sealed_rows + 1 or len(numbers) + length > MAX_ROWS:
            return None
        end = first + length
        numbers += range(first, end)
    return numbers


def _leaves(source: Source, file: str) -> list[bytes]:
    """Leaf hashes of the header and each row: over the canonical JSON list of the row's fields as strings."""
    leaves = []
    with source.open(file) as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as lines:
        for row in csv.reader(lines, strict=True):
            leaves.append(leaf_hash(canonical_strings(row)))
            if len(leaves) > MAX_ROWS:
                raise UnreadableError(f"more than {MAX_ROWS} rows")
    return leaves
