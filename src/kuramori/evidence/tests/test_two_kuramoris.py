"""One Kuramori witnesses another over HTTP, as installed: client, address, form and database of both sides."""

import pytest
from django.urls import reverse

from kuramori.evidence.heads import HEAD_FILE, contradictions
from kuramori.evidence.keys import signer, witness_signer
from kuramori.evidence.models import KindChoice, WitnessedHead
from kuramori.evidence.rules.note import Checkpoint, sign
from kuramori.evidence.sequencer import NotAPrefix, seal_now
from kuramori.evidence.witnessing import rounds
from kuramori.evidence.witnessing.acts.witnesses import witness_add, witnessed_add
from kuramori.evidence.witnessing.queries import witnessed_visible_to
from kuramori.evidence.witnessing.rounds import look, rounds_forever
from kuramori.evidence.witnessing.rules.witness import cosigned_at
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.tests.moments import just_before

EVERYTHING = Viewer(actor=SYSTEM, person_id=None, permissions=frozenset({"evidence:witnessed:view"}))


class Once:
    """A stop signal that is given after the first round."""

    def __init__(self) -> None:
        self.rounds = 0

    def is_set(self) -> bool:
        return self.rounds > 0

    def wait(self, _seconds: float) -> None:
        self.rounds += 1


@pytest.mark.django_db(transaction=True)
def test_heads_go_over_are_read_back_and_a_rewritten_history_is_refused_before_it_is_signed(live_server, write, data):
    """Both sides share one database here, and nothing else: each sees only what went over the wire."""
    prefix = live_server.url + reverse("evidence:add-checkpoint").removesuffix("/add-checkpoint")
    key = witness_signer().verifier
    witness = witness_add(kind=KindChoice.SERVER, name="子会社", place=f"{prefix}/", key=str(key), by=SYSTEM)
    log = witnessed_add(origin=signer().origin, key=str(signer().verifier), by=SYSTEM)
    first = seal_now()
    rounds_forever(Once())
    state = look(witness)
    assert (state.failure, state.size) == ("", first.size)
    assert cosigned_at(state.note, [key]) is not None
    write(3)
    second = seal_now()
    assert look(witness).size == second.size
    assert [row.longest for row in witnessed_visible_to(EVERYTHING)] == [second.size]
    assert list(WitnessedHead.objects.order_by("size").values_list("size", flat=True)) == [first.size, second.size]
    ahead = Checkpoint(signer().origin, second.size + 50, bytes(32))
    WitnessedHead.objects.create(
        log=log,
        size=ahead.size,
        root=ahead.root,
        at=second.at,
        note=sign(ahead.text, signer().key, signer().origin),
    )  # fmt: skip  (what the witness would hold of a ledger that has since been put back)
    rounds._looked.clear()
    write()
    with pytest.raises(NotAPrefix, match="子会社"):
        seal_now()
    (found,) = contradictions()
    assert (found.size, found.missing > 0) == (ahead.size, True)
    assert found.at.replace(microsecond=0) == second.at.replace(microsecond=0), "when the witness took it"
    assert (data / HEAD_FILE).read_text() == second.note, "nothing was signed"


@pytest.mark.django_db
def test_a_round_that_fails_is_logged_and_tried_again(caplog):
    def broken():
        raise OSError("the disk is gone")

    with just_before(rounds.refresh, broken):
        rounds_forever(Once())
    assert "tried again" in caplog.text
