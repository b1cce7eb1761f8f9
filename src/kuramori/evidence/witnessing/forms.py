"""Who holds our heads, whose heads we hold, a head that somebody brings, and the steps of the signing key."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from kuramori.evidence.models import KindChoice, Witness, WitnessedLog
from kuramori.evidence.rules.note import COSIGNATURE, NoteError, VerifierKey
from kuramori.evidence.witnessing.queries import witnesses_visible_to
from kuramori.kernel.permissions import Viewer

REASON = 1000


class WitnessForm(forms.ModelForm):  # type: ignore[type-arg]
    """A witness: what is asked of the address depends on the kind."""

    class Meta:
        model = Witness
        fields = ("name", "kind", "place", "key")
        help_texts = {
            "place": _(
                "Second server: the address of its witness, such as https://kuramori2.example.jp/evidence/witness. "
                "Folder: its full path on this server. Mail: the auditor's address. Printed page: where it is kept."
            ),
            "key": _("Second server only: the key that its page “Ledgers witnessed here” shows."),
        }

    def __init__(self, _viewer: Viewer, witness: Witness | None, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, instance=witness)

    def clean(self) -> dict[str, Any]:
        """Refuse an address that cannot be one of this kind."""
        data = super().clean() or {}
        kind, place, key = data.get("kind"), str(data.get("place", "")), str(data.get("key", ""))
        if kind == KindChoice.SERVER:
            self._check_server(place, key)
        elif key:
            self.add_error("key", _("Only a second server has a key."))
        if kind == KindChoice.FOLDER and not self._is_outside(place):
            self.add_error("place", _("Enter the full path of a folder outside of the data folder."))
        if kind == KindChoice.MAIL:
            try:
                validate_email(place)
            except forms.ValidationError as error:
                self.add_error("place", error)
        return data

    def _check_server(self, place: str, key: str) -> None:
        address = urlsplit(place)
        if address.scheme not in {"http", "https"} or not address.hostname or address.query or "@" in address.netloc:
            self.add_error("place", _("Enter an address that begins with https://."))
        try:
            VerifierKey.parse(key, COSIGNATURE)
        except NoteError:
            self.add_error("key", _("This is no key of a witness: it reads name+number+letters."))

    @staticmethod
    def _is_outside(place: str) -> bool:
        folder = Path(place)
        return folder.is_absolute() and not folder.resolve().is_relative_to(settings.DATA)


class WitnessedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A ledger that is witnessed here: its key says its name."""

    class Meta:
        model = WitnessedLog
        fields = ("key",)
        help_texts = {"key": _("As the other server shows it on its page “Keys of the ledger”: name+number+letters.")}

    def __init__(self, _viewer: Viewer, log: WitnessedLog | None, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, instance=log)

    def clean(self) -> dict[str, Any]:
        """Take the ledger's name from its key; a key under another name is another ledger."""
        data = super().clean() or {}
        try:
            origin = VerifierKey.parse(str(data.get("key", "")).strip()).name
        except NoteError:
            self.add_error("key", _("This is no key of a ledger: it reads name+number+letters."))
            return data
        if self.instance.origin and self.instance.origin != origin:
            self.add_error("key", _("This is the key of another ledger: enrol that one by itself."))
            return data
        return data | {"origin": origin, "key": str(data["key"]).strip()}


class HeadForm(forms.Form):
    """A head that somebody kept, and who did."""

    witness = forms.ModelChoiceField(label=_("Who held it"), queryset=Witness.objects.none())
    head = forms.CharField(
        label=_("The head, as it was mailed or exported"),
        max_length=20_000,
        widget=forms.Textarea({"rows": 8, "spellcheck": "false"}),
        help_text=_("Paste the whole text; reply marks and other words around it do not matter."),
    )

    def __init__(self, viewer: Viewer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["witness"].queryset = witnesses_visible_to(viewer).order_by("name")  # type: ignore[attr-defined]


class RotateForm(forms.Form):
    """Why the key is changed."""

    why = forms.CharField(label=_("Reason"), max_length=REASON, help_text=_("Kept in the ledger."))


class RevokeForm(RotateForm):
    """Up to which head the old key can still be believed."""

    valid_to = forms.IntegerField(
        label=_("Entries under the last head that is trusted"),
        min_value=0,
        help_text=_(
            "Heads over more entries, signed with the old key, no longer count. Look at what the witnesses held before "
            "the key can have been taken."
        ),
    )
    field_order = ("valid_to", "why")


class ForkForm(RotateForm):
    """The two facts that have to be stated before a branch is left behind."""

    happened = forms.CharField(
        label=_("What happened, and when"), max_length=REASON, widget=forms.Textarea({"rows": 3})
    )
    tried = forms.CharField(
        label=_("What was tried to bring the missing entries back"),
        max_length=REASON,
        widget=forms.Textarea({"rows": 3}),
    )
    field_order = ("happened", "tried", "why")
