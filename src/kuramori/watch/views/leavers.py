"""Leavers: who goes, and what the logs say of the time since (LEV-09)."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kuramori.directory.api import people_visible_to, subjects_of_person
from kuramori.evidence.api import BUNDLE_PERSON, TIMELINE_VIEW, DeliveryForm, ask_bundle
from kuramori.governance.api import Level, levels_in_force
from kuramori.kernel.charts import Day
from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.permissions import Forbidden, Viewer
from kuramori.register.api import Secret, secrets_visible_to
from kuramori.watch.masking import masked, names_of
from kuramori.watch.models import StateChoice
from kuramori.watch.privacy.look_acts import look_back_note
from kuramori.watch.queries.alerts import alerts_of_person, tells_leaving
from kuramori.watch.queries.charters import sites_watched
from kuramori.watch.queries.leavers import LeaverSeen, leaver_seen_by, leavers_seen_by, look_back_at
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.traces import quantile
from kuramori.watch.wording import CHANNEL_WORDS, DEPTH_WORDS, word
from kuramori_lake.detect import LookbackReport

WEIGHTIEST = 50


@page(Permission.LEAVER_VIEW)
def listing(request: ViewedRequest) -> HttpResponse:
    """List who leaves or has just left."""
    today = localdate(timezone=request.viewer.zone)
    context = {
        "title": _("Look-back on leavers"),
        "rows": leavers_seen_by(request.viewer, today),
        "unwatched": [each for each in sites_watched(request.viewer, today) if each.charter is None],
    }
    return render(request, "watch/leavers.html", context)


@page(Permission.LEAVER_VIEW)
def look_back(request: ViewedRequest, line: UUID) -> HttpResponse:
    """Show what a leaver did since his look-back begins, beside his own usual."""
    viewer = request.viewer
    seen = leaver_seen_by(viewer, line, localdate(timezone=viewer.zone))
    if seen is None:
        raise Http404
    look_back_note(seen=seen, by=viewer.actor)
    report = look_back_at(viewer, seen)
    context: dict[str, Any] = {
        "title": _("Look-back: %(name)s") % {"name": seen.name},
        "seen": seen,
        "crumbs": [{"title": _("Look-back on leavers"), "url": reverse("watch:leavers")}],
        "alerts": [
            (alert, StateChoice(alert.state).label)
            for alert in alerts_of_person(viewer, seen.leaver.person_id)[:20]
            if tells_leaving(viewer, alert)
        ],
        "may_timeline": viewer.may_everywhere(TIMELINE_VIEW) and not seen.is_veiled,
        "bundle_form": DeliveryForm() if _may_bundle(viewer, seen) else None,
    }
    if report is not None:
        context |= _told(viewer, seen, report)
    return render(request, "watch/look_back.html", context)


@page(BUNDLE_PERSON)
@require_POST
def bundle(request: ViewedRequest, line: UUID) -> HttpResponse:
    """Have an evidence bundle made about a leaver and the days looked back on, with a reason; a job shows how far."""
    viewer = request.viewer
    seen = leaver_seen_by(viewer, line, localdate(timezone=viewer.zone))
    if seen is None:
        raise Http404
    if not _may_bundle(viewer, seen):
        raise Forbidden(BUNDLE_PERSON)
    form = DeliveryForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.first_error)
        return redirect("watch:look-back", line=line)
    person = people_visible_to(viewer).get(pk=seen.leaver.person_id)
    job = ask_bundle(
        viewer,
        kind="person",
        subject=person.as_subject(),
        ids=subjects_of_person(viewer, person),
        permission=BUNDLE_PERSON,
        why=form.cleaned_data["why"],
        starts_on=seen.since,
        ends_on=seen.until,
        delivery=form.delivery,
        look="look" in request.POST,
    )
    return redirect("kernel:job", job.pk)


def _may_bundle(viewer: Viewer, seen: LeaverSeen) -> bool:
    """Say whether the viewer may make the bundle: it names the person, so only who knows the leaver by name."""
    return viewer.may_everywhere(BUNDLE_PERSON) and not seen.is_veiled


def _told(viewer: Viewer, seen: LeaverSeen, report: LookbackReport) -> dict[str, Any]:
    """Return the report ready to show; what belongs to secrets outside the viewer's scope shows its level only."""
    ids = {UUID(each.secret_id) for each in report.secrets}
    known = {str(secret.pk): secret for secret in secrets_visible_to(viewer).filter(pk__in=ids)}
    numbers = {secret.number for secret in known.values()}
    levels = {level.name_ja: level for level in levels_in_force(viewer)}
    before = sorted(day.documents for day in report.days if not day.after_notice and day.documents)
    names = names_of(seen.leaver.person_id) if seen.is_veiled else frozenset()
    return {
        "report": report,
        "sentences": _sentences(report),
        "days_title": _("Documents by day since the look-back begins"),
        "days": _days(report),
        "high": quantile(before, 0.95) or report.usual,
        "unit": _("documents"),
        "channels": [(word(CHANNEL_WORDS, each.channel), each) for each in report.channels],
        "secrets": _secrets(report, known, levels),
        "areas": [replace(each, area=masked(each.area, names)) for each in report.new_areas],
        "documents": _documents(report, numbers, levels, names),
    }


def _secrets(report: LookbackReport, known: Mapping[str, Secret], levels: Mapping[str, Level]) -> list[dict[str, Any]]:
    """Return the secrets touched, those in sight by name, the others counted by level."""
    rows: dict[object, dict[str, Any]] = {}
    for each in report.secrets:
        secret = known.get(each.secret_id)
        seal = secret.level if secret else levels.get(each.level)
        found = {"secret": secret, "seal": seal, "level": each.level, "count": 0, "documents": 0, "before": 0}
        row = rows.setdefault(each.secret_id if secret else each.level, found)
        row["count"] += 1
        row["documents"] += each.documents
        row["before"] += each.documents_before
    return list(rows.values())


def _documents(
    report: LookbackReport, known: Collection[str], levels: Mapping[str, Level], names: Collection[str]
) -> list[dict[str, Any]]:
    """Return the weightiest documents, `names` masked; those of secrets out of sight as one line per level and deed."""
    rows: dict[object, dict[str, Any]] = {}
    for each in report.documents[:WEIGHTIEST]:
        is_closed = each.secret_number is not None and each.secret_number not in known
        path = _("documents of secrets not open to you") if is_closed else masked(each.path, names)
        told = {"path": path, "level": each.level, "deepest": word(DEPTH_WORDS, each.deepest)}
        found = {**told, "seal": levels.get(each.level or ""), "touches": 0, "last": each.last}
        row = rows.setdefault(tuple(told.values()), found)
        row |= {"touches": row["touches"] + each.touches, "last": max(row["last"], each.last)}
    return list(rows.values())


def _days(report: LookbackReport) -> list[Day]:
    marks = {report.notice_on: _("notice"), report.last_day: _("last working day")}
    return [
        Day(date=each.day, value=each.documents, is_off=each.rest_day, mark=marks.get(each.day, ""))
        for each in report.days
    ]


def _sentences(report: LookbackReport) -> list[str]:
    """Say the report in a few sentences, the weightiest first."""
    secret = sum(each.documents for each in report.secrets)
    busiest = max(report.days, key=lambda day: day.documents, default=None)
    taken = sum(each.files for each in report.channels if each.channel == "removable")
    off_hours = sum(day.off_hours for day in report.days)
    told = []
    if busiest is not None and busiest.documents:
        words = _("On the busiest day, %(day)s, %(count)s documents; the usual is %(usual)s a day.")
        told.append(words % {"day": busiest.day, "count": f"{busiest.documents:,}", "usual": f"{report.usual:,.0f}"})
    if secret:
        told.append(
            _("%(count)s documents of %(secrets)s secrets were touched.")
            % {"count": f"{secret:,}", "secrets": len(report.secrets)}
        )
    if taken:
        told.append(_("%(count)s files went to removable media.") % {"count": f"{taken:,}"})
    if report.new_areas:
        told.append(_("Areas opened for the first time: %(count)s.") % {"count": len(report.new_areas)})
    if off_hours:
        told.append(_("%(count)s events lie outside the person's usual hours.") % {"count": f"{off_hours:,}"})
    return told or [_("Nothing in the logs stands out in this time.")]
