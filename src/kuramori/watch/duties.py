"""What this room asks of people: the alerts they took, and sources that have fallen silent."""

from datetime import date, timedelta

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kuramori.kernel.paging import at_most
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Duty
from kuramori.watch.queries.alerts import unassigned, waiting_for
from kuramori.watch.queries.sources import source_states
from kuramori.watch.rules.permissions import Permission

SHOWN = 50
REVIEW_WITHIN = timedelta(days=3)


def alert_duties(viewer: Viewer, today: date) -> list[Duty]:
    """Return the open alerts that the viewer took, due three days after they came; never his own."""
    if viewer.person_id is None or not viewer.may(Permission.ALERT_VIEW):
        return []
    mine = list(waiting_for(viewer)[:SHOWN])
    duties = [
        Duty(
            title=_("Alert %(number)s: review and decide") % {"number": alert.number},
            url=reverse("watch:alert-detail", args=[alert.pk]),
            due=localdate(alert.created_at, timezone=viewer.zone) + REVIEW_WITHIN,
            kind=_("alert"),
            urgent=alert.severity == "high",
        )
        for alert in mine
    ]
    if (waiting := at_most(unassigned(viewer))) != "0":
        address = f"{reverse('watch:alert-list')}?state=new"
        title = _("%(count)s new alerts that nobody has taken") % {"count": waiting}
        duties.append(Duty(title=title, url=address, due=today, kind=_("alert")))
    return duties


def silence_duties(viewer: Viewer, today: date) -> list[Duty]:
    """Return the silent sources for those who look after them."""
    if not viewer.may(Permission.SOURCE_EDIT):
        return []
    return [
        Duty(
            title=_("Log source %(name)s is silent: bring it back") % {"name": state.name},
            url=reverse("watch:health"),
            due=today,
            kind=_("log source"),
            urgent=True,
        )
        for state in source_states(viewer)
        if state.is_silent
    ]
