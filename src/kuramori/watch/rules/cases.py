"""Cases: which alert joins which, what may follow what, and how long a case may wait. Pure; days are local."""

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum
from typing import Final


class CaseState(StrEnum):
    """Where a case stands. Every step is a person's and has a reason; nothing follows from a score (GDPR art. 22)."""

    OPEN = "open"
    IN_REVIEW = "in_review"
    WAITING = "waiting"
    EXPLAINED = "explained"
    ESCALATED = "escalated"
    CLOSED = "closed"


UNSETTLED: Final = (CaseState.OPEN, CaseState.IN_REVIEW, CaseState.WAITING, CaseState.ESCALATED)
SETTLED: Final = (CaseState.EXPLAINED, CaseState.CLOSED)
DAYS_FOR: Final = {"high": 1, "medium": 3, "low": 7}
"""Within how many days somebody has to decide, by the weight of the alert that opened the case."""
ALERT_FOLLOWS: Final = {
    CaseState.IN_REVIEW: "in_review",
    CaseState.WAITING: "in_review",
    CaseState.ESCALATED: "escalated",
    CaseState.EXPLAINED: "explained",
    CaseState.CLOSED: "closed",
}
"""The state that a case's unsettled alerts take with it: nobody decides the same thing twice."""


def next_states(state: CaseState) -> tuple[CaseState, ...]:
    """Return what may follow: from a settled case only taking it up again, else everything but `open`."""
    if state in SETTLED:
        return (CaseState.IN_REVIEW,)
    return tuple(each for each in CaseState if each not in {CaseState.OPEN, state})


def joins(channels: Collection[str], others: Collection[str]) -> bool:
    """Say whether an alert belongs to a case: they share a way out, or one of them has none (only reading, so far)."""
    return not channels or not others or bool(set(channels) & set(others))


def due_by(opened_on: date, severity: str) -> date:
    """Return the day by which a case that begins with such an alert has to be decided."""
    return opened_on + timedelta(days=DAYS_FOR.get(severity, max(DAYS_FOR.values())))
