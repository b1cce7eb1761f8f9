"""This server as witness of others' ledgers: the serving side of c2sp.org/tlog-witness.

For each ledger that was enrolled it keeps the longest head it cosigned, and cosigns a longer one only when that is
proven to continue it. The head is kept durably before the answer leaves, and compared and kept in one transaction: two
requests at once cannot take it back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import orjson
from django.db import transaction
from django.utils.timezone import now

from kuramori.evidence.keys import witness_signer
from kuramori.evidence.models import WitnessedHead, WitnessedLog
from kuramori.evidence.rules.note import Checkpoint, NoteError, VerifierKey, open_note, parts
from kuramori.evidence.rules.tree import is_consistent
from kuramori.evidence.witnessing.acts.witnesses import witnessed_refuse
from kuramori.evidence.witnessing.rules.witness import SIZE_TYPE, AddCheckpoint, cosign
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.merkle import EMPTY_ROOT
from kuramori.kernel.turns import turn

OK, BAD, FORBIDDEN, NOT_FOUND, CONFLICT, UNPROVEN = 200, 400, 403, 404, 409, 422
TEXT = "text/plain; charset=utf-8"
REFUSALS_A_DAY = 20  # who holds another's key could fill our ledger with contradictions otherwise


@dataclass(frozen=True)
class Answer:
    """What is answered: HTTP status, body, its type."""

    status: int
    body: str = ""
    type: str = TEXT


def add_checkpoint(raw: bytes) -> Answer:
    """Take a head, and answer with our cosignature; otherwise 400, 403, 404, 409 or 422 as the standard says."""
    try:
        asked = AddCheckpoint.parse(raw)
        head = Checkpoint.parse(parts(asked.note)[0])
    except NoteError as error:
        return Answer(BAD, f"{error}\n")
    log = WitnessedLog.objects.standing().filter(origin=head.origin).first()
    if log is None:
        return Answer(NOT_FOUND, "unknown ledger\n")
    try:
        open_note(asked.note, [VerifierKey.parse(log.key)])
    except NoteError:
        return Answer(FORBIDDEN, "not signed with the key that is known here\n")
    if asked.old > head.size:
        return Answer(BAD, "the old size is beyond the checkpoint\n")
    at = now()
    with turn(), transaction.atomic():
        refused = _taken(WitnessedLog.objects.select_for_update().get(pk=log.pk), asked, head, at)
    if refused is None:
        return Answer(OK, _cosigned(asked.note, at))
    if refused.status == UNPROVEN or (asked.old == head.size and refused.body == f"{head.size}\n"):
        _keep_proof(log, head, asked.note, at)
    return refused


def newest(origin_sha256: str) -> Answer:
    """Answer with the newest head that we cosigned for a ledger, as we did then; 404 when there is none."""
    for log in WitnessedLog.objects.standing():
        last = log.heads.order_by("-size").first()
        if last is not None and sha256(log.origin.encode()).hexdigest() == origin_sha256:
            return Answer(OK, last.note + _cosigned(last.note, last.at))
    return Answer(NOT_FOUND)


def _taken(log: WitnessedLog, asked: AddCheckpoint, head: Checkpoint, at: datetime) -> Answer | None:
    """Keep a head that continues the last one; otherwise return what to answer."""
    last = log.heads.order_by("-size").first()
    size, root = (last.size, bytes(last.root)) if last else (0, EMPTY_ROOT)
    if asked.old != size or (size == head.size and root != head.root):
        return Answer(CONFLICT, f"{size}\n", SIZE_TYPE)
    if not is_consistent(size, head.size, root, head.root, asked.proof):
        return Answer(UNPROVEN)
    if last is None or head.size > size:
        WitnessedHead.objects.create(log=log, size=head.size, root=head.root, note=asked.note, at=at)
    return None


def _keep_proof(log: WitnessedLog, head: Checkpoint, note: str, at: datetime) -> None:
    """Keep the head that contradicts as an act, once: signed by the ledger's own key, it proves two histories."""
    entries = entries_about(log.pk).filter(verb="evidence.witnessed.refuse", at__gt=at - timedelta(days=1))
    told = [orjson.loads(bytes(entry.body))["notes"]["head"]["open"] for entry in entries[:REFUSALS_A_DAY]]
    if note not in told and len(told) < REFUSALS_A_DAY:
        witnessed_refuse(witnessed=log, size=head.size, note=note)


def _cosigned(note: str, at: datetime) -> str:
    signer = witness_signer()
    return cosign(parts(note)[0], signer.key, signer.origin, at)
