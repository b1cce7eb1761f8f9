"""What is entered about a post: where it goes and why, whom it concerns, and a file."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person, people_visible_to, person_by_number, viewer_of_system
from kuramori.kernel.permissions import Viewer
from kuramori.watch.models import HitStateChoice, PatrolHit
from kuramori.watch.patrols.captures import LARGEST
from kuramori.watch.queries.charters import is_watched
from kuramori.watch.rules.patrols import HANDED_ON, HitState, next_states

REASON = 1000


class DecisionForm(forms.Form):
    """Where a post goes; nothing is chosen beforehand."""

    state = forms.ChoiceField(label=_("decision"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("reason"),
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands in the ledger for good. Do not repeat the post, and write no names."),
    )
    concerned = forms.CharField(
        label=_("person concerned"),
        max_length=254,
        required=False,
        help_text=_("Employee number or mail address, for an inquiry only and when you know it."),
    )

    def __init__(self, *, viewer: Viewer, hit: PatrolHit, today: date, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.viewer, self.hit, self.today = viewer, hit, today
        open_to = next_states(HitState(hit.state))
        self.fields["state"].choices = [(each.value, HitStateChoice(each).label) for each in open_to]  # type: ignore[attr-defined]
        if not HANDED_ON & set(open_to):
            del self.fields["concerned"]

    def clean_concerned(self) -> Person | None:
        """Look a person up; unknown, not covered by a charter and oneself are refused in the same words (H3)."""
        word = str(self.cleaned_data["concerned"]).strip()
        if not word:
            return None
        seen = people_visible_to(self.viewer)
        person = person_by_number(self.viewer, word) or seen.filter(mail__iexact=word).first()
        is_other = person is not None and person.pk != self.viewer.person_id
        if person is None or not is_other or not is_watched(viewer_of_system(), person.pk, self.today):
            raise forms.ValidationError(
                _("Nobody can be named here by this. Check the number, and that a monitoring charter covers the site.")
            )
        return person

    def clean(self) -> dict[str, Any]:
        """Refuse a name where there is no inquiry."""
        told: dict[str, Any] = super().clean() or {}
        state = told.get("state")
        if told.get("concerned") and state and HitState(state) not in HANDED_ON:
            self.add_error("concerned", _("Nobody is named for a post that goes no further."))
        return told


class FileForm(forms.Form):
    """A screenshot, a saved page or a PDF of the post."""

    file = forms.FileField(
        label=_("file"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg,application/pdf,.html,.htm"}),
        help_text=_("Picture (PNG, JPEG), saved web page or PDF; sealed at once, never shown to the person concerned."),
    )

    def clean_file(self) -> Any:
        """Refuse what is larger than we take, before it is read."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(_("The file is larger than %(limit)s MB.") % {"limit": LARGEST >> 20})
        return file
