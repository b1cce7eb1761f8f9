"""What people do with alerts: cases and their steps, decisions, opened timelines, outside experts and alerts."""

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.kernel.records import Record
from kuramori.watch.models.alerts import Alert, Severity
from kuramori.watch.rules.cases import CaseState
from kuramori.watch.rules.verdicts import Effect


class CaseStateChoice(models.TextChoices):
    """Where a case stands, in words."""

    OPEN = CaseState.OPEN.value, pgettext_lazy("case", "open")
    IN_REVIEW = CaseState.IN_REVIEW.value, _("in review")
    WAITING = CaseState.WAITING.value, pgettext_lazy("case", "waiting")
    EXPLAINED = CaseState.EXPLAINED.value, _("explained")
    ESCALATED = CaseState.ESCALATED.value, _("escalated")
    CLOSED = CaseState.CLOSED.value, pgettext_lazy("alert", "closed")


class EffectChoice(models.TextChoices):
    """What was found out about a kind of reason, in words."""

    LOWERS = Effect.LOWERS.value, _("explained as ordinary: counts less")
    RAISES = Effect.RAISES.value, _("it was true: counts more")


class Case(Record):
    """One person's alerts on one or more ways out. Who it is stands on an unsealed page only.

    `since` and `until` span the windows of its alerts (local days, both included); `score` and `severity` are those of
    the heaviest. `unit` limits who may see the case and is shown nowhere. `follows` is the settled case before it.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    person = models.ForeignKey(
        "directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=pgettext_lazy("watched", "person")
    )
    unit = models.ForeignKey("directory.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    follows = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("earlier case")
    )
    channels = models.JSONField(_("ways out"), default=list)
    since = models.DateField(_("window from"))
    until = models.DateField(_("window to"))
    severity = models.CharField(_("severity"), max_length=8, choices=Severity)
    score = models.DecimalField(_("score"), max_digits=4, decimal_places=1)
    state = models.CharField(_("state"), max_length=12, choices=CaseStateChoice, default=CaseStateChoice.OPEN)
    assignee = models.ForeignKey(
        "directory.Person", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("assigned to")
    )
    due_on = models.DateField(_("to be decided by"))

    class Meta(Record.Meta):
        verbose_name = pgettext_lazy("watch", "case")
        indexes = [
            models.Index(fields=["-score", "-id"], name="watch_case_score"),
            models.Index(fields=["state", "-score", "-id"], name="watch_case_state"),
            models.Index(fields=["due_on", "id"], name="watch_case_due"),
            models.Index(fields=["person", "state"], name="watch_case_person"),
            models.Index(fields=["assignee", "state"], name="watch_case_assignee"),
            models.Index(fields=["-until", "-id"], name="watch_case_until"),
            models.Index(fields=["-updated_at", "-id"], name="watch_case_changed"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def days(self) -> tuple[date, date]:
        """Return the days it is about, both included."""
        return self.since, self.until


class CaseAlert(Record):
    """An alert in its case; an alert is in one case for good."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="members")
    alert = models.OneToOneField(Alert, on_delete=models.PROTECT, related_name="membership")

    def __str__(self) -> str:
        return str(self.alert)


class CaseStep(Record):
    """What somebody wrote on a case: a step from one state to another, or a note when both are the same."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    author = models.ForeignKey("directory.Person", null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("comment"))
    before = models.CharField(max_length=12, choices=CaseStateChoice)
    state = models.CharField(_("state"), max_length=12, choices=CaseStateChoice)

    def __str__(self) -> str:
        return str(self.case)


class Verdict(Record):
    """A decision on a kind of reason, for the alert's person or for his whole unit, from a day to a day (included).

    Exactly one of `person` and `unit` is set. Withdrawn is retired; what it did stays in the alerts' reasons.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="verdicts", verbose_name=_("alert"))
    code = models.CharField(_("kind of reason"), max_length=20)
    effect = models.CharField(_("decision"), max_length=8, choices=EffectChoice)
    person = models.ForeignKey(
        "directory.Person", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("only for")
    )
    unit = models.ForeignKey(
        "directory.Unit", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit")
    )
    reason = models.TextField(_("reason"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"))

    class Meta(Record.Meta):
        verbose_name = _("decision on a kind of reason")
        indexes = [models.Index(fields=["valid_to", "valid_from"], name="watch_verdict_days")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person=None, unit__isnull=False) | models.Q(person__isnull=False, unit=None),
                name="watch_verdict_scope",
            )
        ]

    def __str__(self) -> str:
        return self.number


class TimelineOpening(Record):
    """A timeline across all channels, opened by one person for a reason until a moment.

    About a person (through his case, his alert, or the look-back on him), about a secret, or about what a monitoring
    order is about. The person is no subject of the act: no list that he or his unit sees may tell him.
    """

    person = models.ForeignKey("directory.Person", null=True, on_delete=models.PROTECT, related_name="+")
    secret = models.ForeignKey("register.Secret", null=True, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    alert = models.ForeignKey(Alert, null=True, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey("watch.MonitoringOrder", null=True, on_delete=models.PROTECT, related_name="+")
    line = models.UUIDField(null=True)
    by = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"))
    expires_at = models.DateTimeField(_("until"))

    class Meta(Record.Meta):
        indexes = [models.Index(fields=["by", "expires_at"], name="watch_timeline_by")]

    def __str__(self) -> str:
        return self.reason


class ExpertAccess(Record):
    """An expert from outside who may read one case until a day (included), and nothing else (DET-15)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="experts")
    expert = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("expert"))
    reason = models.TextField(_("reason"))
    until = models.DateField(_("until"))

    class Meta(Record.Meta):
        indexes = [models.Index(fields=["expert", "until"], name="watch_expert_until")]

    def __str__(self) -> str:
        return str(self.case)


class VendorAlert(Record):
    """What a hired firm's own warning system reported, in the case that it concerns (DET-15)."""

    vendor = models.CharField(_("vendor"), max_length=60)
    reference = models.CharField(_("the vendor's number"), max_length=80)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reported")
    day = models.DateField(_("day"))
    channel = models.CharField(_("way out"), max_length=20, blank=True)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity)
    text = models.TextField(_("what was reported"), blank=True)

    class Meta(Record.Meta):
        constraints = [models.UniqueConstraint(fields=["vendor", "reference"], name="watch_vendor_reference")]

    def __str__(self) -> str:
        return f"{self.vendor} {self.reference}"
