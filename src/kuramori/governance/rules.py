"""What a level demands: pure rules of the handling matrix (CLS-01, CLS-11, CLS-13)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kuramori.kernel.permissions import Role


class Permission(StrEnum):
    """What can be allowed in this room."""

    HANDLING_EDIT = "governance:handling:edit"
    HANDLING_VIEW = "governance:handling:view"
    LEVEL_ADD = "governance:level:add"
    LEVEL_EDIT = "governance:level:edit"
    LEVEL_EXPORT = "governance:level:export"
    LEVEL_RETIRE = "governance:level:retire"
    LEVEL_VIEW = "governance:level:view"


class Action(StrEnum):
    """What somebody may want to do with a secret: the columns of the matrix."""

    VIEW = "view"
    PRINT = "print"
    DOWNLOAD = "download"
    COPY = "copy"
    TAKE_OUT = "take_out"
    SEND = "send"
    STORE = "store"
    DISPOSE = "dispose"


class Ruling(StrEnum):
    """What the matrix says to an action, from the freest to the strictest."""

    FREE = "free"
    NOTIFY = "notify"
    APPROVAL = "approval"
    FORBIDDEN = "forbidden"


STRICTNESS: Mapping[Ruling, int] = {ruling: place for place, ruling in enumerate(Ruling)}


@dataclass(frozen=True, kw_only=True)
class Handling:
    """The answer of one cell: may the action be done, and if by approval, whose."""

    action: Action
    ruling: Ruling
    approver: Role | None = None

    @property
    def is_open(self) -> bool:
        """Say whether the action may go ahead without asking anybody."""
        return self.ruling in {Ruling.FREE, Ruling.NOTIFY}


def strictest(answers: Iterable[Handling]) -> Handling:
    """Return the strictest of several answers: a container follows the strictest of its parts (CLS-18).

    Raises ValueError when there is no answer at all.
    """
    return max(answers, key=lambda handling: STRICTNESS[handling.ruling])


@dataclass(frozen=True, kw_only=True)
class LevelPreset:
    """A level as shipped: `handling` names only what is not free; stocktaking in months, 0 for never."""

    code: str
    rank: int
    name_ja: str
    name_en: str
    mark_ja: str
    mark_en: str
    meaning_ja: str
    meaning_en: str
    colour: str
    needs_marking: bool
    stocktaking_months: int
    handling: Mapping[Action, tuple[Ruling, Role | None]]


@dataclass(frozen=True, kw_only=True)
class SchemePreset:
    """A level scheme as shipped."""

    code: str
    name_ja: str
    name_en: str
    levels: tuple[LevelPreset, ...]
