"""The forms of a case about a secret: a statement, a loss, what the evidence plan keeps."""

import hashlib
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kuramori.evidence.api import Claim, Currency, ItemChoice, ProofKind, known_claims, smallest

LARGEST = Decimal(10) ** 15


def _day(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget)


def element_choices() -> list[tuple[str, str]]:
    """Return every code of exhibits that some claim takes, by the title of the first element that takes it."""
    language = get_language() or "ja"
    found: dict[str, str] = {}
    for claim in known_claims().claims:
        for element in claim.requirements:
            for code in element.takes:
                found.setdefault(code, element.title.of(language))
    return list(found.items())


class StatementForm(forms.Form):
    """What somebody says, or a document shows; of a file the digest alone is taken."""

    element = forms.ChoiceField(label=_("What it proves"), choices=element_choices)
    kind = forms.ChoiceField(label=_("Kind of proof"), choices=ProofKind.choices, initial=ProofKind.TESTIMONY)
    said_by = forms.CharField(label=_("Said by"), max_length=200)
    said_on = _day(_("On which day"), required=True)
    text = forms.CharField(
        label=_("What it says"), max_length=10_000, widget=forms.Textarea({"rows": 5}),
        help_text=_("In the person's own words where you can; for a document, what it lays down."),
    )  # fmt: skip
    file = forms.FileField(
        label=_("Signed paper or recording"), required=False,
        help_text=_("Its name and SHA-256 are kept, not the file: leave that where it is safe."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Take the digest of the file in place of the file."""
        data = super().clean() or {}
        file = data.pop("file", None)
        data["file_name"] = file.name if file else ""
        data["file_sha256"] = hashlib.file_digest(file, "sha256").hexdigest() if file else ""
        return data


class LossForm(forms.Form):
    """A line of the damage worksheet."""

    item = forms.ChoiceField(label=_("Item of loss"), choices=ItemChoice.choices)
    amount = forms.DecimalField(label=_("Amount"), min_value=Decimal(0), max_value=LARGEST)
    currency = forms.ChoiceField(label=_("Currency"), choices=[(each, each) for each in Currency])
    starts_on = _day(_("From"))
    ends_on = _day(_("Until"))
    basis = forms.CharField(
        label=_("Basis"), max_length=2000, widget=forms.Textarea({"rows": 3}),
        help_text=_("How the amount was reckoned, and how it follows from the act."),
    )  # fmt: skip
    source = forms.CharField(label=_("Source"), max_length=300, help_text=_("The ledger, contract or quotation."))

    def clean(self) -> dict[str, Any]:
        """Bring the amount into the smallest unit, and refuse a period that ends before it begins."""
        data = super().clean() or {}
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("The period ends before it begins."))
        if {"amount", "currency"} <= data.keys():
            try:
                data["amount"] = smallest(data["amount"], Currency(data["currency"]))
            except ValueError:
                self.add_error("amount", _("This currency has no such small parts."))
        return data


class PlanForm(forms.Form):
    """Which proofs of a claim are kept for a secret."""

    proofs = forms.MultipleChoiceField(label=_("To be kept"), required=False, widget=forms.CheckboxSelectMultiple)
    why = forms.CharField(label=_("Reason"), max_length=500, help_text=_("Kept in the ledger."))

    def __init__(self, claim: Claim, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "ja"
        offered = [
            (f"{each.code}/{proof.source}", f"{each.title.of(language)}: {proof.title.of(language)}")
            for each in claim.requirements
            for proof in each.proofs
        ]
        self.fields["proofs"].choices = offered  # type: ignore[attr-defined]
