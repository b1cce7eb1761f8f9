"""The register of what patrols look for, with its form."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Column, ColumnKind, Filter, FilterKind, Register
from kuramori.watch.models import PatrolTerm, TermKindChoice
from kuramori.watch.patrols.queries import terms_visible_to
from kuramori.watch.patrols.term_acts import term_add, term_edit, term_retire


class TermForm(forms.ModelForm):  # type: ignore[type-arg]
    """A term: what it is, the word, and how people spell it otherwise."""

    spellings = forms.CharField(
        label=_("other spellings"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One a line. Width, case and kana need none: ｸﾗﾓﾘ is クラモリ is くらもり."),
    )

    class Meta:
        model = PatrolTerm
        fields = ("kind", "word", "spellings")

    def __init__(self, _viewer: Viewer, term: PatrolTerm | None, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, instance=term)
        if term is not None:
            self.initial["spellings"] = "\n".join(term.spellings)

    def clean_spellings(self) -> list[str]:
        """Return the lines that hold something."""
        return [line.strip() for line in str(self.cleaned_data["spellings"]).splitlines() if line.strip()]


terms = Register(
    name="watch:term",
    path="patrols/terms",
    title=_("Patrol terms"),
    title_one=_("patrol term"),
    why=_(
        "A patrol looks for names of the company together with improper words, never for a person. Who changes a word "
        "makes a new version, and every post says by which version it was found."
    ),
    example=_("For instance: the company with its short name and its name in Latin letters; and “secretly filmed”."),
    model=PatrolTerm,
    columns=(
        Column(name="word", label=_("word"), kind=ColumnKind.LINK, sort="word"),
        Column(name="kind", label=_("kind"), value=lambda term, _viewer: term.get_kind_display()),
        Column(name="spellings", label=_("other spellings"), value=lambda term, _viewer: " / ".join(term.spellings)),
        Column(name="number", label=_("number"), kind=ColumnKind.CODE, sort="number"),
        Column(name="version", label=_("version"), kind=ColumnKind.NUMBER),
        Column(name="updated_at", label=_("changed"), kind=ColumnKind.DATETIME, sort="updated_at", is_default=False),
    ),
    filters=(
        Filter(
            name="kind",
            label=_("kind"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: TermKindChoice.choices,
            apply=lambda rows, value, _viewer: rows.filter(kind=value),
        ),
    ),
    form=TermForm,
    visible_to=terms_visible_to,
    add=term_add,
    edit=term_edit,
    retire=term_retire,
    practices="DET-09",
    icon="text-search",
)
