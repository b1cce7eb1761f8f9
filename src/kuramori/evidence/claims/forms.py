"""The form that opens a recognition timeline."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import person_by_number
from kuramori.kernel.permissions import Viewer


class TimelineForm(forms.Form):
    """Whose timeline is opened, and why."""

    number = forms.CharField(label=_("Employee number"), max_length=40)
    noticed_on = forms.DateField(
        label=_("Day of notice"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("When he gave notice, or a warning reached him. Empty: as HR knows it."),
    )  # fmt: skip
    why = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}),
        help_text=_("It stands in the ledger with your name."),
    )  # fmt: skip
    secret = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, viewer: Viewer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer

    def clean_number(self) -> str:
        """Look the person up through the viewer's eyes; nobody opens his own timeline."""
        number = str(self.cleaned_data["number"]).strip()
        self.person = person_by_number(self.viewer, number)
        if self.person is None or self.person.pk == self.viewer.person_id:
            raise forms.ValidationError(_("Nobody you may look into has this number."))
        return number
