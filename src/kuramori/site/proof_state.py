"""The state of the proof in one line: sealed when, checked when; at the foot of every page and in the health report."""

from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.utils.timezone import now
from django.utils.translation import gettext as _

from kuramori.evidence.api import ledger_state
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
    if state.waiting_since is not None and now() - state.waiting_since > LONGEST_WAIT:
        words = _("%(count)s entries wait for their place") % {"count": state.waiting}
        return Finding(
            part=part, state=State.BAD, words=words, next_step=_("Is “kuramori serve” running? It seals the ledger.")
        )
    words = _("%(count)s entries, every one in its place") % {"count": f"{state.entries:,}"}
    return Finding(part=part, state=State.OK, words=words)
