"""When something is due again: once, or every n business days, weeks or months of a site's calendar.

All days are days of the site; a site's clock going forward or back moves none of them. `works` says of a day whether
people work on it.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

Works = Callable[[date], bool]
DAY = timedelta(days=1)
FARTHEST = 60
"""Days that a search for a business day goes at most: no calendar rests for longer."""


class Every(StrEnum):
    """What a rhythm counts in."""

    ONCE = "once"
    BUSINESS_DAYS = "business_days"
    WEEKS = "weeks"
    MONTHS = "months"


class OnHoliday(StrEnum):
    """What happens when the day falls on one on which nobody works."""

    BEFORE = "before"
    AFTER = "after"
    STAY = "stay"


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """A rhythm from its first planned day on; `lead` is how many days before its due day a turn opens.

    A rhythm of months keeps the day of `first`: the 31st is the last day of a shorter month and the 31st again
    afterwards; `at_month_end` means the last day of each.
    """

    every: Every
    first: date
    step: int = 1
    at_month_end: bool = False
    on_holiday: OnHoliday = OnHoliday.BEFORE
    lead: int = 0

    def due(self, planned: date, works: Works) -> date:
        """Return on which day a planned day is due: itself, or the business day before or after it."""
        return moved(planned, self.on_holiday, works)

    def opens(self, planned: date, works: Works) -> date:
        """Return from which day on people see the turn of a planned day."""
        return self.due(planned, works) - self.lead * DAY


def moved(day: date, on_holiday: OnHoliday, works: Works) -> date:
    """Return the day itself, or the nearest business day in the given direction; itself where there is none."""
    if on_holiday is OnHoliday.STAY:
        return day
    step = -DAY if on_holiday is OnHoliday.BEFORE else DAY
    tried = (day + step * away for away in range(FARTHEST))
    return next((each for each in tried if works(each)), day)


def months_later(day: date, months: int, *, at_month_end: bool = False) -> date:
    """Return the same day some months later; the last day of a month that has no such day, or of any if asked."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, last if at_month_end else min(day.day, last))


def planned_days(rhythm: Rhythm, works: Works) -> Iterator[date]:
    """Yield the planned days, from the first on, without end; only one of what happens once."""
    if rhythm.every is Every.ONCE:
        yield rhythm.first
    elif rhythm.every is Every.BUSINESS_DAYS:
        day = moved(rhythm.first, OnHoliday.AFTER, works)
        while True:
            yield day
            day = business_days_later(day, rhythm.step, works)
    elif rhythm.every is Every.WEEKS:
        turn = 0
        while True:
            yield rhythm.first + timedelta(weeks=rhythm.step * turn)
            turn += 1
    else:
        turn = 0
        while True:
            yield months_later(rhythm.first, rhythm.step * turn, at_month_end=rhythm.at_month_end)
            turn += 1


def business_days_later(day: date, count: int, works: Works) -> date:
    """Return the count-th business day after a day; a calendar that never works counts plain days."""
    for _ in range(count):
        day = moved(day + DAY, OnHoliday.AFTER, works)
    return day


def business_days_between(first: date, last: date, works: Works) -> int:
    """Count the business days after `first` up to and with `last`; 0 when `last` is not later."""
    return sum(works(first + DAY * away) for away in range(1, (last - first).days + 1))


def turn_to_open(rhythm: Rhythm, today: date, works: Works, *, after: date | None = None) -> date | None:
    """Return the planned day whose turn has to be open today, if it comes after the last one that was opened.

    Of several that were missed, because nobody's computer ran, only the latest: nobody does one thing thrice at once.
    """
    found = None
    for planned in planned_days(rhythm, works):
        if rhythm.opens(planned, works) > today:
            break
        if after is None or planned > after:
            found = planned
    return found


def next_planned(rhythm: Rhythm, today: date, works: Works, *, after: date | None = None) -> date | None:
    """Return the planned day whose turn opens next, today included; None when there is no further one."""
    for planned in planned_days(rhythm, works):
        if (after is None or planned > after) and rhythm.opens(planned, works) >= today:
            return planned
    return None
