"""What is asked before the feed is switched: from which day on, and why."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

REASON = 1000


class OffForm(forms.Form):
    """Why the feed ends."""

    reason = forms.CharField(
        label=_("reason"),
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands in the ledger for good; whoever checks the rules of monitoring reads it."),
    )


class OnForm(OffForm):
    """From which day on acts are told, and why."""

    since = forms.DateField(
        label=_("acts from this day on"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Of earlier days too only what a monitoring charter covered on that day."),
    )
    field_order = ("since", "reason")

    def __init__(self, today: date, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, initial={"since": today})
