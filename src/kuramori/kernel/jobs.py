"""Long work outside the request: asked for in a row, done by the worker, watched on a page, resumed after a crash.

A job's function gets a `Progress` and returns its result as JSON. It must do its writing by acts and be able to
start again from `progress.cursor`: after kill -9 it is called once more with the cursor it last kept.
"""

import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.timezone import now
from django.utils.translation import gettext as _

from kuramori.kernel.acts import Refused, storage_refusal
from kuramori.kernel.models import Job, JobState
from kuramori.kernel.permissions import Forbidden, Viewer
from kuramori.kernel.room import JOBS_VIEW_ALL, rooms

LOST_AFTER = timedelta(seconds=30)
BEAT_EVERY = timedelta(seconds=1)
KEPT_OF_OFTEN = timedelta(hours=1)  # rows of what recurs each minute would be thousands a day
MAX_ATTEMPTS = 5
log = logging.getLogger(__name__)


class Cancelled(Exception):
    """Raised inside a job when its owner asked to stop; what its acts have done stays done."""


class Progress:
    """What a running job reports: how far it is, and where it would go on."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.cursor: dict[str, Any] = job.cursor

    def report(self, done: int, total: int | None = None, **cursor: Any) -> None:
        """Say how far the job is; raise Cancelled when its owner has asked to stop. Writes once a second at most."""
        job = self.job
        job.done, job.total = done, total if total is not None else job.total
        self.cursor.update(cursor)
        moment = now()
        if not cursor and job.beat_at is not None and moment - job.beat_at < BEAT_EVERY:
            return
        job.beat_at, job.cursor = moment, self.cursor
        job.save(update_fields=["done", "total", "beat_at", "cursor"])
        if Job.objects.filter(pk=job.pk, cancel_asked=True).exists():
            raise Cancelled


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """A kind of job that a room declares in its `room.py`; `every` makes it recur.

    Of a quiet kind nobody but who asked learns that it runs, not even who runs the system: it might warn the person
    whom it is about. A prompt kind is short and runs beside the others: it does not wait for long work.
    """

    name: str
    title: str | Promise
    run: Callable[[Progress, Mapping[str, Any]], Mapping[str, Any] | None]
    every: timedelta | None = None
    is_quiet: bool = False
    is_prompt: bool = False


def kinds() -> dict[str, JobKind]:
    """Return all declared kinds of job by name."""
    return {kind.name: kind for room in rooms() for kind in room.jobs}


def ask(kind: str, *, viewer: Viewer | None, title: str = "", **arguments: Any) -> Job:
    """Put a job in the queue and return it; its page is `kernel:job` with its id."""
    return Job.objects.create(
        kind=kind,
        title=title or str(kinds()[kind].title),
        arguments=arguments,
        asked_by=viewer.person_id if viewer else None,
        asked_by_name=viewer.actor.name if viewer else "",
        asked_at=now(),
    )


def jobs_seen_by(viewer: Viewer) -> QuerySet[Job]:
    """Return the viewer's own jobs, or all of them but the quiet ones for who runs the system."""
    own = Q(asked_by=viewer.person_id) & Q(asked_by__isnull=False)
    quiet = [kind.name for kind in kinds().values() if kind.is_quiet]
    return Job.objects.filter(own | ~Q(kind__in=quiet)) if viewer.may(JOBS_VIEW_ALL) else Job.objects.filter(own)


def job_seen_by(viewer: Viewer, pk: UUID) -> Job | None:
    """Return a job if the viewer may see it."""
    return jobs_seen_by(viewer).filter(pk=pk).first()


def viewer_of(job: Job) -> Viewer:
    """Return who asked for a job as he stands now: a right that he lost since counts. Forbidden when nobody asked."""
    if job.asked_by is None:
        raise Forbidden(job.kind)
    viewer: Viewer = import_string(settings.KURAMORI_VIEWER_OF)(job.asked_by, now())
    return viewer


def cancel(job: Job) -> None:
    """Ask a job to stop; one that has not begun stops at once."""
    waiting = Job.objects.filter(pk=job.pk, state=JobState.WAITING)
    if not waiting.update(state=JobState.CANCELLED, ended_at=now(), cancel_asked=True):
        Job.objects.filter(pk=job.pk).update(cancel_asked=True)


def take(*, prompt: bool | None = None) -> Job | None:
    """Take the next job of all, prompt or other kinds, waiting or of a lost worker; exactly one worker gets it."""
    with transaction.atomic():
        lost = Q(state=JobState.RUNNING, beat_at__lt=now() - LOST_AFTER)
        queue = Job.objects.filter(Q(state=JobState.WAITING) | lost).order_by("asked_at")
        if prompt is not None:
            these = Q(kind__in=[kind.name for kind in kinds().values() if kind.is_prompt])
            queue = queue.filter(these if prompt else ~these)
        if connection.features.has_select_for_update_skip_locked:
            queue = queue.select_for_update(skip_locked=True)
        job = queue.first()
        if job is None:
            return None
        job.state, job.started_at, job.beat_at = JobState.RUNNING, job.started_at or now(), now()
        job.attempts += 1
        job.save()
    return job


def run(job: Job) -> Job:
    """Run a job that was taken, to its end, and keep how it ended."""
    try:
        if job.attempts > MAX_ATTEMPTS:
            _end(job, JobState.FAILED, error=f"given up after {MAX_ATTEMPTS} lost workers")
            return job
        result = kinds()[job.kind].run(Progress(job), job.arguments)
        _end(job, JobState.DONE, result=dict(result or {}))
    except Cancelled:
        _end(job, JobState.CANCELLED)
    except Refused as refusal:
        _end(job, JobState.FAILED, error=f"{refusal.message} {refusal.next_step}".strip())
    except Forbidden:
        _end(job, JobState.FAILED, error=_("Whoever asked for this does not hold the permission any more."))
    except Exception as error:  # a job's failure must be kept and shown, whatever it is
        log.exception("job %s (%s) failed", job.pk, job.kind)
        told = storage_refusal(error) or traceback.format_exception_only(error)[-1].strip()
        _end(job, JobState.FAILED, error=str(told))
    return job


def run_waiting(*, prompt: bool | None = None) -> int:
    """Run jobs until none waits, all or only the prompt ones or only the others; return how many ran."""
    count = 0
    while (job := take(prompt=prompt)) is not None:
        run(job)
        count += 1
    return count


def _end(job: Job, state: JobState, *, result: dict[str, Any] | None = None, error: str = "") -> None:
    job.state, job.ended_at, job.error = state, now(), error
    job.result = result or {}
    job.save()


def ask_recurring() -> None:
    """Queue each recurring kind whose last run began longer ago than its period and that is not queued already."""
    for kind in kinds().values():
        if kind.every is None:
            continue
        last = Job.objects.filter(kind=kind.name).order_by("-asked_at").first()
        is_open = last is not None and last.state in {JobState.WAITING, JobState.RUNNING}
        if not is_open and (last is None or now() - last.asked_at >= kind.every):
            if kind.every < timedelta(minutes=1):
                done = Job.objects.filter(kind=kind.name, state=JobState.DONE, asked_by=None)
                done.filter(asked_at__lt=now() - KEPT_OF_OFTEN).delete()
            ask(kind.name, viewer=None)
