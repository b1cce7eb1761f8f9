"""Which handed-in files a viewer may see: his own, and with the permission for the whole company everybody's.

Files about people are their owner's alone: what the check found leaves out what is about him, and about nobody else.
"""

from uuid import UUID

from django.db.models import Q
from django.http import Http404

from kuramori.kernel.imports.mapping import ImportKind
from kuramori.kernel.imports.models import ImportRun
from kuramori.kernel.imports.runs import kinds
from kuramori.kernel.permissions import Viewer


def kind_for(viewer: Viewer, name: str) -> ImportKind:
    """Give the kind called `name`; raises Http404 when there is none, Forbidden when it is not for this viewer."""
    kind = kinds().get(name)
    if kind is None:
        raise Http404
    viewer.demand(kind.permission)
    return kind


def run_for(viewer: Viewer, run_id: UUID) -> ImportRun:
    """Give a run that the viewer may see; raises Http404 for others and for none alike."""
    run: ImportRun | None = ImportRun.objects.filter(pk=run_id).first()
    kind = kinds().get(run.import_kind) if run else None
    if run is None or kind is None:
        raise Http404
    is_own = run.person_id == viewer.person_id and viewer.may(kind.permission)
    may_approve = bool(run.stop_permission) and viewer.may(run.stop_permission)
    if not (is_own or (kind.concerned is None and (may_approve or viewer.may_everywhere(kind.permission)))):
        raise Http404
    return run


def recent_runs(viewer: Viewer, kind: ImportKind) -> list[ImportRun]:
    """Give the last twenty files of a kind that the viewer may see, newest first."""
    runs = ImportRun.objects.filter(import_kind=kind.name)
    if kind.concerned or not viewer.may_everywhere(kind.permission):
        runs = runs.filter(Q(person_id=viewer.person_id))
    return list(runs.order_by("-created_at")[:20])
