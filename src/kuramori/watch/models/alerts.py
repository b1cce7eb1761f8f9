"""What was found: alerts with their secrets, comments, and the moments in which a name was shown."""

import json
from datetime import date
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.kernel.records import Record
from kuramori.watch.rules.alerts import State


class Severity(models.TextChoices):
    """How soon somebody should look, in words."""

    HIGH = "high", _("high")
    MEDIUM = "medium", pgettext_lazy("severity", "medium")
    LOW = "low", _("low")
    NOTE = "note", _("for the record")


class Queue(models.TextChoices):
    """Who is being looked at, in words."""

    EVERYBODY = "everybody", _("everybody")
    EXIT_WATCH = "exit_watch", _("people who leave")
    HARD_RULE = "hard_rule", _("hard rules")


class StateChoice(models.TextChoices):
    """Where an alert stands, in words."""

    NEW = State.NEW.value, _("new")
    IN_REVIEW = State.IN_REVIEW.value, _("in review")
    EXPLAINED = State.EXPLAINED.value, _("explained")
    ESCALATED = State.ESCALATED.value, _("escalated")
    CLOSED = State.CLOSED.value, pgettext_lazy("alert", "closed")


class Alert(Record):
    """One person in one window of days. The person's name is shown nowhere but on an unsealed page.

    `reasons` is the finding's JSON: numbers in it may have fractions, which a ledger entry holds as text only.
    `unit` is the person's main unit on the last day: it limits who may see the alert and is shown nowhere.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    key = models.CharField(max_length=64, unique=True, editable=False)
    person = models.ForeignKey(
        "directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=pgettext_lazy("watched", "person")
    )
    unit = models.ForeignKey("directory.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateField(_("window from"))
    until = models.DateField(_("window to"))
    as_of = models.DateField(_("evaluated on"))
    queue = models.CharField(_("queue"), max_length=12, choices=Queue)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity)
    score = models.DecimalField(_("score"), max_digits=4, decimal_places=1)
    channels = models.JSONField(_("ways out"), default=list)
    reasons = models.TextField(_("reasons"))
    state = models.CharField(_("state"), max_length=12, choices=StateChoice, default=StateChoice.NEW)
    assignee = models.ForeignKey(
        "directory.Person",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("assigned to"),
    )

    class Meta:
        verbose_name = _("alert")
        indexes = [
            models.Index(fields=["-score", "-id"], name="watch_alert_score"),
            models.Index(fields=["state", "-score", "-id"], name="watch_alert_state"),
            models.Index(fields=["severity", "-score", "-id"], name="watch_alert_severity"),
            models.Index(fields=["queue", "-score", "-id"], name="watch_alert_queue"),
            models.Index(fields=["assignee", "state"], name="watch_alert_assignee"),
            models.Index(fields=["person", "until"], name="watch_alert_person"),
            models.Index(fields=["-until", "-id"], name="watch_alert_until"),
            models.Index(fields=["-updated_at", "-id"], name="watch_alert_changed"),
            models.Index(fields=["unit", "-score", "-id"], name="watch_alert_unit"),
            models.Index(fields=["state", "severity", "-score", "-id"], name="watch_alert_weight"),
        ]

    def __str__(self) -> str:
        return self.number

    @cached_property
    def told(self) -> list[dict[str, Any]]:
        """Return the reasons as plain data."""
        found: list[dict[str, Any]] = json.loads(self.reasons)
        return found

    @property
    def days(self) -> tuple[date, date]:
        """Return the window, both days included."""
        return self.since, self.until


class AlertSecret(Record):
    """A secret that an alert concerns, with how many of its documents were touched."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="secrets")
    secret = models.ForeignKey("register.Secret", on_delete=models.PROTECT, related_name="+")
    documents = models.PositiveIntegerField(_("documents"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "secret"], name="watch_alert_secret")]

    def __str__(self) -> str:
        return str(self.alert)


class AlertComment(Record):
    """What somebody wrote when he moved an alert, or just so."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey("directory.Person", null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("comment"))
    state = models.CharField(_("state"), max_length=12, choices=StateChoice)

    def __str__(self) -> str:
        return str(self.alert)


class Unsealing(Record):
    """A name shown to one person for one reason until a moment; `second` is the second person, once two are asked."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="unsealings")
    by = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey("directory.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"))
    expires_at = models.DateTimeField(_("until"))

    class Meta:
        indexes = [models.Index(fields=["alert", "by", "expires_at"], name="watch_unsealing_alert")]

    def __str__(self) -> str:
        return str(self.alert)
