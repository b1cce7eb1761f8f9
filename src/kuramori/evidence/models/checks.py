"""Full checks of the ledger, and what they found."""

from django.db import models

from kuramori.kernel.records import Record


class CheckRun(Record):
    """A full check of the ledger and what it found; `found` is empty when all was sound.

    `outside` names whose heads it was compared with: [{"name", "size", "at" (ISO 8601, UTC, or null)}], newest first.
    """

    entries = models.BigIntegerField()
    root = models.CharField(max_length=64)
    milliseconds = models.BigIntegerField()
    first_bad = models.BigIntegerField(null=True)
    found = models.JSONField(default=list)
    outside = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.entries)
