"""The register of erasures by law, each with its certificate."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuramori.directory.api import Person, people_visible_to, person_by_number
from kuramori.evidence.acts import erasure as acts
from kuramori.evidence.models import Erasure
from kuramori.evidence.models.erasure import Ground
from kuramori.evidence.overwriting import overwritten_at
from kuramori.evidence.queries.backups import backups_visible_to
from kuramori.evidence.queries.erasure import erasures_visible_to
from kuramori.evidence.rules.permissions import Permission
from kuramori.kernel.columns import Link, Mark
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Column, ColumnKind, Fact, Register
from kuramori.kernel.wording import moment


class ErasureForm(forms.Form):
    """Who is to be erased, on which ground, and why."""

    person = forms.CharField(label=gettext_lazy("Person"), help_text=gettext_lazy("Employee number."), max_length=40)
    ground = forms.ChoiceField(label=gettext_lazy("Legal ground"), choices=Ground.choices)
    why = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}))

    def __init__(self, viewer: Viewer, _erasure: Erasure | None, data: Any) -> None:
        super().__init__(data)
        self.viewer = viewer

    def clean_person(self) -> Person:
        """Look the person up through the viewer's eyes."""
        word = str(self.cleaned_data["person"]).strip()
        found = person_by_number(self.viewer, word)
        if found is None:
            raise forms.ValidationError(_("Nobody you may see has this number."))
        return found


def erasure_mark(erasure: Erasure, _viewer: Viewer) -> Mark:
    """Say whether it was carried out."""
    if erasure.done_at is not None:
        return Mark(word=gettext_lazy("carried out"), tone="ok")
    return Mark(word=gettext_lazy("withdrawn")) if erasure.retired_at else Mark(word=gettext_lazy("waits"), tone="info")


def erasure_facts(erasure: Erasure, viewer: Viewer) -> Sequence[Fact]:
    """Return the certificate: ground, who asked, who carried it out, how much went, and the root over it."""
    names = people_visible_to(viewer).in_bulk({erasure.asked_by, erasure.carried_out_by} - {None})

    def name(pk: Any) -> str | None:
        return names[pk].shown if pk in names else None

    return (
        Fact(label=gettext_lazy("Person"), value=erasure.person.shown, kind=ColumnKind.PERSON),
        Fact(label=gettext_lazy("Legal ground"), value=erasure.get_ground_display()),
        Fact(label=gettext_lazy("Asked by"), value=name(erasure.asked_by), kind=ColumnKind.PERSON),
        Fact(label=gettext_lazy("Carried out by"), value=name(erasure.carried_out_by), kind=ColumnKind.PERSON),
        Fact(label=gettext_lazy("Carried out"), value=erasure.done_at, kind=ColumnKind.DATETIME),
        Fact(
            label=gettext_lazy("Overwritten in the database's files"),
            value=overwritten_at(erasure),
            kind=ColumnKind.DATETIME,
            help=gettext_lazy("Until then old bytes may be in free pages and logs; it is tried again each day."),
        ),
        Fact(label=gettext_lazy("Entries that lost words"), value=erasure.entries, kind=ColumnKind.NUMBER),
        Fact(label=gettext_lazy("Words and values erased"), value=erasure.members, kind=ColumnKind.NUMBER),
        Fact(label=gettext_lazy("Records emptied or struck"), value=erasure.rows, kind=ColumnKind.NUMBER),
        Fact(
            label=gettext_lazy("Root over what went"),
            value=erasure.root,
            kind=ColumnKind.CODE,
            help=gettext_lazy("The commitments stay, so every proof still verifies."),
        ),
        Fact(
            label=gettext_lazy("Backups that still hold the words"),
            value=_backup_words(erasure, viewer),
            help=gettext_lazy(
                "Written by “kuramori backup” before this erasure. Destroy them, or let them expire. Copies made by "
                "other means (snapshots, disk images, exported bundles) are not listed."
            ),
        ),
    )


def _backup_words(erasure: Erasure, viewer: Viewer) -> str:
    if erasure.done_at is None:
        return ""
    held = [each for each in backups_visible_to(viewer) if each.holds(erasure.done_at)]
    words = [
        _("%(file)s of %(at)s, kept until %(until)s")
        % {"file": each.file, "at": moment(each.began_at, viewer), "until": each.keep_until.isoformat()}
        for each in held
    ]
    return "; ".join(words) if words else _("none known")


erasures = Register(
    name="evidence:erasure",
    path="erasures",
    title=gettext_lazy("Erasures by law"),
    title_one=gettext_lazy("erasure by law"),
    why=gettext_lazy(
        "Who has left may have the right that what names him is erased. The ledger keeps only salted digests of names "
        "and words, so these can go while every proof still verifies. One asks, another carries it out; nothing that "
        "is preserved is erased."
    ),
    example=gettext_lazy("For instance: somebody who left a year ago asks for it, and no dispute is in sight."),
    model=Erasure,
    columns=(
        Column(
            name="person",
            label=gettext_lazy("Person"),
            kind=ColumnKind.LINK,
            value=lambda erasure, _viewer: erasure.person.shown,
        ),
        Column(name="state", label=gettext_lazy("State"), kind=ColumnKind.TAG, value=erasure_mark),
        Column(name="ground", label=gettext_lazy("Legal ground"), value=lambda e, _viewer: e.get_ground_display()),
        Column(name="created_at", label=gettext_lazy("Asked for"), kind=ColumnKind.DATETIME, sort="created_at"),
        Column(name="done_at", label=gettext_lazy("Carried out"), kind=ColumnKind.DATETIME, sort="done_at"),
    ),
    form=ErasureForm,
    visible_to=erasures_visible_to,
    add=acts.erasure_add,
    retire=acts.erasure_retire,
    order="-created_at",
    facts=erasure_facts,
    state=erasure_mark,
    actions=lambda erasure, viewer: (
        (Link(text=_("Carry out"), url=reverse("evidence:erasure-carry-out", args=[erasure.pk])),)
        if viewer.may(Permission.ERASURE_EDIT) and erasure.done_at is None and erasure.retired_at is None
        else ()
    ),
    practices="EVD-10",
    icon="eraser",
)
