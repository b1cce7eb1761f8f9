"""What can be entered of zones and permits."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import sites
from kuramori.kernel.permissions import Viewer
from kuramori.watch.forms import PersonField
from kuramori.watch.models import EntryPermit, SecurityZone

_LINES = forms.Textarea(attrs={"rows": 3})
_MOMENT = "%Y-%m-%dT%H:%M"


class ZoneForm(forms.ModelForm):  # type: ignore[type-arg]
    """A zone."""

    class Meta:
        model = SecurityZone
        fields = ("name", "site", "doors", "inner_doors", "least", "minutes", "by_permit")
        widgets = {"doors": _LINES, "inner_doors": _LINES}

    def __init__(self, viewer: Viewer, zone: SecurityZone | None, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, instance=zone)
        known = [site.pk for site in sites(viewer)]
        self.fields["site"].queryset = self.fields["site"].queryset.filter(pk__in=known)  # type: ignore[attr-defined]


class PermitForm(forms.ModelForm):  # type: ignore[type-arg]
    """A permit. Its times are those of the clock at the zone's site, whoever enters them from where."""

    class Meta:
        model = EntryPermit
        fields = ("zone", "person", "purpose", "escort", "starts_at", "ends_at")
        help_texts = {"starts_at": _("Local time of the zone's site."), "ends_at": _("Local time of the zone's site.")}
        widgets = {
            name: forms.DateTimeInput({"type": "datetime-local"}, format=_MOMENT) for name in ("starts_at", "ends_at")
        }

    def __init__(self, viewer: Viewer, permit: EntryPermit | None, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, instance=permit)
        by_number = _("Employee number or mail address.")
        self.fields["person"] = PersonField(viewer=viewer, label=_("person"), help_text=by_number)
        self.fields["escort"] = PersonField(viewer=viewer, label=_("escorted by"), help_text=by_number, required=False)
        zones = self.fields["zone"].queryset.filter(retired_at=None)  # type: ignore[attr-defined]
        self.fields["zone"].queryset = zones.order_by("name")  # type: ignore[attr-defined]
        if permit is not None:
            for name in ("starts_at", "ends_at"):
                self.initial[name] = getattr(permit, name).astimezone(permit.zone.site.zone).replace(tzinfo=None)

    def clean(self) -> dict[str, Any]:
        """Read the times by the clock of the zone's site."""
        entered: dict[str, Any] = super().clean() or {}
        zone = entered.get("zone")
        for name in ("starts_at", "ends_at"):
            if zone is not None and entered.get(name) is not None:
                entered[name] = entered[name].replace(tzinfo=zone.site.zone)
        return entered
