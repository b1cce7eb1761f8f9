"""The kernel's own pages: jobs, and taking a saved view away."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kuramori.kernel.jobs import cancel, job_seen_by, jobs_seen_by
from kuramori.kernel.models import Job, JobState
from kuramori.kernel.pages import SIGNED_IN, ViewedRequest, page
from kuramori.kernel.paging import Sort, page_of
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.saved_views import retire_view
from kuramori.kernel.wording import moment

TONES = {JobState.DONE: "ok", JobState.FAILED: "bad", JobState.RUNNING: "info", JobState.CANCELLED: "warn"}
UNDER_WAY = (JobState.WAITING, JobState.RUNNING)


@page(SIGNED_IN)
def jobs(request: ViewedRequest) -> HttpResponse:
    """List the viewer's jobs, newest first; a system administrator's list holds all."""
    query = request.GET
    sort = Sort(column="asked_at", descending=True)
    found = page_of(jobs_seen_by(request.viewer), sort, after=query.get("after", ""), before=query.get("before", ""))
    context = {
        "title": _("Jobs"),
        "jobs": [_shown(job, request.viewer) for job in found.records],
        "newer": found.newer and f"?before={found.newer}",
        "older": found.older and f"?after={found.older}",
    }
    return render(request, "kernel/jobs.html", context)


@page(SIGNED_IN)
def job(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show how far a job is; the page asks again by itself while it runs."""
    found = _found(request.viewer, pk)
    alone = request.headers.get("HX-Target") == "job"
    context = _shown(found, request.viewer) | {"title": _("Job")}
    return render(request, "kernel/job_state.html" if alone else "kernel/job.html", context)


@page(SIGNED_IN)
@require_POST
def job_cancel(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Ask a job to stop; what its acts have done stays done."""
    cancel(_found(request.viewer, pk))
    return redirect("kernel:job", pk)


@page(SIGNED_IN)
@require_POST
def view_retire(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Take one of his own saved views away."""
    view = retire_view(request.viewer, pk)
    if view is None:
        raise Http404
    messages.success(request, _("The view %(name)s was removed.") % {"name": view.name})
    return HttpResponseRedirect(_inside(request.POST.get("next", ""), request))


def _inside(address: str, request: ViewedRequest) -> str:
    """Return the address when it leads to this site, else the first page."""
    return address if url_has_allowed_host_and_scheme(address, {request.get_host()}) else "/"


def _found(viewer: Viewer, pk: UUID) -> Job:
    found = job_seen_by(viewer, pk)
    if found is None:
        raise Http404
    return found


def _shown(found: Job, viewer: Viewer) -> dict[str, Any]:
    """Return a job in words; its result's `url` is offered only when it is an address of this site."""
    url = str(found.result.get("url", ""))
    return {
        "job": found,
        "state": found.get_state_display(),
        "tone": TONES.get(JobState(found.state), ""),
        "running": found.state in UNDER_WAY,
        "asked_at": moment(found.asked_at, viewer),
        "ended_at": moment(found.ended_at, viewer) if found.ended_at else "",
        "result_url": url if url_has_allowed_host_and_scheme(url, None) else "",
    }
