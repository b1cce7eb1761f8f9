"""What proves a secret: elements of each claim, evidence plan, damage worksheet, statements, bundle and drill."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from kuramori.directory.api import Person, people_visible_to, viewer_of_system
from kuramori.evidence import api as evidence
from kuramori.kernel.exporting import FORMATS, export
from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.permissions import Forbidden, Viewer
from kuramori.register import queries
from kuramori.register.case_forms import LossForm, PlanForm, StatementForm
from kuramori.register.forms import ReasonForm
from kuramori.register.jobs import ask_drill
from kuramori.register.models import Secret
from kuramori.register.rules import Permission
from kuramori.register.worksheet import COLUMNS, worksheet_of

TAKEN_BACK: dict[str, tuple[Callable[..., QuerySet[Any]], Callable[..., object]]] = {
    "statement": (evidence.statements_of, evidence.statement_retire),
    "loss": (evidence.losses_of, evidence.loss_retire),
}


def _seen(request: ViewedRequest, pk: UUID) -> Secret:
    """Return the secret if it lies in the viewer's sight; otherwise it does not exist for him."""
    secret = queries.secret_seen(request.viewer, pk)
    if secret is None:
        raise Http404
    return secret


def _frame(viewer: Viewer, secret: Secret, current: str) -> dict[str, Any]:
    """Return what stands around every page of a secret's proof: its tabs, and what the viewer may do."""
    tabs = [("secret-proof", _("Legal proof")), ("secret-plan", _("Evidence plan"))]
    tabs += [("secret-worksheet", _("Damage worksheet"))] * viewer.may_everywhere(evidence.CASE_VIEW)
    return {
        "secret": secret,
        "tabs": [
            {"title": title, "url": reverse(f"register:{name}", args=[secret.pk]), "current": name == current}
            for name, title in tabs
        ],
        "may_case": viewer.may_everywhere(evidence.CASE_EDIT),
        "crumbs": [
            {"title": _("Register of secrets"), "url": reverse("register:secret-list")},
            {"title": str(secret), "url": reverse("register:secret-detail", args=[secret.pk])},
        ],
    }


@page(Permission.SECRET_VIEW)
def proof(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show per legal element what proves the secret, how old it is, and what is missing (EVD-02, EVD-07, CLS-08)."""
    viewer, secret = request.viewer, _seen(request, pk)
    chosen = evidence.known_claims().named(request.GET.get("claim", ""))
    today = localdate(timezone=viewer.zone)
    (matrix,) = evidence.claim_matrix(secret.as_subject(), viewer, [chosen], today)
    context = (
        _frame(viewer, secret, "secret-proof")
        | _claims(viewer, chosen.code)
        | {
            "title": _("Legal proof"),
            "matrix": matrix,
            "elements": matrix.elements,
            "may_bundle": _may_prove(viewer, secret),
            "may_timeline": viewer.may_everywhere(evidence.TIMELINE_VIEW),
            "bundle_form": evidence.DeliveryForm(argues=[chosen.code]),
        }
    )
    return render(request, "register/proof.html", context)


@page(Permission.SECRET_PROVE)
@require_POST
def bundle(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Have an evidence bundle made about a secret, with a reason; the job's page shows how far it is."""
    secret = _provable(request, pk)
    form = evidence.DeliveryForm(request.POST, argues=())
    if not form.is_valid():
        messages.error(request, form.first_error)
        return redirect("register:secret-proof", pk=secret.pk)
    job = evidence.ask_bundle(
        request.viewer,
        kind="secret",
        subject=secret.as_subject(),
        permission=Permission.SECRET_PROVE,
        why=form.cleaned_data["why"],
        delivery=form.delivery,
        look="look" in request.POST,
    )
    return redirect("kernel:job", job.pk)


@page(Permission.SECRET_PROVE)
@require_POST
def drill(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Pretend a leak of this secret now: a bundle on trial, measured (EVD-12)."""
    return redirect("kernel:job", ask_drill(request.viewer, _provable(request, pk)).pk)


@page(Permission.SECRET_VIEW)
def plan(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show what is to be kept for a secret and how it stands, or decide it with a reason (EVD-01)."""
    viewer, secret = request.viewer, _seen(request, pk)
    about, today = secret.as_subject(), localdate(timezone=viewer.zone)
    standing = evidence.plan_standing(about, viewer, tier=secret.tier, today=today, claim=request.GET.get("claim", ""))
    form = PlanForm(standing.claim, request.POST or None, initial={"proofs": [line.code for line in standing.lines]})
    if request.method == "POST":
        _provable(request, pk)
        if form.is_valid():
            evidence.plan_set(about=about, claim=standing.claim.code, by=viewer.actor, **form.cleaned_data)
            messages.success(request, _("The evidence plan was decided."))
            return redirect(request.get_full_path())
    context = (
        _frame(viewer, secret, "secret-plan")
        | _claims(viewer, standing.claim.code)
        | {
            "title": _("Evidence plan"),
            "standing": standing,
            "lines": [_line(each, viewer) for each in standing.lines],
            "form": form,
            "action": _("Decide"),
            "may_prove": _may_prove(viewer, secret),
        }
    )
    return render(request, "register/plan.html", context, status=422 if form.errors else 200)


@page(evidence.CASE_EDIT)
def statement(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Record what somebody says, or a document shows, for one element of a claim about a secret (EVD-07)."""
    viewer, secret = request.viewer, _seen(request, pk)
    first = {"element": request.GET.get("element")}
    form = StatementForm(request.POST or None, request.FILES or None, initial=first)
    if request.method == "POST" and form.is_valid():
        about = secret.as_subject()
        evidence.statement_add(about=about, recorded_by=_me(viewer), by=viewer.actor, **form.cleaned_data)
        messages.success(request, _("The statement was recorded."))
        return redirect("register:secret-proof", pk=pk)
    context = _frame(viewer, secret, "") | {"title": _("Record a statement"), "form": form, "action": _("Record")}
    context["back"] = reverse("register:secret-proof", args=[pk])
    return render(request, "register/step.html", context, status=422 if form.errors else 200)


@page(evidence.CASE_VIEW)
def worksheet(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show the damage worksheet of a secret, its sums by route, and what the secret was worth when; or add a line."""
    viewer, secret = request.viewer, _seen(request, pk)
    form = LossForm(request.POST or None)
    if request.method == "POST":
        viewer.demand(evidence.CASE_EDIT)
        if form.is_valid():
            evidence.loss_add(about=secret.as_subject(), by=viewer.actor, **form.cleaned_data)
            messages.success(request, _("The line was entered."))
            return redirect("register:secret-worksheet", pk=pk)
    context = _frame(viewer, secret, "secret-worksheet") | {
        "title": _("Damage worksheet"),
        "sheet": worksheet_of(viewer, secret, today=localdate(timezone=viewer.zone)),
        "statements": evidence.statements_of(viewer, pk),
        "action": _("Enter"),
        "form": form,
    }
    return render(request, "register/worksheet.html", context, status=422 if form.errors else 200)


@page(evidence.CASE_VIEW)
@require_POST
def worksheet_export(request: ViewedRequest, pk: UUID) -> HttpResponseBase:
    """Hand the damage worksheet over as a workbook; the export is an act."""
    viewer, secret = request.viewer, _seen(request, pk)
    title, rows = _("Damage worksheet"), evidence.losses_of(viewer, pk)
    narrowed = [str(secret)]
    file = export(viewer, title=title, columns=COLUMNS, rows=rows, narrowed_by=narrowed, form="xlsx")
    name = f"damage-{secret.number}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=FORMATS["xlsx"])


@page(evidence.CASE_EDIT)
def case_retire(request: ViewedRequest, pk: UUID, kind: str, item: UUID) -> HttpResponse:
    """Take a statement or a line of the worksheet back, with a reason; both stay in the ledger."""
    viewer, secret = request.viewer, _seen(request, pk)
    rows, retire = TAKEN_BACK[kind]
    found, back = get_object_or_404(rows(viewer, pk), pk=item), "register:secret-worksheet"
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        retire(**{kind: found}, by=viewer.actor, **form.cleaned_data)
        messages.success(request, _("It was taken back."))
        return redirect(back, pk=pk)
    context = _frame(viewer, secret, "") | {
        "title": _("Take back"),
        "form": form,
        "effects": [_("From now on this proves nothing: %(what)s") % {"what": str(found)}],
        "action": _("Take back"),
        "back": reverse(back, args=[pk]),
    }
    return render(request, "register/confirm.html", context, status=422 if form.errors else 200)


def _claims(viewer: Viewer, current: str) -> dict[str, Any]:
    """Return the claims for the page's chooser, and those files that could not be read."""
    known = evidence.known_claims()
    return {
        "claims": [(each.code, each.title.of(viewer.language)) for each in known.claims],
        "claim_code": current,
        "claim_errors": known.errors,
    }


def _line(line: evidence.Line, viewer: Viewer) -> dict[str, Any]:
    words = {
        evidence.Held.THERE: (_("kept"), "ok"),
        evidence.Held.BROKEN: (_("gap"), "warn"),
        evidence.Held.MISSING: (pgettext("plan", "missing"), "bad"),
        evidence.Held.LATER: (_("once it happens"), ""),
    }
    priorities = {3: pgettext("priority", "high"), 2: pgettext("priority", "medium"), 1: pgettext("priority", "low")}
    return {
        "element": line.requirement.title.of(viewer.language),
        "proof": line.proof.title.of(viewer.language),
        "kind": evidence.ProofKind(line.proof.kind).label,
        "priority": priorities[line.priority],
        "cost": "●" * line.proof.cost,
        "state": words[line.kept],
    }


def _me(viewer: Viewer) -> Person | None:
    return people_visible_to(viewer_of_system()).filter(pk=viewer.person_id).first() if viewer.person_id else None


def _provable(request: ViewedRequest, pk: UUID) -> Secret:
    """Return a secret whose proof the viewer may take outside; seen but not his is 403."""
    secret = _seen(request, pk)
    if not _may_prove(request.viewer, secret):
        raise Forbidden(Permission.SECRET_PROVE)
    return secret


def _may_prove(viewer: Viewer, secret: Secret) -> bool:
    """Say whether the viewer may take proof of this secret out of the house: for the company, or for its unit."""
    permission = Permission.SECRET_PROVE
    return viewer.may_everywhere(permission) or secret.unit_id in viewer.units_for(permission)
