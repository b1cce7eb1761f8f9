"""What was exported of the ledger."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kuramori.evidence.rules.permissions import Permission
from kuramori.kernel.records import Record


class BundleKind(models.TextChoices):
    """What a bundle is about."""

    SECRET = "secret", _("secret")
    PERSON = "person", _("person")


class BundleOrder(Record):
    """A bundle being put together: what it is to hold, and what is to be kept back of it, until it is ordered.

    `order` is what was asked for (`bundles.order.Order`) without its subject, reason and choices; `choices` are pairs
    of what is kept back and why (`bundles.choices`); `bundle_id` is the bundle it was ordered as.
    """

    kind = models.CharField(max_length=10, choices=BundleKind.choices)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.UUIDField(db_index=True)
    name = models.CharField(max_length=300)
    why = models.TextField()
    asked_by = models.UUIDField(null=True, db_index=True)
    order = models.JSONField(default=dict)
    choices = models.JSONField(default=list)
    bundle_id = models.UUIDField(null=True)

    class Meta(Record.Meta):
        verbose_name = _("order for an evidence bundle")

    def __str__(self) -> str:
        return self.name


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
    withheld = models.JSONField(default=dict)  # reason to number of members
    tag_manifest_sha256 = models.CharField(max_length=64, blank=True)  # empty until the bag stands

    class Meta(Record.Meta):
        verbose_name = _("evidence bundle")

    def __str__(self) -> str:
        return self.name

    @property
    def permission(self) -> str:
        """Return what making a bundle takes; "" for one about a secret that an older command line made: nobody may."""
        of_person = Permission.BUNDLE_PERSON if self.kind == BundleKind.PERSON else ""
        return str(self.order.get("permission") or of_person)
