"""The kit's own small forms and its choice field; what a record holds is asked by the room's form."""

from html import escape
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

LONGEST = 500


class ReasonForm(forms.Form):
    """Why something is changed; may stay empty."""

    why = forms.CharField(label=_("Reason"), max_length=LONGEST, required=False, help_text=_("Kept in the ledger."))


class RetireForm(forms.Form):
    """Why something is retired; must be said."""

    why = forms.CharField(label=_("Reason"), max_length=LONGEST, help_text=_("Kept in the ledger."))
    id = forms.Field(required=False, widget=forms.MultipleHiddenInput)  # of many, carried along


class PlainSelect(forms.Select):
    """A choice without groups. Django renders a template for each option; a company has hundreds of units."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG002
        """Return the whole element, with the value's option selected."""
        chosen, options = str(value or ""), [(str(key), str(label)) for key, label in self.choices]
        marked = [(escape(key), " selected" if key == chosen else "", escape(label)) for key, label in options]
        words = "".join([f'<option value="{key}"{mark}>{label}</option>' for key, mark, label in marked])
        asked = flatatt({**self.build_attrs(self.attrs, attrs), "name": name})
        return SafeString(f"<select{asked}>{words}</select>")
