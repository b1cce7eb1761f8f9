"""What detection cannot see, and who sees to it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.kernel.records import Record
from kuramori.watch.rules.detecting import Standing


class WayChoice(models.TextChoices):
    """The ways by which a secret can leave, in words."""

    FILES = "files", _("file servers")
    CLOUD = "cloud", _("cloud storage")
    MAIL = "mail", pgettext_lazy("way out", "mail")
    WEB = "web", pgettext_lazy("way out", "web")
    REMOVABLE = "removable", _("removable media")
    PRINT = "print", pgettext_lazy("way out", "printing")
    DATABASE = "database", _("databases")
    DOOR = "door", pgettext_lazy("way out", "doors")
    KURAMORI = "kuramori", pgettext_lazy("way out", "Kuramori itself")


class StandingChoice(models.TextChoices):
    """What was decided on a gap, in words."""

    OPEN = Standing.OPEN.value, _("will be closed")
    BLOCKED = Standing.BLOCKED.value, _("the way is blocked by other means")
    ACCEPTED = Standing.ACCEPTED.value, _("risk accepted")


class CoverageGap(Record):
    """A way at a site that the logs do not see: who sees to it, what comes next, until when."""

    site = models.ForeignKey("directory.Site", on_delete=models.PROTECT, related_name="+", verbose_name=_("site"))
    way = models.CharField(_("way"), max_length=12, choices=WayChoice)
    standing_as = models.CharField(_("decision"), max_length=10, choices=StandingChoice, default=StandingChoice.OPEN)
    owner = models.ForeignKey(
        "directory.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("who sees to it")
    )
    next_step = models.CharField(
        _("next step"), max_length=300, help_text=_("For what is blocked or accepted: by what means, decided by whom.")
    )
    due_on = models.DateField(
        _("to be done or looked at again by"),
        help_text=_("A blocked way and an accepted risk are looked at again, too."),
    )
    tested_on = models.DateField(
        _("tried on"),
        null=True,
        blank=True,
        help_text=_("When somebody last tried whether the way is really blocked or seen."),
    )

    class Meta(Record.Meta):
        verbose_name = _("blind spot")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "way"],
                condition=Q(retired_at__isnull=True),
                name="watch_gap_once",
                violation_error_message=_("This way at this site stands here already."),
            )
        ]
        indexes = [
            models.Index(fields=["due_on", "-id"], name="watch_gap_due"),
            models.Index(fields=["site", "-updated_at", "-id"], name="watch_gap_site"),
        ]

    def __str__(self) -> str:
        return f"{self.site} {self.get_way_display()}"


class LevelChoice(models.TextChoices):
    """How grave a Sigma rule's author takes a match, in words."""

    INFORMATIONAL = "informational", pgettext_lazy("rule level", "informational")
    LOW = "low", pgettext_lazy("rule level", "low")
    MEDIUM = "medium", pgettext_lazy("rule level", "medium")
    HIGH = "high", pgettext_lazy("rule level", "high")
    CRITICAL = "critical", pgettext_lazy("rule level", "critical")


class SigmaSet(Record):
    """That a set of Sigma rules was taken in: what was in it, what is used, and every refusal with its reason."""

    name = models.CharField(pgettext_lazy("rule set", "set"), max_length=40)
    file = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    documents = models.PositiveIntegerField(_("in the file"))
    accepted = models.PositiveIntegerField(_("taken in"))
    refused = models.PositiveIntegerField(_("refused"))
    changed = models.PositiveIntegerField(_("switched off, because their meaning changed"), default=0)
    refusals = models.JSONField(default=list)

    class Meta(Record.Meta):
        verbose_name = _("rule set")
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="watch_sigma_set_made"),
            models.Index(fields=["name", "-id"], name="watch_sigma_set_name"),
        ]

    def __str__(self) -> str:
        return self.name


class SigmaRule(Record):
    """A Sigma rule that was taken in: what it is, whether it is on, and the back-test that decides whether it may be.

    Its text stands in the lake. `digest` says what it means, `tested_digest` what it meant when it was tried.
    `tested_by_day` counts people by day, but for those of `tested_without`: who may read it learns nothing of himself.
    """

    rule = models.CharField(_("identifier"), max_length=200)
    title = models.CharField(_("title"), max_length=300)
    title_ja = models.CharField(_("title in Japanese"), max_length=300, blank=True)
    level = models.CharField(_("level"), max_length=13, choices=LevelChoice)
    source = models.CharField(_("log source"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    false_positives = models.TextField(_("known false alarms"), blank=True)
    taken_in = models.ForeignKey(
        SigmaSet, on_delete=models.PROTECT, related_name="rules", verbose_name=pgettext_lazy("rule set", "set")
    )
    file = models.CharField(_("file"), max_length=120)
    digest = models.CharField(max_length=64)
    is_on = models.BooleanField(_("switched on"), default=False)
    tested_digest = models.CharField(max_length=64, blank=True)
    tested_from = models.DateField(_("tried from"), null=True)
    tested_until = models.DateField(_("tried until"), null=True)
    tested_at = models.DateTimeField(_("tried at"), null=True)
    tested_by_day = models.JSONField(default=dict)
    tested_without = models.JSONField(default=list)
    tested_is_cut = models.BooleanField(default=False)

    class Meta(Record.Meta):
        verbose_name = _("Sigma rule")
        constraints = [
            models.UniqueConstraint(fields=["rule"], condition=Q(retired_at__isnull=True), name="watch_sigma_rule_once")
        ]
        indexes = [
            models.Index(fields=["title", "-id"], name="watch_sigma_rule_title"),
            models.Index(fields=["-updated_at", "-id"], name="watch_sigma_rule_new"),
        ]

    def __str__(self) -> str:
        return self.title
