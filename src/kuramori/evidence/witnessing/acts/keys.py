"""Changing the key that signs, revoking it, and declaring a new branch when entries were lost for good (L3, L4).

Each leaves the old key's last word standing: heads signed before still count up to the size that the act names.
"""

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from kuramori.evidence.heads import Against, contradictions
from kuramori.evidence.keys import key_path, next_key, next_origin, signer
from kuramori.evidence.models import ChangeKind, KeyChange, LogKey, WitnessState
from kuramori.evidence.rules.note import VerifierKey
from kuramori.evidence.tree_store import lock_tree, tree_size
from kuramori.evidence.witnessing.rounds import refresh
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.durable import shred


def key_rotate(*, by: Actor, why: str) -> KeyChange:
    """Let a new key sign from here on; the old one's signatures count for all heads up to now."""
    _demand_one_history()
    return _change("evidence.key.rotate", ChangeKind.ROTATE, origin=signer().origin, by=by, why=why)


def key_revoke(*, valid_to: int, by: Actor, why: str) -> KeyChange:
    """Let a new key sign, because the old one may be in other hands: its heads over more entries no longer count."""
    _demand_one_history()
    if not 0 <= valid_to <= tree_size():
        raise Refused(_("There are not so many entries."), _("Enter the size of the last head you trust."))
    return _change("evidence.key.revoke", ChangeKind.REVOKE, origin=signer().origin, valid_to=valid_to, by=by, why=why)


def ledger_fork(*, happened: str, tried: str, by: Actor, why: str) -> KeyChange:
    """Go on knowingly although somebody outside holds entries that are lost here: a new branch, with a new name.

    Two facts are stated: what happened, and what was tried to bring the entries back. The lost branch's newest head
    stands in the entry in clear; its key counts no further than what is here.

    Raises Refused when every head held outside is continued: then there is nothing to declare.
    """
    refresh()
    found = max(contradictions(), key=lambda each: each.size, default=None)
    if found is None:
        raise Refused(
            _("This ledger continues every head that is held outside."), _("There is no need for a new branch.")
        )
    origin = next_origin(signer().origin)
    notes = {"happened": happened, "tried": tried}
    made = _change("evidence.ledger.fork", ChangeKind.FORK, origin=origin, found=found, notes=notes, by=by, why=why)
    WitnessState.objects.update(note="", size=None, held_at=None, against=None)
    return made


def _demand_one_history() -> None:
    refresh()
    if contradictions():
        raise Refused(
            _("A head that is held outside is no part of this ledger."),
            _("Settle that first: bring back a newer backup, or declare a new branch."),
        )


def _change(
    verb: str,
    kind: ChangeKind,
    *,
    origin: str,
    by: Actor,
    why: str,
    valid_to: int | None = None,
    found: Against | None = None,
    notes: dict[str, str] | None = None,
) -> KeyChange:
    """Write the new key's file first, then the act; a crash between them leaves a file that signs nothing."""
    old_key, old_path = signer().verifier, key_path(LogKey.objects.order_by("-id").first())
    verifier = next_key(origin)
    with act(verb, by=by, why=why) as this:
        lock_tree()
        old = LogKey.objects.latest("id")
        if VerifierKey(old.origin, bytes(old.public)) != old_key:
            raise Refused(_("The key was changed by somebody else just now."), _("Look at the page of the keys."))
        new = LogKey.objects.create(origin=origin, public=verifier.public, since=now())
        limit = tree_size() if valid_to is None else valid_to
        words = {"outside": found.note, "holder": found.where} if found else {}
        made = KeyChange(kind=kind, old=old, new=new, valid_to=limit, **words)
        made.save()
        this.about(made)
        for name, value in {"old": str(old_key), "new": str(verifier), "valid_to": limit}.items():
            this.note(name, value, in_clear=True)
        if found:
            for name, fact in {"outside": found.note, "size": found.size, "missing": found.missing}.items():
                this.note(name, fact, in_clear=True)
            this.note("holder", found.where)
        for name, value in (notes or {}).items():
            this.note(name, value)
    shred(old_path)
    return made
