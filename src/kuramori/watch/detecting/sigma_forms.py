"""What is asked when rules are taken in, tried and switched."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.kernel.permissions import Viewer
from kuramori.watch.detecting.sigma_lake import OWN
from kuramori.watch.rules.detecting_sigma import LONGEST_TRIAL, MOST_UPLOAD, ZipFault, zip_fault

REASON = 1000
SINGLE, ARCHIVE = {".yml", ".yaml"}, {".zip"}
FAULT_WORDS = {
    ZipFault.UNREADABLE: _("This is no zip archive that can be read. Pack the rules anew and hand them in again."),
    ZipFault.MEMBERS: _("The archive holds more than 20,000 files. Hand it in in parts."),
    ZipFault.SIZE: _("Unpacked, the archive would be too large. Hand in the rules alone, in parts."),
    ZipFault.PATH: _("A name in the archive leads out of it. Pack the rules anew, without such names."),
    ZipFault.ENCRYPTED: _("The archive is encrypted. Hand it in without a password."),
}


class TakeInForm(forms.Form):
    """A file of rules and the name of its set; without a file Kuramori's own rules are taken in."""

    file = forms.FileField(
        label=_("file of rules"),
        required=False,
        help_text=_("One .yml file or a .zip of them, up to 20 MB. Without a file: the rules that come with Kuramori."),
    )
    name = forms.CharField(
        label=pgettext_lazy("rule set", "set"),
        max_length=40,
        required=False,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*$", _("Small letters, digits and hyphens only."))],
        help_text=_("Small letters, digits and hyphens. A set of the same name is replaced as a whole."),
    )
    why = forms.CharField(label=_("reason"), max_length=REASON, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(
        self,
        _viewer: Viewer,
        _record: None,
        data: Mapping[str, Any] | None,
        files: Any = None,
    ) -> None:
        super().__init__(data, files)

    def clean_file(self) -> Any:
        """Refuse what is too large, no rules, or an archive that could do harm."""
        file = self.cleaned_data["file"]
        if not file:
            return None
        suffix = Path(str(file.name)).suffix.lower()
        if suffix not in SINGLE | ARCHIVE:
            raise forms.ValidationError(_("Hand in a .yml file or a .zip archive."))
        if file.size > MOST_UPLOAD:
            raise forms.ValidationError(_("The file is larger than 20 MB. Hand it in in parts."))
        fault = zip_fault(file) if suffix in ARCHIVE else None
        if fault is not None:
            raise forms.ValidationError(FAULT_WORDS[fault])
        return file

    def clean(self) -> dict[str, Any]:
        """A file needs a set of its own: Kuramori's rules are replaced by a new version only."""
        data = dict(super().clean() or self.cleaned_data)
        if data.get("file") and data.get("name", "") in {"", OWN}:
            self.add_error("name", _("Name the set, with another name than that of Kuramori's own rules."))
        return data


class TrialForm(forms.Form):
    """On how many past days a rule is tried."""

    days = forms.IntegerField(
        label=_("days"), min_value=1, max_value=LONGEST_TRIAL, initial=30,
        help_text=_("1 to 90 whole days, up to yesterday."),
    )  # fmt: skip


class SwitchForm(forms.Form):
    """Why a rule is switched on or off."""

    why = forms.CharField(label=_("reason"), max_length=REASON, widget=forms.Textarea(attrs={"rows": 3}))
