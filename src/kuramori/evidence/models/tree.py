"""The tree over the ledger as it is stored, and its signed heads.

Leaves, nodes and heads are no Records: they are drawn from entries, outside any act, and prove themselves. The
database refuses to change or delete them (`append_only`, see `kernel.guards`).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.models import Entry


class Leaf(models.Model):
    """An entry's place in the tree: its index, given by the sequencer, and SHA-256(0x00 || body) (RFC 6962)."""

    append_only = True

    index = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="leaf")
    hash = models.BinaryField()

    def __str__(self) -> str:
        return str(self.index)


class Node(models.Model):
    """The root over the entries [index*256**level, (index+1)*256**level), once all are there; level is 1 or more."""

    append_only = True

    id = models.BigAutoField(primary_key=True)
    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="evidence_node_place")]

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class LogKey(models.Model):
    """The public half of a key that signs heads, under the ledger's name; the newest row signs."""

    append_only = True

    id = models.BigAutoField(primary_key=True)
    origin = models.CharField(max_length=200)
    public = models.BinaryField()
    since = models.DateTimeField()

    def __str__(self) -> str:
        return self.origin


class Checkpoint(models.Model):
    """A signed head: the C2SP note over the root of the first `size` entries, and when it was signed (our clock)."""

    append_only = True

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("checkpoint")

    def __str__(self) -> str:
        return str(self.size)
