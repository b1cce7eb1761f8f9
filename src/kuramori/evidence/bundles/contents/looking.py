"""Look through what an order would put into a bundle: its exhibits, and its entries' members in groups.

Made by a job, since a hundred thousand entries take their time; what was found lies in a file until it is ordered.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from kuramori.evidence.bundles.choices import kind_of_place
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


@dataclass(kw_only=True)
class _Found:
    """What one reading of the entries gathers; `about_people` are ledger indexes."""

    leaves: dict[int, bytes] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)
    about_people: set[int] = field(default_factory=set)
    groups: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)


def look(order: Order, viewer: Viewer, progress: Callable[[int, int], None]) -> Mapping[str, Any]:
    """Return what would be in the bundle as JSON, nothing of it kept back; sizes in bytes, of logs in rows.

    Of what need-to-know hides nothing is told, nor of what was erased. OSError.
    """
    matrices = matrices_of(order, viewer)
    extracts = list(extracts_of(order, viewer))
    more = entries_behind(matrices, extracts)
    places = select(order, more)
    parts = parts_of(order, places)
    names = Withholding(words=frozenset(each for each in names_written() if len(each) >= SHORTEST_NAME))
    found = _Found()
    for done, entry in enumerate(opened(places), start=1):
        _read(found, order, entry, parts, names)
        progress(done, len(places))
    index_of = dict(Leaf.objects.filter(entry__id__in=more).values_list("entry__id", "index"))
    exhibits = numbered(
        matrices,
        leaves={index: leaf.hex() for index, leaf in found.leaves.items()},
        entries_root=leaves_root(list(found.leaves.values())),
        extracts=[log_extract(each, index_of, csv=None) for each in extracts],
        withholding=OPEN,
    )
    return {
        "digest": contents_digest(exhibits),
        "exhibits": [_told(each, found, names) for each in exhibits],
        "groups": sorted(found.groups.values(), key=lambda each: (-each["people"], each["verb"], each["place"])),
        "entries": len(found.leaves),
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
    found.leaves[entry.index] = leaf_hash(entry.raw)
    found.sizes[entry.index] = len(entry.raw)
    verb, changes = entry.entry.verb, dict(entry.changes)
    for place, value, is_person in members_open(order, entry, parts):
        kind = kind_of_place(place)
        on = changes[int(place.split(".")[1])]["on"] if place.startswith("changes.") else ""
        fresh = {"verb": verb, "place": kind, "on": on, "count": 0, "people": 0}
        group = found.groups.setdefault((verb, kind), fresh)
        group["count"] += 1
        if is_person or names.names(text_of(value)):
            group["people"] += 1
            if place != WHO:
                found.about_people.add(entry.index)


def _told(each: Exhibit, found: _Found, names: Withholding) -> dict[str, Any]:
    words: Sequence[str] = [*each.title.values(), *each.purport.values()]
    has_people = any(map(names.names, words)) or each.entry in found.about_people
    size = partial(found.sizes.get, each.entry or 0, 0)
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
        "bytes": sum(found.sizes.values()) if each.kind == ENTRIES else size() if each.entry is not None else 0,
        "people": has_people or each.kind in (ENTRIES, LOG),
    }
