"""Before anything is made away with, every room is asked whether it has to be kept (SYS-16, EVD-10).

A purge, a sweep or a retention job calls `refuse_if_kept`, or asks `is_kept` and comes back another day. Rooms answer
by the port `gates`. The refusal never says for whom or for which matter: who purges may be the one concerned.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.acts import Refused
from kuramori.kernel.room import rooms


@dataclass(frozen=True, kw_only=True)
class Purge:
    """What would be made away with: whom and what it speaks of, and its days (the company's, both included).

    No subjects means that nobody knows whom it speaks of, so perhaps of anybody; no days, perhaps of any time.
    """

    subjects: frozenset[UUID] = frozenset()
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, kw_only=True)
class KeepingGate:
    """Stands in a room's port `gates`: `keeps` says whether something has to be kept at a moment."""

    keeps: Callable[[Purge, datetime], bool]


def is_kept(purge: Purge, at: datetime | None = None) -> bool:
    """Say whether any room wants this kept at that moment, now when left out."""
    gates = [gate for room in rooms() for gate in room.gates if isinstance(gate, KeepingGate)]
    return any(gate.keeps(purge, at or now()) for gate in gates)


def refuse_if_kept(purge: Purge, at: datetime | None = None) -> None:
    """Raise Refused, in words that give nobody away, when this has to be kept."""
    if is_kept(purge, at):
        raise Refused(
            _("This still has to be kept and cannot be made away with now."),
            _("Ask the legal department when the time of keeping ends."),
        )
