"""What ranking answers: a person-day with its place, its score, and reasons that carry their numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import expm1
from typing import Any, Final, Self

from kuramori_lake.detect.metrics import Channel

GROUPS: Final = {1: "team", 2: "unit", 3: "role", 4: "company"}
HOUR: Final = 4
"""An odd hour and a new thing count four, so that one alone is beyond the least spread."""
LEAVER: Final = "leaver"
"""The metric of a reason that says that somebody leaves."""
TOGETHER: Final = "together"
"""The metric of a reason that says that somebody's day is unusual in many respects at once."""
_NO_CHANNEL: Final = {LEAVER, TOGETHER}


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One number of a person's day that neither his own days nor his peers explain."""

    metric: str
    """As in `detect.metrics`, or `odd_hours`, `active_hours`, `quiet`, `leaver`."""
    channel: Channel
    width: int
    """Days summed, that end with the day itself."""
    value: float
    """Evidence: how rare in the company, by what the metric speaks for."""
    count: float
    """The number itself; of things used for the first time, how many."""
    own_usual: float
    peer_usual: float
    own_days: int
    """Days of one's own that the usual is taken from."""
    peer_n: int
    peer_group: str
    z_own: float
    z_peer: float
    hours: tuple[int, ...] = ()
    """Hours outside the usual ones, of `odd_hours`."""
    thing: str = ""
    """The strangest of the things used for the first time."""
    others: int = 0
    """People who had used it before."""
    last_day: date | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """From a row of `sql_weigh.REASONS`."""
        y, own, peer = (abs(row[name] or 0.0) for name in ("y", "own", "peer"))
        mask = row["odd_mask"] or 0
        is_hours = row["metric"] == "odd_hours"
        hours = tuple(hour for hour in range(24) if mask >> hour & 1) if is_hours and row["width"] == 1 else ()
        scale = HOUR if is_hours else 1
        return cls(
            metric=row["metric"],
            channel=Channel(row["channel"]),
            width=row["width"],
            value=round(row["value"], 3),
            count=row["things"] or _plain(y) / scale,
            own_usual=_plain(own) / scale,
            peer_usual=_plain(peer) / scale,
            own_days=row["n"],
            peer_n=row["peer_n"],
            peer_group=GROUPS[row["rank"]],
            z_own=round(row["z_own"], 2),
            z_peer=round(row["z_peer"], 2),
            hours=hours,
            thing=row["thing"] or "",
            others=row["others"] or 0,
        )

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same reason another day: the metric, and the thing that was new."""
        return self.metric, self.thing


@dataclass(frozen=True, kw_only=True)
class Respect:
    """A number of a day that many others are not as far out in."""

    metric: str
    count: float
    share: float
    """Of all who were there that day, the person included, so many have as much or more; above 0, at most 1."""
    is_less: bool
    """The share is of those who have as little or less."""


@dataclass(frozen=True, kw_only=True)
class Together(Reason):
    """A day that is unusual in many respects at once; `peer_n` others were there.

    A class of its own: where the vote is off, no other reason says anything of it.
    """

    respects: tuple[Respect, ...]
    """Those that contribute most, the rarest first."""
    as_far: float
    """The share of people whose day is as unusual or more, all respects together."""


def _plain(y: float) -> float:
    """The number whose ln(1+x) is kept with seven digits: a count comes back whole, bytes to five digits."""
    x = expm1(y)
    return round(x) if abs(x - round(x)) < 0.01 or x >= 1000 else round(x, 2)  # noqa: PLR2004


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """One person-day to review."""

    day: date
    person: str
    rank: int
    """1 is the first of the day."""
    score: float
    """0-100."""
    reasons: tuple[Reason, ...]
    """Strongest first."""

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that the reasons are of, the one with most evidence first."""
        most: dict[str, float] = {}
        for reason in self.reasons:
            if reason.metric not in _NO_CHANNEL:
                most[reason.channel] = max(most.get(reason.channel, 0.0), reason.value)
        return tuple(sorted(most, key=lambda one: (-most[one], one)))
