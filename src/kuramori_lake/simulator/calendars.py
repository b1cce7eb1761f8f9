"""The three sites, their zones, holidays and working hours."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

import holidays

SiteCode = Literal["HMM", "KTK", "LUD"]
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Site:
    """A place of work. Times of day in logs are local to `zone`."""

    code: SiteCode
    name: str
    name_en: str
    country: Literal["JP", "DE"]
    region: str
    zone: str
    prefix: str = field(metadata={"help": "first letters of its doors and PCs"})

    def works_on(self, day: date) -> bool:
        """Is this an ordinary working day here: no weekend, public holiday or company closing day?"""
        return day.weekday() < 5 and day not in _public(self.country, self.region) and not _closed(self.country, day)  # noqa: PLR2004

    def closed_between(self, start: date, end: date) -> list[date]:
        """The company's own days off from `start` up to, not including, `end`, that no public calendar knows."""
        weekdays = (day for day in days(start, end) if day.weekday() < 5)  # noqa: PLR2004
        public = _public(self.country, self.region)
        return [day for day in weekdays if day not in public and not self.works_on(day)]

    def utc_offset(self, day: date) -> int:
        """Seconds to subtract from local time at noon of that day to reach UTC."""
        offset = datetime.combine(day, time(12), ZoneInfo(self.zone)).utcoffset()
        return int(offset.total_seconds()) if offset else 0


HAMAMATSU = Site(
    code="HMM",
    name="浜松本社・技術センター",
    name_en="Hamamatsu head office and technical centre",
    country="JP",
    region="22",
    zone="Asia/Tokyo",
    prefix="H",
)
KITAKAMI = Site(
    code="KTK",
    name="北上工場",
    name_en="Kitakami plant",
    country="JP",
    region="03",
    zone="Asia/Tokyo",
    prefix="K",
)
LUDWIGSBURG = Site(
    code="LUD",
    name="欧州技術拠点（ルートヴィヒスブルク）",
    name_en="European technical centre, Ludwigsburg",
    country="DE",
    region="BW",
    zone="Europe/Berlin",
    prefix="L",
)
SITES = (HAMAMATSU, KITAKAMI, LUDWIGSBURG)


def days(start: date, end: date) -> Iterator[date]:
    """Every day from `start` up to, not including, `end`."""
    for number in range((end - start).days):
        yield start + timedelta(days=number)


def months_before(day: date, months: int) -> date:
    """The same day of the month that many months earlier (28th at most, so that every month has it)."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, min(day.day, 28))


def utc(day: date, second: int, site: Site) -> datetime:
    """The UTC instant of a local second of the day (which may exceed 86,400 on a night shift)."""
    return datetime.combine(day, time(), UTC) + timedelta(seconds=second - site.utc_offset(day))


@cache
def _public(country: str, region: str) -> frozenset[date]:
    years = range(2017, 2036)
    subdivision = region if country == "DE" else None
    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=years))


def _closed(country: str, day: date) -> bool:
    """Company closing days: year end, in Japan also Obon and the bridge days of Golden Week."""
    month_day = (day.month, day.day)
    if country == "DE":
        return month_day >= (12, 24) or month_day <= (1, 1)
    new_year = month_day >= (12, 29) or month_day <= (1, 4)
    return new_year or (8, 12) <= month_day <= (8, 16) or (4, 30) <= month_day <= (5, 2)
