"""The pages of records: one shown with the tabs of other rooms and its history; add, edit, retire one or many."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.forms import BaseForm, DateField, Form
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kuramori.kernel.cells import drawn
from kuramori.kernel.columns import Mark
from kuramori.kernel.history import lines, lines_since
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.pages import ViewedRequest, refusal_shown_on
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.changing import Conflict, add, edit, fetch_to_change, retire, token
from kuramori.kernel.registers.forms import ReasonForm, RetireForm
from kuramori.kernel.room import Panel, rooms
from kuramori.kernel.wording import moment

if TYPE_CHECKING:
    from kuramori.kernel.registers.register import Register

MOST_AT_ONCE = 500
NAMED_AT_ONCE = 10
SEALED = Mark(word=gettext_lazy("Sealed in the ledger"), tone="ok")
WAITING = Mark(word=gettext_lazy("In the ledger, waits for its seal"), tone="info")


def detail_page(register: "Register", request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show one record, or with ?tab= what another room knows about it."""
    viewer, record = request.viewer, get_object_or_404(register.visible_to(request.viewer), pk=pk)
    panel = next((each for each in _panels(register, viewer) if each.name == request.GET.get("tab")), None)
    context = _frame(register, record, viewer, current=panel.name if panel else "detail")
    if panel is not None:
        return render(request, "kernel/panel.html", context | {"panel": panel.render(record, viewer) or ""})
    last = entries_about(pk).select_related("unsequenced").first()
    context |= {
        "facts": [(f.label, drawn(f.kind, f.value, viewer), f.help) for f in register.facts_of(record, viewer)],
        "duty": register.next_duty(record, viewer),
        "seen_by": register.who_may_see(record, viewer),
        "proof_mark": last and (WAITING if hasattr(last, "unsequenced") else SEALED),
        "changed": moment(record.updated_at, viewer),
    }
    return render(request, "kernel/detail.html", context)


def history_page(register: "Register", request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show a record's history as sentences, newest first."""
    record = get_object_or_404(register.visible_to(request.viewer), pk=pk)
    before = next(iter(_ids(request.GET.getlist("before"))), None)
    told, older = lines(record, request.viewer, withheld=register.withheld(request.viewer), before=before)
    context = _frame(register, record, request.viewer, current="history")
    return render(request, "kernel/history.html", context | {"lines": told, "older": older and f"?before={older}"})


def add_page(register: "Register", request: ViewedRequest) -> HttpResponse:
    """Add a record."""
    form, reason = _forms(register, request, None)
    if request.method == "POST" and all([form.is_valid(), reason.is_valid()]):
        with refusal_shown_on(form):
            record = add(register, request.viewer, *_entered(form, reason))
            messages.success(request, _("%(name)s was added.") % {"name": record})
            return HttpResponseRedirect(register.url("detail", record))
    context = {"form": form, "reason": reason, "back": register.url("list"), "action": _("Add")}
    return _asked(register, request, context | {"title": _("Add: %(thing)s") % {"thing": register.title_one}})


def edit_page(register: "Register", request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Change a record; what somebody else changed meanwhile is shown, and nothing that was typed is lost."""
    viewer = request.viewer
    record = fetch_to_change(register, viewer, pk, "edit")
    name, conflict = str(record), []
    as_of = request.POST.get("as_of", "") if request.method == "POST" else token(record)
    form, reason = _forms(register, request, record)
    if request.method == "POST" and all([form.is_valid(), reason.is_valid()]):
        try:
            with refusal_shown_on(form):
                edit(register, viewer, pk, *_entered(form, reason), as_of=as_of)
                messages.success(request, _("Your changes were saved."))
                return HttpResponseRedirect(register.url("detail", record))
        except Conflict as other:
            (standing,) = other.args
            conflict = lines_since(standing, viewer, _moment(as_of), withheld=register.withheld(viewer))
            as_of = token(standing)
            form.add_error(None, _("Somebody else changed this record while you were writing."))
    context = {"form": form, "reason": reason, "as_of": as_of, "conflict": conflict, "action": _("Save")}
    context |= {"title": _("Edit: %(name)s") % {"name": name}, "back": register.url("detail", record)}
    return _asked(register, request, context)


def retire_page(register: "Register", request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Take a record out of use: show what that does, ask for the reason."""
    record = fetch_to_change(register, request.viewer, pk, "retire")
    form = RetireForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusal_shown_on(form):
            retire(register, request.viewer, [pk], form.cleaned_data["why"])
            messages.success(request, _("%(name)s was retired.") % {"name": record})
            return HttpResponseRedirect(register.url("detail", record))
    context = {"form": form, "title": _("Retire: %(name)s") % {"name": record}, "back": register.url("detail", record)}
    return _asked(register, request, context | {"effects": _effects(register, [record], request.viewer)})


def bulk_page(register: "Register", request: ViewedRequest) -> HttpResponse:
    """Retire chosen records as one act: first show which, and ask for the reason."""
    ids, back = _ids(request.POST.getlist("id"))[:MOST_AT_ONCE], register.url("list")
    if not ids:
        messages.warning(request, _("Choose at least one line of the list."))
        return HttpResponseRedirect(back)
    records = list(register.visible_to(request.viewer).filter(pk__in=ids))
    if len(records) != len(ids):
        raise Http404
    form = RetireForm(request.POST if "why" in request.POST else None, initial={"id": ids})
    if form.is_valid():
        retire(register, request.viewer, ids, form.cleaned_data["why"])
        done = ngettext("%(count)s record was retired.", "%(count)s records were retired.", len(ids))
        messages.success(request, done % {"count": len(ids)})
        return HttpResponseRedirect(back)
    named = [_("Retire: %(name)s") % {"name": each} for each in records[:NAMED_AT_ONCE]]
    if len(records) > NAMED_AT_ONCE:
        named.append(_("and %(count)s more") % {"count": len(records) - NAMED_AT_ONCE})
    context = {"form": form, "title": _("Retire %(count)s records") % {"count": len(ids)}, "back": back}
    return _asked(register, request, context | {"effects": named + _effects(register, records, request.viewer)})


def _asked(register: "Register", request: ViewedRequest, context: dict[str, Any]) -> HttpResponse:
    """Draw the form of a change (422 when something in it is wrong); `effects` make it the question of a retirement."""
    template, usual = ("retire", {"action": _("Retire")}) if "effects" in context else ("form", {})
    crumbs = [{"title": register.title, "url": register.url("list")}]
    is_wrong = any(context[each].errors for each in ("form", "reason") if each in context)
    context = usual | context | {"crumbs": crumbs}
    return render(request, f"kernel/{template}.html", context, status=422 if is_wrong else 200)


def _effects(register: "Register", records: Sequence[Any], viewer: Viewer) -> list[str]:
    """Return what retirement does, in sentences: the register's own, then what holds for all."""
    return [
        *map(str, register.retire_effects(records, viewer)),
        _("What is retired leaves the list and can no longer be changed."),
        _("History and proof stay. This step cannot be taken back."),
    ]


def _ids(texts: Sequence[str]) -> list[UUID]:
    try:
        return [UUID(each) for each in dict.fromkeys(texts)]
    except ValueError as error:
        raise Http404 from error


def _forms(register: "Register", request: ViewedRequest, record: Any) -> tuple[BaseForm, BaseForm]:
    if register.form is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = register.form(request.viewer, record, data)
    for field in form.fields.values():
        if isinstance(field, DateField):
            field.widget.input_type = "date"
    return form, Form(data) if "why" in form.fields else ReasonForm(data)


def _entered(form: BaseForm, reason: BaseForm) -> tuple[dict[str, Any], str]:
    values = form.cleaned_data | reason.cleaned_data
    return values, values.pop("why", "")


def _moment(as_of: str) -> datetime | None:
    """Read a token back; what is not one means: from the beginning."""
    with suppress(ValueError):
        return parse_datetime(as_of)
    return None


def _frame(register: "Register", record: Any, viewer: Viewer, *, current: str) -> dict[str, Any]:
    """Return what stands around every page of a record: title, state, tabs, and what can be done."""
    detail = register.url("detail", record)
    tabs = [("detail", _("Overview"), detail), ("history", _("History"), register.url("history", record))]
    tabs[1:1] = [(each.name, str(each.title), f"{detail}?tab={each.name}") for each in _panels(register, viewer)]
    may_change = record.retired_at is None and register.may_edit(viewer, record)
    return {
        "title": str(record),
        "crumbs": [{"title": register.title, "url": register.url("list")}],
        "register": register,
        "retired": record.retired_at and moment(record.retired_at, viewer),
        "state": register.state(record, viewer),
        "tabs": [{"title": title, "url": url, "current": name == current} for name, title, url in tabs],
        "edit_url": register.url("edit", record) if may_change and register.may(viewer, "edit") else "",
        "retire_url": register.url("retire", record) if may_change and register.may(viewer, "retire") else "",
        "actions": register.actions(record, viewer),
    }


def _panels(register: "Register", viewer: Viewer) -> list[Panel]:
    """Return the tabs other rooms put on this kind of record, as far as the viewer may open them."""
    kind = register.model.record_kind()
    here = [each for room in rooms() for each in room.panels if each.kind == kind and viewer.may(each.permission)]
    return sorted(here, key=lambda each: each.order)
