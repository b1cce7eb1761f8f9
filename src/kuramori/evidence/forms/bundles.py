"""The order for a bundle about a person."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import person_by_number
from kuramori.evidence.bundles.order_form import DeliveryForm
from kuramori.kernel.permissions import Viewer


class PersonBundleForm(DeliveryForm):
    """Whom a bundle is about, for which days, and why it is made."""

    number = forms.CharField(label=_("Employee number"), max_length=40)
    starts_on = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label=_("Until"),
        required=False,
        help_text=_("Both days are included. Left empty, everything is taken."),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    field_order = ("number", "starts_on", "ends_on")

    def __init__(self, viewer: Viewer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer

    def clean_number(self) -> str:
        """Look the person up through the viewer's eyes."""
        number = str(self.cleaned_data["number"]).strip()
        self.person = person_by_number(self.viewer, number)
        if self.person is None:
            raise forms.ValidationError(_("Nobody you may see has this number."))
        return number

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        data = super().clean() or {}
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("The period ends before it begins."))
        return data
