"""What this room puts on the dashboard, as far as the viewer may see it."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from kuramori.kernel.paging import at_most
from kuramori.kernel.permissions import Viewer
from kuramori.watch.models import Severity
from kuramori.watch.queries.alerts import open_alerts
from kuramori.watch.queries.sources import source_states
from kuramori.watch.rules.permissions import Permission

Tile = dict[str, str]


def tiles(viewer: Viewer, _today: date) -> list[Tile]:
    """Return the open alerts and the state of the log sources."""
    found: list[Tile] = []
    if viewer.may(Permission.ALERT_VIEW):
        found.append(_alerts(viewer))
    if viewer.may(Permission.SOURCE_VIEW):
        found.append(_sources(viewer))
    return found


def _alerts(viewer: Viewer) -> Tile:
    rows = open_alerts(viewer).order_by()
    total, high = at_most(rows), at_most(rows.filter(severity=Severity.HIGH))
    return {
        "label": _("Open alerts"),
        "value": total,
        "below": _("of which high: %(count)s") % {"count": high},
        "url": reverse("watch:alert-list"),
        "icon": "radar",
        "tone": "bad" if high != "0" else "warn" if total != "0" else "ok",
    }


def _sources(viewer: Viewer) -> Tile:
    states = source_states(viewer)
    silent = sum(state.is_silent for state in states)
    return {
        "label": _("Log sources that report"),
        "value": f"{len(states) - silent} / {len(states)}",
        "below": _("%(count)s silent") % {"count": silent} if silent else _("none is silent"),
        "url": reverse("watch:health"),
        "icon": "satellite-dish",
        "tone": "bad" if silent else "ok",
    }
