"""The long steps of an import as jobs: check, take in, undo; and the daily sweep of what nobody came back for."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from kuramori.kernel.acts import Refused
from kuramori.kernel.imports import acts
from kuramori.kernel.imports.checking import check
from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.errorsheet import write_error_sheet
from kuramori.kernel.imports.models import ImportRun
from kuramori.kernel.imports.runs import kinds, source_of
from kuramori.kernel.imports.storage import ERRORS, FILE, UNDONE, kept, let_go, place
from kuramori.kernel.imports.undo import undo
from kuramori.kernel.jobs import JobKind, Progress, ask, viewer_of
from kuramori.kernel.models import Job
from kuramori.kernel.permissions import Viewer

CHECK, TAKE_IN, UNDO, SWEEP = (
    "kernel.import.check",
    "kernel.import.take_in",
    "kernel.import.undo",
    "kernel.import.sweep",
)
KEPT_FOR = timedelta(days=7)


def ask_for(kind: str, run: ImportRun, viewer: Viewer, *, why: str = "") -> Job:
    """Queue a step of a run, to be done in the name of this viewer, with what he may do by then."""
    return ask(kind, viewer=viewer, title=run.file_name[:200], run=str(run.pk), why=why)


def jobs_of(run: ImportRun) -> list[Job]:
    """Give the jobs of a run, newest first."""
    return list(
        Job.objects.filter(kind__in=(CHECK, TAKE_IN, UNDO), arguments__run=str(run.pk)).order_by("-asked_at")[:5]
    )


def run_check(progress: Progress, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Dry-run a file, keep its report, and write the sheet of errors if there are any."""
    run, viewer = _asked(progress, arguments)
    kind = kinds()[run.import_kind]
    with override(viewer.language):
        try:
            source = source_of(run, kind)
            checked = check(
                kind, source, viewer=viewer, today=now().astimezone(viewer.zone).date(), step=progress.report
            )
        except FileRefused as refusal:
            raise Refused(str(refusal.message), str(refusal.next_step)) from refusal
        if checked.report.rejected:
            write_error_sheet(source, checked.outcomes, place(run.pk, ERRORS), hidden=checked.hidden)
        report = acts.keep_check(run=run, checked=checked, viewer=viewer)
    progress.report(report.read, report.read)
    return {"read": report.read, "accepted": report.accepted, "rejected": report.rejected}


def run_take_in(progress: Progress, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Take a file in: all of it in one act, however often the worker is killed before."""
    run, viewer = _asked(progress, arguments)
    with override(viewer.language):
        try:
            today = now().astimezone(viewer.zone).date()
            report = acts.take_in(run=run, viewer=viewer, why=arguments["why"], today=today, step=progress.report)
        except FileRefused as refusal:
            raise Refused(str(refusal.message), str(refusal.next_step)) from refusal
    let_go(run.pk, FILE)
    return {"read": report.read, "accepted": report.accepted, "rejected": report.rejected}


def run_undo(progress: Progress, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Undo an import as far as nothing changed since."""
    run, viewer = _asked(progress, arguments)
    with override(viewer.language):
        plan = undo(run=run, viewer=viewer, why=arguments["why"])
    progress.report(len(plan.records), len(plan.records))
    # names stay out of the job: whoever runs the system sees all jobs, and may not read secrets
    plan.save(place(run.pk, UNDONE))
    return {"undone": len(plan.records), "left": len(plan.conflicts)}


def run_sweep(_progress: Progress, _arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Delete files and reports of runs that are a week old, and of uploads that never became a run."""
    recent = set(ImportRun.objects.filter(updated_at__gt=now() - KEPT_FOR).values_list("pk", flat=True))
    stale = [run for run in kept() if run not in recent and _age(run) > timedelta(days=1)]
    return {"forgotten": sum(let_go(run) for run in stale)}


def _age(run: UUID) -> timedelta:
    """Give the age of what is kept, from the time within its UUIDv7 (RFC 9562, 5.7: milliseconds since 1970, UTC)."""
    return timedelta(milliseconds=now().timestamp() * 1000 - (run.int >> 80))


def _asked(progress: Progress, arguments: Mapping[str, Any]) -> tuple[ImportRun, Viewer]:
    """Return the run, and who asked for this step; raises Forbidden when he may not take part any more."""
    run, viewer = ImportRun.objects.get(pk=arguments["run"]), viewer_of(progress.job)
    viewer.demand(kinds()[run.import_kind].permission)
    return run, viewer


JOBS = (
    JobKind(name=CHECK, title=_("Check a file"), run=run_check),
    JobKind(name=TAKE_IN, title=_("Take a file in"), run=run_take_in),
    JobKind(name=UNDO, title=_("Undo an import"), run=run_undo),
    JobKind(name=SWEEP, title=_("Delete files that were handed in and left"), run=run_sweep, every=timedelta(days=1)),
)
