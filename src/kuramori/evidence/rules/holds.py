"""How long something is kept, and which days a hold covers; days are the company's."""

import calendar
from datetime import date


def add_months(day: date, months: int) -> date:
    """Return the same day some months later, the month's last day when there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
