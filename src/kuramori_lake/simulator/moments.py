"""The dates on which planted things happen, all reckoned back from the demo day."""

from dataclasses import dataclass
from datetime import date, timedelta

from kuramori_lake.simulator.calendars import DAY, HAMAMATSU, KITAKAMI, months_before

_FRIDAY = 4


@dataclass(frozen=True, kw_only=True)
class Moments:
    """Days of the story and of the traps. Ranges are (first, last), both included. Logs end the day before `today`."""

    start: date
    today: date
    notice: date
    evenings: tuple[date, date, date]
    leaves: date
    handover: tuple[date, date]
    renaming: date
    role_change: date
    silent_day: date
    skewed: tuple[date, date]
    doubled_day: date


def reckon(today: date, months: int) -> Moments:
    """All moments for a demo day and a length of history; short histories squeeze the traps into what there is."""
    start = months_before(today, months)
    span = (today - start).days
    friday = today - timedelta(days=4)
    while friday.weekday() != _FRIDAY or not HAMAMATSU.works_on(friday):
        friday -= DAY
    handover = start + timedelta(days=span * 6 // 10)
    skewed = start + timedelta(days=span * 3 // 10)
    return Moments(
        start=start,
        today=today,
        notice=friday - timedelta(days=3),
        evenings=(friday, friday + DAY, friday + 3 * DAY),
        leaves=_end_of_next_month(today),
        handover=(handover, handover + timedelta(days=13)),
        renaming=start + timedelta(days=span // 2),
        role_change=start + timedelta(days=span * 4 // 10),
        silent_day=_working_day(start + timedelta(days=span * 7 // 10)),
        skewed=(skewed, skewed + timedelta(days=4)),
        doubled_day=_working_day(start + timedelta(days=span * 8 // 10)),
    )


def _end_of_next_month(day: date) -> date:
    later = (day.replace(day=1) + timedelta(days=62)).replace(day=1)
    return later - DAY if (later - DAY).month != day.month else (later + timedelta(days=32)).replace(day=1) - DAY


def _working_day(day: date) -> date:
    """That day or the next on which both Japanese sites work."""
    while not KITAKAMI.works_on(day):
        day += DAY
    return day
