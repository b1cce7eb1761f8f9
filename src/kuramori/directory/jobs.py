"""Work of the night: ends what has run out, site by site, at the midnight of each (LEV-07)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from kuramori.directory.acts.accounts import account_close
from kuramori.directory.acts.people import departure_settle, engagement_end
from kuramori.directory.models import Account, Engagement
from kuramori.directory.queries.history import departures_unsettled, ends_over, main_site_zones
from kuramori.directory.viewing import standing_of, viewer_of_system
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.jobs import JobKind, Progress


def end_engagements(progress: Progress, _arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """End each engagement whose planned last day is over where the person works; close accounts without one.

    Safe to start again at any point: what was ended is not found any more.
    """
    moment, ended = now(), 0
    viewer = viewer_of_system()
    zones = main_site_zones(viewer)
    due = ends_over(viewer, _today(moment, None) + timedelta(days=1))
    for count, engagement in enumerate(due, 1):
        ended += _end_if_over(engagement, _today(moment, zones.get(engagement.person_id)))
        progress.report(count)
    for person in departures_unsettled(viewer):
        today = _today(moment, zones.get(person.pk))
        if person.last < today:  # type: ignore[attr-defined]  # the query brings it
            departure_settle(person=person, today=today, by=SYSTEM)
            ended += 1
    return {"ended": ended, "closed": _close_accounts(moment)}


def _today(moment: datetime, zone: str | None) -> date:
    return moment.astimezone(ZoneInfo(zone or settings.COMPANY_ZONE)).date()


def _end_if_over(engagement: Engagement, today: date) -> bool:
    if engagement.end_planned is None or engagement.end_planned >= today:
        return False
    engagement_end(engagement=engagement, last=engagement.end_planned, today=today, by=SYSTEM)
    return True


def _close_accounts(moment: datetime) -> int:
    """Close the open accounts of people who have left, and end their sessions."""
    closed = 0
    for account in Account.objects.filter(is_active=True, person__left_on__isnull=False):
        if account.person is not None and not standing_of(account.person.pk, moment).is_engaged:
            account_close(account=account, by=SYSTEM)
            closed += 1
    return closed


END_ENGAGEMENTS = JobKind(
    name="directory.end_engagements",
    title=_("End engagements that have run out"),
    run=end_engagements,
    every=timedelta(hours=1),
)
