"""The registers of this room: preservations, and whose data are kept after separation."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuramori.directory.api import Person
from kuramori.evidence.acts import holds as acts
from kuramori.evidence.forms.holds import HoldForm
from kuramori.evidence.keeping import company_day
from kuramori.evidence.models import Hold, SeparationHold
from kuramori.evidence.queries.holds import holds_visible_to, separations_visible_to
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.visibility import record_seen
from kuramori.kernel.acts import Subject
from kuramori.kernel.columns import Link, Mark, Text
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Column, ColumnKind, Fact, Filter, FilterKind, Register


def hold_mark(hold: Hold, _viewer: Viewer) -> Mark:
    """Say whether a hold is in force today."""
    if hold.retired_at is not None:
        return Mark(word=gettext_lazy("released"))
    if hold.until is not None and hold.until < company_day(now()):
        return Mark(word=gettext_lazy("ended"))
    return Mark(word=gettext_lazy("in force"), tone="ok")


def hold_facts(hold: Hold, viewer: Viewer) -> Sequence[Fact]:
    """Return what a hold preserves, each name only where the viewer may see it."""
    names: dict[str, list[str]] = {"people": [], "secrets": []}
    for held in hold.subjects.order_by("id"):
        record = record_seen(viewer, Subject(held.kind, held.subject_id))
        group = names["people" if held.kind == Person.record_kind() else "secrets"]
        group.append(getattr(record, "shown", str(record)) if record else _("not shown to you"))
    everything = "" if any(names.values()) else _("everything of these days")
    return (
        Fact(label=gettext_lazy("People"), value="\n".join(names["people"]) or everything),
        Fact(label=gettext_lazy("Secrets"), value="\n".join(names["secrets"]) or everything),
        Fact(label=gettext_lazy("Evidence from"), value=hold.covers_from or _("the beginning"), kind=ColumnKind.DATE),
        Fact(label=gettext_lazy("Evidence until"), value=hold.covers_to or _("what comes too"), kind=ColumnKind.DATE),
        Fact(label=gettext_lazy("In force until"), value=hold.until or _("it is released"), kind=ColumnKind.DATE),
        Fact(label=gettext_lazy("Reason"), value=hold.reason),
        Fact(label=gettext_lazy("Placed by"), value=hold.placed_by and hold.placed_by.shown, kind=ColumnKind.PERSON),
        Fact(label=gettext_lazy("Placed"), value=hold.created_at, kind=ColumnKind.DATETIME),
        Fact(label=gettext_lazy("Released because"), value=hold.release_reason),
    )


def release_effects(_holds: Sequence[Hold], _viewer: Viewer) -> Sequence[Text]:
    """Return what releasing does."""
    return (
        _("Retention and erasure may go on, unless another preservation stands in the way."),
        _("What lies in custody stays there until it is purged by an act of its own."),
    )


holds = Register(
    name="evidence:hold",
    path="holds",
    title=gettext_lazy("Preservations"),
    title_one=gettext_lazy("preservation"),
    why=gettext_lazy(
        "When a dispute is in sight, what may serve as evidence must not be deleted by routine. A preservation stops "
        "purges and retention for people, secrets and days, and copies what is there into custody. The person "
        "concerned finds no trace of it."
    ),
    example=gettext_lazy("For instance: the matter “leak to B corporation”, two people, since last April."),
    model=Hold,
    columns=(
        Column(name="matter", label=gettext_lazy("Matter"), kind=ColumnKind.LINK, sort="matter"),
        Column(name="state", label=gettext_lazy("State"), kind=ColumnKind.TAG, value=hold_mark),
        Column(name="covers_from", label=gettext_lazy("Evidence from"), kind=ColumnKind.DATE, sort="covers_from"),
        Column(name="covers_to", label=gettext_lazy("Evidence until"), kind=ColumnKind.DATE, sort="covers_to"),
        Column(name="until", label=gettext_lazy("In force until"), kind=ColumnKind.DATE, sort="until"),
        Column(name="created_at", label=gettext_lazy("Placed"), kind=ColumnKind.DATETIME, sort="created_at"),
        Column(
            name="placed_by",
            label=gettext_lazy("Placed by"),
            kind=ColumnKind.PERSON,
            value=lambda hold, _viewer: hold.placed_by and hold.placed_by.shown,
        ),
    ),
    form=HoldForm,
    visible_to=holds_visible_to,
    add=acts.hold_add,
    edit=acts.hold_edit,
    retire=acts.hold_retire,
    search=lambda rows, text: rows.filter(matter__icontains=text),
    order="-created_at",
    facts=hold_facts,
    state=hold_mark,
    retire_effects=release_effects,
    practices="SYS-16 LEV-10",
    icon="archive",
)

separations = Register(
    name="evidence:separation",
    path="separations",
    title=gettext_lazy("Kept after separation"),
    title_one=gettext_lazy("keeping after separation"),
    why=gettext_lazy(
        "Many leaks show only after somebody has left. What is known of leavers is kept for some months, so that it "
        "can still be asked; until then a purge is refused."
    ),
    example=gettext_lazy("The system enters everybody by itself on the day after the last one."),
    model=SeparationHold,
    columns=(
        Column(
            name="person",
            label=gettext_lazy("Person"),
            kind=ColumnKind.LINK,
            value=lambda kept, _viewer: kept.person.shown,
            sort="person__kana",
        ),
        Column(name="left_on", label=gettext_lazy("left on"), kind=ColumnKind.DATE, sort="left_on"),
        Column(name="until", label=gettext_lazy("kept until"), kind=ColumnKind.DATE, sort="until"),
    ),
    filters=(
        Filter(
            name="kept_on",
            label=gettext_lazy("Kept after"),
            kind=FilterKind.DATE_FROM,
            apply=lambda rows, day, _viewer: rows.filter(until__gt=day),
        ),
    ),
    visible_to=separations_visible_to,
    order="-left_on",
    actions=lambda _kept, viewer: (
        (Link(text=_("Time of keeping"), url=reverse("evidence:keeping-term")),)
        if viewer.may(Permission.SEPARATION_EDIT)
        else ()
    ),
    practices="EVD-10",
    icon="user-round-minus",
)
