"""What can be entered on a case: a step with its reason, and what is preserved."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kuramori.watch.models import Alert, Case, CaseStateChoice, EffectChoice
from kuramori.watch.rules.cases import CaseState, next_states
from kuramori.watch.rules.verdicts import CHOICES, SPEAKING
from kuramori.watch.wording import REASON_WORDS

REASON = 1000
DAY = {"type": "date"}
FURTHEST = timedelta(days=730)


class StepForm(forms.Form):
    """Where a case stands now, who goes on until when, and why; the same state is only a note."""

    state = forms.ChoiceField(label=_("state"), help_text=_("Left as it is, what you write is a note."))
    taken = forms.ChoiceField(
        label=_("who goes on"), choices=[("keep", _("as it is")), ("me", _("I do")), ("nobody", _("nobody"))]
    )
    due_on = forms.DateField(label=_("to be decided by"), widget=forms.DateInput(DAY, format="%Y-%m-%d"))
    reason = forms.CharField(
        label=_("reason"),
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What you found out, what you decided. Write no names: the page stays pseudonymous."),
    )

    def __init__(self, case: Case, asked: str, data: Mapping[str, Any] | None) -> None:
        offered = {CaseState(case.state), *next_states(CaseState(case.state))}
        first = asked if asked in offered else case.state
        super().__init__(data, initial={"state": first, "taken": "keep", "due_on": case.due_on})
        choices = [choice for choice in CaseStateChoice.choices if choice[0] in offered]
        self.fields["state"].choices = choices  # type: ignore[attr-defined]


class PreserveForm(forms.Form):
    """Under which matter evidence is preserved, from which day on, and why."""

    matter = forms.CharField(
        label=_("Matter"),
        max_length=200,
        help_text=_("Others read this name. It must not tell the number of the case, which would undo its pseudonym."),
    )
    covers_from = forms.DateField(label=_("Evidence from"), widget=forms.DateInput(DAY, format="%Y-%m-%d"))
    why = forms.CharField(label=_("Reason"), max_length=REASON, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, case: Case, since: date, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, initial={"covers_from": since})
        self.number = case.number

    def clean_matter(self) -> str:
        """Refuse a matter that joins the person, whom a preservation names, to his pseudonymous case."""
        matter = str(self.cleaned_data["matter"])
        if self.number.casefold() in matter.casefold():
            raise forms.ValidationError(_("Leave the number of the case out."))
        return matter


class OpenForm(forms.Form):
    """Why somebody looks at a timeline."""

    reason = forms.CharField(
        label=_("reason"),
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands in the ledger for good; whoever checks the rules of monitoring reads it."),
    )


class TimelineForm(forms.Form):
    """Which days and channels of a timeline."""

    since = forms.DateField(label=_("from"), widget=forms.DateInput(DAY, format="%Y-%m-%d"))
    until = forms.DateField(label=_("until"), widget=forms.DateInput(DAY, format="%Y-%m-%d"))
    channel = forms.ChoiceField(label=_("channel"), required=False)

    def __init__(self, channels: Sequence[tuple[str, str]], data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.fields["channel"].choices = [("", "—"), *channels]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order, and more than 730 of them."""
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and not timedelta(0) <= until - since <= FURTHEST:
            self.add_error("since", _("From 0 to 730 days can be looked at."))
        return data


class VerdictForm(forms.Form):
    """What was found out about an alert's reasons, for whom it counts, how long, and why."""

    codes = forms.MultipleChoiceField(label=_("kind of reason"), widget=forms.CheckboxSelectMultiple)
    effect = forms.ChoiceField(label=_("decision"), choices=EffectChoice.choices)
    scope = forms.ChoiceField(
        label=_("counts for"), choices=[("person", _("this person alone")), ("unit", _("everybody of the unit"))]
    )
    days = forms.TypedChoiceField(
        label=_("for how long"), coerce=int, choices=[(days, _("%(days)s days") % {"days": days}) for days in CHOICES]
    )
    reason = forms.CharField(
        label=_("reason"),
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Who confirmed it, and why it holds for later too. Write no names."),
    )

    def __init__(self, alert: Alert, data: Mapping[str, Any] | None) -> None:
        super().__init__(data)
        given = {told["code"] for told in alert.told if told["strength"] > 0}
        choices = [(code, REASON_WORDS[code]) for code in SPEAKING if code in given]
        self.fields["codes"].choices = choices  # type: ignore[attr-defined]
        if alert.unit_id is None:
            self.fields["scope"].choices = self.fields["scope"].choices[:1]  # type: ignore[attr-defined]
