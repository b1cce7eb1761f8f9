"""How the time-stamp authorities stand, and the tokens they gave."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from kuramori.evidence.models import Authority, Checkpoint, Stamp, StampDue
from kuramori.evidence.rules.stamps import CLOCK_OFF_MS, SILENT_AFTER, expires_too_soon
from kuramori.kernel.permissions import Viewer


@dataclass(frozen=True, kw_only=True)
class Health:
    """How an authority stands: its last token, what waits for it and since when, and the last failure."""

    authority: Authority
    last: Stamp | None
    dues: tuple[StampDue, ...]

    @property
    def failing(self) -> StampDue | None:
        """Return what has waited longest after a failure; None when it answers well."""
        return next((due for due in self.dues if due.problem), None)

    @property
    def is_clock_off(self) -> bool:
        """Say whether the last token's time lay more than 5 s from our clock."""
        return self.last is not None and (self.last.difference_ms or 0) > CLOCK_OFF_MS

    def is_silent(self, now: datetime, limit: timedelta = SILENT_AFTER) -> bool:
        """Say whether something has waited for it, after a failure, longer than a day."""
        return self.failing is not None and now - self.failing.since > limit


def authorities(viewer: Viewer) -> QuerySet[Authority]:  # noqa: ARG001  (nobody's own)
    """Return the authorities that are asked, by name."""
    rows: QuerySet[Authority] = Authority.objects.filter(retired_at=None).order_by("slug")
    return rows


def healths(viewer: Viewer) -> list[Health]:
    """Return how each authority stands; three queries for any number of them and their tokens."""
    standing = list(authorities(viewer))
    dues: dict[UUID, list[StampDue]] = {each.pk: [] for each in standing}
    for due in StampDue.objects.filter(authority__in=standing).defer("content").order_by("since"):
        dues[due.authority_id].append(due)
    newest = [Stamp.objects.filter(authority=each, refusal="").order_by("-received_at")[:1] for each in standing]
    last = {stamp.authority_id: stamp for stamp in (newest[0].union(*newest[1:], all=True) if newest else ())}
    return [Health(authority=each, last=last.get(each.pk), dues=tuple(dues[each.pk])) for each in standing]


def stamps(viewer: Viewer) -> QuerySet[Stamp]:  # noqa: ARG001  (nobody's own)
    """Return every reply that was kept, good and refused, newest first."""
    rows: QuerySet[Stamp] = Stamp.objects.select_related("authority").order_by("-received_at", "-id")
    return rows


def stamped_content(viewer: Viewer, stamp: Stamp) -> bytes | None:  # noqa: ARG001  (heads are public)
    """Return the bytes of the checkpoint that was stamped; a bundle's tag manifest lies in the bundle: None."""
    head = Checkpoint.objects.filter(size=stamp.size).first() if stamp.size is not None else None
    return head.note.encode() if head else None


def renewal_due(viewer: Viewer, now: datetime) -> datetime | None:
    """Return when the certificate of the longest-lived newest token ends, if within twelve months."""
    ends = [health.last.not_after for health in healths(viewer) if health.last and health.last.not_after]
    return expires_too_soon(ends, now)
