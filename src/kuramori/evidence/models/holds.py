"""What has to be kept, whatever retention says: holds of a matter, and everybody's data for some time after leaving.

The link from a hold to a person or secret lies in the hold's own rows, never among an entry's subjects: whoever reads
the history of the person or the secret, the person first of all, learns nothing of it.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.records import Record

SEPARATION_MONTHS = 6


class Hold(Record):
    """A matter for which evidence is preserved (SYS-16): of which days, and until when; released by retiring it."""

    matter = models.CharField(_("matter"), max_length=200)
    reason = models.TextField(_("reason"), max_length=1000)
    covers_from = models.DateField(_("evidence from"), null=True, blank=True)
    covers_to = models.DateField(_("evidence until"), null=True, blank=True)
    until = models.DateField(_("in force until"), null=True, blank=True)
    placed_by = models.ForeignKey("directory.Person", on_delete=models.PROTECT, null=True, related_name="+")
    release_reason = models.TextField(_("released because"), max_length=1000, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("preservation")
        constraints = [
            models.CheckConstraint(
                condition=Q(covers_from__isnull=True) | Q(covers_to__isnull=True) | Q(covers_to__gte=F("covers_from")),
                name="evidence_hold_days",
            )
        ]

    def __str__(self) -> str:
        return self.matter


class HeldSubject(Record):
    """One person or secret whose evidence a hold preserves; a hold without any preserves everything of its days."""

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="subjects")
    kind = models.CharField(max_length=60)
    subject_id = models.UUIDField(db_index=True)

    class Meta(Record.Meta):
        constraints = [models.UniqueConstraint(fields=["hold", "subject_id"], name="evidence_held_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class SeparationHold(Record):
    """What is known of somebody who has left is kept before the day `until`, for inquiry (EVD-10)."""

    person = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+")
    left_on = models.DateField(_("left on"))
    until = models.DateField(_("kept until"))

    class Meta(Record.Meta):
        verbose_name = _("keeping after separation")
        constraints = [models.UniqueConstraint(fields=["person", "left_on"], name="evidence_separation_once")]

    def __str__(self) -> str:
        return str(self.person)


class KeepingTerm(Record):
    """For how many months after separation data are kept; one row once somebody has decided, six until then."""

    months = models.PositiveSmallIntegerField(_("months after separation"), default=SEPARATION_MONTHS)

    class Meta(Record.Meta):
        verbose_name = _("time of keeping after separation")

    def __str__(self) -> str:
        return str(_("time of keeping after separation"))
