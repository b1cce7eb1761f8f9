"""The map of coverage: what the logs saw of each way out at each site, and what comes next where they did not."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.forms import PlainSelect
from kuramori.watch.detecting.gaps import gap_mark, gaps
from kuramori.watch.detecting.map_queries import Cell, SiteRow, coverage_map, last_days, worst
from kuramori.watch.models import WayChoice
from kuramori.watch.rules.detecting import Sight, runs_of
from kuramori.watch.rules.permissions import Permission

RUNS_SHOWN = 3
WEEKS = {"4": gettext_lazy("4 weeks"), "13": gettext_lazy("13 weeks"), "52": gettext_lazy("52 weeks")}
SIGHT_WORDS = {
    Sight.BLIND: gettext_lazy("blind"),
    Sight.SILENT: gettext_lazy("silent"),
    Sight.PARTLY: gettext_lazy("partly seen"),
    Sight.SEEN: gettext_lazy("seen"),
}
SIGHT_TONES = {Sight.BLIND: "bad", Sight.SILENT: "bad", Sight.PARTLY: "warn", Sight.SEEN: "ok"}
NEXT_STEPS = {
    Sight.BLIND: gettext_lazy("Add a log source that sees this way, or say by what means it is blocked."),
    Sight.SILENT: gettext_lazy("Registered, yet nothing was heard: check its server by the set-up page."),
    Sight.PARTLY: gettext_lazy("Hand the missing days in, or say why there is nothing to hand in."),
    Sight.SEEN: "",
}


class PeriodForm(forms.Form):
    """Over how many weeks the map looks."""

    weeks = forms.ChoiceField(label=gettext_lazy("period"), choices=list(WEEKS.items()), widget=PlainSelect)


@page(Permission.GAP_VIEW)
def coverage(request: ViewedRequest) -> HttpResponse:
    """Show every way at every site over the last weeks (`?weeks=4`, 13 or 52), up to yesterday."""
    viewer = request.viewer
    form = PeriodForm({"weeks": request.GET.get("weeks", "4")})
    weeks = int(form.cleaned_data["weeks"]) if form.is_valid() else 4
    since, until = last_days(localdate(timezone=viewer.zone), weeks)
    rows = coverage_map(viewer, since, until)
    counts = worst(rows)
    context = {
        "title": _("What the logs see"),
        "crumbs": [{"title": _("Health of the log sources"), "url": reverse("watch:health")}],
        "form": form,
        "period": f"{since.isoformat()} – {until.isoformat()}",
        "counts": [(SIGHT_WORDS[sight], SIGHT_TONES[sight], counts[sight]) for sight in Sight],
        "sites": [_site(viewer, row) for row in rows],
        "gaps_url": gaps.url("list"),
        "may_add": viewer.may(Permission.GAP_ADD),
    }
    return render(request, "watch/detecting/coverage.html", context, status=200 if form.is_valid() else 422)


def _site(viewer: Viewer, row: SiteRow) -> dict[str, Any]:
    return {
        "name": row.site.name,
        "is_evaluated": row.is_evaluated,
        "cells": [_cell(viewer, row, cell) for cell in row.cells],
    }


def _cell(viewer: Viewer, row: SiteRow, cell: Cell) -> dict[str, Any]:
    """Return one way in words: what was seen, what is missing, who sees to it, or what could be done next."""
    told = cell.sighting
    return {
        "way": WayChoice(cell.way).label,
        "word": SIGHT_WORDS[told.sight],
        "tone": SIGHT_TONES[told.sight],
        "days": _("%(heard)s of %(expected)s working days") % {"heard": told.heard, "expected": told.expected}
        if cell.sources
        else "",
        "missing": _missing(row, cell),
        "sources": pgettext("between words of a list", ", ").join(each.name for each in cell.sources),
        "gap": cell.gap,
        "mark": gap_mark(cell.gap, viewer) if cell.gap else None,
        "gap_url": gaps.url("detail", cell.gap) if cell.gap else "",
        "next": NEXT_STEPS[told.sight] if cell.needs_owner else "",
        "add": gaps.url("add") if cell.needs_owner and viewer.may(Permission.GAP_ADD) else "",
    }


def _missing(row: SiteRow, cell: Cell) -> str:
    """Return the longest-ago runs of missing days of a way that was partly seen."""
    if cell.sighting.sight is not Sight.PARTLY:
        return ""
    runs = runs_of(cell.sighting.missing, row.expected)
    words = [
        first.isoformat() if first == last else f"{first.isoformat()} – {last.isoformat()}"
        for first, last in runs[:RUNS_SHOWN]
    ]
    more = _("and %(count)s more") % {"count": len(runs) - RUNS_SHOWN} if len(runs) > RUNS_SHOWN else ""
    return pgettext("between words of a list", ", ").join([*words, *([more] if more else [])])
