"""Where a request stands: what people decided, and what time did."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """How a request ended, or that it waits. Time makes it EXPIRED before anybody has written that down."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Verdict(StrEnum):
    """What one of the deciders says."""

    APPROVE = "approve"
    REFUSE = "refuse"


def standing_at(state: State, *, expires_at: datetime, at: datetime) -> State:
    """Return where a request stands at a moment: what waits beyond its end has expired."""
    return State.EXPIRED if state is State.WAITING and at >= expires_at else state


def outcome(verdicts: Iterable[Verdict], *, needs: int) -> State:
    """Return what the verdicts come to: one refusal refuses, `needs` approvals approve, else it waits (n of m)."""
    said = list(verdicts)
    if Verdict.REFUSE in said:
        return State.REFUSED
    return State.APPROVED if said.count(Verdict.APPROVE) >= needs else State.WAITING


def escalates_at(asked_at: datetime, expires_at: datetime) -> datetime:
    """Return when a request that nobody answers goes further up: half of its time (never silently stuck)."""
    return asked_at + (expires_at - asked_at) / 2
