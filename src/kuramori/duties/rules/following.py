"""What follows when something is not done: who is reminded when, and when it goes up the line."""

from dataclasses import dataclass
from datetime import date, timedelta

from kuramori.duties.rules.rhythm import Works, business_days_between


@dataclass(frozen=True, kw_only=True)
class Reminding:
    """When somebody hears of a task: `before` days ahead, on the day, and each `again` days after it (0: never)."""

    before: int
    again: int


def is_told(opened: date, due: date, reminding: Reminding, *, since: date, today: date) -> bool:
    """Say whether a reminder of this task falls on one of the days after `since`, up to and with today.

    New tasks are told of too. Whoever was not written to for some days, because of a weekend or a silent server, is
    told once of all that fell on them.
    """
    days = {opened, due - timedelta(days=reminding.before), due}
    if any(since < day <= today and day >= opened for day in days):
        return True
    if not reminding.again or today <= due:
        return False
    reached = (today - due).days // reminding.again
    return reached > max(0, (since - due).days) // reminding.again


def escalates(since: date, today: date, after: int, works: Works) -> bool:
    """Say whether a late task goes further up: `after` business days since its due day or its last escalation."""
    return after > 0 and business_days_between(since, today, works) >= after
