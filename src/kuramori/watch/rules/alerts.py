"""An alert's life: its states, when a finding opens it again, how long a name stays unsealed."""

from datetime import timedelta
from enum import StrEnum


class State(StrEnum):
    """Where an alert stands. A person decides every step; nothing follows from a score alone (GDPR art. 22)."""

    NEW = "new"
    IN_REVIEW = "in_review"
    EXPLAINED = "explained"
    ESCALATED = "escalated"
    CLOSED = "closed"


OPEN = (State.NEW, State.IN_REVIEW, State.ESCALATED)
SETTLED = (State.EXPLAINED, State.CLOSED)
WEIGHT = {"note": 0, "low": 1, "medium": 2, "high": 3}
UNSEALED_FOR = timedelta(hours=24)
"""A name is shown for a day to the one who gave a reason; then it is a pseudonym again."""


def opens_again(state: State, *, before: str, after: str) -> bool:
    """Say whether a settled alert comes back to the queue: when the same window now weighs more than it did."""
    return state in SETTLED and WEIGHT[after] > WEIGHT[before]
