"""Make a bundle: first everything that can be said beforehand, then the act that seals it, then proofs and the bag.

The first part is kept beside the bundle's place until the bag stands whole, so a crash at any point is mended by
calling again with the same order: what the act has sealed is not made anew.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from kuramori.evidence.acts import bundles as acts
from kuramori.evidence.bundles.order import BundleSource, EventExtract, Order
from kuramori.evidence.bundles.selection import ShownEntry, opened, parts_of, select, shown
from kuramori.evidence.bundles.telling import LANGUAGES, chronology_rows, exhibits, index_pages
from kuramori.evidence.elements import Element
from kuramori.evidence.keys import signer, verifier_keys
from kuramori.evidence.models import Bundle, Checkpoint, Leaf
from kuramori.evidence.rules import bundle as form
from kuramori.evidence.rules.bag import BagFile, WrittenBag, write_bag
from kuramori.evidence.rules.tree import inclusion_proof
from kuramori.evidence.rules.verifier import verifier_files
from kuramori.evidence.sequencer import seal_now
from kuramori.evidence.tree_store import hashes
from kuramori.kernel.canonical import canonical
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import rooms

PIECE = 1 << 20
READY = "ready.json"
Report = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class MadeBundle:
    """A bundle that stands whole in its place: its record, its bag, and the head its proofs lead to."""

    bundle: Bundle
    folder: Path
    head: Checkpoint


def make_bundle(
    order: Order, out: Path, *, viewer: Viewer, progress: Report = lambda _done, _total: None
) -> MadeBundle:
    """Write the bundle as a BagIt bag to `out`; `progress` may raise to stop it, up to the act that seals it.

    Raises:
        FileExistsError: `out` holds something else.
        NotAPrefix: the ledger may not be sealed now.
        OSError: the disk is full or fails.
    """
    draft = out.with_name(f".{out.name}.{order.id}.making")
    if not (draft / READY).exists():
        for left in out.parent.glob(f".{out.name}.*.making"):  # of this order, or of another that was never finished
            shutil.rmtree(left, ignore_errors=True)
        _prepare(order, draft, viewer, progress)
    ready = json.loads((draft / READY).read_text())
    manifest = (draft / form.MANIFEST).read_bytes()
    bundle = Bundle.objects.filter(pk=order.id).first() or acts.bundle_export(
        id=order.id,
        kind=order.kind,
        subject=order.subject,
        starts_at=order.starts_at,
        ends_at=order.ends_at,
        entries=len(json.loads(manifest)["entries"]),
        manifest_sha256=form.sha256_hex(manifest),
        by=viewer.actor,
        why=order.why,
    )
    head = seal_now()
    if head is None:
        raise RuntimeError("an act was done, so the ledger cannot be empty")
    if not out.exists():
        _bag(order, draft, out, head, ready)
    shutil.rmtree(draft)
    return MadeBundle(bundle=bundle, folder=out, head=head)


def _prepare(order: Order, draft: Path, viewer: Viewer, progress: Report) -> None:
    """Write all that the manifest names, and the manifest, into the draft folder."""
    none: dict[str, Sequence[Element]] = dict.fromkeys(LANGUAGES, ())
    elements = exhibits(order, viewer) if order.kind == "secret" else none
    extracts = _events(order, viewer, draft)
    shown_ids = {each.exhibit.entry_id for element in elements["ja"] for each in element.exhibits}
    more = frozenset(each for each in shown_ids if each) | {extract.entry_id for extract, _csv, _parquet in extracts}
    places = select(order, more)
    parts = parts_of(order, places)
    entries = []
    for done, entry in enumerate(opened(places), start=1):
        entries.append(shown(order, entry, parts))
        progress(done, len(places))
    rows = chronology_rows(order, entries, [extract for extract, _csv, _parquet in extracts])
    numbers = {entry.entry.index: number for number, entry in enumerate(entries, start=1)}
    withheld = [each for entry in entries for each in entry.withheld]
    files = _exhibit_files(elements) | {form.CHRONOLOGY: form.chronology(rows)}
    files |= index_pages(
        order,
        elements=elements,
        numbers=numbers,
        rows=rows,
        events=[(csv.removeprefix("data/"), extract) for extract, csv, _parquet in extracts],
        facts=lambda: _facts(order, len(entries)),
        withheld=len(withheld),
    )
    tags = verifier_files()
    for path, content in {**files, **tags}.items():
        _write(draft / path, content)
    info = _info(order)
    index_of = dict(Leaf.objects.filter(entry__id__in=more).values_list("entry__id", "index"))
    manifest = form.bundle_manifest(
        id=order.id,
        kind=order.kind,
        subject=(order.subject.kind, order.subject.id),
        made_at=order.made_at,
        origin=signer().origin,
        info={**info, "Bagging-Date": order.made_at.date().isoformat()},
        entries=[entry.entry for entry in entries],
        files=_digests(draft, "data"),
        tags=_digests(draft, "verify"),
        segments=[_segment(extract, csv, parquet, index_of) for extract, csv, parquet in extracts],
        withheld=withheld,
    )
    _write(draft / form.MANIFEST, manifest)
    _write(draft / READY, canonical({"parts": sorted(map(str, parts)), "more": sorted(map(str, more)), "info": info}))


def _events(order: Order, viewer: Viewer, draft: Path) -> list[tuple[EventExtract, str, str | None]]:
    """Write what the rooms' sources yield, each at once, and keep it without its bytes."""
    kept = []
    sources = [offer for room in rooms() for offer in room.exhibits if isinstance(offer, BundleSource)]
    extracts = (extract for source in sources for extract in source.collect(order, viewer))
    for number, extract in enumerate(extracts, start=1):
        csv, parquet = f"data/events/{number:04d}.csv", f"data/events/{number:04d}.parquet"
        _write(draft / csv, extract.csv)
        if extract.parquet is not None:
            _write(draft / parquet, extract.parquet)
        kept.append((extract, csv, parquet if extract.parquet is not None else None))
    return kept


def _segment(extract: EventExtract, csv: str, parquet: str | None, index_of: Mapping[UUID, int]) -> form.Segment:
    return form.Segment(
        segment=extract.segment,
        entry=index_of[extract.entry_id],
        csv=csv,
        ranges=extract.ranges,
        path=extract.path,
        parquet=parquet,
    )


def _exhibit_files(elements: Mapping[str, Sequence[Element]]) -> dict[str, bytes]:
    """Write each exhibit as a numbered file with its words in both languages."""
    pairs = [
        (ja, en, shown_ja, shown_en)
        for ja, en in zip(elements["ja"], elements["en"], strict=True)
        for shown_ja, shown_en in zip(ja.exhibits, en.exhibits, strict=True)
    ]
    return {
        f"data/exhibits/{number:04d}.json": canonical(
            {
                "element": ja.code,
                "law": {"en": en.law, "ja": ja.law},
                "title": {"en": one_en.title, "ja": one_ja.title},
                "statement": {"en": one_en.statement, "ja": one_ja.statement},
                "strength": one_ja.exhibit.strength,
                "at": form.moment(one_ja.exhibit.at) if one_ja.exhibit.at else None,
                "entry": one_ja.seal.index if one_ja.seal else None,
                "practice": one_ja.exhibit.practice,
            }
        )
        for number, (ja, en, one_ja, one_en) in enumerate(pairs, start=1)
    }


def _info(order: Order) -> dict[str, str]:
    return {
        "Bag-Software-Agent": "Kuramori",
        "External-Description": " ".join(f"{order.kind} {order.subject.name}".split()),
        "External-Identifier": str(order.id),
        "Source-Organization": signer().origin,
    }


def _facts(order: Order, entries: int) -> list[tuple[str, Any]]:
    """Return the lines at the head of the index, in the present language."""
    zone = settings.COMPANY_ZONE
    period = [each.isoformat(timespec="minutes") if each else "" for each in (order.starts_at, order.ends_at)]
    return [
        (_("About"), order.subject.name),
        (_("Period"), " – ".join(period) if any(period) else _("all")),
        (_("Made at (UTC)"), order.made_at.strftime("%Y-%m-%d %H:%M")),
        (_("Company's time zone"), zone),
        (_("Ledger"), signer().origin),
        (_("Key fingerprint (SHA-256)"), signer().verifier.fingerprint),
        (_("Ledger entries shown"), entries),
    ]


def _bag(order: Order, draft: Path, out: Path, head: Checkpoint, ready: Mapping[str, Any]) -> WrittenBag:
    places = select(order, frozenset(map(UUID, ready["more"])))
    parts = frozenset(map(UUID, ready["parts"]))
    files = _bag_files(order, draft, head, places, parts)
    return write_bag(out, files, info=ready["info"], bagging_date=order.made_at.date())


def _bag_files(
    order: Order, draft: Path, head: Checkpoint, places: Sequence[tuple[int, int]], parts: frozenset[UUID]
) -> Iterator[BagFile]:
    for path in sorted(draft.rglob("*")):
        name = path.relative_to(draft).as_posix()
        if path.is_file() and name != READY:
            yield name, _pieces(path)
    for number, entry in enumerate(opened(places), start=1):
        yield form.entry_path(number), [_entry_file(shown(order, entry, parts), head)]
    yield form.CHECKPOINT, [head.note.encode()]
    yield form.KEYS, ["".join(f"{key}\n" for key in verifier_keys()).encode()]
    yield form.SEAL, [_seal_file(order, head)]


def _entry_file(entry: ShownEntry, head: Checkpoint) -> bytes:
    return form.entry_file(
        entry.entry,
        proof=inclusion_proof(entry.entry.index, head.size, hashes),
        disclosures=entry.disclosures,
        changes=entry.changes,
        subjects=entry.subjects,
    )


def _seal_file(order: Order, head: Checkpoint) -> bytes:
    """Show the act that made the bundle, with all it says: who, why, about whom."""
    act_entry = entries_about(order.id).filter(verb="evidence.bundle.export").get()
    place = Leaf.objects.get(entry=act_entry).index
    (entry,) = opened([(place, act_entry.seq)])
    return form.entry_file(
        form.BundleEntry(index=place, raw=entry.raw),
        proof=inclusion_proof(place, head.size, hashes),
        disclosures=sorted(entry.opening.values()),
    )


def _digests(draft: Path, top: str) -> dict[str, str]:
    found = {}
    for path in sorted((draft / top).rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                found[path.relative_to(draft).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
