"""The form of an authority; what is secret in it is never sent back to the browser."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django import forms
from django.utils.translation import gettext_lazy as _

from kuramori.evidence.models import Authority
from kuramori.evidence.rules.stamps import fingerprints
from kuramori.evidence.stamps.credentials import CLIENT, PASSWORD, kept
from kuramori.kernel.permissions import Viewer

POLICY = re.compile(r"[0-2](\.(0|[1-9]\d*))+", re.ASCII)
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)


class Unseen(forms.Textarea):
    """A text that is taken and never shown again."""

    def format_value(self, value: Any) -> str | None:  # noqa: ARG002  (Django's signature)
        """Return nothing, whatever was entered."""
        return None


class AuthorityForm(forms.ModelForm):  # type: ignore[type-arg]
    """A time-stamp authority: where it is, how we show who we are, and what its replies must lead to."""

    password = forms.CharField(
        label=_("password"),
        required=False,
        max_length=200,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    client_pem = forms.CharField(
        label=_("client certificate with its key"), required=False, max_length=40_000, widget=Unseen({"rows": 4})
    )
    drop_client = forms.BooleanField(label=_("remove the client certificate"), required=False)

    class Meta:
        model = Authority
        fields = (
            "name_ja", "name_en", "slug", "url", "is_inside", "roots_pem", "algorithm", "policy", "username",
        )  # fmt: skip
        widgets = {"roots_pem": forms.Textarea({"rows": 6})}

    def __init__(self, _viewer: Viewer, authority: Authority | None, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, instance=authority)
        there = kept(authority) if authority else frozenset()
        if CLIENT not in there:
            del self.fields["drop_client"]
        stays = _("One is kept; left empty it stays.")
        self.fields["password"].help_text = stays if PASSWORD in there else _("For HTTP basic authentication.")
        self.fields["client_pem"].help_text = stays if CLIENT in there else _("PEM, key without a passphrase.")

    def clean_slug(self) -> str:
        """Refuse a name that is taken or could not stand in a bundle."""
        slug = str(self.cleaned_data["slug"])
        others = Authority.objects.filter(slug=slug, retired_at=None).exclude(pk=self.instance.pk)
        if not SLUG.fullmatch(slug) or others.exists():
            raise forms.ValidationError(_("Choose another short name: a-z, 0-9 and hyphens, used by no other."))
        return slug

    def clean_policy(self) -> str:
        """Refuse what is no object identifier."""
        policy = str(self.cleaned_data["policy"])
        if policy and not POLICY.fullmatch(policy):
            raise forms.ValidationError(_("An OID reads like 1.2.392.200091.100."))
        return policy

    def clean_roots_pem(self) -> str:
        """Refuse what is no root certificate."""
        pem = str(self.cleaned_data["roots_pem"])
        try:
            fingerprints(pem)
        except ValueError as error:
            raise forms.ValidationError(_("Paste the root certificate as PEM; the root comes first.")) from error
        return pem

    def clean_client_pem(self) -> str:
        """Refuse a certificate without its key."""
        pem = str(self.cleaned_data["client_pem"])
        try:
            if pem:
                x509.load_pem_x509_certificates(pem.encode())
                load_pem_private_key(pem.encode(), password=None)
        except (ValueError, TypeError) as error:
            raise forms.ValidationError(
                _("Paste the certificate and its key, without a passphrase, as PEM.")
            ) from error
        return pem

    def clean(self) -> dict[str, Any]:
        """Refuse to send a password or to show a client certificate without TLS, unless inside our own network."""
        data = super().clean() or {}
        parts = urlsplit(str(data.get("url", "")))
        if parts.scheme not in {"", "http", "https"} or "@" in parts.netloc:
            self.add_error("url", _("Enter an address that begins with https:// or http://, without a user."))
        if self._password_would_go_elsewhere(parts.netloc) and not data.get("password"):
            self.add_error("password", _("The address has changed: enter the password again, or remove the user."))
        shows_us = data.get("username") or data.get("password") or data.get("client_pem")
        if shows_us and parts.scheme == "http" and not data.get("is_inside"):
            self.add_error("url", _("With a password or client certificate the address must begin with https://."))
        return data

    def _password_would_go_elsewhere(self, place: str) -> bool:
        """Say whether a kept password, which nobody here can read, would be sent to another server than before."""
        there = not self.instance._state.adding and PASSWORD in kept(self.instance)  # noqa: SLF001  (Django's own)
        return there and bool(self.cleaned_data.get("username")) and urlsplit(self.instance.url).netloc != place
