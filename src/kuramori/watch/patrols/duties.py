"""What patrols ask of people, and what they put on the dashboard."""

from datetime import date, timedelta

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Duty
from kuramori.watch.patrols.hits import hits
from kuramori.watch.patrols.queries import handed_hits, waiting_hits
from kuramori.watch.rules.patrols import HitState
from kuramori.watch.rules.permissions import Permission

SHOWN = 50
LOOKED_AT_WITHIN = timedelta(days=3)
Tile = dict[str, str]


def hit_duties(viewer: Viewer, today: date) -> list[Duty]:
    """Return the posts to look at, all as one; and those handed on, each by itself, to who goes on with them."""
    if not viewer.may(Permission.HIT_VIEW):
        return []
    duties = []
    waiting = waiting_hits(viewer) if viewer.may(Permission.HIT_DECIDE) else waiting_hits(viewer).none()
    if (count := waiting.count()) and (oldest := waiting.first()):
        due = localdate(oldest.created_at, timezone=viewer.zone) + LOOKED_AT_WITHIN
        title = _("%(count)s posts to look at") % {"count": count}
        url = f"{reverse('watch:hit-list')}?state=new"
        duties.append(Duty(title=title, url=url, due=due, kind=_("patrol"), urgent=due <= today))
    state = HitState.INQUIRY if viewer.may(Permission.HIT_DECIDE) else HitState.DISCIPLINE
    title = _("Post %(number)s: go on with the inquiry")
    if state is HitState.DISCIPLINE:
        title = _("Post %(number)s was handed to discipline: a person decides, no rule does")
    return duties + [
        Duty(title=title % {"number": hit.number}, url=hits.url("detail", hit), due=today, kind=_("patrol"))
        for hit in handed_hits(viewer, state)[:SHOWN]
    ]


def hit_tiles(viewer: Viewer, _today: date) -> list[Tile]:
    """Return how many posts nobody has looked at, for who decides on them."""
    if not viewer.may(Permission.HIT_DECIDE):
        return []
    new = waiting_hits(viewer).count()
    open_cases = handed_hits(viewer, HitState.INQUIRY).count()
    return [
        {
            "label": _("Posts to look at"),
            "value": f"{new:,}",
            "below": _("in inquiry: %(count)s") % {"count": open_cases},
            "url": reverse("watch:hit-list"),
            "icon": "rss",
            "tone": "warn" if new else "ok",
        }
    ]
