"""The tree over the ledger as it is stored, its signed heads, and what was exported of it.

Leaves, nodes and heads are no Records: they are drawn from entries, outside any act, and prove themselves. The
database refuses to change or delete them (`append_only`, see `kernel.guards`).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.models import Entry
from kuramori.kernel.records import Record


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


class CheckRun(Record):
    """A full check of the ledger and what it found; `found` is empty when all was sound."""

    entries = models.BigIntegerField()
    root = models.CharField(max_length=64)
    milliseconds = models.BigIntegerField()
    first_bad = models.BigIntegerField(null=True)
    found = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.entries)


class BundleKind(models.TextChoices):
    """What a bundle is about."""

    SECRET = "secret", _("secret")
    PERSON = "person", _("person")


class Bundle(Record):
    """An evidence bundle that was made: about what, for which time, and the digest that seals what was in it.

    The file lies in the data folder under the id; it can be made away with, the record and its entry cannot.
    """

    kind = models.CharField(max_length=10, choices=BundleKind.choices)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.UUIDField(db_index=True)
    name = models.CharField(max_length=300)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    asked_by = models.UUIDField(null=True, db_index=True)
    entries = models.PositiveIntegerField()
    manifest_sha256 = models.CharField(max_length=64)

    class Meta(Record.Meta):
        verbose_name = _("evidence bundle")

    def __str__(self) -> str:
        return self.name
