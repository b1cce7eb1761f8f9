"""How the time-stamp authorities stand, and the replies they gave."""

from datetime import datetime

from django.db.models import Count, OuterRef, QuerySet, Subquery

from kuramori.evidence.models import Authority, Checkpoint, Stamp, StampDue
from kuramori.evidence.rules.stamps import expires_too_soon
from kuramori.kernel.permissions import Viewer


def authorities_visible_to(viewer: Viewer) -> QuerySet[Authority]:  # noqa: ARG001  (nobody's own)
    """Return all authorities, each with its last good token, what waits for it, and its last failure."""
    good = Stamp.objects.filter(authority=OuterRef("pk"), refusal="").order_by("-received_at")
    dues = StampDue.objects.filter(authority=OuterRef("pk")).order_by()
    failing = dues.exclude(problem="").order_by("since")
    waiting = dues.values("authority").annotate(count=Count("pk")).values("count")
    rows: QuerySet[Authority] = Authority.objects.annotate(
        last_at=Subquery(good.values("gen_time")[:1]),
        last_difference_ms=Subquery(good.values("difference_ms")[:1]),
        last_not_after=Subquery(good.values("not_after")[:1]),
        waiting=Subquery(waiting),
        failing_since=Subquery(failing.values("since")[:1]),
        problem=Subquery(failing.values("problem")[:1]),
        problem_detail=Subquery(failing.values("detail")[:1]),
    )
    return rows


def standing_authorities(viewer: Viewer) -> QuerySet[Authority]:
    """Return the authorities that are asked, with how they are."""
    return authorities_visible_to(viewer).filter(retired_at=None).order_by("slug")


def stamps_visible_to(viewer: Viewer) -> QuerySet[Stamp]:  # noqa: ARG001  (nobody's own)
    """Return every reply that was kept, good and refused."""
    rows: QuerySet[Stamp] = Stamp.objects.select_related("authority").defer("reply")
    return rows


def stamped_head(viewer: Viewer, stamp: Stamp) -> bytes | None:  # noqa: ARG001  (heads are public)
    """Return the bytes of the checkpoint that was stamped; a bundle's tag manifest lies in the bundle: None."""
    head = Checkpoint.objects.filter(size=stamp.size).first() if stamp.size is not None else None
    return head.note.encode() if head else None


def renewal_due(viewer: Viewer, now: datetime) -> datetime | None:
    """Return when the certificate of the longest-lived newest token ends, if within twelve months."""
    ends = [vars(each)["last_not_after"] for each in standing_authorities(viewer)]
    return expires_too_soon([each for each in ends if each], now)
