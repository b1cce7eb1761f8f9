"""What can be entered about levels and their handling."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kuramori.governance.models import ApproverChoice, Level, RulingChoice


class LevelForm(forms.ModelForm):  # type: ignore[type-arg]
    """A level's words, rank, colour and stocktaking interval."""

    class Meta:
        model = Level
        fields = (
            "code",
            "rank",
            "name_ja",
            "name_en",
            "mark_ja",
            "mark_en",
            "meaning_ja",
            "meaning_en",
            "colour",
            "needs_marking",
            "stocktaking_months",
        )

    def clean(self) -> dict[str, Any]:
        """Name the field that a standing level has already: code and rank tell the levels in force apart."""
        data = super().clean() or {}
        others = Level.objects.standing().exclude(pk=self.instance.pk)
        for name in ("code", "rank"):
            if name in data and others.filter(**{name: data[name]}).exists():
                self.add_error(name, _("Another level in force has this already."))
        return data


class HandlingForm(forms.Form):
    """One cell of the matrix with the reason for changing it."""

    ruling = forms.ChoiceField(label=_("Ruling"), choices=RulingChoice.choices, widget=forms.RadioSelect)
    approver = forms.ChoiceField(
        label=_("Approver"),
        choices=[("", "—"), *ApproverChoice.choices],
        required=False,
        help_text=_("Only for “by approval”."),
    )
    why = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea,
        help_text=_("Stands in the ledger and in the history of the level."),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for an approver exactly when the ruling needs one."""
        data = super().clean() or {}
        needs = data.get("ruling") == RulingChoice.APPROVAL
        if needs and not data.get("approver"):
            self.add_error("approver", _("An approval needs an approver. Choose who approves."))
        if not needs:
            data["approver"] = ""
        return data
