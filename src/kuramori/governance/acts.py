"""Every change of the level scheme and its matrix."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from kuramori.governance.models import HandlingCell, Level, LevelDefinition
from kuramori.governance.presets import SCHEMES
from kuramori.governance.rules import Action, Ruling
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.permissions import Role
from kuramori.kernel.records import record_many
from kuramori.kernel.turns import alone


def scheme_install(*, scheme: str, by: Actor, why: str = "") -> list[Level]:
    """Set up a shipped level scheme ("four", "three", "ab") with its matrix, strictest level first (CLS-01).

    Raises Refused when levels stand already: a scheme in use is changed level by level, never swapped.
    """
    preset = SCHEMES[scheme]
    with act("governance.scheme.install", by=by, why=why) as this:
        if Level.objects.standing().exists():
            raise Refused(_("A level scheme is in force already."), _("Change its levels one by one instead."))
        this.note("scheme", preset.code, in_clear=True)
        levels = []
        for shipped in preset.levels:
            words = {name: getattr(shipped, name) for name in LEVEL_FIELDS}
            levels.append(Level(**words))
        record_many(levels)
        record_many(
            HandlingCell(level=level, action=action, ruling=ruling, approver=approver or "")
            for level, shipped in zip(levels, preset.levels, strict=True)
            for action, (ruling, approver) in shipped.handling.items()
        )
    return levels


LEVEL_FIELDS = (
    "code",
    "rank",
    "name_ja",
    "name_en",
    "mark_ja",
    "mark_en",
    "meaning_ja",
    "meaning_en",
    "colour",
    "needs_marking",
    "stocktaking_months",
)


def level_add(*, by: Actor, why: str = "", **values: object) -> Level:
    """Add a level to the scheme; whatever its matrix does not say is free."""
    level = Level(**values)
    with act("governance.level.add", by=by, why=why, subjects=[level]):
        level.full_clean(exclude=["id"])
        level.save()
    return level


def level_edit(*, level: Level, by: Actor, why: str = "", **values: object) -> Level:
    """Change a level's words, rank, colour or stocktaking interval."""
    with act("governance.level.edit", by=by, why=why, subjects=[level]):
        for name, value in values.items():
            setattr(level, name, value)
        level.full_clean(exclude=["id"])
        level.save()
    return level


def level_retire(*, level: Level, by: Actor, why: str) -> Level:
    """Take a level out of use. Raises Refused while anything of any room still bears it."""
    if _is_borne(level):
        raise Refused(
            _("The level is still borne by something in the register."), _("Give what bears it another level first.")
        )
    with act("governance.level.retire", by=by, why=why, subjects=[level]):
        level.retire()
    return level


def _is_borne(level: Level) -> bool:
    """Say whether a standing record of another room points to the level; its own cells and words do not count."""
    for relation in Level._meta.related_objects:  # noqa: SLF001  (Django's public way to ask who points here)
        kind: Any = relation.related_model
        if kind not in {HandlingCell, LevelDefinition}:
            standing = kind.objects.filter(retired_at=None, **{relation.field.name: level})
            if standing.exists():
                return True
    return False


def handling_set(
    *, level: Level, action: Action, ruling: Ruling, approver: Role | None = None, by: Actor, why: str
) -> HandlingCell:
    """Set one cell of the matrix; behaviour changes with the next request (CLS-01).

    An approver is kept only for an approval. Raises Refused for an approval without approver, and for an empty reason.
    """
    if ruling is Ruling.APPROVAL and approver is None:
        raise Refused(_("An approval needs an approver."), _("Choose who approves."))
    if not why.strip():
        raise Refused(_("Changing the handling matrix needs a reason."), _("Write one sentence why."))
    with act("governance.handling.set", by=by, why=why, subjects=[level]) as this:
        alone(f"handling of {level.pk} {action}")
        cell = HandlingCell.objects.filter(level=level, action=action).first()
        cell = cell or HandlingCell(level=level, action=action, ruling=Ruling.FREE)
        this.about(cell)
        this.note("action", str(action), in_clear=True)
        this.note("before", str(cell.ruling), in_clear=True)
        this.note("after", str(ruling), in_clear=True)
        cell.ruling, cell.approver = ruling, (approver or "") if ruling is Ruling.APPROVAL else ""
        cell.save()
    return cell
