"""The stored tree: hashes by range for `rules.tree`, and its size."""

from collections.abc import Sequence

from django.db.models import Max

from kuramori.evidence.models import Checkpoint, Leaf, Node


def hashes(level: int, first: int, count: int) -> Sequence[bytes]:
    """Return stored hashes, one range query: leaves at level 0, nodes above (`rules.tree.Hashes`)."""
    stored = Node.objects.filter(level=level) if level else Leaf.objects
    rows = stored.filter(index__gte=first, index__lt=first + count).order_by("index")
    return [bytes(each) for each in rows.values_list("hash", flat=True)]


def tree_size() -> int:
    """Return how many entries have their place: the next index."""
    last: int | None = Leaf.objects.aggregate(last=Max("index"))["last"]
    return 0 if last is None else last + 1


def last_checkpoint() -> Checkpoint | None:
    """Return the newest signed head, None before the first."""
    return Checkpoint.objects.order_by("-size").first()
