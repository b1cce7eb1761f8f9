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
