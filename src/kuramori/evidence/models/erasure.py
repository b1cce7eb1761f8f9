"""Erasures of persons by law: asked for by one, carried out by another, certified by their own entry."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.records import Record


class Ground(models.TextChoices):
    """The legal ground on which a person is erased."""

    APPI_35 = "appi_35", _("Act on the Protection of Personal Information, art. 35 (deletion)")
    APPI_22 = "appi_22", _("Act on the Protection of Personal Information, art. 22 (no longer needed)")
    GDPR_17 = "gdpr_17", _("GDPR, art. 17 (right to erasure)")
    COURT = "court", _("order of a court or an authority")


class Erasure(Record):
    """One erasure: of whom, on which ground; once done, how much went, and the root over what went."""

    person = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    ground = models.CharField(_("legal ground"), max_length=10, choices=Ground.choices)
    asked_by = models.UUIDField(null=True)
    carried_out_by = models.UUIDField(null=True)
    done_at = models.DateTimeField(_("carried out"), null=True)
    entries = models.PositiveIntegerField(_("entries"), default=0)
    members = models.PositiveIntegerField(_("members"), default=0)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    root = models.CharField(max_length=64, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("erasure")

    def __str__(self) -> str:
        return str(_("Erasure %(number)s")) % {"number": str(self.pk)[-6:]}
