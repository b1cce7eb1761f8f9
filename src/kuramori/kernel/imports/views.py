"""The pages of an import: hand a file in, say what its columns mean, look at what it would do, take it in, undo it."""

import json
from io import BytesIO
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kuramori.kernel.acts import Refused
from kuramori.kernel.imports import acts, jobs, queries, undo
from kuramori.kernel.imports.concerned import Veil
from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.forms import ColumnsForm, HandInForm, ReadingForm, ReasonForm
from kuramori.kernel.imports.mapping import ImportKind
from kuramori.kernel.imports.models import ImportRun, RunState
from kuramori.kernel.imports.report import ImportReport
from kuramori.kernel.imports.runs import Choice, Proposal, kinds, understand
from kuramori.kernel.imports.storage import ERRORS, FILE, REPORT, UNDONE, forget, place
from kuramori.kernel.imports.writing import write_xlsx
from kuramori.kernel.jobs import cancel
from kuramori.kernel.models import JobState
from kuramori.kernel.pages import SIGNED_IN, ViewedRequest, page
from kuramori.kernel.permissions import Viewer

_BUSY = frozenset({JobState.WAITING, JobState.RUNNING})
_READY = frozenset({RunState.CHECKED, RunState.APPROVED})


@page(SIGNED_IN)
def hand_in(request: ViewedRequest, kind_name: str) -> HttpResponse:
    """Take a file, or say what can be handed in and what was."""
    kind = queries.kind_for(request.viewer, kind_name)
    form = HandInForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            run = acts.hand_in(kind=kind, name=upload.name, chunks=upload.chunks(), viewer=request.viewer)
            _understood(run, kind, Choice())
        except FileRefused as refusal:
            form.add_error("file", f"{refusal.message} {refusal.next_step}")
        else:
            return redirect("kernel:import-columns", run.pk)
    title = _("Import: %(kind)s") % {"kind": kind.title}
    context = {"kind": kind, "form": form, "runs": queries.recent_runs(request.viewer, kind), "title": title}
    return render(request, "kernel/imports/hand_in.html", context, status=400 if form.errors else 200)


@page(SIGNED_IN)
def columns(request: ViewedRequest, run_id: UUID) -> HttpResponse:
    """Show the file's first rows and let a person say what each column is; then check it."""
    run = queries.run_for(request.viewer, run_id)
    kind = queries.kind_for(request.viewer, run.import_kind)
    try:
        proposal = _understood(run, kind, _choice(request))
    except FileRefused as refusal:
        raise Refused(str(refusal.message), str(refusal.next_step)) from refusal
    form = ColumnsForm(proposal, kind, request.POST or None)
    if request.method == "POST" and form.is_valid():
        acts.set_columns(run=run, source=form.source, viewer=request.viewer)
        jobs.ask_for(jobs.CHECK, run, request.viewer)
        return redirect("kernel:import-run", run.pk)
    context = {
        "run": run, "kind": kind, "proposal": proposal, "form": form, "title": run.file_name,
        "reading": ReadingForm(proposal), "crumbs": _crumbs(kind),
        "table": _table(proposal, form, kind, request.viewer),
    }  # fmt: skip
    return render(request, "kernel/imports/columns.html", context, status=400 if form.errors else 200)


@require_GET
@page(SIGNED_IN)
def run(request: ViewedRequest, run_id: UUID) -> HttpResponse:
    """Show where a file stands: its progress, what it would do or did, and the next step."""
    found = queries.run_for(request.viewer, run_id)
    kind = kinds()[found.import_kind]
    last = next(iter(jobs.jobs_of(found)), None)
    busy = last is not None and last.state in _BUSY
    report = ImportReport.load(place(found.pk, REPORT))
    may_import = request.viewer.may(kind.permission)
    is_ready = found.state in _READY and report is not None and report.changes_something
    context = {
        "run": found, "kind": kind, "job": last, "busy": busy, "title": found.file_name, "crumbs": _crumbs(kind),
        "failed": last is not None and last.state == JobState.FAILED,
        "report": report, "form": ReasonForm(),
        "has_error_sheet": found.rejected and place(found.pk, ERRORS).exists(),
        "may_import": may_import, "may_take_in": may_import and is_ready, "states": RunState,
        "may_approve": _may_approve(found, request), "undone": _undone(found),
    }  # fmt: skip
    return render(request, "kernel/imports/run.html", context)


@require_POST
@page(SIGNED_IN)
def take_in(request: ViewedRequest, run_id: UUID) -> HttpResponse:
    """Queue the act; it is refused there if anything is no longer as checked."""
    found = _of_kind(request, run_id)
    form = ReasonForm(request.POST)
    if found.state in _READY and form.is_valid() and not _is_busy(found):
        jobs.ask_for(jobs.TAKE_IN, found, request.viewer, why=form.cleaned_data["why"])
    return redirect("kernel:import-run", found.pk)


@require_POST
@page(SIGNED_IN)
def approve(request: ViewedRequest, run_id: UUID) -> HttpResponse:
    """Let a stopped file pass."""
    found = queries.run_for(request.viewer, run_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        acts.approve(run=found, viewer=request.viewer, why=form.cleaned_data["why"])
    return redirect("kernel:import-run", found.pk)


@require_POST
@page(SIGNED_IN)
def discard(request: ViewedRequest, run_id: UUID) -> HttpResponse:
    """Put the file away."""
    found = _of_kind(request, run_id)
    acts.discard(run=found, viewer=request.viewer)
    return redirect("kernel:import-hand-in", found.import_kind)


@require_POST
@page(SIGNED_IN)
def stop(request: ViewedRequest, run_id: UUID) -> HttpResponse:
    """Ask the running step to stop; nothing of it remains."""
    found = _of_kind(request, run_id)
    for job in jobs.jobs_of(found):
        if job.state in _BUSY:
            cancel(job)
    return redirect("kernel:import-run", found.pk)


@page(SIGNED_IN)
def take_back(request: ViewedRequest, run_id: UUID) -> HttpResponse:
    """Show what undoing would do and what it must leave, and do it for a reason."""
    found = _of_kind(request, run_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not _is_busy(found):
            jobs.ask_for(jobs.UNDO, found, request.viewer, why=form.cleaned_data["why"])
        return redirect("kernel:import-run", found.pk)
    plan = undo.plan_of(found, request.viewer)
    context = {
        "run": found, "form": form, "plan": plan, "title": _("Undo this import"), "action": _("Undo the import"),
        "back": reverse("kernel:import-run", args=[found.pk]), "effects": _effects(plan),
        "conflicts": plan.conflicts[:100],
    }  # fmt: skip
    return render(request, "kernel/imports/undo.html", context)


@require_GET
@page(SIGNED_IN)
def error_sheet(request: ViewedRequest, run_id: UUID) -> FileResponse:
    """Give the user's sheet back with its errors."""
    found = _of_kind(request, run_id)
    path = place(found.pk, ERRORS)
    if not path.exists():
        raise Http404
    name = _("%(file)s errors") % {"file": found.file_name.rpartition(".")[0] or found.file_name}
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"{name}.xlsx")


@require_GET
@page(SIGNED_IN)
def template(request: ViewedRequest, kind_name: str) -> FileResponse:
    """Give an empty workbook whose columns the import knows."""
    kind = queries.kind_for(request.viewer, kind_name)
    stream = BytesIO()
    write_xlsx([str(field.label) for field in kind.fields], [], stream, title=str(kind.title))
    stream.seek(0)
    return FileResponse(stream, as_attachment=True, filename=f"{kind.title}.xlsx")


def _understood(run: ImportRun, kind: ImportKind, choice: Choice) -> Proposal:
    """Read the beginning of a stored file; one that is not taken at all is not kept either."""
    path = place(run.pk, FILE)
    if not path.exists():
        raise Refused(_("The stored copy of this file is gone."), _("Hand the file in again."))
    try:
        return understand(kind, path, name=run.file_name, choice=choice)
    except FileRefused:
        if choice == Choice():
            forget(run.pk)
        raise


def _choice(request: HttpRequest) -> Choice:
    row = request.GET.get("header_row", "")
    return Choice(
        sheet=request.GET.get("sheet", ""),
        header_row=int(row) if row.isascii() and row.isdigit() and len(row) < 3 else 0,  # noqa: PLR2004 - of 60
        encoding=request.GET.get("encoding", ""),
    )


def _table(proposal: Proposal, form: ColumnsForm, kind: ImportKind, viewer: Viewer) -> dict[str, Any]:
    """Lay the preview out: per column its control, per row its cells as text; rows about the viewer are left out."""
    indexes = [match.column.index for match in proposal.matches]
    heads = [(match.column, form[f"column_{match.column.index}"], match) for match in proposal.matches]
    rows = [
        (row.number, [row.cells[index] if index < len(row.cells) else None for index in indexes])
        for row in Veil(kind.concerned, viewer).uncovered(proposal.sample)
    ]
    return {"heads": heads, "rows": rows}


def _of_kind(request: ViewedRequest, run_id: UUID) -> ImportRun:
    found = queries.run_for(request.viewer, run_id)
    queries.kind_for(request.viewer, found.import_kind)
    return found


def _is_busy(run: ImportRun) -> bool:
    return any(job.state in _BUSY for job in jobs.jobs_of(run))


def _may_approve(run: ImportRun, request: ViewedRequest) -> bool:
    is_other = run.person_id != request.viewer.person_id
    return run.state == RunState.STOPPED and is_other and request.viewer.may(run.stop_permission)


def _undone(run: ImportRun) -> dict[str, Any] | None:
    path = place(run.pk, UNDONE)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _effects(plan: undo.UndoPlan) -> list[str]:
    restored = len(plan.records) - len(plan.retire)
    return [
        _("%(count)s records that the import added are retired.") % {"count": len(plan.retire)},
        _("%(count)s records get back the values they had before.") % {"count": restored},
        _("%(count)s records stay as they are, because somebody changed them since.") % {"count": len(plan.conflicts)},
    ]


def _crumbs(kind: ImportKind) -> list[dict[str, Any]]:
    return [{"title": kind.title, "url": reverse("kernel:import-hand-in", args=[kind.name])}]
