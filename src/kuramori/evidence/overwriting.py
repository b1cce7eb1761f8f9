"""Whether the database's files were rewritten since somebody was erased: the bytes outlive the rows (fault L13)."""

from datetime import datetime

from kuramori.evidence.models import Erasure
from kuramori.kernel.models import Job, JobState

SCRUB, OVERWRITTEN = "evidence.scrub", "overwritten"
"""The job that rewrites the database's files, and what its result says when it did."""


def overwritten_at(erasure: Erasure) -> datetime | None:
    """Return when the database's files were rewritten after an erasure, UTC; None while old bytes may be in them."""
    if erasure.done_at is None:
        return None
    done = Job.objects.filter(kind=SCRUB, state=JobState.DONE, started_at__gte=erasure.done_at)
    first = done.filter(**{f"result__{OVERWRITTEN}": True}).order_by("ended_at").first()
    return first.ended_at if first else None


def is_overwriting_due() -> bool:
    """Say whether an erasure was carried out since the database's files were last rewritten (fault L13)."""
    newest = Erasure.objects.exclude(done_at=None).order_by("-done_at").first()
    return newest is not None and overwritten_at(newest) is None
