"""Zones in which nobody should be alone, and permits to enter those that are closed to others."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.records import Record
from kuramori.watch.rules.presence import LEAST, MINUTES, MOST_MINUTES, names_in


class SecurityZone(Record):
    """A zone, its doors as their log names them, and how many people at least should be in it (FAC-05, FAC-13)."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    site = models.ForeignKey("directory.Site", on_delete=models.PROTECT, related_name="+", verbose_name=_("site"))
    doors = models.TextField(
        _("doors that lead into it"), help_text=_("One on each line: door or reader as the log of the doors names it.")
    )
    inner_doors = models.TextField(
        _("doors inside it"), blank=True, help_text=_("Whoever passes one of these is still in the zone.")
    )
    least = models.PositiveSmallIntegerField(
        _("people at least"),
        default=LEAST,
        validators=[MinValueValidator(1)],
        help_text=_("1: everybody may be alone there."),
    )
    minutes = models.PositiveSmallIntegerField(
        _("told after (minutes)"),
        default=MINUTES,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES)],
    )
    by_permit = models.BooleanField(
        _("entered by permit only"),
        default=False,
        help_text=_("Entries of people without a permit for that hour are shown in the weekly review."),
    )

    class Meta(Record.Meta):
        verbose_name = _("security zone")
        indexes = [models.Index(fields=["site", "-updated_at", "-id"], name="watch_zone_site")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a door that lies both around the zone and inside it, and a zone that nobody can enter."""
        outer = names_in(self.doors)
        if not outer:
            raise ValidationError({"doors": _("Name at least one door.")})
        if both := sorted(outer & names_in(self.inner_doors)):
            raise ValidationError(
                {"inner_doors": _("These doors lead into the zone: %(doors)s") % {"doors": ", ".join(both)}}
            )


class EntryPermit(Record):
    """That a person may enter a zone for a purpose, from a moment to another."""

    zone = models.ForeignKey(
        SecurityZone, on_delete=models.PROTECT, related_name="permits", verbose_name=_("security zone")
    )
    person = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    purpose = models.CharField(_("purpose"), max_length=300)
    escort = models.ForeignKey(
        "directory.Person",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("escorted by"),
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    class Meta(Record.Meta):
        verbose_name = _("entry permit")
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="watch_permit_slot")]
        indexes = [
            models.Index(fields=["zone", "-ends_at", "-id"], name="watch_permit_zone"),
            models.Index(fields=["-ends_at", "-id"], name="watch_permit_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.zone} {self.purpose}"

    def clean(self) -> None:
        """Refuse a slot that ends before it begins, and an escort who escorts himself."""
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("It ends before it begins.")})
        if self.escort_id is not None and self.escort_id == self.person_id:
            raise ValidationError({"escort": _("Nobody escorts himself.")})
