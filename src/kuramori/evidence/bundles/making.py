"""Make a bundle: what can be said beforehand, the act that seals it, proofs and bag, the act that keeps their digest.

The first part is kept beside the bundle's place until the bag stands whole, so a crash at any point is mended by
calling again with the same order: what an act has sealed is not made anew.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from kuramori.evidence.acts import bundles as acts
from kuramori.evidence.bundles.beating import Beat, Report, Steps, beating
from kuramori.evidence.bundles.gathering import SHOWN, gathered_entries
from kuramori.evidence.bundles.order import Order
from kuramori.evidence.bundles.preparing import READY, prepare
from kuramori.evidence.bundles.proofs import Proofs
from kuramori.evidence.bundles.selection import opened, shown
from kuramori.evidence.bundles.telling import is_about_person
from kuramori.evidence.bundles.withholding import withholding_of
from kuramori.evidence.bundles.writing import digest, pieces, write
from kuramori.evidence.keys import exported_keys
from kuramori.evidence.models import Bundle, Checkpoint, Leaf
from kuramori.evidence.rules import bundle as form
from kuramori.evidence.rules.bag import TAG_MANIFEST, BagFile, write_bag
from kuramori.evidence.sequencer import seal_now
from kuramori.evidence.stamps.bundles import StampFile, stamps_for
from kuramori.evidence.tree_store import hashes
from kuramori.evidence.witnessing.files import witness_files
from kuramori.kernel.actors import Actor
from kuramori.kernel.durable import flush_names
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.permissions import Viewer

EXPORT = "evidence.bundle.export"


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
        Refused: it was to be another bundle's twin, and the exhibits have changed since.
        OSError: the disk is full or fails.
    """
    steps = Steps(progress)
    draft = out.with_name(f".{out.name}.{order.id}.making")
    bundle = Bundle.objects.filter(pk=order.id).first()
    stands = out.exists()
    if not stands:  # once the bag stands, the draft is not needed, and may be gone in part
        if not (draft / READY).exists():
            for left in out.parent.glob(f".{out.name}.*.making"):  # of this order, or of another never finished
                shutil.rmtree(left, ignore_errors=True)
            prepare(order, draft, viewer, steps)
        bundle = bundle or _sealed(order, draft, viewer)
    if bundle is None:
        raise FileExistsError(out)
    steps.sealed()
    head = _head(order)
    if not stands:
        tokens = stamps_for(head.note.encode(), what=head.size, by=viewer.actor)
        files = chain(_bag_files(order, draft, Proofs(head.size, hashes), head, steps.beat), _token_files(tokens))
        ready = json.loads((draft / READY).read_text())
        write_bag(out, files, info=ready["info"], bagging_date=order.made_at.date(), beat=steps.beat)
    if not bundle.tag_manifest_sha256:
        bundle = acts.bundle_finish(bundle=bundle, tag_manifest_sha256=digest(out / TAG_MANIFEST), by=viewer.actor)
    _stamp(bundle, out, viewer.actor)
    flush_names(out)
    if draft.exists():
        shutil.rmtree(draft)
    return MadeBundle(bundle=bundle, folder=out, head=head)


def _head(order: Order) -> Checkpoint:
    """Return the first head that covers the act that sealed the bundle: the same one when it is made again."""
    seal_now()
    act_entry = entries_about(order.id).filter(verb=EXPORT).get()
    return Checkpoint.objects.filter(size__gt=Leaf.objects.get(entry=act_entry).index).order_by("size")[0]


def _sealed(order: Order, draft: Path, viewer: Viewer) -> Bundle:
    """Do the act that seals the manifest, and return the bundle's record."""
    ready = json.loads((draft / READY).read_bytes())
    return acts.bundle_export(
        order=order.as_json(),
        subject=order.subject,
        starts_at=order.starts_at,
        ends_at=order.ends_at,
        entries=ready["entries"],
        manifest_sha256=digest(draft / form.MANIFEST),
        twin=ready["twin"],
        withheld=ready["withheld"],
        by=viewer.actor,
        why=order.why,
    )


def _bag_files(order: Order, draft: Path, proofs: Proofs, head: Checkpoint, beat: Beat) -> Iterator[BagFile]:
    for path in sorted(draft.rglob("*")):
        name = path.relative_to(draft).as_posix()
        if path.is_file() and name not in (READY, SHOWN):
            yield name, beating(pieces(path), beat)
    for number, told in enumerate(beating(gathered_entries(draft), beat), start=1):
        yield form.entry_path(number), [_entry_file(told, proofs)]
    yield form.CHECKPOINT, [head.note.encode()]
    yield form.KEYS, ["".join(f"{key}\n" for key in exported_keys()).encode()]
    yield form.SEAL, [_seal_file(order, proofs)]
    for name, content in witness_files(head.size):
        yield f"{form.WITNESSES}{name}", [content]


def _token_files(tokens: Sequence[StampFile]) -> Iterator[BagFile]:
    for each in tokens:
        if each.reply is not None:
            yield f"data/tokens/{each.slug}.tsr", [each.reply]
        yield f"data/tokens/{each.slug}.pem", [each.chain]


def _stamp(bundle: Bundle, out: Path, by: Actor) -> None:
    """Lay the tokens over the tag manifest beside it: they cannot be named in what they stamp."""
    for each in stamps_for((out / TAG_MANIFEST).read_bytes(), what=bundle.pk, by=by):
        if each.reply is not None:
            write(out / "tokens" / f"{each.slug}.tsr", each.reply)


def _entry_file(told: Mapping[str, Any], proofs: Proofs) -> bytes:
    return form.entry_file(
        form.BundleEntry(index=told["index"], raw=told["body"].encode()),
        proof=proofs.inclusion(told["index"]),
        disclosures=told["disclosures"],
        changes=told["changes"],
        subjects=told["subjects"],
    )


def _seal_file(order: Order, proofs: Proofs) -> bytes:
    """Show the act that made the bundle, with all it says but what the order withholds: who, why, about whom."""
    act_entry = entries_about(order.id).filter(verb=EXPORT).get()
    place = Leaf.objects.get(entry=act_entry).index
    (entry,) = opened([(place, act_entry.seq)])
    told = shown(order, entry, frozenset({order.id}), withholding_of(order, is_person=is_about_person(order)))
    return form.entry_file(
        form.BundleEntry(index=place, raw=entry.raw),
        proof=proofs.inclusion(place),
        disclosures=sorted(told.disclosures),
    )
