"""The dashboard: how well the secrets are kept, what waits, what changed; every number opens its list."""

from dataclasses import dataclass
from datetime import date
from itertools import cycle

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuramori.kernel.charts import Series
from kuramori.kernel.pages import SIGNED_IN, ViewedRequest, page
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import rooms
from kuramori.register.api import Figures, figures, recently_changed, registered_by_month
from kuramori.site.findings import State
from kuramori.site.health import findings, worst
from kuramori.site.inbox import duties_of
from kuramori.site.rules import Permission

SHOWN_DUTIES = 6
HEALTH, KEPT_SECONDS = "health", 20
TONES = (3, 1, 2, 4, 5)  # of the charts, by level; a sixth level begins anew, its word tells it apart
SECRET_VIEW = "register:secret:view"  # noqa: S105  (the name of a permission)


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One figure of the dashboard and the list behind it."""

    label: str | Promise
    value: str
    url: str
    icon: str
    unit: str | Promise = ""
    below: str | Promise = ""
    tone: str = ""


def register_tiles(sums: Figures, *, today: date) -> list[Tile]:
    """Return the register's tiles; the due ones are those of yesterday and before, as the list behind shows them."""
    address = reverse("register:secret-list")
    top = sums.by_level[0] if sums.by_level else None
    named = _("of which %(level)s: %(count)s") % {"level": top[0].name, "count": f"{top[1]:,}"} if top else ""
    counted = _("%(counted)s of %(total)s not overdue") % {"counted": f"{sums.counted:,}", "total": f"{sums.total:,}"}
    return [
        Tile(
            label=gettext_lazy("Registered secrets"),
            value=f"{sums.total:,}",
            below=named,
            url=address,
            icon="book-lock",
        ),
        Tile(
            label=gettext_lazy("Stocktaking in time"),
            value=f"{sums.counted_share:.1%}",
            below=counted,
            url=f"{address}?due={today.isoformat()}",
            icon="clipboard-check",
            tone="warn" if sums.due else "ok",
        ),
        Tile(
            label=gettext_lazy("Tier A with gaps in proof"),
            value=f"{sums.incomplete:,}",
            below=_("of %(count)s of tier A") % {"count": f"{sums.tier_a:,}"},
            url=f"{address}?tier=a&gaps=yes",
            icon="scale",
            tone="warn" if sums.incomplete else "ok",
        ),
    ]


def measured_tiles(viewer: Viewer, today: date) -> list[Tile]:
    """Return the tiles that other rooms offer through the port `measures`: alerts, the age of the last check."""
    found = []
    for room in rooms():
        for measure in room.measures:
            found += [Tile(**words) for words in measure(viewer, today)]
    return found


def health_tiles(viewer: Viewer) -> list[Tile]:
    """Return how many parts are in order and how the worst is, for who may open the list; at most 20 seconds old."""
    if not viewer.may(Permission.HEALTH_VIEW):
        return []
    known: tuple[int, int, State] | None = cache.get(HEALTH)
    if known is None:
        found = findings()
        known = (sum(each.state is State.OK for each in found), len(found), worst(found))
        cache.set(HEALTH, known, KEPT_SECONDS)
    good, total, state = known
    words = {State.OK: _("in order"), State.WARN: _("look at it"), State.BAD: _("broken")}
    return [
        Tile(
            label=gettext_lazy("Health"),
            value=f"{good} / {total}",
            below=words[state],
            url=reverse("health"),
            icon="heart-pulse",
            tone=str(state),
        )
    ]


@page(SIGNED_IN)
def home(request: ViewedRequest) -> HttpResponse:
    """Show the dashboard, as far as the viewer's roles reach."""
    viewer, today = request.viewer, localdate(timezone=request.viewer.zone)
    duties = duties_of(viewer, today=today)
    context = {
        "title": _("How the secrets are kept"),
        "today": today,
        "tiles": [*measured_tiles(viewer, today), *health_tiles(viewer)],
        "duties": duties[:SHOWN_DUTIES],
        "duty_count": len(duties),
    }
    if viewer.may(SECRET_VIEW):
        sums = figures(viewer, today=today)
        months = registered_by_month(viewer, today=today)
        toned = list(zip(sums.by_level, cycle(TONES), strict=False))
        context |= {
            "tiles": [*register_tiles(sums, today=today), *context["tiles"]],  # type: ignore[misc]
            "parts": [(level.name, count, tone) for (level, count), tone in toned],
            "total": sums.total,
            "months": [month.strftime("%Y-%m") for month, _counts in months],
            "series": [
                Series(name=level.name, values=[counts.get(level.code, 0) for _month, counts in months], tone=tone)
                for (level, _count), tone in toned
            ][::-1],
            "recent": recently_changed(viewer),
        }
    return render(request, "site/home.html", context)
