"""The forms of an order that is being put together: its settings, and how its lists are narrowed."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.evidence.bundles.numbering import ENTRIES, LOG, RECORD
from kuramori.evidence.bundles.order import Order
from kuramori.evidence.bundles.order_form import DeliveryForm

ANY = ("", pgettext_lazy("filter", "all"))
KINDS = ((RECORD, _("record")), (ENTRIES, _("entries of the ledger")), (LOG, _("log")))
STATES = (("shown", pgettext_lazy("exhibit", "shown")), ("withheld", pgettext_lazy("exhibit", "withheld")))


class SettingsForm(DeliveryForm):
    """For whom an order is made, what it argues, and which kinds of words it keeps back; its reason stands."""

    why = None  # type: ignore[assignment]  # Django's way to leave a field out

    def __init__(self, order: Order, data: Mapping[str, Any] | None = None) -> None:
        """Begin with what was ordered; a twin argues what its first argued, and a person nothing."""
        first = {name: getattr(order, name) for name in ("variant", "withhold", "withhold_why")}
        argues = order.claims if order.kind == "secret" and not order.twin else None
        super().__init__(data, initial=first | {"recipients": "\n".join(order.recipients)}, argues=argues)


class NarrowForm(forms.Form):
    """Which rows of a list are looked at."""

    q = forms.CharField(label=_("Words"), required=False, max_length=80)
    kind = forms.ChoiceField(label=_("Kind"), choices=(ANY, *KINDS), required=False)
    people = forms.ChoiceField(
        label=_("Personal data"), choices=(ANY, ("1", _("with personal data")), ("0", _("without"))), required=False
    )
    state = forms.ChoiceField(label=_("State"), choices=(ANY, *STATES), required=False)

    def __init__(self, data: Mapping[str, Any], *, has_kinds: bool) -> None:
        super().__init__(data, auto_id="narrow_%s")
        if not has_kinds:
            del self.fields["kind"]

    def keeps(self, row: Mapping[str, Any]) -> bool:
        """Say whether a row (text, kind, people, why) is among those asked for; what is not understood asks nothing."""
        asked = self.cleaned_data if self.is_valid() else {}
        return (
            asked.get("q", "").lower() in row["text"].lower()
            and asked.get("kind") in ("", None, row.get("kind"))
            and asked.get("people") in ("", None, "1" if row["people"] else "0")
            and asked.get("state") in ("", None, "withheld" if row["why"] else "shown")
        )
