"""What is kept by hand for a case about a secret: statements, losses, the evidence plan, drills, opened timelines.

The subject is named by kind and id, as the ledger names it: the secrets themselves belong to a higher room.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kuramori.evidence.claims.losses import Currency, Item
from kuramori.kernel.records import Record
from kuramori.kernel.room import ExhibitKind


class ProofKind(models.TextChoices):
    """How something proves, in words (EVD-07)."""

    DIRECT = ExhibitKind.DIRECT.value, _("direct")
    TESTIMONY = ExhibitKind.TESTIMONY.value, _("testimony")
    CIRCUMSTANTIAL = ExhibitKind.CIRCUMSTANTIAL.value, _("circumstantial")


class ItemChoice(models.TextChoices):
    """What was lost, in words."""

    LOST_SALES = Item.LOST_SALES.value, _("lost sales")
    INFRINGER_PROFIT = Item.INFRINGER_PROFIT.value, _("profit of the other side")
    LICENCE_VALUE = Item.LICENCE_VALUE.value, _("licence fee")
    DEVELOPMENT_COST = Item.DEVELOPMENT_COST.value, _("cost of development")
    INVESTIGATION_COST = Item.INVESTIGATION_COST.value, _("cost of the investigation")


class Statement(Record):
    """What somebody says, or a document shows, for one element (EVD-07). Of a file the name and SHA-256 alone."""

    subject_kind = models.CharField(max_length=60)
    subject_id = models.UUIDField(db_index=True)
    element = models.CharField(_("element"), max_length=60)
    kind = models.CharField(_("kind of proof"), max_length=16, choices=ProofKind, default=ProofKind.TESTIMONY)
    said_by = models.CharField(_("said by"), max_length=200)
    said_on = models.DateField(_("on which day"))
    text = models.TextField(_("what it says"))
    file_name = models.CharField(max_length=255, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    recorded_by = models.ForeignKey("directory.Person", null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.said_by}, {self.said_on}"


class Loss(Record):
    """One line of the damage worksheet; `amount` in the currency's smallest unit: yen, cents (EVD-05)."""

    subject_kind = models.CharField(max_length=60)
    subject_id = models.UUIDField(db_index=True)
    item = models.CharField(_("item"), max_length=20, choices=ItemChoice)
    amount = models.PositiveBigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3, choices=[(each.value, each.value) for each in Currency])
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    basis = models.TextField(_("basis"))
    source = models.CharField(_("source"), max_length=300)

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="evidence_loss_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return self.get_item_display()


class EvidencePlan(Record):
    """What is to be kept for one secret and claim: codes "element/source" of the claim's proofs (EVD-01)."""

    subject_kind = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    claim = models.CharField(max_length=60)
    proofs = models.JSONField(default=list)

    class Meta(Record.Meta):
        constraints = [models.UniqueConstraint(fields=["subject_id", "claim"], name="evidence_plan_of_claim")]

    def __str__(self) -> str:
        return self.claim


class Drill(Record):
    """A bundle made on trial: how long it took, and how much of the plan it could show (EVD-12)."""

    subject_kind = models.CharField(max_length=60)
    subject_id = models.UUIDField(db_index=True)
    bundle = models.ForeignKey("evidence.Bundle", on_delete=models.PROTECT, related_name="+")
    milliseconds = models.PositiveBigIntegerField()
    percent = models.PositiveSmallIntegerField()
    missing = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.percent)

    @property
    def seconds(self) -> str:
        """Return how long it took, in seconds with one decimal."""
        return f"{self.milliseconds / 1000:.1f}"


class OpenedTimeline(Record):
    """A person's recognition timeline, opened for one viewer, for a reason, until a moment (EVD-03).

    `noticed_on` is the day he gave notice, or a warning reached him, as the viewer states it. The person is no subject
    of the act: no list that he or his unit sees may tell him.
    """

    person = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+")
    secret_id = models.UUIDField(null=True)
    by = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    noticed_on = models.DateField(null=True)
    expires_at = models.DateTimeField()

    class Meta(Record.Meta):
        indexes = [models.Index(fields=["by", "expires_at"], name="evidence_timeline_by")]

    def __str__(self) -> str:
        return self.reason
