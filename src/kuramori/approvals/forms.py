"""What is entered about requests: the reason of asking, a verdict, a reason to take back."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kuramori.approvals.models import VerdictChoice
from kuramori.approvals.rules.standing import Verdict

REASON = 1000


def with_reason(form: forms.Form) -> forms.Form:
    """Return a kind's own form with the question that every request has."""
    form.fields["why"] = forms.CharField(
        label=_("Reason"), max_length=REASON, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What it is needed for. Whoever decides reads it, and it stands in the ledger."),
    )  # fmt: skip
    return form


class DecisionForm(forms.Form):
    """The verdict; nothing is chosen beforehand. `seen` says what the page had shown."""

    verdict = forms.ChoiceField(label=_("decision"), choices=VerdictChoice.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"), max_length=REASON, widget=forms.Textarea(attrs={"rows": 3}), required=False,
        help_text=_("A refusal needs one; who asked reads it."),
    )  # fmt: skip
    seen = forms.CharField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, str]:
        """Ask for the reason of a refusal."""
        told: dict[str, str] = super().clean() or {}
        is_bare = not told.get("reason", "").strip() and "reason" not in self.errors
        if told.get("verdict") == Verdict.REFUSE and is_bare:
            self.add_error("reason", _("A refusal needs a reason."))
        return told


class WithdrawForm(forms.Form):
    """Why a request is taken back; may stay empty."""

    why = forms.CharField(label=_("Reason"), max_length=REASON, required=False, help_text=_("Kept in the ledger."))
