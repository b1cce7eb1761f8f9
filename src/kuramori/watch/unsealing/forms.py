"""What can be entered about a name: why somebody needs it, and what the second person says."""

from django import forms
from django.utils.translation import gettext_lazy as _

REASON = 1000
GRANT, REFUSE = "grant", "refuse"


class AnswerForm(forms.Form):
    """What the second person decides, and why; nothing is chosen beforehand."""

    decision = forms.ChoiceField(
        label=_("decision"),
        choices=[(GRANT, _("Show the name to who asked, for 24 hours")), (REFUSE, _("Leave the name sealed"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("reason"),
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands in the ledger for good; whoever checks the rules of monitoring reads it."),
    )


class WithdrawForm(forms.Form):
    """Why the name is no longer needed."""

    reason = forms.CharField(label=_("reason"), max_length=REASON, widget=forms.Textarea(attrs={"rows": 3}))
