"""For whom a bundle is made: fields that every order for one has."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kuramori.evidence.bundles.delivery import recipients
from kuramori.evidence.bundles.order import Delivery
from kuramori.evidence.bundles.variants import COURT, Kept, variants
from kuramori.evidence.claims.known import known_claims
from kuramori.kernel.acts import Refused

KEPT = (
    (Kept.NAMES, _("names of persons")),
    (Kept.REASONS, _("reasons of acts")),
    (Kept.TITLES, _("titles of information")),
    (Kept.NOTES, _("remarks")),
    (Kept.VALUES, _("values before and after a change")),
    (Kept.EVENTS, _("rows of logs")),
)


FIRST = ("number", "starts_on", "ends_on", "why", "variant")


def claim_choices() -> list[tuple[str, str]]:
    """Return the claims that are known here, in the reader's language."""
    return [(each.code, each.title.of(get_language() or "ja")) for each in known_claims().claims]


def variant_choices() -> list[tuple[str, str]]:
    """Return the variants in the reader's language."""
    language = "ja" if (get_language() or "ja").startswith("ja") else "en"
    return [(each.code, each.title[language]) for each in variants().values()]


class DeliveryForm(forms.Form):
    """Why a bundle is made, who is to read it, what it argues, what he is not shown, and whose keys open it."""

    why = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("It stands in the ledger and in the bundle."),
        widget=forms.Textarea({"rows": 2}),
    )
    variant = forms.ChoiceField(label=_("Prepared for"), choices=variant_choices, initial=COURT, required=False)
    claims = forms.MultipleChoiceField(
        label=_("Claims to argue"),
        choices=claim_choices,
        required=False,
        help_text=_("The bundle lists the exhibits for each of their elements. None: the civil claim."),
        widget=forms.CheckboxSelectMultiple,
    )
    withhold = forms.MultipleChoiceField(
        label=_("Withhold"),
        choices=KEPT,
        required=False,
        help_text=_("Besides what this reader is never shown. It can be disclosed later and will fit."),
        widget=forms.CheckboxSelectMultiple,
    )
    withhold_why = forms.CharField(
        label=_("Why it is withheld"), max_length=500, required=False, help_text=_("Shown to whoever reads the bundle.")
    )
    recipients = forms.CharField(
        label=_("Public keys of the recipients"),
        required=False,
        help_text=_("age (age1…) or ssh-ed25519, one a line. The file can then be opened with these keys only."),
        widget=forms.Textarea({"rows": 2, "spellcheck": "false", "class": "mono"}),
    )

    def __init__(self, *args: Any, argues: Sequence[str] | None = None, **kwargs: Any) -> None:
        """Begin with the claims that are looked at; None for a bundle that argues none, such as one about a person."""
        super().__init__(*args, **kwargs)
        if argues is None:
            del self.fields["claims"]
        else:
            self.initial["claims"] = list(argues)

    @property
    def first_fields(self) -> list[forms.BoundField]:
        """Return the fields that every order needs."""
        return [field for field in self if field.name in FIRST]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        """Return the fields that most orders leave as they are."""
        return [field for field in self if field.name not in FIRST]

    @property
    def has_errors_in_more(self) -> bool:
        """Say whether one of the fields that are folded away needs attention."""
        return any(field.errors for field in self.more_fields)

    def clean_recipients(self) -> tuple[str, ...]:
        """Read the keys, so that a wrong one is told here and not when the bundle is done."""
        try:
            return recipients(self.cleaned_data["recipients"])
        except Refused as refusal:
            raise forms.ValidationError(f"{refusal.message} {refusal.next_step}") from refusal

    def clean(self) -> dict[str, Any]:
        """Ask for a reason when something is withheld that this reader could be shown."""
        data = super().clean() or {}
        if data.get("withhold") and not data.get("withhold_why"):
            self.add_error("withhold_why", _("Say why: the reader is told that something is missing."))
        return data

    @property
    def delivery(self) -> Delivery:
        """Return what was chosen, once the form is valid."""
        data = self.cleaned_data
        return Delivery(
            variant=data["variant"] or COURT,
            withhold=frozenset(data["withhold"]),
            withhold_why=data["withhold_why"],
            recipients=data["recipients"],
            claims=tuple(data.get("claims", ())),
        )

    @property
    def first_error(self) -> str:
        """Return the first complaint, for pages that show it above instead of beside the field."""
        return next((f"{self[name].label}: {errors[0]}" for name, errors in self.errors.items()), "")
