"""The pages of duties: what is due from me, reporting it done, exempting somebody, asking everybody at once."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kuramori.directory.api import today_of
from kuramori.duties.acts import task_exempt, task_report
from kuramori.duties.entitled import exempting_refusal, reporting_refusal
from kuramori.duties.forms import ExemptForm, ReportForm
from kuramori.duties.kinds import kinds
from kuramori.duties.models import State, Task
from kuramori.duties.queries import done_lately, due_from, duties_visible_to, gone_up_to, tasks_visible_to
from kuramori.duties.registers import done_when, duties, task_mark, tasks
from kuramori.duties.rules.permissions import Permission
from kuramori.kernel import jobs
from kuramori.kernel.acts import Refused
from kuramori.kernel.pages import ViewedRequest, page, refusal_shown_on
from kuramori.kernel.permissions import Viewer

SHOWN = 50
ENDED_SHOWN = 10
OPEN_JOB = "duties.open"


@page(Permission.TASK_VIEW)
@require_safe
def home(request: ViewedRequest) -> HttpResponse:
    """Show what is due from the viewer, what went up the line to him, and what of his own has ended."""
    viewer = request.viewer
    mine, told = list(due_from(viewer)[: SHOWN + 1]), list(gone_up_to(viewer)[: SHOWN + 1])
    context = {
        "title": _("What is due from me"),
        "mine": [_line(task, viewer) for task in mine[:SHOWN]],
        "told": [_line(task, viewer) for task in told[:SHOWN]],
        "ended": [_line(task, viewer) for task in done_lately(viewer, limit=ENDED_SHOWN)],
        "more_mine": f"{tasks.url('list')}?mine=yes&state={State.OPEN}" if len(mine) > SHOWN else "",
        "more_told": f"{tasks.url('list')}?mine=no&state=late" if len(told) > SHOWN else "",
        "may_oversee": viewer.may_everywhere(Permission.DUTY_VIEW),
    }
    return render(request, "duties/home.html", context)


def _line(task: Task, viewer: Viewer) -> dict[str, Any]:
    """Return a task as the lists of the first page show it."""
    mark = task_mark(task, viewer)
    own = task.person_id == viewer.person_id
    by_hand = own and task.state == State.OPEN and not task.duty.kind
    kind = kinds().get(task.duty.kind) if own and task.state == State.OPEN else None
    return {
        "title": task.duty.title,
        "number": task.duty.number,
        "name": "" if own else task.person.shown,
        "due": task.due_on,
        "word": mark.word,
        "tone": mark.tone,
        "url": tasks.url("detail", task),
        "report_url": reverse("duties:task-report", args=[task.pk]) if by_hand else "",
        "do_url": kind.url() if kind and kind.url else "",
    }


@page(Permission.TASK_VIEW)
def report(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Report one's own task done."""
    viewer, task = request.viewer, _seen(request.viewer, pk)
    refusal = reporting_refusal(task, viewer)
    if refusal is not None:
        raise refusal
    data = request.POST if request.method == "POST" else None
    form = ReportForm(viewer, data, needs_record=task.duty.needs_record)
    if form.is_valid():
        with refusal_shown_on(form):
            entered = form.cleaned_data
            task_report(task=task, words=entered["words"], record=entered["address"], by=viewer)
            messages.success(request, _("It is recorded as done."))
            return redirect("duties:home")
    context = {
        "title": _("Report done: %(title)s") % {"title": task.duty.title},
        "form": form, "action": _("Report it done"), "done_when": done_when(task.duty),
    }  # fmt: skip
    return _asked(request, "duties/report.html", task, context)


@page(Permission.TASK_EXEMPT)
def exempt(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Exempt somebody else from one task, with a reason."""
    viewer, task = request.viewer, _seen(request.viewer, pk)
    refusal = exempting_refusal(task, viewer)
    if refusal is not None:
        raise refusal
    form = ExemptForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusal_shown_on(form):
            task_exempt(task=task, reason=form.cleaned_data["reason"], by=viewer)
            messages.success(request, _("%(name)s is exempted.") % {"name": task.person.shown})
            return redirect(tasks.url("detail", task))
    names = {"name": task.person.shown, "title": task.duty.title}
    context = {
        "title": _("Exempt %(name)s") % names,
        "form": form, "action": _("Exempt from it"),
        "effects": [
            _("%(name)s need not do this, this time: %(title)s") % names,
            _("The next turn asks again."),
        ],
    }  # fmt: skip
    return _asked(request, "duties/exempt.html", task, context)


def _seen(viewer: Viewer, pk: UUID) -> Task:
    found = tasks_visible_to(viewer).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _asked(request: ViewedRequest, template: str, task: Task, context: dict[str, Any]) -> HttpResponse:
    context |= {
        "back": tasks.url("detail", task), "task": task, "today": today_of(request.viewer),
        "crumbs": [{"title": _("What is due from me"), "url": reverse("duties:home")}],
    }  # fmt: skip
    return render(request, template, context, status=422 if context["form"].errors else 200)


@page(Permission.DUTY_EDIT)
def open_now(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Ask everybody concerned at once, as a job whose progress is shown, instead of waiting for the next round."""
    duty = duties_visible_to(request.viewer).filter(pk=pk).first()
    if duty is None:
        raise Http404
    if duty.retired_at is not None:
        raise Refused(_("The duty was taken out of use: nobody is asked any more."))
    if request.method == "POST":
        job = jobs.ask(OPEN_JOB, viewer=request.viewer, duty=str(duty.pk))
        return redirect("kernel:job", pk=job.pk)
    context = {
        "title": _("Ask everybody concerned now"), "duty": duty, "back": duties.url("detail", duty),
        "crumbs": [{"title": duties.title, "url": duties.url("list")}],
    }  # fmt: skip
    return render(request, "duties/open.html", context)
