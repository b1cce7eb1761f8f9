"""What can be entered: sources, accounts, flows, charters, and steps on an alert."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person, Site, people_visible_to, person_by_number, sites
from kuramori.kernel.permissions import Viewer
from kuramori.watch.models import Alert, ApprovedFlow, LogSource, MonitoringCharter, ServiceAccount, StateChoice
from kuramori.watch.rules.sources import read_shares, write_shares
from kuramori.watch.wording import source_choices

REASON = 1000


class PersonField(forms.CharField):
    """A person, entered by employee number or mail address: a list of 100,000 names cannot be scrolled."""

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
        """Write a person as his number."""
        if isinstance(value, Person):
            return value.number
        found = people_visible_to(self.viewer).filter(pk=value).first() if _is_id(value) else None
        return found.number if found else value


def _is_id(value: Any) -> bool:
    return value is not None and not isinstance(value, str)


def _sites(viewer: Viewer) -> QuerySet[Site]:
    found: QuerySet[Site] = Site.objects.filter(pk__in=[site.pk for site in sites(viewer)]).order_by("code")
    return found


class SourceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A log source."""

    kind = forms.ChoiceField(label=_("kind of log"), choices=source_choices)
    shares = forms.CharField(
        label=_("shares"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=_(
            r"One on each line: the share as the register writes it, an arrow, the path as the log writes it. "
            r"For instance: \\fs01\gijutsu => /srv/samba/gijutsu"
        ),
    )

    class Meta:
        model = LogSource
        fields = (
            "name", "kind", "instance", "site", "zone_name", "encoding", "namespace", "folder", "shares",
            "silence_hours", "note",
        )  # fmt: skip

    def __init__(self, viewer: Viewer, source: LogSource | None, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, instance=source)
        self.initial["shares"] = write_shares(source.mapped) if source else ""
        self.fields["site"].queryset = _sites(viewer)  # type: ignore[attr-defined]

    def clean_zone_name(self) -> str:
        """Refuse a zone that does not exist."""
        zone = str(self.cleaned_data["zone_name"])
        if zone not in available_timezones():
            raise forms.ValidationError(_("There is no such time zone. Write one like Asia/Tokyo."))
        return zone

    def clean_encoding(self) -> str:
        """Refuse an encoding that Python does not know."""
        encoding = str(self.cleaned_data["encoding"])
        try:
            "".encode(encoding)
        except LookupError as error:
            raise forms.ValidationError(_("There is no such encoding. Write utf-8 or cp932.")) from error
        return encoding

    def clean_shares(self) -> list[list[str]]:
        """Read the lines of shares."""
        try:
            return [list(pair) for pair in read_shares(self.cleaned_data["shares"])]
        except ValueError as error:
            words = gettext("This line has no arrow between share and path: %(line)s")
            raise forms.ValidationError(words % {"line": error}) from error


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """A service account."""

    class Meta:
        model = ServiceAccount
        fields = ("namespace", "raw", "reason", "valid_from", "valid_to")

    def __init__(self, _viewer: Viewer, account: ServiceAccount | None, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, instance=account)


class FlowForm(forms.ModelForm):  # type: ignore[type-arg]
    """An approved flow."""

    class Meta:
        model = ApprovedFlow
        fields = ("destination", "value", "reason", "person", "valid_from", "valid_to")

    def __init__(self, viewer: Viewer, flow: ApprovedFlow | None, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, instance=flow)
        self.fields["person"] = PersonField(
            viewer=viewer,
            label=_("only for"),
            required=False,
            help_text=_("Employee number or mail address; empty for everybody."),
        )


class CharterForm(forms.ModelForm):  # type: ignore[type-arg]
    """A monitoring charter."""

    class Meta:
        model = MonitoringCharter
        fields = (
            "site", "purpose", "responsible", "rules", "noticed_on", "agreed_on", "valid_from", "valid_to",
            "retention_months", "names_by_two",
        )  # fmt: skip

    def __init__(self, viewer: Viewer, charter: MonitoringCharter | None, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, instance=charter)
        self.fields["site"].queryset = _sites(viewer)  # type: ignore[attr-defined]
        self.fields["responsible"] = PersonField(
            viewer=viewer, label=_("responsible person"), help_text=_("Employee number or mail address.")
        )


class ReviewForm(forms.Form):
    """A step on an alert: where it stands now, who goes on, and why."""

    state = forms.ChoiceField(label=_("state"))
    taken = forms.ChoiceField(
        label=_("who goes on"), choices=[("keep", _("as it is")), ("me", _("I do")), ("nobody", _("nobody"))]
    )
    comment = forms.CharField(
        label=_("comment"),
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What you found out, what you decided. Write no names: the page stays pseudonymous."),
    )

    def __init__(self, alert: Alert, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, initial={"state": alert.state, "taken": "keep"})
        offered = [choice for choice in StateChoice.choices if choice[0] in {alert.state, *StateChoice.values[1:]}]
        self.fields["state"].choices = offered  # type: ignore[attr-defined]


class UnsealForm(forms.Form):
    """Why somebody has to know the name."""

    reason = forms.CharField(
        label=_("reason"),
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands in the ledger for good; whoever checks the rules of monitoring reads it."),
    )
