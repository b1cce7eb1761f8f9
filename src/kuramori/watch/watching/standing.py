"""Where entries of the watch list and monitoring orders stand: the day that counts, and the rows that stand so now."""

from datetime import date
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate, now

from kuramori.watch.models.orders import MonitoringOrder
from kuramori.watch.models.watching import EntryStateChoice, WatchEntry
from kuramori.watch.rules.watching import Standing

Bounded = TypeVar("Bounded", WatchEntry, MonitoringOrder)


def company_day() -> date:
    """Return today where the company is at home: entries begin and end by its days."""
    return localdate(timezone=ZoneInfo(settings.COMPANY_ZONE))


def is_standing(rows: QuerySet[Bounded], standing: Standing) -> QuerySet[Bounded]:
    """Return those entries or orders that stand so now."""
    lapsed = Q(state=EntryStateChoice.WAITING, waits_until__lte=now())
    ended = Q(state=EntryStateChoice.ACTIVE) & (Q(ends_on__lt=company_day()) | Q(ends_on=None))
    special = {Standing.LAPSED: lapsed, Standing.ENDED: ended}
    return rows.filter(special[standing]) if standing in special else rows.filter(~lapsed & ~ended, state=standing)
