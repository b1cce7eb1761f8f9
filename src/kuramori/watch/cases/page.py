"""What the page of a case says: what happened, how sure, which days were seen at all, and what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from kuramori.directory.api import viewer_of_system, who_was_where
from kuramori.kernel.columns import Link
from kuramori.kernel.permissions import Viewer
from kuramori.register.api import Secret, secrets_visible_to
from kuramori.watch.alert_page import Traces, how_sure, works_on
from kuramori.watch.cases.queries import is_expert, today_for
from kuramori.watch.lake import folder, lake
from kuramori.watch.models import Alert, Case, LogSource
from kuramori.watch.queries.alerts import holds_on
from kuramori.watch.queries.leavers import leavers_seen_by
from kuramori.watch.reasons import reasons_in_words
from kuramori.watch.rules.cases import SETTLED
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.wording import SOURCE_WORDS, channels_in_words, word
from kuramori_lake.coverage import days_seen

TOLD_DAYS = 5
BEFORE = timedelta(days=90)
"""So long before its first day a case's evidence is preserved, unless another day is entered."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """How one source saw the days of a case; `tone` is "ok" when no working day is missing."""

    name: str
    words: str
    tone: str


def in_short(case: Case, who: str, alerts: Sequence[Alert], documents: int) -> list[str]:
    """Say the case in a few sentences."""
    span = {"who": who, "since": case.since, "until": case.until}
    told = [
        ngettext(
            "%(who)s stood out once between %(since)s and %(until)s.",
            "%(who)s stood out %(count)s times between %(since)s and %(until)s.",
            len(alerts),
        )
        % (span | {"count": len(alerts)})
    ]
    if case.channels:
        told.append(_("Ways out: %(ways)s.") % {"ways": channels_in_words(case.channels)})
    else:
        told.append(_("No way out was seen so far: it was only read."))
    if documents:
        told.append(_("%(count)s documents of registered secrets were touched.") % {"count": f"{documents:,}"})
    return told


def reasons_told(
    viewer: Viewer, alerts: Sequence[Alert], *, levels: dict[str, str], names: frozenset[str], leaving: bool
) -> list[tuple[Alert, list[Any]]]:
    """Return each alert with its reasons in sentences, as its own page says them to this viewer."""
    touched = {row.secret_id for alert in alerts for row in alert.secrets.all()}
    known = set(secrets_visible_to(viewer).filter(pk__in=touched).values_list("pk", flat=True))
    closed = {str(pk) for pk in touched - known}
    return [
        (
            alert,
            reasons_in_words(alert, viewer.language, closed=closed, levels=levels, names=names, leaving=leaving),
        )
        for alert in alerts
    ]


def secrets_in(viewer: Viewer, alerts: Sequence[Alert]) -> tuple[list[tuple[Secret, int]], list[tuple[Any, int]]]:
    """Return the case's secrets that the viewer may know, each with its documents; of the others level and number."""
    counts: dict[UUID, int] = {}
    rows = {row.secret_id: row for alert in alerts for row in alert.secrets.all()}
    for alert in alerts:
        for row in alert.secrets.all():
            counts[row.secret_id] = max(counts.get(row.secret_id, 0), row.documents)
    known = {secret.pk: secret for secret in secrets_visible_to(viewer).filter(pk__in=rows)}
    hidden: dict[UUID, tuple[Any, int]] = {}
    for pk, row in rows.items():
        if pk not in known:
            level = row.secret.level
            hidden[level.pk] = (level, hidden.get(level.pk, (level, 0))[1] + 1)
    shown = sorted(
        ((secret, counts[pk]) for pk, secret in known.items()), key=lambda one: (-one[0].level.rank, -one[1])
    )
    return shown, sorted(hidden.values(), key=lambda one: -one[0].rank)


def sure_of(case: Case, alerts: Sequence[Alert], traces: Traces) -> list[str]:
    """Say how sure a case is: its score, how many kinds of reason speak, what lowers it, and what it stands on."""
    reasons = [reason for alert in alerts for reason in alert.told]
    speaking = {reason["code"] for reason in reasons if reason["strength"] > 0}
    lowering = {reason["code"] for reason in reasons if reason["strength"] < 0}
    told = [
        _("The heaviest alert has a score of %(score)s of 100, from %(count)s kinds of reason.")
        % {"score": case.score, "count": len(speaking)}
    ]
    if lowering:
        told.append(_("%(count)s things lower it; they stand last among the reasons.") % {"count": len(lowering)})
    return told + how_sure(traces)


def coverage_of_days(case: Case) -> list[Seen]:
    """Say for each log source of the person's site, and those without one, on which days of the case it was heard.

    A silent source says so: nothing that happened there on those days can stand in this case.
    """
    if not folder().exists():
        return []
    with lake() as found:
        heard = days_seen(found, case.since, case.until)
    here = {where.site_id for where in who_was_where(viewer_of_system(), case.until, people=[case.person_id])}
    works = works_on(case.person_id, case.until)
    days = [case.since + timedelta(days=n) for n in range((case.until - case.since).days + 1)]
    wanted = [day for day in days if works(day)] or days
    sources = LogSource.objects.standing().order_by("name")
    return [
        _seen(source, heard.get((source.kind, source.instance), set()), wanted)
        for source in sources
        if source.site_id is None or source.site_id in here
    ]


def _seen(source: LogSource, heard: set[date], wanted: Sequence[date]) -> Seen:
    silent = [day for day in wanted if day not in heard]
    name = f"{source.name} ({word(SOURCE_WORDS, source.kind)})"
    if not silent:
        words = ngettext("heard on the working day", "heard on all %(count)s working days", len(wanted))
        return Seen(name=name, words=words % {"count": len(wanted)}, tone="ok")
    if len(silent) == len(wanted):
        return Seen(name=name, words=_("silent all the time: what happened there is not seen"), tone="bad")
    listed = pgettext("between words of a list", ", ").join(day.isoformat() for day in silent[:TOLD_DAYS])
    more = _(" and %(count)s more") % {"count": len(silent) - TOLD_DAYS} if len(silent) > TOLD_DAYS else ""
    return Seen(name=name, words=_("silent on %(days)s: not seen then") % {"days": listed + more}, tone="warn")


def next_steps(viewer: Viewer, case: Case, alerts: Sequence[Alert], *, is_named: bool, leaving: bool) -> list[Link]:
    """Return what the viewer can do now, the usual first step first: nobody asks the person before others were."""
    if is_expert(viewer):
        return [_timeline(case)]
    links = [_timeline(case)] if viewer.may(Permission.TIMELINE_OPEN) else []
    links += _decisions(case) if viewer.may(Permission.CASE_STEP) else []
    if viewer.may(Permission.VERDICT_ADD) and alerts:
        links.append(
            Link(
                text=_("Say that a reason was ordinary, or true"),
                url=reverse("watch:verdict-add", args=[alerts[0].pk]),
                note=_("Moves later scores of this kind, bounded, for a time, withdrawable."),
            )
        )
    if alerts and holds_on(viewer, Permission.ALERT_UNSEAL, alerts[0]) and not is_named:
        links.append(
            Link(
                text=_("Have the name shown"),
                url=reverse("watch:alert-unseal", args=[alerts[0].pk]),
                note=_("Needs a reason, stands in the ledger, ends after 24 hours."),
            )
        )
    if viewer.may(Permission.CASE_PRESERVE):
        note = _("Copies logs and records into custody and stops their deletion; the person finds no trace of it.")
        if not is_named:
            note = _("Have the name shown first: a preservation names the person to those who keep it.")
        links.append(
            Link(text=_("Preserve the evidence"), url=reverse("watch:case-preserve", args=[case.pk]), note=note)
        )
    seen = leavers_seen_by(viewer, today_for(viewer)) if leaving else []
    line = next((one.leaver.engagement_line for one in seen if one.leaver.person_id == case.person_id), None)
    if line is not None:
        links.append(
            Link(
                text=_("Open the look-back on the leaver"),
                url=reverse("watch:look-back", args=[line]),
                note=_("The person leaves: the whole time since the notice in one view."),
            )
        )
    return links


def _timeline(case: Case) -> Link:
    return Link(
        text=_("Look back across all channels"),
        url=f"{reverse('watch:timeline-open')}?case={case.pk}",
        note=_(
            "Up to 730 days of files, mail, web, print, media, doors and databases in one order; asks for a reason."
        ),
    )


def _decisions(case: Case) -> list[Link]:
    """Return the steps that lead on from where the case stands."""
    step = reverse("watch:case-step", args=[case.pk])
    if case.state in SETTLED:
        return [
            Link(text=_("Take the case up again"), url=f"{step}?state=in_review", note=_("Only a person does that."))
        ]
    return [
        Link(
            text=_("Ask the boss, and wait for the answer"),
            url=f"{step}?state=waiting",
            note=_("Ask the head of the unit or the secret's keeper whether the work is known, without saying why."),
        ),
        Link(
            text=_("Explain it as ordinary"),
            url=f"{step}?state=explained",
            note=_("Write what explains it and who confirmed that."),
        ),
        Link(
            text=_("Escalate"),
            url=f"{step}?state=escalated",
            note=_("For the crisis committee: the suspicion stands after what was asked."),
        ),
    ]
