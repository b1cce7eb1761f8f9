"""The round of the witnesses: look at what each holds, compare, and give it the newest head.

Done by a thread of its own, so that a witness that is slow or away never holds up the sequencer. What was found is
kept beside each witness; the sequencer reads it before it signs. A process that has not looked for 90 seconds, because
it has just started, or because its machine was put back to an earlier state, looks first.
"""

import logging
import time
from datetime import datetime
from pathlib import Path
from threading import Event
from uuid import UUID

from django.db import DatabaseError, close_old_connections
from django.utils.timezone import now
from django.utils.translation import gettext as _

from kuramori.evidence.heads import Against, Held, Holder, compare, remembered
from kuramori.evidence.keys import signer
from kuramori.evidence.models import Checkpoint, Witness, WitnessState
from kuramori.evidence.rules.note import Checkpoint as Head
from kuramori.evidence.rules.note import NoteError, parts
from kuramori.evidence.tree_store import last_checkpoint, tree_size
from kuramori.evidence.witnessing.acts.witnesses import witness_contradict
from kuramori.evidence.witnessing.folder import Folder
from kuramori.evidence.witnessing.mail import Mailbox
from kuramori.evidence.witnessing.rules.witness import WitnessKind, is_due
from kuramori.evidence.witnessing.server import Contradicted, Server

ROUND_SECONDS = 60
FRESH_SECONDS = 90
LONGEST_REST = 3_600
_looked: dict[UUID, tuple[float, int]] = {}  # witness -> when this process looked (wall clock), failures in a row
log = logging.getLogger(__name__)


def holder_of(witness: Witness, state: WitnessState) -> Holder | None:
    """Return how to reach a witness; None for paper, which people carry."""
    origin = signer().origin
    match WitnessKind(witness.kind):
        case WitnessKind.SERVER:
            place = witness.place.rstrip("/")
            return Server(name=witness.name, place=place, key=witness.key, origin=origin, known=state.size or 0)
        case WitnessKind.FOLDER:
            is_new = state.held_at is None
            return Folder(name=witness.name, place=Path(witness.place), id=witness.pk, origin=origin, is_new=is_new)
        case WitnessKind.MAIL:
            return Mailbox(name=witness.name, place=witness.place)
        case WitnessKind.PRINT:
            return None


def look(witness: Witness, *, at_once: bool = False) -> WitnessState:
    """Look at one witness now, and give it the newest head if it is time for one, or if that is asked for.

    A failure is kept and shown, never raised; a contradiction is kept as an act too.
    """
    state, _made = WitnessState.objects.get_or_create(witness=witness)
    holder = holder_of(witness, state)
    if holder is None:
        return state
    at = now()
    try:
        held = holder.held()
        found = _against(held, state, witness)
        head = last_checkpoint()
        if found is None and held is not None:
            state.note, state.size = held.note, Head.parse(parts(held.note)[0]).size
        if found is None and head is not None and _wants(held, head, state, at, at_once=at_once):
            state.note, state.size, state.held_at = holder.hold(head.note), head.size, at
        state.seen_at = at if held is not None or witness.kind != WitnessKind.MAIL else state.held_at
        state.failing_since, state.failure = None, ""
    except Contradicted as contradiction:
        missing = max(0, contradiction.size - tree_size())
        found = Against(where=witness.name, size=contradiction.size, missing=missing, at=at)
    except OSError as error:
        found = remembered(state)
        state.failing_since, state.failure = state.failing_since or at, _reason(error)
    _keep(state, found)
    failures = _looked.get(witness.pk, (0.0, 0))[1] + 1 if state.failure else 0
    _looked[witness.pk] = (time.time(), failures)
    return state


def _reason(error: OSError) -> str:
    """Say what went wrong; errors of the system get a sentence around their word."""
    if error.errno is None:
        return str(error)[:500]
    return _("It cannot be reached: %(reason)s") % {"reason": error.strerror or error}


def _against(held: Held | None, state: WitnessState, witness: Witness) -> Against | None:
    """Compare what a witness holds; what is no head of ours is a failure, not a contradiction: anybody can write it."""
    if held is None:  # a server is asked by giving it a head
        return None if witness.kind == WitnessKind.SERVER else remembered(state)
    found = compare(held, witness.name)
    if found is not None and found.size == 0:
        raise OSError(_("What lies there is no signed head of this ledger."))
    return found


def _wants(held: Held | None, head: Checkpoint, state: WitnessState, at: datetime, *, at_once: bool) -> bool:
    has_it = state.size == head.size and (held is not None or state.witness.kind == WitnessKind.MAIL)
    return at_once or state.against is not None or (is_due(state.witness.kind, state.held_at, at) and not has_it)


def _keep(state: WitnessState, found: Against | None) -> None:
    before = state.against
    state.against = found.as_json() if found else None
    state.save()
    if found and (before is None or (before["size"], before["note"]) != (found.size, found.note)):
        log.critical("%s holds a head over %s entries that this ledger does not continue", found.where, found.size)
        witness_contradict(witness=state.witness, size=found.size, missing=found.missing, note=found.note)


def refresh(rest: float = FRESH_SECONDS) -> None:
    """Look at each witness that this process has not looked at for `rest` seconds; one that fails rests ever longer."""
    for witness in Witness.objects.standing().exclude(kind=WitnessKind.PRINT):
        looked_at, failures = _looked.get(witness.pk, (0.0, 0))
        if not 0 <= time.time() - looked_at < min(rest * 2**failures, LONGEST_REST):
            look(witness)


def rounds_forever(stop: Event) -> None:
    """Go round every minute until told to stop; whatever goes wrong is logged and tried again."""
    while not stop.is_set():
        try:
            refresh(ROUND_SECONDS / 2)
        except (DatabaseError, OSError, NoteError):
            log.exception("the round of the witnesses failed; it is tried again")
            close_old_connections()
        stop.wait(ROUND_SECONDS)
