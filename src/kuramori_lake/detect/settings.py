"""What a company may set about detection. The review budget is the one that matters; thresholds follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

_LEVELS: Final = MappingProxyType({"極秘": 1.0, "秘": 0.6, "社外秘": 0.25, "公開": 0.0})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of one run. All days are local days of the site."""

    budget: float = 10.0
    """Findings that people can review, a week and per 1,000 staff."""
    floor: float = 30.0
    """No finding below this score (0–100), however quiet the week: an empty list is a good answer."""
    high: float = 70.0
    """From this score on a finding that fits the budget is `high`."""
    baseline_days: int = 60
    """How far back the usual is taken from; today and the window itself never count."""
    windows: tuple[int, ...] = (1, 7, 30)
    """Lengths of the windows in days that are compared with the usual."""
    peers_least: int = 8
    """So many people of the same role, site and project make a group of peers; else the unit, else the role."""
    leaver_days: int = 90
    """The look-back at a leaver begins that many days before the earlier of notice and last working day."""
    levels: Mapping[str, float] = field(default_factory=lambda: _LEVELS)
    """Weights of levels for secrets whose pattern carries none."""
    include_unknown: bool = False
    """Also judge accounts that no identity names; their `person_id` is then `actor:ACCOUNT`."""


DEFAULT: Final = Settings()
