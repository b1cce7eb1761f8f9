"""What can be entered about people, units, sites, projects and roles."""

from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kuramori.directory.models import KIND_WORDS, ROLE_WORDS, Person, Project, Site, Unit
from kuramori.directory.queries.people import people_visible_to
from kuramori.directory.queries.units import sites_visible_to, units_visible_to
from kuramori.kernel.permissions import Role, Viewer

DAY = {"type": "date"}


class DayField(forms.DateField):
    """A day, entered in the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"), **kwargs)


class PersonField(forms.CharField):
    """A person, entered by employee number or e-mail address: a list of 100,000 names cannot be scrolled."""

    def __init__(self, *, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(help_text=_("Employee number or e-mail address."), **kwargs)
        self.viewer = viewer

    def clean(self, value: Any) -> Person | None:
        """Return the person; an unknown number is refused with the next step."""
        text = str(super().clean(value)).strip()
        if not text:
            return None
        people = people_visible_to(self.viewer)
        person = people.filter(number=text).first() or people.filter(mail__iexact=text).first()
        if person is None:
            raise forms.ValidationError(_("Nobody has this number or address. Search the person in the list first."))
        return person

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Person):
            return value.number
        return value


class PlaceField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """One of the standing units or sites."""

    def __init__(self, places: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(places.filter(retired_at__isnull=True).order_by("code"), **kwargs)


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """The facts of a person; a new one also says since when and where."""

    class Meta:
        model = Person
        fields = ("number", "name", "kana", "romaji", "mail", "account_name")

    def __init__(self, viewer: Viewer, person: Person | None, data: Any) -> None:
        super().__init__(data, instance=person)
        if person is not None:
            return
        self.fields |= {
            "kind": forms.ChoiceField(label=_("kind of engagement"), choices=list(KIND_WORDS.items())),
            "start": DayField(label=_("joined on")),
            "end_planned": DayField(label=_("planned last day"), required=False),
            "sponsor": PersonField(viewer=viewer, label=_("sponsor"), required=False),
            "unit": PlaceField(units_visible_to(viewer), label=_("unit")),
            "site": PlaceField(sites_visible_to(viewer), label=_("site"), required=False),
            "position": forms.CharField(label=_("position"), max_length=100, required=False),
        }


class UnitForm(forms.ModelForm):  # type: ignore[type-arg]
    """A unit and where it stands in the tree."""

    class Meta:
        model = Unit
        fields = ("code", "name_ja", "name_en")

    def __init__(self, viewer: Viewer, unit: Unit | None, data: Any) -> None:
        super().__init__(data, instance=unit)
        parent, site, head = (getattr(unit, name, None) for name in ("parent", "site", "head"))
        self.fields |= {
            "parent": PlaceField(units_visible_to(viewer), label=_("belongs to"), required=False, initial=parent),
            "site": PlaceField(sites_visible_to(viewer), label=_("site"), required=False, initial=site),
            "head": PersonField(viewer=viewer, label=_("head"), required=False, initial=head),
        }


class SiteForm(forms.ModelForm):  # type: ignore[type-arg]
    """A site; country and time zone decide its days."""

    class Meta:
        model = Site
        fields = ("code", "name_ja", "name_en", "country", "subdivision", "zone_name")

    def __init__(self, _viewer: Viewer, site: Site | None, data: Any) -> None:
        super().__init__(data, instance=site)

    def clean_zone_name(self) -> str:
        """Refuse a time zone that does not exist."""
        zone = str(self.cleaned_data["zone_name"])
        if zone not in available_timezones():
            raise forms.ValidationError(_("There is no such time zone. Write a name like Asia/Tokyo."))
        return zone


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]
    """A project."""

    class Meta:
        model = Project
        fields = ("code", "name_ja", "name_en")

    def __init__(self, viewer: Viewer, project: Project | None, data: Any) -> None:
        super().__init__(data, instance=project)
        names = ("unit", "leader", "starts_on", "ends_on")
        unit, leader, starts_on, ends_on = (getattr(project, name, None) for name in names)
        self.fields |= {
            "unit": PlaceField(units_visible_to(viewer), label=_("owning unit"), required=False, initial=unit),
            "starts_on": DayField(label=_("from"), required=False, initial=starts_on),
            "ends_on": DayField(label=_("to"), required=False, initial=ends_on),
            "leader": PersonField(viewer=viewer, label=_("leader"), required=False, initial=leader),
        }


class RoleForm(forms.Form):
    """A role for a person: for the whole company, or for one unit with all below, or for one site."""

    role = forms.ChoiceField(label=_("role"), choices=list(ROLE_WORDS.items()))

    def __init__(self, viewer: Viewer, _role: object, data: Any, *, today: date) -> None:
        super().__init__(data)
        units, nobody = units_visible_to(viewer), _("Leave unit and site empty for the whole company.")
        self.fields = {
            "person": PersonField(viewer=viewer, label=_("person")),
            "role": self.fields["role"],
            "unit": PlaceField(units, label=_("unit with all below"), required=False, help_text=nobody),
            "site": PlaceField(sites_visible_to(viewer), label=_("site"), required=False),
            "starts_on": DayField(label=_("from"), initial=today),
            "ends_on": DayField(label=_("to"), required=False),
        }

    def clean(self) -> dict[str, Any]:
        """Refuse two scopes at once and days in the wrong order."""
        values = super().clean() or {}
        if values.get("unit") and values.get("site"):
            self.add_error("site", _("Choose a unit or a site, not both."))
        first, last = values.get("starts_on"), values.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day lies before the first."))
        if "role" in values:
            values["role"] = Role(values["role"])
        return values


class NoticeForm(forms.Form):
    """A notice that somebody leaves."""

    received_on = DayField(label=_("notice received on"))
    end_planned = DayField(label=_("planned last day"), required=False)
    last_working_day = DayField(label=_("last working day"), required=False)


class LastDayForm(forms.Form):
    """The actual last day."""

    last = DayField(label=_("last day"))


class AssignmentForm(forms.Form):
    """A new place for somebody."""

    def __init__(self, data: Any, *, viewer: Viewer) -> None:
        super().__init__(data)
        self.fields |= {
            "unit": PlaceField(units_visible_to(viewer), label=_("unit")),
            "site": PlaceField(sites_visible_to(viewer), label=_("site"), required=False),
            "position": forms.CharField(label=_("position"), max_length=100, required=False),
            "job_role": forms.CharField(label=_("kind of work"), max_length=100, required=False),
            "boss": PersonField(viewer=viewer, label=_("boss"), required=False),
            "is_main": forms.BooleanField(label=_("main assignment"), required=False, initial=True),
            "starts_on": DayField(label=_("from")),
        }


class MfaForm(forms.Form):
    """Which roles need a second factor."""

    roles = forms.MultipleChoiceField(
        label=_("roles"), choices=list(ROLE_WORDS.items()), widget=forms.CheckboxSelectMultiple, required=False
    )
