"""What ranking is set by. Principles, not fits: nothing here was chosen by looking at anybody's answers."""

from dataclasses import dataclass
from typing import Final

MOST_VOTE: Final = 1.0
"""No more than what is just worth a review (`Settings.least`): one reason among others, and a small one."""
VOTE: Final = 0.5
"""The vote's weight where it is switched on and none is said."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of one run. Days are local days of the site."""

    per_day: int = 5
    """Reviews that people have time for on a day."""
    baseline_days: int = 60
    """One's own usual is taken from that many days before, today never among them."""
    least_own: int = 10
    """With fewer own days than this, the peers stand in for what is missing."""
    peers_least: int = 8
    """So many others of the same role, site and project make a group of peers; else the unit, the role, everybody."""
    settled_days: int = 30
    """Until somebody has been seen that long, "first time" counts a fifth."""
    history_days: int = 90
    """How rare a deviation is in the company is counted over that many days before."""
    absent_days: int = 14
    """A day of rest counts as a quiet one of a person who was there that many days before; later nothing is known."""
    windows: tuple[int, ...] = (7, 30, 90)
    """Lengths of the sums that catch a little every day."""
    memory_days: int = 30
    """A reason that was reviewed comes back slowly, whole after that many days, unless it has grown or is new."""
    leaver_days: int = 30
    """A leaver is watched from that many days before the day given, and 14 days after it."""
    leaver_after: int = 14
    leaver_factor: float = 1.5
    least: float = 1.0
    """Evidence below which nothing is worth a review; an empty list is a good answer."""
    least_of_leavers: float = 0.3
    vote: float = 0.0
    """What a day that is unusual in many respects at once adds to the evidence of other reasons, at most; 0 is off."""

    def __post_init__(self) -> None:
        """Refuse a vote that would be more than one.

        Raises:
            ValueError: `vote` is below 0, above `MOST_VOTE`, or no number.
        """
        if not 0 <= self.vote <= MOST_VOTE:
            raise ValueError(f"vote is {self.vote}, not from 0 to {MOST_VOTE}")


DEFAULT: Final = Settings()
