"""Full checks of the ledger, and what they found."""

from django.db import models

from kuramori.kernel.records import Record


class CheckRun(Record):
    """A full check of the ledger and what it found; `found` is empty when all was sound.

    `outside` names whose heads it was compared with: [{"name", "size", "at" (ISO 8601, UTC, or null)}], newest first.
    `custody` says how far the round through the files in custody has come (`custody_check.CustodyReading`).
    """

    entries = models.BigIntegerField()
    root = models.CharField(max_length=64)
    milliseconds = models.BigIntegerField()
    first_bad = models.BigIntegerField(null=True)
    found = models.JSONField(default=list)
    outside = models.JSONField(default=list)
    custody = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.entries)
