"""The sequencer: gives every entry its index, grows the tree, signs its head (architecture: the ledger and its proof).

An act writes its entry and an outbox row, without an index: no lock on a chain head. Here the outbox is emptied in
group commits. One transaction takes rows, stores leaves and nodes and deletes the rows, so a kill at any point
leaves all of it or nothing. Whoever steps first takes a lock inside that same transaction, so it cannot outlive its
holder and two processes never number at the same time; the leaf's primary key is the last word.
"""

import logging
import math
import time
from threading import Event
from typing import Any, Self

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, close_old_connections, transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from kuramori.evidence.heads import Against, contradictions, holders, is_part
from kuramori.evidence.keys import signer
from kuramori.evidence.models import Checkpoint, Leaf, Node
from kuramori.evidence.rules.tree import Frontier, frontier_at, root_at
from kuramori.evidence.tree_store import hashes, last_checkpoint, lock_tree, tree_size
from kuramori.evidence.witnessing.rounds import refresh
from kuramori.kernel.acts import Refused
from kuramori.kernel.merkle import leaf_hash
from kuramori.kernel.models import Unsequenced
from kuramori.kernel.turns import turn

GROUP = 2_000
IDLE_SECONDS = 0.2
SEAL_SECONDS = 60.0
log = logging.getLogger(__name__)


class NotAPrefix(Refused):
    """A head that was signed before is no part of this tree: a backup was restored, or history was rewritten."""

    @classmethod
    def by(cls, found: Against) -> Self:
        """Return the refusal that says which head is ahead, who holds it, and what can be done."""
        message = _("The head over %(size)s entries that %(where)s holds is no part of this ledger.")
        words = message % {"size": found.size, "where": found.where}
        if found.missing:
            lost = _("It is ahead: %(count)s entries are missing here.") % {"count": found.missing}
            words = f"{words} {lost}"
        return cls(
            words,
            _(
                "If a backup was restored, bring back a newer one. If there is none, legal or the information manager "
                "declares a new branch. Otherwise run the ledger check: history was changed."
            ),
        )


class Sequencer:
    """Numbers entries in the order of writing. Keeps the tree's open end between steps, if it still fits."""

    def __init__(self) -> None:
        self._frontier = Frontier()

    def step(self, limit: int = GROUP) -> int:
        """Give at most `limit` waiting entries their place, in one transaction; return how many."""
        with turn():
            if not Unsequenced.objects.exists():
                return 0
            with transaction.atomic():
                lock_tree()
                waiting = Unsequenced.objects.order_by("entry_id").values_list("entry_id", "entry__body")[:limit]
                entries = [(seq, leaf_hash(bytes(body))) for seq, body in waiting]
                if not entries:
                    return 0
                frontier = self._fitting()
                grown, rows = frontier.grown(leaf for _seq, leaf in entries)
                Leaf.objects.bulk_create(
                    Leaf(index=frontier.size + place, entry_id=seq, hash=leaf)
                    for place, (seq, leaf) in enumerate(entries)
                )
                Node.objects.bulk_create(Node(level=row.level, index=row.index, hash=row.hash) for row in rows)
                done = Unsequenced.objects.filter(entry_id__in=[seq for seq, _leaf in entries])
                done._raw_delete(done.db)  # noqa: SLF001  (plain DELETE: the outbox has no dependants to look for)
        self._frontier = grown
        return len(entries)

    def _fitting(self) -> Frontier:
        """Return the open end for the size that the database has now: another process may have stepped since."""
        size = tree_size()
        if self._frontier.size != size:
            self._frontier = frontier_at(size, hashes)
        return self._frontier


def sequence_all(sequencer: Sequencer | None = None) -> int:
    """Give every waiting entry its place; return how many."""
    steps, count = sequencer or Sequencer(), 0
    while taken := steps.step():
        count += taken
    return count


def seal_now(sequencer: Sequencer | None = None) -> Checkpoint | None:
    """Number what waits, then sign a head over all of it; None when the ledger is empty.

    Signs nothing when there is nothing new. Raises NotAPrefix when an earlier head, stored or held elsewhere, is
    not part of this tree: signing on would bear witness to two histories.
    """
    demand_prefix()
    sequence_all(sequencer)
    with turn(), transaction.atomic():
        lock_tree()
        size = tree_size()
        head = last_checkpoint()
        if head is None or head.size < size:
            if size == 0:
                return None
            if head is not None:
                _demand(head, _("the database"))
            root = root_at(size, hashes)
            head = Checkpoint.objects.create(size=size, root=root, note=signer().signed(size, root), at=now())
    for holder in holders():
        held = holder.held()
        if held is None or held.note != head.note:
            holder.hold(head.note)
    return head


def demand_prefix() -> None:
    """Raise NotAPrefix unless every head that was ever signed and is still held is a part of this tree.

    Witnesses that this process has not looked at lately are asked first; one that is away stops nothing.
    """
    head = last_checkpoint()
    if head is not None:
        _demand(head, _("the database"))
    refresh()
    for each in contradictions():
        raise NotAPrefix.by(each)


def _demand(head: Checkpoint, where: Any) -> None:
    if not is_part(head.size, bytes(head.root)):
        missing = max(0, head.size - tree_size())
        raise NotAPrefix.by(Against(where=str(where), size=head.size, missing=missing, at=head.at, note=head.note))


def run_forever(stop: Event) -> None:
    """Number entries as they come and seal each minute, until told to stop; a fault is logged and tried again."""
    sequencer, sealed_at = Sequencer(), -math.inf
    while not stop.is_set():
        try:
            taken = sequencer.step()
            if time.monotonic() - sealed_at >= SEAL_SECONDS:
                sealed_at = time.monotonic()
                seal_now(sequencer)
        except Refused as refusal:
            log.critical("the ledger is not sealed: %s %s", refusal.message, refusal.next_step)
            taken = 0
        except (DatabaseError, OSError, ImproperlyConfigured):
            log.exception("the sequencer could not go on; it tries again")
            close_old_connections()
            taken = 0
        if taken < GROUP:
            stop.wait(IDLE_SECONDS)
