"""The kit's own small forms; what a record holds is asked by the room's form."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = 500


class ReasonForm(forms.Form):
    """Why something is changed; may stay empty."""

    why = forms.CharField(label=_("Reason"), max_length=LONGEST, required=False, help_text=_("Kept in the ledger."))


class RetireForm(forms.Form):
    """Why something is retired; must be said."""

    why = forms.CharField(label=_("Reason"), max_length=LONGEST, help_text=_("Kept in the ledger."))

    def __init__(self, data: Any = None, *, ids: Iterable[UUID] = ()) -> None:
        chosen = [str(pk) for pk in ids]
        super().__init__(data, initial={"id": chosen})
        if chosen:
            offered = [(pk, pk) for pk in chosen]
            self.fields["id"] = forms.MultipleChoiceField(choices=offered, widget=forms.MultipleHiddenInput)


class ViewForm(forms.Form):
    """The name of a saved view, and whether all readers of the list get it."""

    name = forms.CharField(label=_("Name"), max_length=100)
    is_shared = forms.BooleanField(label=_("Shared with everybody who may open this list"), required=False)
