"""What can be entered about a secret."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.directory.api import (
    Person,
    people_visible_to,
    person_by_number,
    project_choices,
    unit_choices,
    units_visible_to,
)
from kuramori.governance.api import levels_in_force
from kuramori.kernel.imports.cells import code
from kuramori.kernel.permissions import Viewer
from kuramori.register.models import AudienceChoice, Secret
from kuramori.register.rules import SCALE, Audience, Tier, place_kind

MARKS = [(mark, str(mark)) for mark in SCALE]
DATE = {"type": "date"}


class PersonField(forms.CharField):
    """A person, entered by employee number or e-mail address: a list of 100,000 names cannot be scrolled."""

    def __init__(self, *, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.viewer = viewer

    def clean(self, value: Any) -> Person | None:
        """Return the person; an unknown number is refused with the next step."""
        text = str(super().clean(value)).strip()
        if not text:
            return None
        person = person_by_number(self.viewer, text) or people_visible_to(self.viewer).filter(mail__iexact=text).first()
        if person is None:
            raise forms.ValidationError(
                _("Nobody has this number or address. Search the person in the directory first.")
            )
        return person

    def prepare_value(self, value: Any) -> Any:
        return value.number if isinstance(value, Person) else value


class SecretForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new secret, or what the register says of an existing one; an existing level is changed on its own page."""

    places = forms.CharField(
        label=_("places"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=_("One on each line: a folder on a server, a system, a cabinet, a room."),
    )

    class Meta:
        model = Secret
        fields = (
            "number",
            "title",
            "kind",
            "level",
            "tier",
            "keeper",
            "unit",
            "places",
            "medium",
            "origin",
            "received_from",
            "is_limited_provision_data",
            "managed_in",
            "usefulness",
            "non_public",
            "identified_on",
            "protect_until",
            "retain_until",
            "note",
        )
        widgets = {
            name: forms.DateInput(attrs=DATE, format="%Y-%m-%d")
            for name in ("identified_on", "protect_until", "retain_until")
        }
        help_texts = {
            "tier": _("A needs keeper and place, and is held to the standard of a court."),
            "usefulness": _("One sentence: what is it good for?"),
            "non_public": _("One sentence: why does nobody outside know it?"),
        }

    def __init__(self, viewer: Viewer, secret: Secret | None, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, instance=secret)
        numbered = {"help_text": _("Employee number or e-mail address."), "required": False}
        self.fields["keeper"] = PersonField(viewer=viewer, label=_("keeper"), **numbered)
        self.fields["unit"] = forms.TypedChoiceField(
            label=_("responsible unit"),
            choices=[("", "—"), *((str(pk), name) for pk, name in unit_choices(viewer))],
            coerce=lambda pk: units_visible_to(viewer).get(pk=pk),
        )
        self.fields["identified_on"].required = False
        if secret is None:
            self.fields["level"].queryset = levels_in_force(viewer)  # type: ignore[attr-defined]
            return
        del self.fields["level"]
        self.initial["keeper"] = secret.keeper.number if secret.keeper else ""
        self.initial["places"] = "\n".join(place.text for place in secret.places.filter(valid_to=None))

    def clean_number(self) -> str:
        """Return the number in the form in which imports keep it, so that no twin of it can stand beside it (I5)."""
        return code(self.cleaned_data["number"])

    def clean_places(self) -> list[dict[str, str]]:
        """Return the places as the act wants them, each with the kind that its words suggest."""
        lines = (line.strip() for line in self.cleaned_data["places"].splitlines())
        return [{"kind": place_kind(line).value, "text": line} for line in lines if line]

    def clean(self) -> dict[str, Any]:
        """Ask for what tier A needs (CLS-04), as the act does."""
        data = super().clean() or {}
        lacks = {
            "keeper": (not data.get("keeper"), _("A secret of tier A needs a keeper.")),
            "places": (not data.get("places"), _("A secret of tier A needs a place.")),
        }
        for name, (is_lacking, says) in lacks.items():
            if data.get("tier") == Tier.A and is_lacking and name not in self.errors:
                self.add_error(name, says)
        return data

    def clean_identified_on(self) -> Any:
        """Keep the day of registration when the field was emptied."""
        return self.cleaned_data["identified_on"] or (self.instance.identified_on if self.instance.pk else None)

    def _get_validation_exclusions(self) -> set[str]:
        """Leave the identifying checks to the act, which makes them on a freshly locked record."""
        excluded = super()._get_validation_exclusions()  # type: ignore[misc]  # the stubs do not know this hook
        return {*excluded, "identified_on", "keeper", "unit"}


class ReasonForm(forms.Form):
    """A step that needs nothing but its reason."""

    why = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}))


class LevelForm(ReasonForm):
    """A new level for a secret."""

    field_order = ("level", "why")

    def __init__(self, viewer: Viewer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"] = forms.ModelChoiceField(label=_("New level"), queryset=levels_in_force(viewer))
        self.order_fields(self.field_order)


class ValueForm(forms.Form):
    """A valuation on three axes (CLS-09)."""

    technical = forms.TypedChoiceField(label=_("technical value"), choices=MARKS, coerce=int, widget=forms.RadioSelect)
    economic = forms.TypedChoiceField(label=_("economic value"), choices=MARKS, coerce=int, widget=forms.RadioSelect)
    legal = forms.TypedChoiceField(label=_("legal value"), choices=MARKS, coerce=int, widget=forms.RadioSelect)
    why = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}), required=False)


class NonPublicForm(ReasonForm):
    """How it was checked that the information is not publicly known."""

    why = forms.CharField(
        label=_("How it was checked"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For instance: patent search and web search of today, nothing found."),
    )


class ScopeForm(forms.Form):
    """A further row of the scope of disclosure."""

    audience = forms.ChoiceField(label=_("for"), choices=AudienceChoice.choices, widget=forms.RadioSelect)
    unit = forms.ChoiceField(label=_("unit"), required=False)
    project = forms.ChoiceField(label=_("project"), required=False)
    partner = forms.CharField(label=_("partner"), required=False, max_length=200)
    until = forms.DateField(label=_("until"), required=False, widget=forms.DateInput(attrs=DATE))
    why = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, viewer: Viewer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [("", "—"), *((str(pk), name) for pk, name in unit_choices(viewer))]  # type: ignore[attr-defined]
        self.fields["project"].choices = [("", "—"), *((str(pk), name) for pk, name in project_choices(viewer))]  # type: ignore[attr-defined]
        self.fields["person"] = PersonField(
            viewer=viewer,
            label=pgettext_lazy("audience", "person"),
            required=False,
            help_text=_("Employee number or e-mail address."),
        )
        self.order_fields(("audience", "unit", "project", "person", "partner", "until", "why"))

    def clean(self) -> dict[str, Any]:
        """Give what `scope_open` takes; ask for exactly what the chosen audience needs and forget the rest."""
        data = super().clean() or {}
        entered = {name: data.pop(name, None) for name in ("unit", "project", "person", "partner")}
        if "audience" not in data:
            return data
        audience = data["audience"] = Audience(data["audience"])
        named = entered.get(audience)
        if audience is not Audience.COMPANY and not named and audience not in self.errors:
            self.add_error(audience, _("Choose who it is opened to."))
        if audience is Audience.PARTNER:
            return data | {"partner": named}
        if named:
            data["audience_id"] = named.pk if isinstance(named, Person) else UUID(named)
        return data
