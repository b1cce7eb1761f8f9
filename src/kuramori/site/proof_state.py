"""The state of the proof in one line: sealed when, checked when; at the foot of every page and in the health report."""

from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.utils.timezone import now
from django.utils.translation import gettext as _

from kuramori.evidence.api import (
    against_words,
    ledger_state,
    overdue_backups,
    silent_authorities,
    silent_witnesses,
    standing_against,
)
from kuramori.kernel.permissions import Viewer
from kuramori.site.findings import Finding, State

KEPT_SECONDS = 20
LONGEST_WAIT = timedelta(seconds=30)


def footer_state(viewer: Viewer) -> dict[str, Any]:
    """Return the footer's line for this viewer's zone; at most 20 seconds old."""
    known: tuple[int, datetime | None, datetime | None] | None = cache.get("proof-state")
    if known is None:
        state = ledger_state(viewer)
        known = (state.entries, state.waiting_since, state.checkpoint.at if state.checkpoint else None)
        cache.set("proof-state", known, KEPT_SECONDS)
    entries, waiting_since, sealed_at = known
    late = waiting_since is not None and now() - waiting_since > LONGEST_WAIT
    return {
        "state": "warn" if late or sealed_at is None else "ok",
        "word": _("%(count)s entries in the ledger") % {"count": f"{entries:,}"},
        "sealed_at": sealed_at.astimezone(viewer.zone).strftime("%Y-%m-%d %H:%M") if sealed_at else "",
    }


def ledger_finding(viewer: Viewer) -> Finding:
    """Say whether the sequencer keeps up: an entry that waits has no place in the tree yet."""
    state = ledger_state(viewer)
    part = _("Ledger")
    for each in standing_against(viewer):
        step = _("Nothing is signed until this is settled: see the page Evidence.")
        return Finding(part=part, state=State.BAD, words=against_words(each, viewer), next_step=step)
    if state.waiting_since is not None and now() - state.waiting_since > LONGEST_WAIT:
        words = _("%(count)s entries wait for their place") % {"count": state.waiting}
        return Finding(
            part=part, state=State.BAD, words=words, next_step=_("Is “kuramori serve” running? It seals the ledger.")
        )
    words = _("%(count)s entries, every one in its place") % {"count": f"{state.entries:,}"}
    return Finding(part=part, state=State.OK, words=words)


def witness_finding(viewer: Viewer) -> Finding:
    """Say whether anybody outside holds the ledger's head, and who has fallen silent."""
    part, silent = _("Witnesses of the ledger"), silent_witnesses(viewer)
    if silent:
        words = _("silent: %(names)s") % {"names": ", ".join(each.name for each in silent)}
        return Finding(part=part, state=State.WARN, words=words, next_step=_("See the page of the witnesses."))
    return Finding(part=part, state=State.OK, words=_("none is silent"))


def stamp_finding(viewer: Viewer) -> Finding:
    """Say which time-stamp authority has fallen silent."""
    part, silent = _("Time stamps"), silent_authorities(viewer)
    if silent:
        words = _("silent: %(names)s") % {"names": ", ".join(map(str, silent))}
        step = _("See the page of the time-stamp authorities.")
        return Finding(part=part, state=State.WARN, words=words, next_step=step)
    return Finding(part=part, state=State.OK, words=_("none is silent"))


def backup_finding(viewer: Viewer) -> Finding:
    """Say which backups are kept for longer than was said: what was erased by law is still in them (fault L13)."""
    part, overdue = _("Backups"), overdue_backups(viewer)
    if overdue:
        words = _("overdue: %(files)s") % {"files": ", ".join(f"{each.file} ({each.keep_until})" for each in overdue)}
        step = _("Destroy every copy, then run “kuramori backups --destroyed”.")
        return Finding(part=part, state=State.WARN, words=words, next_step=step)
    return Finding(part=part, state=State.OK, words=_("none is overdue"))
