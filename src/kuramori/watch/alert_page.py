"""What the page of an alert says: what happened, why it was raised, how sure that is, and what can be done next."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kuramori.directory.api import calendar_of, sites, viewer_of_system, who_was_where
from kuramori.kernel.charts import Compared, Day
from kuramori.kernel.columns import Link
from kuramori.kernel.permissions import Viewer
from kuramori.watch.cases.queries import case_of
from kuramori.watch.lake import folder, lake
from kuramori.watch.models import Alert, Case
from kuramori.watch.queries.alerts import holds_on, tells_leaving
from kuramori.watch.queries.leavers import leavers_seen_by
from kuramori.watch.rules.alerts import OPEN
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.rules.verdicts import SPEAKING
from kuramori.watch.traces import (
    PEERS_LEAST,
    USUAL_DAYS,
    Beside,
    Sums,
    beside_peers,
    quantile,
    sums_by_day,
)
from kuramori.watch.wording import MEASURE_WORDS, word

FEW_DAYS = 20
SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class Traces:
    """The numbers behind an alert, straight from the lake; empty when there is no lake."""

    days: tuple[Day, ...] = ()
    high: float = 0.0
    compared: tuple[Compared, ...] = ()
    peers: int = 0
    own_days: int = 0
    damaged: int = 0
    unsealed: int = 0


def traces_of(alert: Alert | Case) -> Traces:
    """Read two months before the window of an alert or case and the window itself, and the peers' same window."""
    if not folder().exists():
        return Traces()
    begin = alert.since - USUAL_DAYS
    with lake() as found:
        daily = sums_by_day(found, alert.person_id, begin, alert.until)
        beside, peers = beside_peers(found, alert.person_id, alert.since, alert.until)
        stats = found.stats()
    before = sorted(sums.documents for day, sums in daily.items() if day < alert.since)
    return Traces(
        days=tuple(_days(alert, daily, begin)),
        high=quantile(before, 0.95),
        compared=tuple(_compared(each) for each in beside if each.own or each.high),
        peers=peers,
        own_days=len(before),
        damaged=len(stats.damaged),
        unsealed=stats.unsealed,
    )


def _compared(each: Beside) -> Compared:
    return Compared(label=word(MEASURE_WORDS, each.measure), own=each.own, middle=each.middle, high=each.high)


def _days(alert: Alert | Case, daily: dict[date, Sums], begin: date) -> list[Day]:
    works = works_on(alert.person_id, alert.until)
    count = (alert.until - begin).days + 1
    return [
        Day(
            date=day,
            value=daily.get(day, Sums()).documents,
            is_off=not works(day),
            mark=_("window begins") if day == alert.since else "",
        )
        for day in (begin + timedelta(days=n) for n in range(count))
    ]


def works_on(person_id: UUID, day: date) -> Callable[[date], bool]:
    """Return the working days of the site at which a person was on a day; every weekday when that is unknown."""
    system = viewer_of_system()
    here = {where.site_id for where in who_was_where(system, day, people=[person_id]) if where.is_main}
    site = next((site for site in sites(system) if site.pk in here), None)
    if site is None:
        return lambda each: each.weekday() < SATURDAY
    return calendar_of(system, site).is_business_day


def how_sure(traces: Traces) -> list[str]:
    """Say in sentences what the finding stands on, and what weakens it."""
    told = [
        _("Compared with %(days)s active days of the person's own in the two months before.")
        % {"days": traces.own_days},
        _("Compared with %(count)s colleagues of the same work and site, or of the same unit.")
        % {"count": traces.peers},
    ]
    if traces.own_days < FEW_DAYS:
        told.append(_("That is little: the usual may still change."))
    if traces.peers < PEERS_LEAST:
        told.append(_("Those are few colleagues: the comparison with them is weak."))
    if traces.damaged:
        told.append(_("%(count)s damaged log segments were left out.") % {"count": traces.damaged})
    if traces.unsealed:
        told.append(_("%(count)s log segments still wait for their seal in the ledger.") % {"count": traces.unsealed})
    else:
        told.append(_("Every event behind it is sealed in the ledger."))
    told.append(_("A high score is a reason to look, and no proof of a deed."))
    return told


def next_steps(viewer: Viewer, alert: Alert, *, is_named: bool) -> list[Link]:
    """Return what the viewer can do now, the usual first step first; `is_named`: the name is shown to him already."""
    links = [
        Link(
            text=_("Look at the events behind it"),
            url=reverse("watch:alert-events", args=[alert.pk]),
            note=_("What was read, when, from which log: secrets first."),
        )
    ]
    if viewer.may(Permission.ALERT_REVIEW) and alert.state in OPEN:
        links.append(
            Link(
                text=_("Write down what you found and decide"),
                url=reverse("watch:alert-review", args=[alert.pk]),
                note=_("Ask the keeper of the secret whether the work is known, before anybody asks the person."),
            )
        )
    links += _of_cases(viewer, alert)
    if holds_on(viewer, Permission.ALERT_UNSEAL, alert) and not is_named:
        links.append(
            Link(
                text=_("Have the name shown"),
                url=reverse("watch:alert-unseal", args=[alert.pk]),
                note=_("Needs a reason, stands in the ledger, ends after 24 hours."),
            )
        )
    seen = leavers_seen_by(viewer, localdate(timezone=viewer.zone)) if tells_leaving(viewer, alert) else []
    line = next((one.leaver.engagement_line for one in seen if one.leaver.person_id == alert.person_id), None)
    if line is not None:
        links.append(
            Link(
                text=_("Open the look-back on the leaver"),
                url=reverse("watch:look-back", args=[line]),
                note=_("The person leaves: the whole time since the notice in one view."),
            )
        )
    return links


def _of_cases(viewer: Viewer, alert: Alert) -> list[Link]:
    """Return the ways to what people do with alerts: the case, the timeline, a decision on its reasons."""
    links = []
    if (case := case_of(viewer, alert)) is not None:
        links.append(
            Link(
                text=_("Go to its case %(number)s") % {"number": case.number},
                url=reverse("watch:case-detail", args=[case.pk]),
                note=_("What else there is on this person's way out; steps, deadline, preservation, escalation."),
            )
        )
    if viewer.may(Permission.TIMELINE_OPEN):
        links.append(
            Link(
                text=_("Look back across all channels"),
                url=f"{reverse('watch:timeline-open')}?alert={alert.pk}",
                note=_("Files, mail, web, print, media, doors and databases in one order; asks for a reason."),
            )
        )
    if viewer.may(Permission.ORDER_ASK):
        links.append(
            Link(
                text=_("Ask for monitoring"),
                url=f"{reverse('watch:order-ask')}?alert={alert.pk}",
                note=_("What happens from now on, for a time; offices decide, the name stays sealed."),
            )
        )
    if viewer.may(Permission.VERDICT_ADD) and any(
        told["strength"] > 0 and told["code"] in SPEAKING for told in alert.told
    ):
        links.append(
            Link(
                text=_("Say that a reason was ordinary, or true"),
                url=reverse("watch:verdict-add", args=[alert.pk]),
                note=_("Moves later scores of this kind, bounded, for a time, withdrawable."),
            )
        )
    return links
