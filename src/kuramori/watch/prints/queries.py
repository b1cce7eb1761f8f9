"""What is indexed of which secret, as far as the viewer may know: names of files are as secret as the secret."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.timezone import now

from kuramori.kernel.models import Job, JobState
from kuramori.kernel.permissions import Viewer
from kuramori.register.api import secret_seen, secrets_visible_to
from kuramori.watch.job_names import DOCUMENTS
from kuramori.watch.lake import folder, lake
from kuramori.watch.models import DocumentFolder, DocumentRun
from kuramori.watch.rules.permissions import Permission
from kuramori_lake.fingerprint.laid import Laid, digest_of, laid_in

EVERY: Final = timedelta(days=1)
SHOWN: Final = 50


def documents_visible_to(viewer: Viewer) -> QuerySet[DocumentFolder]:
    """Return what each secret's folder holds, in numbers."""
    found: QuerySet[DocumentFolder] = DocumentFolder.objects.select_related("secret")
    return found if viewer.may(Permission.DOCUMENT_VIEW) else found.none()


def files_of(viewer: Viewer, about: DocumentFolder) -> list[Laid] | None:
    """Return the files of a secret's folder, rejected ones first; None for who may not know of the secret."""
    if about.retired_at is not None or secret_seen(viewer, about.secret_id) is None:
        return None
    if not folder().exists():
        return []
    with lake() as found:
        return laid_in(found, secret_id=str(about.secret_id))


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where the index of documents stands: its last comparison, the next one, and what was rejected last.

    `is_whole` says whether the index still holds exactly what the last comparison wrote down.
    """

    last: DocumentRun | None
    is_whole: bool
    is_running: bool
    next_at: datetime
    rejected: tuple[Laid, ...]
    seen: frozenset[UUID]
    """Secrets among those of `rejected[:SHOWN]` that the viewer may know of."""


def documents_standing(viewer: Viewer) -> Standing | None:
    """Return how the index of documents stands; None for who may not see it."""
    if not viewer.may(Permission.DOCUMENT_VIEW):
        return None
    last = DocumentRun.objects.order_by("-created_at", "-id").first()
    job = Job.objects.filter(kind=DOCUMENTS).order_by("-asked_at").first()
    rejected, digest = _rejected() if last else ((), "")
    return Standing(
        last=last,
        is_whole=last is not None and last.digest == digest,
        is_running=job is not None and job.state in {JobState.WAITING, JobState.RUNNING},
        next_at=max(now(), job.asked_at + EVERY) if job else now(),
        rejected=rejected,
        seen=_seen(viewer, rejected[:SHOWN]),
    )


def _rejected() -> tuple[tuple[Laid, ...], str]:
    with lake() as found:
        return tuple(laid_in(found, only_rejected=True)), digest_of(found)


def _seen(viewer: Viewer, rows: Iterable[Laid]) -> frozenset[UUID]:
    asked = {UUID(each.secret_id) for each in rows if each.secret_id}
    return (
        frozenset(secrets_visible_to(viewer).filter(pk__in=asked).values_list("pk", flat=True))
        if asked
        else frozenset()
    )
