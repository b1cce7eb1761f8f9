"""What was taken into custody, and its chain: who did what with it, when, where and with what (ISO/IEC 27037, 5.4).

Items and steps belong to a hold and are seen through it alone; like the hold's, their entries name nobody else.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kuramori.evidence.models.holds import Hold
from kuramori.kernel.records import Record


class ItemKind(models.TextChoices):
    """What an item is."""

    ENTRIES = "entries", _("ledger entries")
    EVENTS = "events", _("log events")
    FILE = "file", _("file")
    IMAGE = "image", _("forensic image or report")
    TIMELINE = "timeline", _("forensic timeline (CSV)")


class CustodyItem(Record):
    """One sealed file in the data folder, with its digest before and after it was taken in; retired by a purge."""

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=10, choices=ItemKind.choices)
    title = models.CharField(_("title"), max_length=300)
    file = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    source_sha256 = models.CharField(_("SHA-256 at the source"), max_length=64)
    sha256 = models.CharField(_("SHA-256 in custody"), max_length=64)
    stated = models.CharField(_("digest stated by the examiner"), max_length=200, blank=True)
    holder = models.ForeignKey("directory.Person", on_delete=models.PROTECT, null=True, related_name="+")
    offered_to = models.ForeignKey("directory.Person", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(Record.Meta):
        verbose_name = _("custody item")

    def __str__(self) -> str:
        return self.title


class StepKind(models.TextChoices):
    """The steps of a chain of custody, in the words of ISO/IEC 27037."""

    IDENTIFIED = "identified", _("identified")
    COLLECTED = "collected", _("collected")
    PRESERVED = "preserved", _("preserved")
    OPENED = "opened", _("opened")
    CHECKED = "checked", _("checked")
    HANDED_OVER = "handed_over", _("handed over")
    RECEIVED = "received", _("received")
    PURGED = "purged", _("purged")


class CustodyStep(Record):
    """One link of the chain, by its number from 1: never changed.

    `sha256` is what was found then, empty when nothing was hashed.
    """

    item = models.ForeignKey(CustodyItem, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=StepKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey("directory.Person", on_delete=models.PROTECT, null=True, related_name="+")
    who = models.CharField(_("by whom"), max_length=200)
    place = models.CharField(_("where"), max_length=200)
    tool = models.CharField(_("tool and version"), max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    reason = models.CharField(_("reason"), max_length=1000, blank=True)

    class Meta(Record.Meta):
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="evidence_custody_chain")]

    def __str__(self) -> str:
        return str(self.get_kind_display())
