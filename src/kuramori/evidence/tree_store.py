"""The stored tree: hashes by range for `rules.tree`, and its size."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Max

from kuramori.evidence.models import Checkpoint, Leaf

# Written out: a proof asks a dozen times, and a bundle holds thousands of proofs.
LEAVES = 'SELECT hash FROM evidence_leaf WHERE "index" >= %s AND "index" < %s ORDER BY "index"'
NODES = 'SELECT hash FROM evidence_node WHERE level = %s AND "index" >= %s AND "index" < %s ORDER BY "index"'

LOCK = 0x6B75_7261_6D6F_7269  # "kuramori": the advisory lock of this database's one sequencer


def lock_tree() -> None:
    """Make this transaction the only one that numbers or signs; freed by the database however it ends.

    On SQLite a transaction that was begun IMMEDIATE (settings) holds the whole database against other writers.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def hashes(level: int, first: int, count: int) -> Sequence[bytes]:
    """Return stored hashes, one range query: leaves at level 0, nodes above (`rules.tree.Hashes`)."""
    with connection.cursor() as cursor:
        if level:
            cursor.execute(NODES, [level, first, first + count])
        else:
            cursor.execute(LEAVES, [first, first + count])
        return [bytes(each) for (each,) in cursor.fetchall()]


def tree_size() -> int:
    """Return how many entries have their place: the next index."""
    last: int | None = Leaf.objects.aggregate(last=Max("index"))["last"]
    return 0 if last is None else last + 1


def last_checkpoint() -> Checkpoint | None:
    """Return the newest signed head, None before the first."""
    return Checkpoint.objects.order_by("-size").first()
