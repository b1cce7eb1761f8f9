"""The forms of an import: the file, what its columns mean, and the reason for taking it in."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuramori.kernel.imports.headers import Match
from kuramori.kernel.imports.mapping import ID_FIELD, ImportKind
from kuramori.kernel.imports.rows import Source
from kuramori.kernel.imports.runs import Proposal
from kuramori.kernel.imports.textfile import ENCODINGS

_SURE = 0.9


class HandInForm(forms.Form):
    """A file to hand in."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("An Excel workbook (.xlsx), CSV or TSV in any encoding; at most 50 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.tsv,.txt,.jsonl,.ndjson"}),
    )


class ReasonForm(forms.Form):
    """Why; it goes into the ledger with the act."""

    why = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("It is kept in the ledger together with this step."),
    )  # fmt: skip


class ReadingForm(forms.Form):
    """Where in the file the table is, when the kit found it wrongly."""

    def __init__(self, proposal: Proposal, **kwargs: Any) -> None:
        initial = {
            "sheet": proposal.table.sheet, "header_row": proposal.header.row or None,
            "encoding": proposal.table.encoding,
        }  # fmt: skip
        super().__init__(initial=initial, **kwargs)
        if proposal.sheets != ("",):
            choices = [(name, name) for name in proposal.sheets]
            self.fields["sheet"] = forms.ChoiceField(label=_("Sheet"), choices=choices, required=False)
        else:
            choices = [(name, name.removesuffix("-sig")) for name in ENCODINGS]
            self.fields["encoding"] = forms.ChoiceField(label=_("Encoding"), choices=choices, required=False)
        self.fields["header_row"] = forms.IntegerField(
            label=_("Row with the column names"), min_value=1, max_value=60, required=False
        )


class ColumnsForm(forms.Form):
    """One choice per column of the file: which field it is, or none."""

    def __init__(self, proposal: Proposal, kind: ImportKind, data: Any = None) -> None:
        super().__init__(data)
        self.proposal, self.kind = proposal, kind
        labels = [(field.name, str(field.label)) for field in kind.fields]
        choices = [("", _("(not taken)")), *labels, (ID_FIELD, _("Id from an export"))]
        for match in proposal.matches:
            self.fields[f"column_{match.column.index}"] = forms.ChoiceField(
                label=match.column.title, choices=choices, required=False, initial=match.field,
                help_text=_likely(match),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Refuse a field taken twice, and a required field without a column."""
        cleaned = super().clean() or {}
        chosen = [field for name, field in cleaned.items() if name.startswith("column_") and field]
        labels = {field.name: str(field.label) for field in self.kind.fields} | {ID_FIELD: _("Id from an export")}
        for field in {field for field in chosen if chosen.count(field) > 1}:
            self.add_error(None, _("“%(field)s” is chosen for more than one column.") % {"field": labels[field]})
        missing = [str(each.label) for each in self.kind.fields if each.required and each.name not in chosen]
        if missing and ID_FIELD not in chosen:
            self.add_error(None, _("No column is chosen for: %(fields)s.") % {"fields": ", ".join(missing)})
        return cleaned

    @property
    def source(self) -> Source:
        """Give the source as chosen; only of a valid form."""
        fields = {
            field: int(name.removeprefix("column_")) for name, field in self.cleaned_data.items() if field
        }  # fmt: skip
        return Source(table=self.proposal.table, header=self.proposal.header, fields=fields)


def _likely(match: Match) -> str:
    if not match.field or match.confidence >= _SURE:
        return ""
    return _("Please check this choice: the header only resembles the field.")
