"""What is entered about duties: the duty itself, a statement that something is done, the reason of an exemption."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person, Role, people_visible_to, sites, unit_choices
from kuramori.duties.kinds import kinds
from kuramori.duties.models import Audience, Duty
from kuramori.duties.naming import record_at
from kuramori.duties.rules.rhythm import Every
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.records import Record

LONGEST = 1000
STEPS = {Audience.PERSON: "person", Audience.ROLE: "role", Audience.UNIT: "unit"}


class DutyForm(forms.ModelForm):  # type: ignore[type-arg]
    """What has to be done, by whom, in which rhythm, and what follows when it is not."""

    person = forms.CharField(
        label=_("person"), max_length=200, required=False, help_text=_("Employee number or e-mail address.")
    )
    kind = forms.ChoiceField(
        label=_("kind of duty"), required=False,
        help_text=_("A kind that a room offers knows by itself who has done it."),
    )  # fmt: skip

    class Meta:
        model = Duty
        fields = (
            "title", "outside", "kind", "done_when", "needs_record", "audience", "person", "role", "unit",
            "every", "step", "first_on", "at_month_end", "on_holiday", "lead_days", "site",
            "remind_before", "remind_again", "escalate_after",
        )  # fmt: skip

    def __init__(self, viewer: Viewer, duty: Duty | None, data: Any) -> None:
        super().__init__(data, instance=duty)
        self.viewer = viewer
        self.fields["kind"].choices = [("", _("written by hand")), *((k.name, k.title) for k in kinds().values())]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [("", "—"), *unit_choices(viewer)]  # type: ignore[attr-defined]
        self.fields["site"].choices = [("", "—"), *((site.pk, site.name) for site in sites(viewer))]  # type: ignore[attr-defined]
        given = [(name, word) for name, word in self.fields["role"].choices if name != Role.EMPLOYEE]  # type: ignore[attr-defined]
        self.fields["role"].choices = given  # type: ignore[attr-defined]
        if duty is not None and duty.person is not None:
            self.initial["person"] = duty.person.number
        for name, least, most in (
            ("step", 1, 1000), ("lead_days", 0, 366), ("remind_before", 0, 90), ("remind_again", 0, 90),
            ("escalate_after", 0, 90),
        ):  # fmt: skip
            self.fields[name] = forms.IntegerField(
                label=self.fields[name].label, min_value=least, max_value=most,
                help_text=self.fields[name].help_text, initial=self.fields[name].initial,
            )  # fmt: skip

    def clean_person(self) -> Person | None:
        """Return the person with this number or address, or none when nothing was entered."""
        text = self.cleaned_data["person"].strip()
        if not text:
            return None
        found: Person | None = people_visible_to(self.viewer).filter(Q(number=text) | Q(mail__iexact=text)).first()
        if found is None:
            raise forms.ValidationError(_("Nobody has this number or address."))
        return found

    def clean(self) -> dict[str, Any]:
        """Ask for exactly what the audience needs, and forget what was entered for another one."""
        data: dict[str, Any] = super().clean() or {}
        audience = data.get("audience")
        for each, name in STEPS.items():
            if audience != each:
                data[name] = "" if name == "role" else None
                self.errors.pop(name, None)
            elif not data.get(name) and name not in self.errors:
                self.add_error(name, _("Say who."))
        kind = kinds().get(data.get("kind", ""))
        if audience == Audience.KIND and (kind is None or kind.people is None):
            self.add_error("audience", _("Choose a kind of duty that names people itself."))
        if data.get("every") == Every.ONCE:
            data["step"] = 1
        if kind is not None and data.get("needs_record"):
            self.add_error("needs_record", _("A kind of duty brings its proof itself."))
        return data


class ReportForm(forms.Form):
    """The statement that something is done, and the record that shows it."""

    words = forms.CharField(
        label=_("What was done"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands in the ledger under your name."),
    )  # fmt: skip
    address = forms.CharField(
        label=_("Record as proof"), max_length=500, required=False,
        help_text=_("The address of its page here, copied from the browser."),
    )  # fmt: skip

    def __init__(self, viewer: Viewer, data: Any, *, needs_record: bool) -> None:
        super().__init__(data)
        self.viewer = viewer
        self.fields["address"].required = needs_record

    def clean_address(self) -> Record | None:
        """Return the record whose page was named, or none when nothing was entered."""
        text = self.cleaned_data["address"].strip()
        if not text:
            return None
        found = record_at(self.viewer, text)
        if found is None:
            raise forms.ValidationError(_("This is not the page of a record that you may see."))
        return found


class ExemptForm(forms.Form):
    """Why somebody is exempted."""

    reason = forms.CharField(
        label=_("Reason"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands in the ledger; the person concerned reads it."),
    )  # fmt: skip
