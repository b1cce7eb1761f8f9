"""The page that says what to paste on the server of a log source, and how its log has come in since."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.wording import moment
from kuramori.watch.detecting.setting_up import SetUp, setup_of
from kuramori.watch.feeding.wording import checks, feed_shown
from kuramori.watch.queries.sources import SourceState, sources_visible_to
from kuramori.watch.registers import sources
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.wording import SOURCE_WORDS, word
from kuramori_lake.setup import Recipe


@page(Permission.SOURCE_VIEW)
def set_up(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show what to paste for the version entered (`?version=`, `?place=`), what to check, and the source's health."""
    viewer = request.viewer
    source = sources_visible_to(viewer).filter(pk=pk, retired_at=None).first()
    if source is None:
        raise Http404
    found = setup_of(viewer, source, request.GET)
    context = {
        "title": _("Set up: %(source)s") % {"source": source.name},
        "crumbs": [
            {"title": _("Health of the log sources"), "url": reverse("watch:health")},
            {"title": source.name, "url": sources.url("detail", source)},
        ],
        "source": source,
        "kind": word(SOURCE_WORDS, source.kind),
        "found": found,
        "texts": [_in_words(recipe) for recipe in found.recipes],
        "feeding": (feeding := feed_shown(viewer, source)),
        "checks": checks() if feeding else _checks(found, source.folder, source.silence_hours),
        "health": _health(viewer, found.state),
        "hand_in": reverse("watch:source-hand-in", args=[pk]) if viewer.may(Permission.SOURCE_INGEST) else "",
    }
    return render(request, "watch/detecting/setup.html", context, status=422 if _is_wrong(found) else 200)


def _is_wrong(found: SetUp) -> bool:
    return found.form is not None and bool(found.form.errors)


def _in_words(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe in the language of the page: the lake brings both."""
    is_japanese = (get_language() or "").startswith("ja")
    return {
        "title": recipe.title_ja if is_japanese else recipe.title_en,
        "file": recipe.file,
        "text": recipe.text,
        "check": recipe.check,
        "warnings": [each.ja if is_japanese else each.en for each in recipe.warnings],
    }


def _checks(found: SetUp, folder: str, silence_hours: int) -> list[str]:
    """Return what to look at afterwards, in the order of looking."""
    checks = [_("Run the command under each text; it must report no error.")] if found.recipes else []
    checks.append(_("Do one thing on purpose: open a file of a secret, print a page, send a mail to yourself."))
    if folder:
        told = _("Wait ten minutes: files in %(folder)s are collected once they have not grown for a minute.")
        checks.append(told % {"folder": folder})
    else:
        checks.append(_("Hand the log in, or enter a watched folder in the register."))
    checks.append(_("Come back to this page: the newest event below must be the one you made, and no row left over."))
    if silence_hours:
        told = _("From then on silence of more than %(hours)s working hours is reported to those who keep the logs.")
        checks.append(told % {"hours": silence_hours})
    return checks


def _health(viewer: Viewer, state: SourceState | None) -> dict[str, Any]:
    """Return the source's health in words; nothing received is told as such."""
    seen = state.health if state else None
    if state is None or seen is None:
        return {}
    return {
        "is_silent": state.is_silent,
        "facts": [
            (_("last event"), moment(seen.last_event_utc, viewer) if seen.last_event_utc else "–", ""),
            (_("last received"), moment(seen.last_received_utc, viewer), ""),
            (_("rows"), f"{seen.rows:,}", ""),
            (_("taken in"), f"{seen.accepted:,}", ""),
            (_("known already"), f"{seen.duplicate:,}", ""),
            (_("skipped by design"), f"{seen.ignored:,}", ""),
            (_("not understood"), f"{seen.rejected:,}", ""),
            (_("gaps in numbering"), f"{seen.gaps:,}", ""),
            (_("logs cleared"), f"{seen.cleared:,}", ""),
        ],
        "rejected": seen.rejected,
    }
