"""What is entered about the watch list: a request, what an office says, why it is taken back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person
from kuramori.kernel.permissions import Viewer
from kuramori.watch.forms import PersonField
from kuramori.watch.models.watching import SignalChoice
from kuramori.watch.queries.watching import may_ask_about
from kuramori.watch.rules.watching import KINDS, MOST_DAYS
from kuramori.watch.wording import REASON_WORDS

REASON = 1000
AGREE, REFUSE = "agree", "refuse"


def _text(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=REASON, widget=forms.Textarea(attrs={"rows": 3}), help_text=help_text
    )


class AskForm(forms.Form):
    """Why somebody has to be looked at more closely; the same question for each, so that none is forgotten."""

    signals = forms.MultipleChoiceField(
        label=_("what was noticed"),
        choices=SignalChoice.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None of it is a deed, and none of it alone is a reason."),
    )
    reason = _text(_("reason"), _("What makes you fear for a secret, and which. No health, belief, union or family."))
    milder = _text(_("why nothing milder will do"), _("A talk, fewer rights, a reminder: what was tried, or why not."))
    kinds = forms.MultipleChoiceField(
        label=_("kinds of reason that count more"),
        choices=[(kind, REASON_WORDS[kind]) for kind in KINDS],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.IntegerField(
        label=_("for how many days"), min_value=1, max_value=MOST_DAYS, initial=30,
        help_text=_("90 at most; it ends by itself."),
    )  # fmt: skip

    def __init__(self, *, viewer: Viewer, person: Person | None = None, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.viewer, self.person = viewer, person
        if person is None:
            self.fields["person"] = PersonField(
                viewer=viewer, label=_("person"), help_text=_("Employee number or mail address.")
            )
            self.order_fields(["person"])

    def clean(self) -> dict[str, Any]:
        """Refuse whom the viewer may not ask about, in the words of somebody who is not there."""
        told: dict[str, Any] = super().clean() or {}
        person = self.person or told.get("person")
        if person is not None and not may_ask_about(self.viewer, person):
            self.add_error("person" if "person" in self.fields else None, _("You cannot ask about this person."))
        return told | {"person": person}


class AnswerForm(forms.Form):
    """What an office says, and why; nothing is chosen beforehand."""

    decision = forms.ChoiceField(
        label=_("decision"),
        choices=[(AGREE, _("Agree: it is needed, and nothing milder will do")), (REFUSE, _("Refuse"))],
        widget=forms.RadioSelect,
    )
    reason = _text(_("reason"), _("Stands in the ledger for good; whoever checks the rules of monitoring reads it."))


class WithdrawForm(forms.Form):
    """Why somebody is no longer looked at more closely."""

    reason = _text(_("reason"), "")
