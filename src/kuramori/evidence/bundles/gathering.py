"""Gather what goes into a bundle: the entries with what is shown of them, and the rooms' log extracts."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from kuramori.evidence.bundles.beating import Beat, Report, beating
from kuramori.evidence.bundles.compact import Chronology, Placed, PlacedEntries, WithheldMembers
from kuramori.evidence.bundles.order import BundleSource, EventExtract, Order
from kuramori.evidence.bundles.selection import CHUNK, ShownEntry, opened, shown
from kuramori.evidence.bundles.telling import rows_of_entries
from kuramori.evidence.bundles.withholding import Withholding
from kuramori.evidence.bundles.writing import write
from kuramori.evidence.rules import bundle as form
from kuramori.kernel.canonical import canonical
from kuramori.kernel.merkle import leaf_hash
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import rooms

# What is shown of each entry, a line each, still without its proof: the tree grows until the bundle is sealed.
SHOWN = "shown.jsonl"


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """The entries of a bundle: their places, their lines of the chronology, and what is kept back of them."""

    entries: PlacedEntries
    rows: Chronology
    withheld: WithheldMembers


@dataclass(frozen=True, kw_only=True)
class KeptExtract:
    """An extract whose rows lie in the draft already; `csv` and `parquet` are None when they are kept back."""

    extract: EventExtract
    csv: str | None
    parquet: str | None


def gather_entries(
    order: Order,
    places: Sequence[tuple[int, int]],
    parts: frozenset[UUID],
    *,
    withholding: Withholding,
    draft: Path,
    progress: Report,
) -> Gathered:
    """Write what is shown of each entry to `SHOWN` in the draft, some hundred in memory at a time."""
    draft.mkdir(parents=True, exist_ok=True)
    gathered = Gathered(entries=PlacedEntries(), rows=Chronology(folder=draft), withheld=WithheldMembers())

    def lines() -> Iterator[bytes]:
        part: list[ShownEntry] = []
        for done, entry in enumerate(opened(places), start=1):
            part.append(shown(order, entry, parts, withholding))
            progress(done, len(places))
            if len(part) == CHUNK or done == len(places):
                _take(gathered, part, rows_of_entries(order, part, withholding))
                yield b"".join(map(_line, part))
                part = []

    write(draft / SHOWN, lines())
    return gathered


def _take(gathered: Gathered, part: Sequence[ShownEntry], rows: Sequence[form.ChronologyRow]) -> None:
    for entry, row in zip(part, rows, strict=True):
        gathered.entries.add(_placed(entry))
        gathered.rows.add(row)
        for each in entry.withheld:
            gathered.withheld.add(each)


def _placed(entry: ShownEntry) -> Placed:
    shown = form.shown_digest(entry.disclosures, entry.changes, entry.subjects)
    return Placed(index=entry.entry.index, leaf=leaf_hash(entry.entry.raw), shown=shown)


def _line(entry: ShownEntry) -> bytes:
    told = {
        "index": entry.entry.index,
        "body": entry.entry.raw.decode(),
        "disclosures": list(entry.disclosures),
        "changes": list(entry.changes),
        "subjects": list(entry.subjects),
    }
    return canonical(told) + b"\n"


def gathered_entries(draft: Path) -> Iterator[Mapping[str, Any]]:
    """Read back what `gather_entries` wrote, entry by entry."""
    with (draft / SHOWN).open("rb") as file:
        for line in file:
            yield json.loads(line)


def extracts_of(order: Order, viewer: Viewer) -> Iterator[EventExtract]:
    """Yield what the rooms' sources have for an order; the text of an extract is read when it is written."""
    sources = [offer for room in rooms() for offer in room.exhibits if isinstance(offer, BundleSource)]
    yield from (extract for source in sources for extract in source.collect(order, viewer))


def gather_events(order: Order, viewer: Viewer, draft: Path, withholding: Withholding, beat: Beat) -> list[KeptExtract]:
    """Write what the rooms' sources yield, each at once, unless rows are kept back."""
    kept = []
    for number, extract in enumerate(extracts_of(order, viewer), start=1):
        csv, parquet = f"data/events/{number:04d}.csv", f"data/events/{number:04d}.parquet"
        if withholding.rows_reason(extract.segment):
            kept.append(KeptExtract(extract=extract, csv=None, parquet=None))
            continue
        write(draft / csv, beating(extract.csv, beat))
        if extract.parquet is not None:
            write(draft / parquet, beating(extract.parquet, beat))
        kept.append(KeptExtract(extract=extract, csv=csv, parquet=parquet if extract.parquet is not None else None))
    return kept
