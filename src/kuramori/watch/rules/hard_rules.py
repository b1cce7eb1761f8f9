"""How many alerts a hard rule may raise: a rule that a whole company breaks is one finding, not a thousand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

MOST_A_DAY: Final = 20
"""People about whom one rule raises alerts on one day; of more only the number is told."""


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """That a rule speaks about a person on a day."""

    rule: str
    person_id: str
    day: date


def within_bounds(
    spoken: Sequence[Spoken], raised: Sequence[Spoken], most: int = MOST_A_DAY
) -> tuple[list[Spoken], list[Spoken]]:
    """Part what is spoken, in its order, into what becomes or changes an alert and what is counted only.

    An alert that was raised before is always brought up to date; new ones fill what the day has left.
    """
    standing = set(raised)
    left = {(each.rule, each.day): most for each in spoken}
    for each in standing:
        if (each.rule, each.day) in left:
            left[each.rule, each.day] -= 1
    kept, beyond = [], []
    for each in dict.fromkeys(spoken):
        if each not in standing:
            if left[each.rule, each.day] <= 0:
                beyond.append(each)
                continue
            left[each.rule, each.day] -= 1
        kept.append(each)
    return kept, beyond
