"""What a reviewer enters: a verdict, a signature, a reason for the committee."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kuramori.watch.models.reviews import Answer

REASON = 1000
DIGEST = 64


class VerdictForm(forms.Form):
    """A verdict on one line, with a word on why."""

    verdict = forms.ChoiceField(choices=[choice for choice in Answer.choices if choice[0] != Answer.OPEN])
    note = forms.CharField(max_length=REASON, required=False)


class SignForm(forms.Form):
    """The signature: the digest of what the page showed comes back with it."""

    digest = forms.CharField(min_length=DIGEST, max_length=DIGEST)
    statement = forms.CharField(max_length=REASON, required=False)


class CallForm(forms.Form):
    """Why the committee has to see a review."""

    reason = forms.CharField(
        label=_("reason"),
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What stands out, and what you ask the committee to decide. Write no names."),
    )
