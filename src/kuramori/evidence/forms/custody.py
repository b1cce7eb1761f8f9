"""What can be entered about custody: an examiner's file, a reason to open, a handing over."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person, people_visible_to, person_by_number
from kuramori.evidence.models.custody import ItemKind
from kuramori.kernel.permissions import Viewer

AREA = {"rows": 3}


class WhyForm(forms.Form):
    """Why something is opened or purged: it stands in the chain for good."""

    why = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(AREA))


class PlaceForm(forms.Form):
    """Where an item is received."""

    place = forms.CharField(label=_("Where"), max_length=200)


class HandOverForm(forms.Form):
    """To whom an item goes, where, and why."""

    receiver = forms.CharField(label=_("Receiver"), help_text=_("Employee number or e-mail address."), max_length=200)
    place = forms.CharField(label=_("Where"), max_length=200)
    why = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(AREA))

    def __init__(self, viewer: Viewer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer

    def clean_receiver(self) -> Person:
        """Look the receiver up through the giver's eyes."""
        word = str(self.cleaned_data["receiver"]).strip()
        found = person_by_number(self.viewer, word) or people_visible_to(self.viewer).filter(mail__iexact=word).first()
        if found is None:
            raise forms.ValidationError(_("Nobody you may see is known as “%(word)s”.") % {"word": word})
        return found


class ExaminerFileForm(forms.Form):
    """A file of a forensic firm, with what its examiner says of it (EVD-11)."""

    file = forms.FileField(label=_("File"))
    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=[(each.value, each.label) for each in (ItemKind.IMAGE, ItemKind.TIMELINE, ItemKind.FILE)],
    )
    stated = forms.CharField(
        label=_("Digest as the examiner states it"),
        max_length=200,
        required=False,
        help_text=_("A SHA-256 is compared; others are kept as they are stated."),
    )
    tool = forms.CharField(label=_("Tool and version"), max_length=200)
    examiner = forms.CharField(label=_("Examiner"), max_length=200)
    acquired_at = forms.DateTimeField(
        label=_("Acquired at"), widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    acquired_where = forms.CharField(label=_("Acquired where"), max_length=200)
    why = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(AREA))

    def __init__(self, viewer: Viewer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer

    def clean_acquired_at(self) -> datetime:
        """Read the time in the viewer's zone; nothing was acquired in time to come."""
        entered: datetime = self.cleaned_data["acquired_at"]
        at = entered.replace(tzinfo=self.viewer.zone)
        if at > now():
            raise forms.ValidationError(_("This lies ahead."))
        return at
