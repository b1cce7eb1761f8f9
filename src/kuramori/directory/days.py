"""The day of an act: acts happen at moments in UTC, what they write holds for days of the company."""

from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings

from kuramori.kernel.acts import current


def company_today() -> date:
    """Return the day, in the company's zone, on which the open act happens; raises OutsideAct without one."""
    return current().at.astimezone(ZoneInfo(settings.COMPANY_ZONE)).date()
