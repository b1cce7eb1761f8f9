"""A post: its page, a decision on it, a file put to it or taken from it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kuramori.evidence.api import seals
from kuramori.kernel.acts import Refused
from kuramori.kernel.pages import ViewedRequest, page, refusal_shown_on
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.wording import moment
from kuramori.watch.models import HitStateChoice, PatrolHit
from kuramori.watch.patrols import captures
from kuramori.watch.patrols import queries as found
from kuramori.watch.patrols.acts import Decision, hit_attach, hit_decide
from kuramori.watch.patrols.forms import DecisionForm, FileForm
from kuramori.watch.patrols.hits import hit_mark, hits
from kuramori.watch.queries.alerts import person_of
from kuramori.watch.rules.patrols import HANDED_ON, HitState, next_states
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.watching.standing import company_day

TYPES = {"png": "image/png", "jpeg": "image/jpeg", "pdf": "application/pdf", "html": "application/octet-stream"}
"""A saved page is never drawn: it could run what its author wrote."""


def _seen(request: ViewedRequest, pk: UUID) -> PatrolHit:
    """Return the post if it lies in the viewer's sight; one that concerns himself does not exist for him."""
    hit = found.hits_visible_to(request.viewer).select_related("concerned").filter(pk=pk).first()
    if hit is None:
        raise Http404
    return hit


@page(Permission.HIT_VIEW)
def detail(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show what a post says and where, its seals, what was decided, and what can be done next."""
    viewer, hit = request.viewer, _seen(request, pk)
    told = captures.read_capture(hit.pk) if hit.erased_at is None else None
    may_decide = viewer.may(Permission.HIT_DECIDE) and hit.erased_at is None
    context = _frame(hit) | {
        "title": _("Post %(number)s") % {"number": hit.number},
        "mark": hit_mark(hit, viewer),
        "told": told,
        "facts": _facts(viewer, hit),
        "seal": _seal(viewer, found.sealing_entry(viewer, hit.pk)),
        "files": [(each, _seal(viewer, found.sealing_entry(viewer, each.pk))) for each in found.files_of(viewer, hit)],
        "others": found.same_author(viewer, hit, told) if told else [],
        "is_inquiry": HitState(hit.state) in HANDED_ON,
        "verdicts": [(each, moment(each.created_at, viewer)) for each in found.verdicts_of(viewer, hit)],
        "may_decide": may_decide and bool(next_states(HitState(hit.state))),
        "may_attach": may_decide,
    }
    return render(request, "watch/patrols/hit.html", context)


@page(Permission.HIT_DECIDE)
def decide(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Say whether a post is ours, and where it goes."""
    viewer, hit, today = request.viewer, _seen(request, pk), company_day()
    form = DecisionForm(viewer=viewer, hit=hit, today=today, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        data, me = form.cleaned_data, person_of(viewer)
        with refusal_shown_on(form):
            if me is None:
                raise Refused(_("Only a person can ask this or decide on it."), _("Sign in with your own account."))
            decision = Decision(state=HitState(data["state"]), reason=data["reason"], concerned=data.get("concerned"))
            hit_decide(hit=hit, decision=decision, decider=me, today=today, by=viewer.actor)
            messages.success(request, _("Your decision is recorded."))
            return redirect(hits.url("detail", hit))
    told = captures.read_capture(hit.pk) if hit.erased_at is None else None
    context = _frame(hit) | {"title": _("Decide on a post"), "told": told, "action": _("Record the decision")}
    return _asked(request, "watch/patrols/decide.html", form, context)


@page(Permission.HIT_DECIDE)
def attach(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Put a screenshot, a saved page or a PDF to a post, sealed at once."""
    viewer, hit = request.viewer, _seen(request, pk)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            hit_attach(hit=hit, content=form.cleaned_data["file"].read(), by=viewer.actor)
            messages.success(request, _("The file is sealed."))
            return redirect(hits.url("detail", hit))
    context = _frame(hit) | {"title": _("Put a file to a post"), "action": _("Seal the file")}
    return _asked(request, "watch/step.html", form, context)


@require_safe
@page(Permission.HIT_VIEW)
def download(request: ViewedRequest, pk: UUID, file: UUID) -> HttpResponseBase:
    """Hand an uploaded file out, to be saved and not drawn."""
    hit = _seen(request, pk)
    kept = next((each for each in found.files_of(request.viewer, hit) if each.pk == file), None)
    path = captures.file_path(hit.pk, file)
    if kept is None or not path.exists():
        raise Http404
    name = f"{hit.number}-{kept.sha256[:8]}.{kept.kind}"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=TYPES[kept.kind])


def _seal(viewer: Viewer, entry_id: UUID | None) -> dict[str, Any] | None:
    """Return where an act stands in the ledger, and since when a signed head covers it; None before there is one."""
    if entry_id is None:
        return None
    seal = seals([entry_id]).get(entry_id)
    at = moment(seal.sealed_at, viewer) if seal and seal.sealed_at else ""
    return {"index": seal.index if seal else None, "at": at, "url": reverse("evidence:entry", args=[entry_id])}


def _facts(viewer: Viewer, hit: PatrolHit) -> list[tuple[str, str, str]]:
    terms = " / ".join(_("%(word)s (version %(version)s)") % term for term in hit.terms)
    facts = [
        (_("platform"), hit.platform, ""),
        (_("posted at"), moment(hit.posted_at, viewer), ""),
        (_("taken in at"), moment(hit.created_at, viewer), ""),
        (_("found by"), terms, ""),
        (_("person concerned"), str(hit.concerned.shown) if hit.concerned else "", ""),
        (_("erased from"), str(hit.erase_on or ""), _("Unless it has to be kept.")),
        (_("erased at"), moment(hit.erased_at, viewer) if hit.erased_at else "", ""),
        (_("SHA-256 of the capture"), hit.sha256, ""),
    ]
    return [fact for fact in facts if fact[1]]


def _frame(hit: PatrolHit) -> dict[str, Any]:
    return {
        "crumbs": [{"title": hits.title, "url": hits.url("list")}],
        "hit": hit,
        "state_word": HitStateChoice(hit.state).label,
        "back": hits.url("detail", hit),
    }


def _asked(request: ViewedRequest, template: str, form: Any, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context | {"form": form}, status=422 if form.errors else 200)
