"""Purging: events that were kept for as long as the charter says leave the lake, each month by one act (DET-01).

What a preservation or a separation keeps stays, person by person and secret by secret, and no word of it stands in
the act: whoever reads the history of a source learns only what has left (SYS-16, EVD-10).

The act is written first, the lake changed second. A crash between them leaves events that an act says are gone; the
next run finds the act by its root, and only carries it out. What is left of a segment is sealed anew.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Subject, act
from kuramori.kernel.canonical import canonical
from kuramori.kernel.keeping import Purge, is_kept
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.merkle import leaf_hash, root_of
from kuramori.watch.acts.sealing import KIND, seal_segments
from kuramori.watch.retention import KeptFor
from kuramori.watch.segment_rows import segment_uuid
from kuramori_lake.retention import Mentioned, Plan, Spared, carry_out, choose, months_due, plan_purge, spare
from kuramori_lake.store import Lake

VERB = "watch.segment.purge"
MAX_LISTED = 200


def purge_events(
    *, segments_of: Lake, kept_for: Sequence[KeptFor], by: Actor, step: Callable[[int, int], None] | None = None
) -> int:
    """Let go what is past its term, the oldest month first; returns how many events left. `step` hears (done, all).

    Everything is sealed before, so that what leaves was proved, and what stays is sealed after. Raises OSError.
    """
    found, terms = segments_of, [each.term for each in kept_for]
    months, gone = months_due(found, terms) if terms else [], 0
    for done, month in enumerate(months, start=1):
        seal_segments(segments_of=found, by=by)
        with found.writing(), found.connect() as db:
            spared = _spared(choose(db, terms, month))
            spare(db, spared)
            plan = plan_purge(found, db, terms, files=not spared.unknown)
            if plan.segments or plan.received:
                _note(plan, month, kept_for, by)
                carry_out(found, plan)
                gone += plan.rows
        if step is not None:
            step(done, len(months))
    if gone:
        seal_segments(segments_of=found, by=by)
    return gone


def _spared(mentioned: Mentioned | None) -> Spared:
    """Ask of each person and secret whether he or it has to be kept; events of nobody known may be anybody's."""
    if mentioned is None:
        return Spared(unknown=is_kept(Purge()))
    asked = Purge(first=mentioned.first, last=mentioned.last)
    return Spared(
        people=frozenset(_kept(mentioned.people, asked)),
        secrets=frozenset(_kept(mentioned.secrets, asked)),
        unknown=is_kept(asked),
    )


def _kept(ids: Iterable[str], asked: Purge) -> Iterable[str]:
    return (each for each in ids if is_kept(replace(asked, subjects=frozenset({UUID(each)}))))


def _note(plan: Plan, month: str, kept_for: Sequence[KeptFor], by: Actor) -> None:
    """Write the act, unless a run that was killed has written it: which segments, how many events of each, and why."""
    lines: list[list[Any]] = [[each.sha256, each.segment["rows"], each.gone] for each in plan.segments]
    lines += [[sha256] for _batch, sha256 in plan.received]
    root = root_of(leaf_hash(canonical(line)) for line in lines).hex()
    segments = [Subject(KIND, segment_uuid(each.path), each.path) for each in plan.segments]
    if segments and _is_noted(segments[0].id, root):
        return
    sources = [each for each in kept_for if (each.term.source, each.term.instance) in plan.places]
    why = _("The time is over for which the monitoring charter of the site keeps logs.")
    with act(VERB, by=by, why=why, subjects=[*(each.source for each in sources), *segments]) as this:
        this.note("month", month, in_clear=True)
        this.note("rows", plan.rows, in_clear=True)
        this.note("files", len(plan.received), in_clear=True)
        this.note("terms", [_term(each) for each in sources], in_clear=True)
        this.note("segments_root", root, in_clear=True)
        this.note("segments", lines[:MAX_LISTED], in_clear=True)


def _is_noted(segment: UUID, root: str) -> bool:
    told = read(entries_about(segment).filter(verb=VERB))
    return any(each.notes["segments_root"] == root for each in told)


def _term(each: KeptFor) -> dict[str, Any]:
    """Return what an act says of a term: whose events, for how many months by which charter, and up to when (UTC)."""
    return {
        "source": f"{each.term.source} {each.term.instance}",
        "months": each.charter.retention_months,
        "charter": str(each.charter.pk),
        "before": f"{each.term.before.isoformat()}Z",
    }
