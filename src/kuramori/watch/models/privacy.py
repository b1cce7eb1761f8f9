"""What the works council is told: the figures of a quarter, as they were handed out."""

import json
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.records import Record
from kuramori.watch.rules.privacy import Quarter, quarter_of


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
