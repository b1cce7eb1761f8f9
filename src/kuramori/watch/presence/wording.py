"""What the doors told, in sentences for the page of a review."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.wording import moment
from kuramori_lake.presence import Doubt, Slot

DOUBTS: Mapping[Doubt, str | Promise] = {
    Doubt.NO_ENTRY: gettext_lazy("somebody came in without a swipe"),
    Doubt.NO_EXIT: gettext_lazy("somebody's leaving was not recorded"),
    Doubt.NO_NAME: gettext_lazy("a door opened for nobody named"),
    Doubt.NOT_TAKEN_IN: gettext_lazy("logs of some people are not taken in"),
}
SLOTS: Mapping[Slot, str | Promise] = {
    Slot.EARLY: gettext_lazy("before the permit begins"),
    Slot.LATE: gettext_lazy("after the permit has ended"),
    Slot.NONE: gettext_lazy("there is no permit"),
}


def door_facts(viewer: Viewer, told: Mapping[str, Any]) -> list[str]:
    """Return the sentences of one person's line: when he was alone, when he entered without a permit."""
    return [
        *(_lone(viewer, one) for one in told.get("lone", ())),
        *(_entry(viewer, one) for one in told.get("entries", ())),
    ]


def _lone(viewer: Viewer, one: Mapping[str, Any]) -> str:
    words = {
        "zone": one["zone"],
        "at": moment(datetime.fromisoformat(one["since"]), viewer),
        "minutes": f"{one['minutes']:,}",
        "why": _("; ").join(str(DOUBTS[Doubt(doubt)]) for doubt in one["doubts"]),
    }
    if one["sure"]:
        return _("With too few others in %(zone)s from %(at)s, %(minutes)s minutes.") % words
    return _("Perhaps with too few others in %(zone)s from %(at)s, up to %(minutes)s minutes: %(why)s.") % words


def _entry(viewer: Viewer, one: Mapping[str, Any]) -> str:
    words = {
        "zone": one["zone"],
        "at": moment(datetime.fromisoformat(one["at"]), viewer),
        "why": SLOTS[Slot(one["slot"])],
    }
    return _("Entered %(zone)s at %(at)s: %(why)s.") % words


def zone_words(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a zone's row: how much its doors told, and what that lets one say."""
    if row["can_tell"]:
        word, tone = _("leaving is recorded"), "ok"
    elif row["stays"]:
        word, tone = _("leaving is hardly recorded: only what is sure is told"), "warn"
    else:
        word, tone = _("its doors told nothing"), "bad"
    return {**row, "word": word, "tone": tone}
