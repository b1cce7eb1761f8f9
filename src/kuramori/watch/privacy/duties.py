"""What exclusions ask of people: somebody of the offices who did not ask has to decide."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Duty
from kuramori.watch.privacy.exclusion_rules import ExclusionStanding
from kuramori.watch.privacy.exclusions import exclusions_visible_to, is_standing
from kuramori.watch.rules.permissions import Permission

SHOWN = 50


def exclusion_duties(viewer: Viewer, today: date) -> list[Duty]:
    """Return the requests on which the viewer may decide, the earliest first; never one that he asked, or about him.

    Each is due on the first day for which it was asked: until somebody agrees, the protected person is watched.
    """
    if viewer.person_id is None or not viewer.may(Permission.EXCLUSION_DECIDE):
        return []
    waiting = is_standing(exclusions_visible_to(viewer), ExclusionStanding.WAITING)
    others = waiting.exclude(asked_by=viewer.person_id).exclude(person=viewer.person_id)
    return [
        Duty(
            title=_("Exclusion %(number)s from monitoring: agree or refuse") % {"number": exclusion.number},
            url=reverse("watch:exclusion-decide", args=[exclusion.pk]),
            due=exclusion.valid_from,
            kind=_("exclusion from monitoring"),
            urgent=exclusion.valid_from <= today,
        )
        for exclusion in others.order_by("valid_from", "id")[:SHOWN]
    ]
