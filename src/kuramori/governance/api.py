"""What other rooms may ask of governance: the levels in force and what they demand."""

from kuramori.governance.acts import handling_set, scheme_install
from kuramori.governance.models import ActionChoice, ApproverChoice, Level, RulingChoice
from kuramori.governance.queries import (
    definition,
    handling,
    handling_of,
    levels_in_force,
    levels_that,
    levels_visible_to,
    matrix,
)
from kuramori.governance.rules import Action, Handling, Ruling, strictest

__all__ = [
    "Action",
    "ActionChoice",
    "ApproverChoice",
    "Handling",
    "Level",
    "Ruling",
    "RulingChoice",
    "definition",
    "handling",
    "handling_of",
    "handling_set",
    "levels_in_force",
    "levels_that",
    "levels_visible_to",
    "matrix",
    "scheme_install",
    "strictest",
]
