"""Whether a chain of custody is whole (ISO/IEC 27037, 5.4.2: every movement and access, without a gap)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

BEGINNING = ("identified", "collected", "preserved")
GIVEN, TAKEN = "handed_over", "received"


class Gap(StrEnum):
    """What can be wrong with a chain."""

    BEGINNING = "beginning"
    BACKWARDS = "backwards"
    DIGEST = "digest"
    NOT_RECEIVED = "not_received"
    NOT_GIVEN = "not_given"


class Link(Protocol):
    """One step of the chain; `evidence.models.CustodyStep` is one."""

    @property
    def kind(self) -> str:
        """Return what was done."""

    @property
    def at(self) -> datetime:
        """Return when."""

    @property
    def sha256(self) -> str:
        """Return the digest found then, "" when nothing was hashed."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A gap, and at which step (from 0) it shows."""

    gap: Gap
    step: int


def gaps(steps: Sequence[Link], *, sha256: str) -> list[Found]:
    """Return what is wrong with a chain, in its order; `sha256` is the item's digest in custody.

    The chain begins with identifying, collecting and preserving; time never runs back; every digest found is the
    item's; each handing over is followed by a receipt before the next, and no receipt stands alone.
    """
    found, open_since = [], None
    if tuple(step.kind for step in steps[: len(BEGINNING)]) != BEGINNING:
        found.append(Found(gap=Gap.BEGINNING, step=0))
    for place, step in enumerate(steps):
        if place and step.at < steps[place - 1].at:
            found.append(Found(gap=Gap.BACKWARDS, step=place))
        if step.sha256 and step.sha256 != sha256:
            found.append(Found(gap=Gap.DIGEST, step=place))
        if step.kind == GIVEN:
            if open_since is not None:
                found.append(Found(gap=Gap.NOT_RECEIVED, step=open_since))
            open_since = place
        elif step.kind == TAKEN:
            if open_since is None:
                found.append(Found(gap=Gap.NOT_GIVEN, step=place))
            open_since = None
    return found
