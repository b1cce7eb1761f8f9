"""The tab “Access” on a secret's page: how much was read by whom, under pseudonyms, for its keeper and the office."""

from datetime import date, timedelta
from typing import Any

from django.template.loader import render_to_string
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kuramori.directory.api import calendar_of, sites, viewer_of_system
from kuramori.kernel.charts import Day
from kuramori.kernel.permissions import Viewer
from kuramori.register.api import Secret
from kuramori.watch.lake import folder, lake
from kuramori.watch.pseudonyms import pseudonym
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.traces import quantile
from kuramori_lake.coverage import readers_of, secret_by_day

DAYS = 30
READERS_SHOWN = 50


def access_panel(secret: Secret, viewer: Viewer) -> str | None:
    """Draw the last 30 days of a secret; a word on who may see it for everybody else."""
    if not _may_see(secret, viewer):
        return render_to_string("watch/parts/access_closed.html", _asking(secret, viewer))
    if not folder().exists():
        return render_to_string("watch/parts/access.html", {"readers": []} | _asking(secret, viewer))
    until = localdate(timezone=viewer.zone)
    since = until - timedelta(days=DAYS - 1)
    with lake() as found:
        rows = readers_of(found, str(secret.pk), since, until)
        daily = secret_by_day(found, str(secret.pk), since, until)
    month = f"secret:{secret.pk}:{until:%Y-%m}"
    days = _days(viewer, daily, since)
    context = {
        "title": _("Documents read, by day"),
        "days": days,
        "high": quantile(sorted(int(day.value) for day in days), 0.95),
        "unit": _("documents"),
        "readers": [row | {"who": pseudonym(month, row["person_id"])} for row in rows[:READERS_SHOWN]],
        "more": max(len(rows) - READERS_SHOWN, 0),
        "since": since,
        "until": until,
        "may_timeline": viewer.may(Permission.TIMELINE_OPEN) and viewer.may(Permission.ALERT_VIEW),
    }
    return render_to_string("watch/parts/access.html", context | _asking(secret, viewer))


def _asking(secret: Secret, viewer: Viewer) -> dict[str, Any]:
    return {"secret": secret, "may_order": viewer.may(Permission.ORDER_ASK)}


def _may_see(secret: Secret, viewer: Viewer) -> bool:
    office = viewer.may_everywhere(Permission.ALERT_VIEW) or secret.unit_id in viewer.units_for(Permission.ALERT_VIEW)
    return office or (secret.keeper_id is not None and secret.keeper_id == viewer.person_id)


def _days(viewer: Viewer, daily: dict[date, int], since: date) -> list[Day]:
    """Return the gapless days, those off by the calendar of the viewer's country marked."""
    works = next((calendar_of(viewer_of_system(), site) for site in sites(viewer) if site.zone == viewer.zone), None)
    all_days = [since + timedelta(days=n) for n in range(DAYS)]
    return [
        Day(date=day, value=daily.get(day, 0), is_off=works is not None and not works.is_business_day(day))
        for day in all_days
    ]
