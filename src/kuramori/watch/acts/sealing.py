"""Sealing: each segment of the lake becomes one act, so that no row can be changed unseen (EVD-08).

The act is written first, the lake's mark second. A crash between them leaves a sealed segment without its mark; the
next run finds the act by the segment's id and only sets the mark. One process seals at a time, so that two who find
the same segment do not both write an act.
"""

from collections.abc import Callable
from uuid import UUID

from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Subject, act
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.models import Entry
from kuramori.kernel.records import as_json
from kuramori.watch.segment_rows import RowsRoot, rows_root, segment_uuid
from kuramori_lake.store import Lake, SegmentSeal

VERB = "watch.segment.seal"
KIND = "watch.segment"


def seal_segments(*, segments_of: Lake, by: Actor, step: Callable[[int, int], None] | None = None) -> int:
    """Seal every segment of a lake that has no seal yet; return how many. `step` hears (done, all)."""
    found = segments_of
    if not found.unsealed():
        return 0
    with found.sealing(), found.connect() as db:
        waiting = found.unsealed()
        for done, seal in enumerate(waiting, start=1):
            entry = _sealed_by(segment_uuid(seal.path)) or _seal(seal, rows_root(db, found.root / seal.path), by)
            found.mark_sealed(seal.segment_id, str(entry.id))
            if step is not None:
                step(done, len(waiting))
    return len(waiting)


def _sealed_by(segment: UUID) -> Entry | None:
    """Return the entry that sealed a segment, None while there is none."""
    return entries_about(segment).filter(verb=VERB).first()


def _seal(seal: SegmentSeal, rows: RowsRoot, by: Actor) -> Entry:
    segment = segment_uuid(seal.path)
    with act(VERB, by=by, subjects=[Subject(KIND, segment, seal.path)]) as this:
        this.note("segment", str(segment), in_clear=True)
        this.note("sha256", seal.sha256, in_clear=True)
        this.note("rows", rows.rows, in_clear=True)
        this.note("rows_root", rows.root.hex(), in_clear=True)
        this.note("source", f"{seal.source} {seal.instance}", in_clear=True)
        this.note("first", as_json(seal.first_utc), in_clear=True)
        this.note("last", as_json(seal.last_utc), in_clear=True)
        if seal.batch_sha256:
            this.note("received_sha256", seal.batch_sha256, in_clear=True)
        if seal.replaces:
            this.note("replaces", list(seal.replaces), in_clear=True)
    return entries_about(segment).get(verb=VERB)
