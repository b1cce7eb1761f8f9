"""Observed events in a bundle: rows of sealed log segments, tied to the act that sealed each segment."""

import csv
import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kuramori_verify.canonical import canonical_strings
from kuramori_verify.entries import ShownEntry
from kuramori_verify.findings import Findings
from kuramori_verify.merkle import leaf_hash, root_by_cover, root_of
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
    digests: Mapping[str, str],
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
        if parquet in digests and digests[parquet] != seal.open_note("sha256"):
            findings.add("events.file_not_sealed", parquet, entry=seal.index, record=segment["segment"])
        if segment["csv"] in source.files:
            leaves = _read_rows(source, segment, seal, findings, is_guarded=is_guarded)
            if leaves is None:
                continue
            _check_rows(segment, seal, leaves, findings)
            shown[segment["segment"]] = ShownRows(max(0, len(leaves) - 1), root_of(leaves).hex())
    return shown


def _read_rows(
    source: Source, segment: dict[str, Any], seal: ShownEntry, findings: Findings, *, is_guarded: bool
) -> list[bytes] | None:
    try:
        return _leaves(source, segment["csv"], is_guarded=is_guarded)
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
        findings.add("events.unreadable", segment["csv"], entry=seal.index, record=segment["segment"], detail=error)
        return None


def _check_rows(segment: dict[str, Any], seal: ShownEntry, leaves: list[bytes], findings: Findings) -> None:
    file, sealed_rows, root = segment["csv"], seal.open_note("rows"), seal.open_note("rows_root")
    if root is None or type(sealed_rows) is not int:
        findings.add("limit.rows_unproven", file, entry=seal.index, record=segment["segment"])
        return
    wanted = _row_numbers(segment["ranges"], sealed_rows)
    if wanted is None or len(wanted) != len(leaves):
        findings.add(
            "events.row_count_differs", file, entry=seal.index, record=segment["segment"], detail=len(leaves) - 1
        )
        return
    path = [bytes.fromhex(each) for each in segment["path"]]
    reached = root_by_cover(wanted, leaves, sealed_rows + 1, path)
    if reached is None or reached.hex() != root:
        findings.add("events.row_changed", file, entry=seal.index, record=segment["segment"])


def _row_numbers(ranges: list[list[int]], sealed_rows: int) -> list[int] | None:
    """Leaf numbers of header and rows; None when ranges overlap, are empty, or reach beyond the segment."""
    numbers, end = [0], 1
    for first, length in ranges:
        if first < end or not length or first + length > sealed_rows + 1 or len(numbers) + length > MAX_ROWS:
            return None
        end = first + length
        numbers += range(first, end)
    return numbers


def _leaves(source: Source, file: str, *, is_guarded: bool) -> list[bytes]:
    """Leaf hashes of the header and each row: over the canonical JSON list of the row's fields as strings."""
    leaves = []
    with source.open(file) as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as lines:
        for row in csv.reader(lines, strict=True):
            fields = [_unguarded(field) for field in row] if is_guarded else row
            leaves.append(leaf_hash(canonical_strings(fields)))
            if len(leaves) > MAX_ROWS:
                raise UnreadableError(f"more than {MAX_ROWS} rows")
    return leaves


def _unguarded(field: str) -> str:
    return field[1:] if field[:1] == "'" and field.lstrip("'")[:1] in CALCULATED else field
