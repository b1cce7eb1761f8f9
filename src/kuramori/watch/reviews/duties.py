"""What reviews ask of people, and the tile on the dashboard."""

from datetime import date

from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Duty
from kuramori.watch.queries.reviews import open_reviews, waiting_reviews
from kuramori.watch.rules.permissions import Permission


def review_duties(viewer: Viewer, _today: date) -> list[Duty]:
    """Return the reviews that wait for the viewer's signature; urgent once they were passed on.

    Not what the committee was called for: that would tell somebody it concerns.
    """
    return [
        Duty(
            title=_("Review %(number)s: look, decide and sign") % {"number": review.number},
            url=reverse("watch:review-detail", args=[review.pk]),
            due=localdate(review.due_at, timezone=viewer.zone),
            kind=_("review"),
            urgent=review.escalated_at is not None,
        )
        for review in waiting_reviews(viewer)
    ]


def review_tiles(viewer: Viewer, _today: date) -> list[dict[str, str]]:
    """Return how many reviews wait for a signature, as far as the viewer may see them."""
    if not viewer.may(Permission.REVIEW_VIEW):
        return []
    waiting = open_reviews(viewer).select_related(None)
    late = waiting.filter(due_at__lt=now()).count()
    count = waiting.count()
    return [
        {
            "label": _("Reviews to sign"),
            "value": f"{count:,}",
            "below": _("of which late: %(count)s") % {"count": late},
            "url": reverse("watch:review-list"),
            "icon": "clipboard-check",
            "tone": "bad" if late else "warn" if count else "ok",
        }
    ]
