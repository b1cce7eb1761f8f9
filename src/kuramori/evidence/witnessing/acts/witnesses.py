"""Who holds our heads, whose heads we hold, and what came of it."""

from typing import Any

from django.utils.timezone import now

from kuramori.evidence.heads import Against
from kuramori.evidence.models import Checkpoint, Witness, WitnessedLog, WitnessState
from kuramori.evidence.rules.note import Checkpoint as Head
from kuramori.kernel.actors import SYSTEM, Actor
from kuramori.kernel.acts import act
from kuramori.kernel.one_record import record_retire, record_write


def witness_add(*, by: Actor, why: str = "", **values: Any) -> Witness:
    """Have somebody outside hold our heads (EVD-08, SYS-16)."""
    return record_write(Witness(), "evidence.witness.add", by=by, why=why, values=values)


def witness_edit(*, witness: Witness, by: Actor, why: str = "", **values: Any) -> Witness:
    """Reach a witness in another way; a folder or drive that is new gets its mark again."""
    with act("evidence.witness.edit", by=by, why=why, subjects=[witness]):
        kept = record_write(witness, "evidence.witness.edit", by=by, why=why, values=values)
        WitnessState.objects.filter(witness=witness).update(note="", size=None, held_at=None)
    return kept


def witness_retire(*, witness: Witness, by: Actor, why: str) -> Witness:
    """Ask a witness no more; what he holds still speaks."""
    return record_retire(witness, "evidence.witness.retire", by=by, why=why)


def witness_print(*, witness: Witness, head: Checkpoint, by: Actor) -> WitnessState:
    """Keep that somebody printed a head and put it away."""
    with act("evidence.witness.print", by=by, subjects=[witness]) as this:
        this.note("size", head.size, in_clear=True)
        this.note("root", bytes(head.root).hex(), in_clear=True)
        at = now()
        words = {"note": head.note, "size": head.size, "held_at": at, "seen_at": at}
        state, _made = WitnessState.objects.update_or_create(witness=witness, defaults=words)
    return state


def witness_contradict(*, witness: Witness, size: int, missing: int, note: str, by: Actor = SYSTEM) -> None:
    """Keep as a fact that a witness holds a head which this ledger does not continue (L3, L4)."""
    with act("evidence.witness.contradict", by=by, subjects=[witness]) as this:
        this.note("size", size, in_clear=True)
        this.note("missing", missing, in_clear=True)
        this.note("head", note, in_clear=True)


def head_compare(*, witness: Witness, note: str, head: Head, found: Against | None, by: Actor) -> None:
    """Keep what came of comparing a head that a witness had kept; one that contradicts stops the signing (L3, L4)."""
    if found is not None:
        WitnessState.objects.update_or_create(witness=witness, defaults={"against": found.as_json()})
        witness_contradict(witness=witness, size=found.size, missing=found.missing, note=note, by=by)
        return
    with act("evidence.head.compare", by=by, subjects=[witness]) as this:
        this.note("size", head.size, in_clear=True)
        this.note("root", head.root.hex(), in_clear=True)


def witnessed_add(*, by: Actor, why: str = "", **values: Any) -> WitnessedLog:
    """Hold the heads of another installation's ledger."""
    return record_write(WitnessedLog(), "evidence.witnessed.add", by=by, why=why, values=values)


def witnessed_edit(*, witnessed: WitnessedLog, by: Actor, why: str = "", **values: Any) -> WitnessedLog:
    """Take another key for a ledger that is witnessed here, after its keeper told it on another way."""
    return record_write(witnessed, "evidence.witnessed.edit", by=by, why=why, values=values)


def witnessed_retire(*, witnessed: WitnessedLog, by: Actor, why: str) -> WitnessedLog:
    """Hold no further heads of a ledger; those that were held stay."""
    return record_retire(witnessed, "evidence.witnessed.retire", by=by, why=why)


def witnessed_refuse(*, witnessed: WitnessedLog, size: int, note: str, by: Actor = SYSTEM) -> None:
    """Keep the signed proof that another ledger has two histories (L4)."""
    with act("evidence.witnessed.refuse", by=by, subjects=[witnessed]) as this:
        this.note("size", size, in_clear=True)
        this.note("head", note, in_clear=True)
