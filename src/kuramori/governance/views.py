"""The handling matrix: read by everybody, changed cell by cell."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kuramori.governance import acts, queries
from kuramori.governance.forms import HandlingForm
from kuramori.governance.models import ActionChoice, ApproverChoice, Level, RulingChoice
from kuramori.governance.rules import Action, Handling, Permission, Ruling
from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.permissions import Role

TONES = {Ruling.FREE: "ok", Ruling.NOTIFY: "info", Ruling.APPROVAL: "warn", Ruling.FORBIDDEN: "bad"}


def in_words(handling: Handling) -> dict[str, object]:
    """Return what a cell shows: the ruling in words, its tone, the approver in words."""
    approver = ApproverChoice(handling.approver).label if handling.approver else ""
    ruling = RulingChoice(handling.ruling).label
    return {"action": handling.action, "word": ruling, "tone": TONES[handling.ruling], "approver": approver}


@page(Permission.HANDLING_VIEW)
def matrix(request: ViewedRequest) -> HttpResponse:
    """Show what each level in force says to each action (CLS-01)."""
    rows = [(level, [in_words(cell) for cell in cells]) for level, cells in queries.matrix(request.viewer)]
    context = {
        "title": _("Levels and handling"),
        "rows": rows,
        "actions": [choice.label for choice in ActionChoice],
        "may_edit": request.viewer.may(Permission.HANDLING_EDIT),
    }
    return render(request, "governance/matrix.html", context)


@page(Permission.HANDLING_EDIT)
def cell(request: ViewedRequest, pk: UUID, action: str) -> HttpResponse:
    """Change one cell of the matrix, with a reason; the next request already follows it."""
    level = queries.levels_in_force(request.viewer).filter(pk=pk).first()
    if level is None or action not in set(Action):
        raise Http404
    now = queries.handling(request.viewer, level=level.pk, action=Action(action))
    form = HandlingForm(request.POST or None, initial={"ruling": now.ruling, "approver": now.approver or ""})
    if request.method == "POST" and form.is_valid():
        return _set(request, level, Action(action), form)
    context = {
        "title": _("%(level)s: %(action)s") % {"level": level.name, "action": ActionChoice(action).label},
        "form": form,
        "level": level,
        "crumbs": [{"title": _("Levels and handling"), "url": reverse("governance:matrix")}],
    }
    return render(request, "governance/cell.html", context, status=422 if form.errors else 200)


def _set(request: ViewedRequest, level: Level, action: Action, form: HandlingForm) -> HttpResponse:
    data = form.cleaned_data
    acts.handling_set(
        level=level,
        action=action,
        ruling=Ruling(data["ruling"]),
        approver=Role(data["approver"]) if data["approver"] else None,
        by=request.viewer.actor,
        why=data["why"],
    )
    messages.success(request, _("The handling matrix was changed and is in force."))
    return redirect("governance:matrix")
