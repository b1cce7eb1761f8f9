"""Whether Kuramori tells the lake of its own acts: switched on for a log source, ended by retiring the record."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.records import Record


class LedgerFeed(Record):
    """That Kuramori's own acts reach the lake as the log of a source, and from which day on (company's days)."""

    source = models.ForeignKey(
        "watch.LogSource", on_delete=models.PROTECT, related_name="feeds", verbose_name=_("log source")
    )
    since = models.DateField(_("acts from this day on"))

    class Meta(Record.Meta):
        verbose_name = _("feed of Kuramori's own acts")
        constraints = [
            models.UniqueConstraint(fields=["source"], condition=Q(retired_at__isnull=True), name="watch_feed_once")
        ]

    def __str__(self) -> str:
        return str(self.source)
