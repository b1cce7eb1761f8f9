"""What can be entered about holds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import people_visible_to, person_by_number
from kuramori.evidence.models import Hold, KeepingTerm
from kuramori.evidence.visibility import secrets_named
from kuramori.kernel.acts import Subject
from kuramori.kernel.permissions import Viewer

ROWS = {"rows": 3}


class DayField(forms.DateField):
    """A day that may stay open, entered in the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **kwargs)


class HoldForm(forms.Form):
    """A matter, whom and what it is about, of which days, and why. Of a standing hold only what is added is asked."""

    matter = forms.CharField(label=_("Matter"), max_length=200)
    people = forms.CharField(
        label=_("People"),
        required=False,
        help_text=_("Employee numbers or e-mail addresses, one on each line. They do not learn of it."),
        widget=forms.Textarea(ROWS),
    )
    secrets = forms.CharField(
        label=_("Secrets"),
        required=False,
        help_text=_("Numbers or titles as in the register, one on each line."),
        widget=forms.Textarea(ROWS),
    )
    covers_from = DayField(label=_("Evidence from"), help_text=_("Left empty, from the beginning."))
    covers_to = DayField(label=_("Evidence until"), help_text=_("Left empty, what comes is preserved too."))
    until = DayField(label=_("In force until"), help_text=_("Left empty, until it is released."))
    why = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(ROWS))

    def __init__(self, viewer: Viewer, hold: Hold | None, data: Any) -> None:
        names = ("matter", "covers_from", "covers_to", "until")
        super().__init__(data, initial={name: getattr(hold, name) for name in names} if hold else {})
        self.viewer = viewer
        if hold is not None:
            self.fields["people"].label, self.fields["secrets"].label = _("Further people"), _("Further secrets")

    def clean(self) -> dict[str, Any]:
        """Turn people and secrets into what is held, and refuse days in the wrong order."""
        data = super().clean() or {}
        data["held"] = [*self._people(data.pop("people", "")), *self._secrets(data.pop("secrets", ""))]
        first, last = data.get("covers_from"), data.get("covers_to")
        if first and last and last < first:
            self.add_error("covers_to", _("The period ends before it begins."))
        return data

    def _people(self, text: str) -> list[Subject]:
        found = []
        for word in text.split():
            person = person_by_number(self.viewer, word)
            person = person or people_visible_to(self.viewer).filter(mail__iexact=word).first()
            if person is None:
                self.add_error("people", _("Nobody you may see is known as “%(word)s”.") % {"word": word})
            else:
                found.append(person.as_subject())
        return found

    def _secrets(self, text: str) -> list[Subject]:
        found = []
        for word in filter(None, map(str.strip, text.splitlines())):
            named = secrets_named(self.viewer, word)
            if len(named) == 1:
                found += named
            else:
                words = _("%(count)s secrets you may see are called “%(word)s”; give the number of one.")
                self.add_error("secrets", words % {"count": len(named), "word": word})
        return found


class KeepingTermForm(forms.ModelForm):  # type: ignore[type-arg]
    """For how long what is known of leavers is kept, and why."""

    why = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(ROWS))

    class Meta:
        model = KeepingTerm
        fields = ("months",)
