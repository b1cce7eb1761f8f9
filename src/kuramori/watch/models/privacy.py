"""What the works council is told, as it was handed out; and whose events are excluded, by whom, and why."""

import json
from datetime import date
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.kernel.records import Record
from kuramori.watch.models.settings import NamespaceChoice
from kuramori.watch.privacy.exclusion_rules import ExclusionKind, ExclusionStanding, ExclusionState, standing_on
from kuramori.watch.rules.privacy import Quarter, quarter_of


class ExclusionKindChoice(models.TextChoices):
    """What becomes of the events, in words."""

    NOT_EVALUATED = ExclusionKind.NOT_EVALUATED.value, _("kept, not evaluated")
    NOT_TAKEN_IN = ExclusionKind.NOT_TAKEN_IN.value, _("not taken in at all")


class ExclusionStandingChoice(models.TextChoices):
    """Where an exclusion stands, in words."""

    WAITING = ExclusionStanding.WAITING.value, pgettext_lazy("exclusion", "waits for a decision")
    COMING = ExclusionStanding.COMING.value, pgettext_lazy("exclusion", "approved, begins later")
    ACTIVE = ExclusionStanding.ACTIVE.value, pgettext_lazy("watch list", "in force")
    ENDED = ExclusionStanding.ENDED.value, pgettext_lazy("watch list", "ended")
    REFUSED = ExclusionStanding.REFUSED.value, pgettext_lazy("request", "refused")
    WITHDRAWN = ExclusionStanding.WITHDRAWN.value, pgettext_lazy("request", "withdrawn")
    LAPSED = ExclusionStanding.LAPSED.value, pgettext_lazy("request", "lapsed")


class GroundChoice(models.TextChoices):
    """By which law somebody must not be watched."""

    COUNCIL = "council", _("works council or union: BetrVG § 78, Labor Union Act art. 7")
    DOCTOR = "doctor", _("company doctor: professional secrecy (StGB § 203, Penal Code art. 134)")
    OFFICER = "officer", _("data protection officer: GDPR art. 38(3)")
    LAWYER = "lawyer", _("lawyer: StPO § 97, Attorney Act art. 23")
    HOTLINE = "hotline", _("whistle-blowing office: Whistleblower Protection Act art. 12")
    OTHER = "other", _("another law, named in the reason")


class CouncilReport(Record):
    """A quarter in counts: no name, no pseudonym, no count that points at somebody. `figures` is JSON text.

    `site` is empty for the whole company. Days are the company's, both included.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    site = models.ForeignKey(
        "directory.Site", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("site")
    )
    since = models.DateField(_("days from"))
    until = models.DateField(_("days to"))
    figures = models.TextField()

    class Meta(Record.Meta):
        verbose_name = _("report for the works council")
        indexes = [
            models.Index(fields=["-since", "-id"], name="watch_report_since"),
            models.Index(fields=["site", "-updated_at", "-id"], name="watch_report_site"),
        ]

    def __str__(self) -> str:
        return self.number

    @cached_property
    def told(self) -> dict[str, Any]:
        """Return the figures as plain data: counts by group and name, None where one was too small to be told."""
        found: dict[str, Any] = json.loads(self.figures)
        return found

    @property
    def quarter(self) -> Quarter:
        """Return the quarter it is about."""
        return quarter_of(self.since)


class Exclusion(Record):
    """A person or an account whose events are not evaluated, or not taken in, on some days: why, asked and decided.

    Days are the company's, both included. `sources` are ids of log sources; empty: all. It is in force once another
    person than who asked has agreed; taken back it ends with the day on which that was done.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    person = models.ForeignKey(
        "directory.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )
    namespace = models.CharField(_("kind of name"), max_length=10, choices=NamespaceChoice, blank=True)
    raw = models.CharField(_("account"), max_length=200, blank=True)
    kind = models.CharField(_("what becomes of the events"), max_length=20, choices=ExclusionKindChoice)
    sources = models.JSONField(_("only of these logs"), default=list, blank=True)
    ground = models.CharField(_("legal ground"), max_length=10, choices=GroundChoice)
    reason = models.TextField(_("reason"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"))
    state = models.CharField(max_length=10, choices=[(each.value, each.value) for each in ExclusionState])
    asked_by = models.ForeignKey(
        "directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    decided_by = models.ForeignKey(
        "directory.Person",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decision = models.TextField(_("reason of the decision"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("exclusion")
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="watch_exclusion_days"),
            models.CheckConstraint(condition=Q(person__isnull=True) ^ Q(raw=""), name="watch_exclusion_one"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="watch_exclusion_two"
            ),
            models.CheckConstraint(condition=~Q(person=F("asked_by")), name="watch_exclusion_asker"),
            models.CheckConstraint(condition=~Q(person=F("decided_by")), name="watch_exclusion_decider"),
        ]
        indexes = [models.Index(fields=["state", "-valid_to", "-id"], name="watch_exclusion_state")]

    def __str__(self) -> str:
        return self.number

    @property
    def taken_back(self) -> date | None:
        """Return the company's day on which it was taken back or ended before its time."""
        return localdate(self.retired_at, timezone=ZoneInfo(settings.COMPANY_ZONE)) if self.retired_at else None

    @property
    def days(self) -> tuple[date, date]:
        """Return its first and last day; what was ended holds to the end of that day, for logs that come late."""
        return self.valid_from, min(self.valid_to, self.taken_back or self.valid_to)

    def standing(self, today: date) -> ExclusionStanding:
        """Return where it stands on a day of the company."""
        return standing_on(ExclusionState(self.state), (self.valid_from, self.valid_to), self.taken_back, today)
