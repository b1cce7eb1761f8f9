"""The first part of making a bundle: everything that its manifest names, and the manifest, in a draft folder."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from kuramori.evidence.bundles.beating import Beat, Steps, beating
from kuramori.evidence.bundles.compact import Leaves
from kuramori.evidence.bundles.gathering import KeptExtract, gather_entries, gather_events
from kuramori.evidence.bundles.numbering import LogExtract, contents_digest, numbered, record_key, record_pairs
from kuramori.evidence.bundles.order import EventExtract, Order
from kuramori.evidence.bundles.pages import write_pages
from kuramori.evidence.bundles.report import Told, elements_file
from kuramori.evidence.bundles.selection import parts_of, select
from kuramori.evidence.bundles.telling import chronology_rows, is_about_person, matrices_of
from kuramori.evidence.bundles.variants import Part, variants
from kuramori.evidence.bundles.withholding import Withholding, withholding_of
from kuramori.evidence.bundles.writing import digests, write
from kuramori.evidence.claims.matrix import ClaimMatrix
from kuramori.evidence.keys import signer
from kuramori.evidence.models import Authority, Leaf
from kuramori.evidence.queries.custody import custody_rows
from kuramori.evidence.rules import bundle as form
from kuramori.evidence.rules.verifier import verifier_files
from kuramori.evidence.witnessing.files import witnesses_due
from kuramori.kernel.acts import Refused
from kuramori.kernel.canonical import canonical
from kuramori.kernel.durable import flush, flush_names
from kuramori.kernel.permissions import Viewer

READY = "ready.json"
MAX_ENTRIES = 990_000  # the verifier opens at most a million files


def prepare(order: Order, draft: Path, viewer: Viewer, steps: Steps) -> None:
    """Write the draft; `READY` comes last, when all else is durable, and says so. Raises Refused, OSError."""
    withholding = withholding_of(order, is_person=is_about_person(order))
    told = _tell(order, draft, viewer, withholding, steps)
    for exhibit in told.exhibits:
        write(draft / exhibit.file, exhibit.written(told.variant, told.author))
    write(draft / form.CHRONOLOGY, beating(form.chronology(told.rows), steps.beat))
    if Part.ELEMENTS in told.variant.parts and told.matrices["ja"]:
        write(draft / "data/elements.json", elements_file(told))
    if told.custody and Part.CUSTODY in told.variant.parts:
        write(draft / "data/custody.json", canonical({"format": "kuramori-custody/1", "items": list(told.custody)}))
    write_pages(told, draft, steps.beat)
    for path, content in verifier_files().items():
        write(draft / path, content)
    info = _info(order, withholding)
    write(draft / form.MANIFEST, beating(_manifest(told, draft, info, steps.beat), steps.beat))
    flush_names(draft)
    withheld = Counter(each.reason for each in told.gathered.withheld)
    ready = {"entries": len(told.gathered.entries), "info": info, "twin": told.twin, "withheld": withheld}
    write(draft / READY, canonical(ready))
    flush(draft)


def _tell(order: Order, draft: Path, viewer: Viewer, withholding: Withholding, steps: Steps) -> Told:
    """Collect what the bundle says, writing entries and rows to the draft on the way."""
    matrices = matrices_of(order, viewer)
    withholding = _with_entries(withholding, matrices)
    extracts = gather_events(order, viewer, draft, withholding, steps.beat)
    more = entries_behind(matrices, [each.extract for each in extracts])
    places = select(order, more)
    if len(places) > MAX_ENTRIES:
        told = {"count": f"{len(places):,}", "most": f"{MAX_ENTRIES:,}"}
        raise Refused(
            _("This bundle would hold %(count)s entries. Verifiers read at most %(most)s.") % told,
            _("Ask for several bundles, each about a shorter period."),
        )
    gathered = gather_entries(
        order,
        places,
        parts_of(order, places, steps.beat),
        withholding=withholding,
        draft=draft,
        progress=steps,
    )
    index_of = dict(Leaf.objects.filter(entry__id__in=more).values_list("entry__id", "index"))
    exhibits = numbered(
        matrices,
        leaves=Leaves(gathered.entries),
        entries_root=form.leaves_root(each.leaf for each in gathered.entries),
        extracts=[log_extract(each.extract, index_of, csv=each.csv) for each in extracts],
        withholding=withholding,
    )
    for each in extracts:
        if reason := withholding.rows_reason(each.extract.segment):
            index = index_of[each.extract.entry_id]
            gathered.withheld.add(form.Withheld(entry=index, member="rows", reason=reason))
    twin = form.twin_digest([each.named for each in exhibits])
    if order.twin not in ("", twin):
        raise Refused(_("The exhibits have changed since that bundle."), _("Make both bundles anew."))
    lost = withholding.chosen.exhibits - {each.key for each in exhibits}
    if lost or order.contents not in ("", contents_digest(exhibits)):
        raise Refused(
            _("What would be in the bundle has changed since you looked through it."),
            _("Open the order, look again, and check what you chose to withhold."),
        )
    return Told(
        order=order,
        variant=variants()[order.variant],
        signer=signer(),
        withholding=withholding,
        matrices=matrices,
        exhibits=exhibits,
        gathered=gathered,
        rows=chronology_rows(gathered.rows, [each.extract for each in extracts], withholding),
        extracts=extracts,
        twin=twin,
        custody=withholding.masked_all(custody_rows(viewer, order.ids)),
        stamps=[
            {"authority": each.slug, "name": each.name_en, "due": ["checkpoint", "tag_manifest"]}
            for each in Authority.objects.filter(retired_at=None).order_by("slug")
        ],
    )


def _with_entries(withholding: Withholding, matrices: Mapping[str, Sequence[ClaimMatrix]]) -> Withholding:
    """Keep back what stands in the entries behind exhibits that are kept back whole."""
    entries = {
        ja.seal.index: why
        for _code, ja, en in record_pairs(matrices)
        if ja.seal and (why := withholding.exhibit_reason(record_key(ja, en), ja.exhibit.source))
    }
    return replace(withholding, entries=entries)


def _manifest(told: Told, draft: Path, info: Mapping[str, str], beat: Beat) -> Iterator[bytes]:
    order = told.order
    index_of = {each.segment: each.entry for each in told.exhibits if each.segment is not None}
    shown = [each for each in told.extracts if each.csv is not None]
    return form.bundle_manifest(
        id=order.id,
        kind=order.kind,
        subject=(order.subject.kind, order.subject.id),
        made_at=order.made_at,
        origin=told.signer.origin,
        info={**info, "Bagging-Date": order.made_at.date().isoformat()},
        entries=told.gathered.entries,
        files=digests(draft, "data", beat),
        tags=digests(draft, "verify", beat),
        segments=[_segment(each, index_of) for each in shown],
        withheld=told.gathered.withheld,
        exhibits=[each.named for each in told.exhibits],
        variant=told.variant.code,
        redaction=form.Redaction(kinds=tuple(sorted(order.withhold)), why=order.withhold_why),
        stamps=told.stamps,
        witnesses=witnesses_due(),
    )


def entries_behind(matrices: Mapping[str, Sequence[ClaimMatrix]], extracts: Iterable[EventExtract]) -> frozenset[UUID]:
    """Return the ids of the entries that exhibits and log extracts rest on: they come along."""
    shown = [one for matrix in matrices["ja"] for element in matrix.elements for one in element.exhibits]
    behind = {one.exhibit.entry_id for one in shown}
    return frozenset(each for each in behind if each) | {each.entry_id for each in extracts}


def log_extract(extract: EventExtract, index_of: Mapping[UUID, int], *, csv: str | None) -> LogExtract:
    """Return an extract ready to be numbered; `csv` is where its rows lie."""
    return LogExtract(
        segment=extract.segment,
        entry=index_of[extract.entry_id],
        title={"ja": extract.title_ja, "en": extract.title_en},
        first_at=extract.first_at,
        rows=extract.rows,
        root=extract.root.hex(),
        csv=csv,
    )


def _segment(each: KeptExtract, index_of: Mapping[UUID, Any]) -> form.Segment:
    extract = each.extract
    return form.Segment(
        segment=extract.segment,
        entry=index_of[extract.segment],
        csv=each.csv or "",
        ranges=extract.ranges,
        path=extract.path,
        parquet=each.parquet,
    )


def _info(order: Order, withholding: Withholding) -> dict[str, str]:
    name: Sequence[str] = withholding.masked(order.subject.name).split()
    return {
        "Bag-Software-Agent": "Kuramori",
        "External-Description": " ".join([order.kind, *name]),
        "External-Identifier": str(order.id),
        "Source-Organization": signer().origin,
    }
