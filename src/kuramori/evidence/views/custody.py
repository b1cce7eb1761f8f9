"""The pages of custody: an item with its chain, and each step of it."""

from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kuramori.evidence.acts import custody as acts
from kuramori.evidence.acts.holds import snapshot_ask
from kuramori.evidence.custody_store import Collected, place_of, seal
from kuramori.evidence.forms.custody import ExaminerFileForm, HandOverForm, PlaceForm, WhyForm
from kuramori.evidence.models import CustodyItem, Hold
from kuramori.evidence.models.custody import ItemKind
from kuramori.evidence.queries.custody import chain_of, items_visible_to, may_read_on
from kuramori.evidence.queries.holds import holds_visible_to
from kuramori.evidence.rules.custody import gaps
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.timelines import read_timeline
from kuramori.evidence.wording import GAPS
from kuramori.kernel.ids import uuid7
from kuramori.kernel.pages import ViewedRequest, page, refusal_shown_on
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.wording import moment

ROWS = 200


@page(Permission.CUSTODY_VIEW)
def item(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show an item and its chain of custody, ready for printing, with what the viewer may do."""
    viewer, found = request.viewer, _item(request.viewer, pk)
    chain = chain_of(viewer, found)
    context = _frame(found, found.title) | {
        "item": found,
        "chain": [(step, moment(step.at, viewer)) for step in chain],
        "gaps": [f"{each.step + 1}. {GAPS[each.gap]}" for each in gaps(chain, sha256=found.sha256)],
        "may": {each.name.removeprefix("CUSTODY_").lower(): viewer.may(each) for each in Permission},
        "is_mine": found.holder_id in {None, viewer.person_id},
        "is_offered": found.offered_to_id is not None,
        "is_offered_to_me": found.offered_to_id is not None and found.offered_to_id == viewer.person_id,
        "is_timeline": found.kind == ItemKind.TIMELINE,
    }
    return render(request, "evidence/custody.html", context)


@page(Permission.CUSTODY_ADD)
@require_POST
def snapshot(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Copy once more what is there by now."""
    snapshot_ask(hold=_standing_hold(request.viewer, pk), by=request.viewer.actor)
    messages.success(request, _("The copies are being made."))
    return redirect(_tab(pk))


@page(Permission.CUSTODY_ADD)
def add(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Take a forensic firm's file into custody."""
    viewer, hold = request.viewer, _standing_hold(request.viewer, pk)
    form = ExaminerFileForm(viewer, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            return redirect("evidence:custody", _import(hold, form.cleaned_data, viewer).pk)
    return _asked(request, form, _("Take a file into custody"), back=_tab(pk), trail=_crumbs(hold))


def _import(hold: Hold, data: dict[str, Any], viewer: Viewer) -> CustodyItem:
    """Seal the upload while it streams in; what the act refuses is not kept."""
    upload, kind, number = data.pop("file"), data.pop("kind"), uuid7()
    sealed = seal(number, "file", upload.chunks())
    try:
        collected = Collected(kind=kind, title=upload.name[-300:], sealed=sealed)
        return acts.item_import(hold=hold, collected=collected, by=viewer.actor, **data)
    except BaseException:
        place_of(sealed.file).unlink(missing_ok=True)
        raise


@page(Permission.CUSTODY_CHECK)
@require_POST
def check(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Hash an item again now."""
    if acts.item_check(item=_item(request.viewer, pk), by=request.viewer.actor):
        messages.success(request, _("The file is exactly what was taken in."))
    else:
        messages.error(request, _("The file is not what was taken in: its digest differs."))
    return redirect("evidence:custody", pk)


@page(Permission.CUSTODY_OPEN)
def open_file(request: ViewedRequest, pk: UUID) -> HttpResponseBase:
    """Hand an item's file out for a reason."""
    found, form = _item(request.viewer, pk), WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        file = acts.item_open(item=found, why=form.cleaned_data["why"], by=request.viewer.actor)
        return FileResponse(
            file, as_attachment=True, filename=f"{found.pk}.bin", content_type="application/octet-stream"
        )
    return _asked(request, form, _("Open “%(item)s”") % {"item": found}, back=_page(found), trail=_crumbs(found.hold))


@page(Permission.CUSTODY_OPEN)
def timeline(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show an examiner's timeline in order; each hour of reading needs a reason."""
    viewer, found = request.viewer, _item(request.viewer, pk)
    if found.kind != ItemKind.TIMELINE:
        raise Http404
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        acts.item_open(item=found, why=form.cleaned_data["why"], by=viewer.actor).close()
        return redirect("evidence:custody-timeline", pk)
    if not may_read_on(viewer, found, now()):
        title = _("Open “%(item)s”") % {"item": found}
        return _asked(request, form, title, back=_page(found), trail=_crumbs(found.hold))
    read = read_timeline(place_of(found.file), name=found.title)
    first = int(number) if (number := request.GET.get("from", "")).isdecimal() and len(number) < 9 else 0  # noqa: PLR2004
    context = _frame(found, found.title) | {
        "read": read,
        "rows": [(each, moment(each.at, viewer)) for each in read.rows[first : first + ROWS]],
        "older": f"?from={first + ROWS}" if len(read.rows) > first + ROWS else "",
        "newer": f"?from={max(first - ROWS, 0)}" if first else "",
        "faults": read.faults[:ROWS],
    }
    return render(request, "evidence/timeline.html", context)


@page(Permission.CUSTODY_TRANSFER)
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth says no types of it
def hand_over(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Sign the giver's half of a transfer."""
    found, form = _item(request.viewer, pk), HandOverForm(request.viewer, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            acts.item_hand_over(item=found, by=request.viewer.actor, **form.cleaned_data)
            return redirect(_page(found))
    title = _("Hand over “%(item)s”") % {"item": found}
    return _asked(request, form, title, back=_page(found), trail=_crumbs(found.hold))


@page(Permission.CUSTODY_TRANSFER)
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth says no types of it
def receive(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Sign the receiver's half of a transfer."""
    found, form = _item(request.viewer, pk), PlaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            acts.item_receive(item=found, by=request.viewer.actor, **form.cleaned_data)
            return redirect(_page(found))
    title = _("Receive “%(item)s”") % {"item": found}
    return _asked(request, form, title, back=_page(found), trail=_crumbs(found.hold))


@page(Permission.CUSTODY_PURGE)
def purge(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Make an item's file away when nothing keeps it any more."""
    found, form = _item(request.viewer, pk), WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            acts.item_purge(item=found, why=form.cleaned_data["why"], by=request.viewer.actor)
            return redirect(_page(found))
    effects = [
        _("The file (%(size)s bytes) is deleted for good.") % {"size": f"{found.size:,}"},
        _("Its digest and its chain of custody stay; the entry in the ledger is the certificate."),
    ]
    title = _("Purge “%(item)s”") % {"item": found}
    return _asked(request, form, title, back=_page(found), trail=_crumbs(found.hold), effects=effects)


def _asked(
    request: ViewedRequest, form: forms.Form, title: str, *, back: str, trail: list[dict[str, str]], **more: Any
) -> HttpResponse:
    """Draw the question before a step; 422 when something in it is wrong."""
    context = {"form": form, "title": title, "action": title, "back": back, "crumbs": trail} | more
    return render(request, "evidence/custody_step.html", context, status=422 if form.errors else 200)


def _item(viewer: Viewer, pk: UUID) -> CustodyItem:
    found = items_visible_to(viewer).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _standing_hold(viewer: Viewer, pk: UUID) -> Hold:
    found = holds_visible_to(viewer).filter(pk=pk, retired_at=None).first()
    if found is None:
        raise Http404
    return found


def _frame(found: CustodyItem, title: str) -> dict[str, Any]:
    return {"title": title, "crumbs": _crumbs(found.hold)}


def _crumbs(hold: Hold) -> list[dict[str, str]]:
    listed = {"title": _("Preservations"), "url": reverse("evidence:hold-list")}
    return [listed, {"title": hold.matter, "url": _tab(hold.pk)}]


def _tab(hold_id: UUID) -> str:
    return f"{reverse('evidence:hold-detail', args=[hold_id])}?tab=custody"


def _page(found: CustodyItem) -> str:
    return reverse("evidence:custody", args=[found.pk])
