"""Look through what an order would put into a bundle: its exhibits, and its entries' members in groups.

Made by a job, since a hundred thousand entries take their time; what was found lies in a file until it is ordered.
Of each entry some 80 bytes stay in memory, and each read gives a sign of life.
"""

import json
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from kuramori.evidence.bundles.beating import Report, beating
from kuramori.evidence.bundles.choices import kind_of_place
from kuramori.evidence.bundles.compact import Leaves, Placed, PlacedEntries
from kuramori.evidence.bundles.gathering import extracts_of
from kuramori.evidence.bundles.numbering import ENTRIES, LOG, Exhibit, contents_digest, numbered
from kuramori.evidence.bundles.order import Order
from kuramori.evidence.bundles.place import contents_file
from kuramori.evidence.bundles.preparing import entries_behind, log_extract
from kuramori.evidence.bundles.selection import OPEN, OpenEntry, members_open, opened, parts_of, select
from kuramori.evidence.bundles.telling import matrices_of
from kuramori.evidence.bundles.withholding import SHORTEST_NAME, Withholding, names_written, text_of
from kuramori.evidence.bundles.writing import write
from kuramori.evidence.models import Leaf
from kuramori.evidence.rules.bundle import leaves_root, moment
from kuramori.kernel.canonical import canonical
from kuramori.kernel.durable import made, put
from kuramori.kernel.merkle import leaf_hash
from kuramori.kernel.permissions import Viewer

WHO = "by.name"


class _Found:
    """What one reading of the entries, in the ledger's order, gathers."""

    def __init__(self) -> None:
        self.entries = PlacedEntries()
        self.sizes = array("q")
        self.about_people = bytearray()
        self.groups: dict[tuple[str, str], dict[str, Any]] = {}

    def add(self, entry: OpenEntry, *, is_about_people: bool) -> None:
        """Take the next entry."""
        self.entries.add(Placed(index=entry.index, leaf=leaf_hash(entry.raw)))
        self.sizes.append(len(entry.raw))
        self.about_people.append(is_about_people)

    def of(self, index: int | None) -> tuple[int, bool]:
        """Return an entry's size in bytes and whether it is about people; nothing of one that is not there."""
        place = bisect_left(self.entries.indexes, index) if index is not None else len(self.sizes)
        if place == len(self.sizes) or self.entries.indexes[place] != index:
            return 0, False
        return self.sizes[place], bool(self.about_people[place])


def look(order: Order, viewer: Viewer, progress: Report) -> Mapping[str, Any]:
    """Return what would be in the bundle as JSON, nothing of it kept back; sizes in bytes, of logs in rows.

    Of what need-to-know hides nothing is told, nor of what was erased. The entries are read twice: `progress` counts
    both readings, and before them tells only that it goes on. OSError.
    """
    matrices = matrices_of(order, viewer)
    extracts = list(beating(extracts_of(order, viewer), lambda: progress(0, 0)))
    more = entries_behind(matrices, extracts)
    places, steps = select(order, more), count(1)

    def step() -> None:
        progress(next(steps), 2 * len(places))

    parts = parts_of(order, places, step)
    names = Withholding(words=frozenset(each for each in names_written() if len(each) >= SHORTEST_NAME))
    found = _Found()
    for entry in beating(opened(places), step):
        _read(found, order, entry, parts, names)
    index_of = dict(Leaf.objects.filter(entry__id__in=more).values_list("entry__id", "index"))
    exhibits = numbered(
        matrices,
        leaves=Leaves(found.entries),
        entries_root=leaves_root(each.leaf for each in found.entries),
        extracts=[log_extract(each, index_of, csv=None) for each in extracts],
        withholding=OPEN,
    )
    return {
        "digest": contents_digest(exhibits),
        "exhibits": [_told(each, found, names) for each in exhibits],
        "groups": sorted(found.groups.values(), key=lambda each: (-each["people"], each["verb"], each["place"])),
        "entries": len(found.entries),
        "more": sorted(map(str, more)),
        "parts": sorted(map(str, parts)),
    }


def keep(pk: UUID, found: Mapping[str, Any]) -> None:
    """Keep what was found for an order, whole or not at all. OSError."""
    target = contents_file(pk)
    draft = made(target.parent) / f".{target.name}.draft"
    write(draft, canonical(found))
    put(draft, target)


def kept(pk: UUID) -> Mapping[str, Any] | None:
    """Return what was found for an order, None when nobody has looked yet."""
    path: Path = contents_file(pk)
    try:
        found: Mapping[str, Any] = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    return found


def _read(found: _Found, order: Order, entry: OpenEntry, parts: frozenset[UUID], names: Withholding) -> None:
    verb, changes, is_about_people = entry.entry.verb, dict(entry.changes), False
    for place, value, is_person in members_open(order, entry, parts):
        kind = kind_of_place(place)
        on = changes[int(place.split(".")[1])]["on"] if place.startswith("changes.") else ""
        fresh = {"verb": verb, "place": kind, "on": on, "count": 0, "people": 0}
        group = found.groups.setdefault((verb, kind), fresh)
        group["count"] += 1
        if is_person or names.names(text_of(value)):
            group["people"] += 1
            is_about_people = is_about_people or place != WHO
    found.add(entry, is_about_people=is_about_people)


def _told(each: Exhibit, found: _Found, names: Withholding) -> dict[str, Any]:
    words: Sequence[str] = [*each.title.values(), *each.purport.values()]
    size, is_about_people = found.of(each.entry)
    return {
        "number": each.number,
        "key": each.key,
        "kind": each.kind,
        "title": dict(each.title),
        "purport": dict(each.purport),
        "at": moment(each.at) if each.at else None,
        "elements": list(each.elements),
        "entry": each.entry,
        "rows": each.rows,
        "bytes": sum(found.sizes) if each.kind == ENTRIES else size,
        "people": is_about_people or each.kind in (ENTRIES, LOG) or any(map(names.names, words)),
    }
