"""Every read of the level scheme. Each takes the viewer, as every query does; the scheme itself is for everybody."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import QuerySet

from kuramori.governance.models import HandlingCell, Level, LevelDefinition
from kuramori.governance.rules import Action, Handling, Ruling
from kuramori.kernel.permissions import Role, Viewer


def levels_visible_to(viewer: Viewer) -> QuerySet[Level]:
    """Return all levels, retired ones too, strictest first: everybody must know the scheme."""
    del viewer  # for everybody
    return Level.objects.order_by("-rank")


def levels_in_force(viewer: Viewer) -> QuerySet[Level]:
    """Return the levels that may be given today, strictest first."""
    del viewer  # for everybody
    return Level.objects.standing().order_by("-rank")


def matrix(viewer: Viewer) -> list[tuple[Level, list[Handling]]]:
    """Return the handling matrix: each level in force with its answer to every action, in two queries."""
    said = _cells()
    return [(level, [_answer(said, level.pk, action) for action in Action]) for level in levels_in_force(viewer)]


def handling(viewer: Viewer, *, level: UUID, action: Action) -> Handling:
    """Return what a level says to an action now; a cell that was never set is free."""
    del viewer  # for everybody
    return _answer(_cells(level), level, action)


def handling_of(viewer: Viewer, *, level: UUID) -> list[Handling]:
    """Return a level's answers to all actions, in the order of the matrix."""
    del viewer  # for everybody
    said = _cells(level)
    return [_answer(said, level, action) for action in Action]


def levels_that(viewer: Viewer, *, action: Action) -> dict[UUID, Handling]:
    """Return every level's answer to one action, levels out of force included: for lists of many secrets."""
    del viewer  # for everybody
    said = _cells()
    return {pk: _answer(said, pk, action) for pk in Level.objects.values_list("pk", flat=True)}


def definition(viewer: Viewer, *, level: UUID) -> LevelDefinition | None:
    """Return what a level means in the viewer's own unit, if that unit has said so (CLS-02)."""
    own = LevelDefinition.objects.standing().filter(level_id=level, unit_id__in=viewer.unit_ids)
    found: LevelDefinition | None = own.order_by("-updated_at").first()
    return found


def _cells(level: UUID | None = None) -> Mapping[tuple[UUID, str], HandlingCell]:
    cells = HandlingCell.objects.all() if level is None else HandlingCell.objects.filter(level_id=level)
    return {(cell.level_id, cell.action): cell for cell in cells}


def _answer(said: Mapping[tuple[UUID, str], HandlingCell], level: UUID, action: Action) -> Handling:
    cell = said.get((level, action))
    if cell is None:
        return Handling(action=action, ruling=Ruling.FREE)
    return Handling(action=action, ruling=Ruling(cell.ruling), approver=Role(cell.approver) if cell.approver else None)
