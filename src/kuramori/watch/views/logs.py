"""The logs themselves: health of the sources, what was not understood, files handed in, an evaluation asked for."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kuramori.kernel.jobs import ask
from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.wording import moment
from kuramori.watch.job_names import DETECT, INGEST
from kuramori.watch.queries.charters import sites_watched
from kuramori.watch.queries.sources import SourceState, lake_stats, quarantined, source_states, sources_visible_to
from kuramori.watch.registers import LACK_WORDS, sources
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.wording import SOURCE_WORDS, word

NAME_BYTES = 200


class HandInForm(forms.Form):
    """A log file handed in by a person."""

    file = forms.FileField(
        label=gettext_lazy("log file"),
        help_text=gettext_lazy("Any size; the same file again stores nothing."),
    )


@page(Permission.SOURCE_VIEW)
def health(request: ViewedRequest) -> HttpResponse:
    """Show per source what came in, what did not, and since when it is silent; and which sites may be watched."""
    viewer, today = request.viewer, localdate(timezone=request.viewer.zone)
    states = source_states(viewer)
    context = {
        "title": _("Health of the log sources"),
        "rows": [_line(state, request) for state in states],
        "silent": [state for state in states if state.is_silent],
        "stats": lake_stats(viewer),
        "sites": [(each, LACK_WORDS[each.lack] if each.lack else "") for each in sites_watched(viewer, today)],
        "may_add": viewer.may(Permission.SOURCE_ADD),
        "may_run": viewer.may(Permission.DETECTION_RUN),
    }
    return render(request, "watch/health.html", context)


def _line(state: SourceState, request: ViewedRequest) -> dict[str, Any]:
    viewer, seen = request.viewer, state.health
    may_hand_in = state.source is not None and viewer.may(Permission.SOURCE_INGEST)
    return {
        "name": state.name,
        "url": sources.url("detail", state.source) if state.source else "",
        "kind": word(SOURCE_WORDS, state.source.kind if state.source else seen.source if seen else ""),
        "health": seen,
        "last": moment(seen.last_event_utc, viewer) if seen and seen.last_event_utc else "",
        "received": moment(seen.last_received_utc, viewer) if seen else "",
        "quiet": None if state.quiet is None else round(state.quiet),
        "is_silent": state.is_silent,
        "expected": state.source.silence_hours if state.source else 0,
        "set_up": reverse("watch:source-set-up", args=[state.source.pk]) if state.source else "",
        "hand_in": reverse("watch:source-hand-in", args=[state.source.pk]) if may_hand_in and state.source else "",
    }


@page(Permission.SOURCE_VIEW)
def quarantine(request: ViewedRequest) -> HttpResponse:
    """Show the rows that were not understood, with counts that add up to the rows received."""
    states = [state for state in source_states(request.viewer) if state.health is not None]
    shown = quarantined(request.viewer)
    may_read = request.viewer.may(Permission.SOURCE_EDIT)  # raw rows name people: only for who keeps the logs
    context = {
        "title": _("Rows not understood"),
        "states": states,
        "rows": [
            {
                "source": f"{each.source} {each.instance}",
                "file": each.file,
                "row": each.row,
                "reason": each.reason,
                "excerpt": each.excerpt.decode("utf-8", "replace")[:200] if may_read else "",
            }
            for each in shown
        ],
        "may_read": may_read,
        "total": sum(state.health.rejected for state in states if state.health),
        "crumbs": [{"title": _("Health of the log sources"), "url": reverse("watch:health")}],
    }
    return render(request, "watch/quarantine.html", context)


@page(Permission.SOURCE_INGEST)
def hand_in(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Take an uploaded log file in, as a job that can be watched."""
    source = sources_visible_to(request.viewer).filter(pk=pk, retired_at=None).first()
    if source is None:
        raise Http404
    form = HandInForm(request.POST, request.FILES) if request.method == "POST" else HandInForm()
    if request.method == "POST" and form.is_valid():
        path = _kept(form.cleaned_data["file"])
        job = ask(INGEST, viewer=request.viewer, title=source.name, source=str(source.pk), paths=[str(path)])
        return redirect("kernel:job", pk=job.pk)
    context = {
        "title": _("Hand in a log file: %(source)s") % {"source": source.name},
        "form": form,
        "action": _("Take it in"),
        "back": reverse("watch:health"),
        "crumbs": [{"title": _("Health of the log sources"), "url": reverse("watch:health")}],
    }
    return render(request, "watch/step.html", context, status=422 if form.errors else 200)


def _kept(upload: Any) -> Path:
    """Write an upload aside, under a name of its own in a folder of its own."""
    place = Path(settings.DATA) / "incoming" / uuid4().hex
    place.mkdir(mode=0o700, parents=True)
    path = place / _short(Path(str(upload.name)).name or "log")
    with path.open("wb") as file:
        for part in upload.chunks():
            file.write(part)
    return path


def _short(name: str) -> str:
    """Return a file name that every disk takes: Windows allows 255 letters, ours 255 bytes, three for each kanji."""
    suffix = Path(name).suffix.encode()[:NAME_BYTES]
    stem = Path(name).stem.encode()[: NAME_BYTES - len(suffix)]
    return (stem + suffix).decode(errors="ignore")


@page(Permission.DETECTION_RUN)
@require_POST
def run_detection(request: ViewedRequest) -> HttpResponse:
    """Ask for an evaluation now; its page shows how far it is."""
    return redirect("kernel:job", pk=ask(DETECT, viewer=request.viewer).pk)
