"""Business days of a site: its country's public holidays, the company's own, and the weekend."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays

WEEKEND = frozenset({5, 6})


@lru_cache(maxsize=512)
def public_holidays(country: str, subdivision: str, year: int) -> dict[date, str]:
    """Return the public holidays of a country in a year, by day; its country's for a region without any, or none."""
    for region in (subdivision or None, None):
        with suppress(NotImplementedError):
            return dict(holidays.country_holidays(country, subdiv=region, years=year))
    return {}


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The days of one site; the company's own days `off` and `on` go before the country's calendar."""

    country: str
    subdivision: str = ""
    off: Collection[date] = frozenset()
    on: Collection[date] = frozenset()

    def is_business_day(self, day: date) -> bool:
        """Say whether people work on that day."""
        if day in self.on:
            return True
        public = public_holidays(self.country, self.subdivision, day.year)
        return not (day in self.off or day.weekday() in WEEKEND or day in public)
