"""The register of levels."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kuramori.governance import acts, queries
from kuramori.governance.forms import LevelForm
from kuramori.governance.models import Level
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Column, ColumnKind, Fact, Link, Register


def level_form(_viewer: Viewer, level: Level | None, data: Any) -> LevelForm:
    """Return the form for a new level or an existing one."""
    return LevelForm(data, instance=level)


def level_facts(level: Level, _viewer: Viewer) -> Sequence[Fact]:
    """Return what the page of a level says."""
    return (
        Fact(label=_("Level"), value=level, kind=ColumnKind.LEVEL),
        Fact(label=_("Meaning"), value=level.meaning),
        Fact(label=_("Mark on documents"), value=level.mark or None),
        Fact(label=_("Must be marked"), value=level.needs_marking, kind=ColumnKind.BOOL),
        Fact(
            label=_("Stocktaking interval"),
            value=level.stocktaking_months or None,
            kind=ColumnKind.NUMBER,
            help=_("In months; none means no stocktaking."),
        ),
        Fact(label=_("Rank"), value=level.rank, kind=ColumnKind.NUMBER),
    )


def level_actions(_level: Level, _viewer: Viewer) -> Sequence[Link]:
    """Lead from a level to the matrix."""
    return (Link(text=_("Handling matrix"), url=reverse("governance:matrix")),)


levels = Register(
    name="governance:level",
    path="levels",
    title=_("Levels"),
    title_one=_("level"),
    why=_(
        "Whoever meets confidential information must see at once how it is to be handled: a few levels with fixed "
        "meanings do this, and courts look at them first."
    ),
    example=_("For instance: Top secret, Secret, Internal, Public."),
    model=Level,
    columns=(
        Column(name="name", label=_("Level"), kind=ColumnKind.LEVEL, value=lambda level, _viewer: level),
        Column(name="meaning", label=_("Meaning"), kind=ColumnKind.LINK),
        Column(name="mark", label=_("Mark on documents")),
        Column(name="rank", label=_("Rank"), kind=ColumnKind.NUMBER, sort="rank"),
        Column(name="stocktaking_months", label=_("Stocktaking (months)"), kind=ColumnKind.NUMBER),
        Column(name="updated_at", label=_("Changed"), kind=ColumnKind.DATETIME, sort="updated_at", is_default=False),
    ),
    form=level_form,
    visible_to=queries.levels_visible_to,
    add=acts.level_add,
    edit=acts.level_edit,
    retire=acts.level_retire,
    order="-rank",
    facts=level_facts,
    actions=level_actions,
    practices="CLS-01 CLS-02",
    icon="layers",
)
