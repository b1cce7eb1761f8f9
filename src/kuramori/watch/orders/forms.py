"""What is entered about monitoring orders: a request, what becomes of the marked lines, which of them are marked."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.permissions import Viewer
from kuramori.register.api import Secret, secrets_visible_to
from kuramori.watch.cases.queries import cases_visible_to
from kuramori.watch.cases.timelines import channel_choices
from kuramori.watch.forms import REASON, PersonField
from kuramori.watch.models import KindChoice
from kuramori.watch.queries.charters import sites_watched
from kuramori.watch.queries.orders import may_order_about
from kuramori.watch.rules.orders import MOST_DAYS, Kind
from kuramori.watch.watching.standing import company_day

KEEP, ERASE = "keep", "erase"


def _text(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=REASON, widget=forms.Textarea(attrs={"rows": 3}), help_text=help_text
    )


class OrderForm(forms.Form):
    """Why, on which clause, how far and how long; the same questions for every order."""

    reason = _text(_("reason"), _("What is odd, since when, which secret is at risk. Write no names."))
    clause = forms.CharField(
        label=_("clause of the charter"), max_length=200,
        help_text=_("Which sentence of the monitoring charter lets this be looked at."),
    )  # fmt: skip
    milder = _text(_("why nothing milder will do"), _("A talk, fewer rights, a reminder: what was tried, or why not."))
    channels = forms.MultipleChoiceField(
        label=_("channels"), widget=forms.CheckboxSelectMultiple, help_text=_("Only those that the reason speaks of.")
    )
    sites = forms.MultipleChoiceField(
        label=_("sites"), widget=forms.CheckboxSelectMultiple, required=False,
        help_text=_("Whose people may be seen in it. A person is seen where he works."),
    )  # fmt: skip
    days = forms.IntegerField(
        label=_("for how many days"), min_value=1, max_value=MOST_DAYS, initial=14,
        help_text=_("90 at most, never longer than the charter holds; it ends by itself."),
    )  # fmt: skip

    def __init__(self, *, viewer: Viewer, of_person: bool, data: Any = None) -> None:
        super().__init__(data)
        self.viewer = viewer
        self.fields["channels"].choices = channel_choices()  # type: ignore[attr-defined]
        under = [each.site for each in sites_watched(viewer, company_day()) if each.charter is not None]
        self.fields["sites"].choices = [(str(site.pk), str(site)) for site in under]  # type: ignore[attr-defined]
        if of_person:
            del self.fields["sites"]

    def clean(self) -> dict[str, Any]:
        """Ask for sites where the subject tells none of itself."""
        told = super().clean() or {}
        if "sites" in self.fields and "sites" not in self.errors and not told.get("sites") and not _is_person(told):
            self.add_error("sites", _("Choose at least one site under a valid charter."))
        return told


def _is_person(told: Mapping[str, Any]) -> bool:
    return told.get("kind") == Kind.PERSON


class AskForm(OrderForm):
    """A request of its own: whom or what it is about as well, in one of three fields, by the kind that is chosen."""

    kind = forms.ChoiceField(label=_("what it is about"), choices=KindChoice.choices, widget=forms.RadioSelect)
    secret = forms.CharField(
        label=_("secret"), required=False, max_length=40, help_text=_("Its number in the register; for a secret only.")
    )
    thing = forms.CharField(
        label=_("document or device"), required=False, max_length=500,
        help_text=_("As the log writes it: a path or file name; a medium's serial number or a machine's name."),
    )  # fmt: skip

    def __init__(self, *, viewer: Viewer, data: Any = None) -> None:
        super().__init__(viewer=viewer, of_person=False, data=data)
        self.fields["person"] = PersonField(
            viewer=viewer, label=_("person"), required=False,
            help_text=_("Employee number or mail address; for a person only."),
        )  # fmt: skip
        self.order_fields(["kind", "person", "secret", "thing"])

    def clean_secret(self) -> Secret | None:
        """Return the secret, if it lies in the viewer's sight."""
        number = str(self.cleaned_data["secret"]).strip()
        found: Secret | None = secrets_visible_to(self.viewer).filter(number=number).first() if number else None
        if number and found is None:
            raise forms.ValidationError(_("No secret of this number is open to you."))
        return found

    def clean(self) -> dict[str, Any]:
        """Ask for the subject that the kind needs and refuse the others; who is out of reach is as nobody."""
        told = super().clean()
        needs = {Kind.PERSON: "person", Kind.SECRET: "secret"}.get(told.get("kind", ""), "thing")
        if "kind" in told and needs not in self.errors and not told.get(needs):
            self.add_error(needs, _("Say whom or what the order is about."))
        for other in {"person", "secret", "thing"} - {needs}:
            if told.get(other):
                self.add_error(other, _("Leave this empty: the order is about something else."))
        person = told.get("person")
        if person is not None and not may_order_about(self.viewer, person):
            self.add_error("person", _("You cannot ask about this person."))
        return told


class SettleForm(forms.Form):
    """What becomes of the marked lines of an order that is over."""

    decision = forms.ChoiceField(
        label=_("decision"),
        choices=[(KEEP, _("Keep the marked lines under a case")), (ERASE, _("Erase them"))],
        widget=forms.RadioSelect,
    )
    case = forms.CharField(
        label=_("case"), required=False, max_length=20, help_text=_("Its number; only to keep the lines.")
    )
    reason = _text(_("reason"), _("Stands in the ledger for good; whoever checks the rules of monitoring reads it."))

    def __init__(self, viewer: Viewer, data: Mapping[str, Any] | None) -> None:
        super().__init__(data)
        self.viewer = viewer

    def clean(self) -> dict[str, Any]:
        """Find the case in the viewer's sight."""
        told = super().clean() or {}
        number = str(told.get("case") or "").strip()
        told["case"] = cases_visible_to(self.viewer).filter(number=number).first() if number else None
        if told.get("decision") == KEEP and told["case"] is None:
            self.add_error("case", _("No case of this number is open to you."))
        return told
