"""What people decided about a kind of reason, and how far that may move later scores: bounded, and for a time only."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import Final


class Effect(StrEnum):
    """What was found out: the thing is ordinary there, or it was true."""

    LOWERS = "lowers"
    RAISES = "raises"


FACTOR: Final = {Effect.LOWERS: 0.5, Effect.RAISES: 1.25}
LEAST, MOST = 0.4, 1.5
"""However many decisions there are, a reason keeps at least 40 % of its strength, and gains at most half of it: a
leaker cannot talk a detector to sleep (H6)."""
LONGEST: Final = timedelta(days=180)
CHOICES: Final = (30, 90, 180)
"""For how many days a decision may hold."""
SPEAKING: Final = ("bulk_read", "channel", "copy_out", "first_area", "off_hours", "secrets")
"""Kinds of reason about which something can be decided: leaving is a fact, and what lowers is one already."""


def bounded(factors: Iterable[float]) -> float:
    """Return by what a reason's strength is multiplied when several decisions meet."""
    found = 1.0
    for factor in factors:
        found *= factor
    return min(MOST, max(LEAST, found))


def holds_on(day: date, valid_from: date, valid_to: date) -> bool:
    """Say whether a decision counts on a day, both ends included."""
    return valid_from <= day <= valid_to
