"""Entries of the watch list, and what each office said of them."""

from datetime import date, datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.kernel.records import Record
from kuramori.watch.rules.watching import MOST_DAYS, Office, Standing, State, standing_at


class EntryStateChoice(models.TextChoices):
    """Where an entry stands, in words."""

    WAITING = Standing.WAITING.value, _("waits for two approvals")
    ACTIVE = Standing.ACTIVE.value, pgettext_lazy("watch list", "in force")
    ENDED = Standing.ENDED.value, pgettext_lazy("watch list", "ended")
    REFUSED = Standing.REFUSED.value, pgettext_lazy("request", "refused")
    WITHDRAWN = Standing.WITHDRAWN.value, pgettext_lazy("request", "withdrawn")
    LAPSED = Standing.LAPSED.value, pgettext_lazy("request", "lapsed")


class OfficeChoice(models.TextChoices):
    """The offices that both have to agree, in words."""

    HR = Office.HR.value, _("HR")
    LEGAL = Office.LEGAL.value, _("legal or privacy")


class SignalChoice(models.TextChoices):
    """What a superior may have noticed early; none of it is a deed."""

    LEAVING = "leaving", _("speaks of leaving, or of another employer")
    CURIOUS = "curious", _("asks for what the work does not need")
    HOURS = "hours", _("other hours than before, without a reason in the work")
    RIVAL = "rival", _("in touch with a competitor beyond the work")
    GRIEVANCE = "grievance", _("a grievance about pay, rating or post")


class WatchEntry(Record):
    """Somebody is looked at more closely: why, which kinds of reason count more, for how long, who asked.

    `number` is drawn at random: a gap in numbers would tell the person concerned that an entry is kept from him.
    `starts_on` and `ends_on` (local, both included) are set when both offices have agreed.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    person = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    asked_by = models.ForeignKey(
        "directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    reason = models.TextField(_("reason"))
    signals = models.JSONField(_("what was noticed"), default=list)
    milder = models.TextField(_("why nothing milder will do"))
    kinds = models.JSONField(_("kinds of reason that count more"), default=list)
    days = models.PositiveSmallIntegerField(
        _("for how many days"), validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)]
    )
    waits_until = models.DateTimeField(_("waits until"))
    state = models.CharField(_("state"), max_length=10, choices=EntryStateChoice, default=EntryStateChoice.WAITING)
    starts_on = models.DateField(_("from"), null=True)
    ends_on = models.DateField(_("until"), null=True)
    ended_reason = models.TextField(_("why it was taken back"), blank=True)
    renews = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="renewals", verbose_name=_("goes on from")
    )

    class Meta(Record.Meta):
        verbose_name = _("entry of the watch list")
        indexes = [
            models.Index(fields=["state", "ends_on"], name="watch_entry_state"),
            models.Index(fields=["person"], name="watch_entry_person"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=MOST_DAYS), name="watch_entry_days"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="watch_entry_order"
            ),
            models.CheckConstraint(condition=~Q(person=F("asked_by")), name="watch_entry_other"),
        ]

    def __str__(self) -> str:
        return self.number

    def standing(self, at: datetime, today: date) -> Standing:
        """Return where it stands at a moment (aware) on a local day."""
        return standing_at(State(self.state), waits_until=self.waits_until, ends_on=self.ends_on, at=at, today=today)


class WatchApproval(Record):
    """What one office said of an entry, and why."""

    entry = models.ForeignKey(WatchEntry, on_delete=models.PROTECT, related_name="approvals")
    office = models.CharField(_("office"), max_length=10, choices=OfficeChoice)
    by = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("decided by"))
    agrees = models.BooleanField(_("agrees"))
    reason = models.TextField(_("reason of the decision"))

    class Meta(Record.Meta):
        constraints = [
            models.UniqueConstraint(fields=["entry", "office"], name="watch_approval_office"),
            models.UniqueConstraint(fields=["entry", "by"], name="watch_approval_person"),
        ]

    def __str__(self) -> str:
        return str(self.entry)
