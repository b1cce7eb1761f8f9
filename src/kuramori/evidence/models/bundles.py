"""What was exported of the ledger."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.records import Record


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
    variant = models.CharField(max_length=20, default="court")
    order = models.JSONField(default=dict)  # what was asked for, without its words: a twin is made by it
    twin = models.CharField(max_length=64, blank=True)
    tag_manifest_sha256 = models.CharField(max_length=64, blank=True)  # empty until the bag stands

    class Meta(Record.Meta):
        verbose_name = _("evidence bundle")

    def __str__(self) -> str:
        return self.name
