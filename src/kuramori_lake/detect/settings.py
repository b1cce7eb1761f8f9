"""What a company may set about detection. The review budget is the one that matters; thresholds follow from it."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """What people decided about a kind of reason: for a person, or a unit, its strength is multiplied by `factor`."""

    code: str
    person_id: str | None
    unit: str | None
    factor: float
    mark: str
    """What the decision is called where it was made: the reason that tells of it names it."""

    def counts_for(self, code: str, person_id: str, unit: str) -> bool:
        """Whether it is about this kind of reason and this person."""
        return self.code == code and (self.person_id == person_id or (self.unit is not None and self.unit == unit))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of one run. All days are local days of the site."""

    budget: float = 10.0
    """Findings that people can review, a week and per 1,000 staff; at least one is always shown."""
    floor: float = 30.0
    """No finding below this score (0-100), however quiet the week: an empty list is a good answer."""
    medium: float = 50.0
    high: float = 70.0
    """From this score on a finding that fits the budget is `high`."""
    baseline_days: int = 60
    """How far back the usual is taken from; the days looked at never count."""
    tail_days: int = 14
    """So many days before those judged are looked at too, so that a window keeps its first day as time goes on."""
    windows: tuple[int, ...] = (1, 7, 30)
    """Lengths in days of the windows that are compared with the usual."""
    peers_least: int = 8
    """So many others of the same role, site and project make a group of peers; else the unit, else the role."""
    leaver_days: int = 30
    """Somebody whose last day is known without notice (end of a contract) is a leaver from that many days before."""
    lookback_days: int = 90
    """The look-back at a leaver begins that many days before notice."""
    least_z: float = 3.0
    """Robust deviation from which a day is looked at."""
    least_documents: int = 20
    least_copies: int = 5
    least_weight: float = 10.0
    """Weight of secrets in new areas from which a day is looked at: ten documents of the gravest level."""
    least_fresh: float = 60.0
    """Documents in new areas from which a day is looked at, whatever their level."""
    include_unknown: bool = False
    """Also judge accounts that no identity names; their `person_id` is then `actor:ACCOUNT`."""

    feedback: tuple[Feedback, ...] = ()
    """Decisions of people that count on the day of the run."""
    feedback_least: float = 0.4
    feedback_most: float = 1.5
    """However many decisions meet, a reason keeps this share of its strength at least, and gains so much at most."""


DEFAULT: Final = Settings()
