"""The pages of one record: detail, history, add, edit, retire."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.forms import BaseForm, DateField, Form
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuramori.kernel.acts import Refused
from kuramori.kernel.cells import drawn
from kuramori.kernel.columns import Mark
from kuramori.kernel.history import lines, lines_since
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.pages import ViewedRequest
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.changing import Conflict, add, edit, fetch, fetch_to_change, retire, token
from kuramori.kernel.registers.filters import Fact
from kuramori.kernel.registers.forms import ReasonForm, RetireForm
from kuramori.kernel.registers.list_views import effects
from kuramori.kernel.registers.listing import offered_columns
from kuramori.kernel.room import Panel, rooms
from kuramori.kernel.wording import moment

if TYPE_CHECKING:
    from kuramori.kernel.registers.register import Register

SEALED = Mark(word=gettext_lazy("Sealed in the ledger"), tone="ok")
WAITING = Mark(word=gettext_lazy("In the ledger, waits for its seal"), tone="info")


def detail_page(register: "Register", request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show one record, or with ?tab= what another room knows about it."""
    viewer, record = request.viewer, fetch(register, request.viewer, pk)
    name = request.GET.get("tab", "")
    panel = next((each for each in _panels(register, viewer) if each.name == name), None)
    context = _frame(register, record, viewer, current=panel.name if panel else "detail")
    if panel is not None:
        return render(request, "kernel/panel.html", context | {"panel": panel.render(record, viewer) or ""})
    return render(request, "kernel/detail.html", context | _about(register, record, viewer))


def history_page(register: "Register", request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show a record's history as sentences, newest first."""
    record = fetch(register, request.viewer, pk)
    told, older = lines(record, request.viewer, withheld=_withheld(register, request.viewer), before=_cursor(request))
    context = _frame(register, record, request.viewer, current="history")
    return render(request, "kernel/history.html", context | {"lines": told, "older": older and f"?before={older}"})


def add_page(register: "Register", request: ViewedRequest) -> HttpResponse:
    """Add a record."""
    form, reason = _forms(register, request, None)
    if request.method == "POST" and all([form.is_valid(), reason.is_valid()]):
        try:
            record = add(register, request.viewer, *_entered(form, reason))
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.next_step}")
        else:
            messages.success(request, _("%(name)s was added.") % {"name": record})
            return HttpResponseRedirect(register.url("detail", record))
    context: dict[str, Any] = {
        "title": _("Add: %(thing)s") % {"thing": register.title_one},
        "back": register.url("list"),
    }
    return _form_page(register, request, context | {"form": form, "reason": reason, "action": _("Add")})


def edit_page(register: "Register", request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Change a record; what somebody else changed meanwhile is shown, and nothing that was typed is lost."""
    viewer = request.viewer
    record = fetch_to_change(register, viewer, pk, "edit")
    name, as_of, conflict = str(record), token(record), []
    form, reason = _forms(register, request, record)
    if request.method == "POST":
        as_of = request.POST.get("as_of", "")
    if request.method == "POST" and all([form.is_valid(), reason.is_valid()]):
        try:
            edit(register, viewer, pk, *_entered(form, reason), as_of=as_of)
        except Conflict as other:
            conflict = lines_since(other.record, viewer, _moment(as_of), withheld=_withheld(register, viewer))
            as_of = token(other.record)
            form.add_error(None, _("Somebody else changed this record while you were writing."))
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.next_step}")
        else:
            messages.success(request, _("Your changes were saved."))
            return HttpResponseRedirect(register.url("detail", record))
    context: dict[str, Any] = {"title": _("Edit: %(name)s") % {"name": name}, "back": register.url("detail", record)}
    context |= {"form": form, "reason": reason, "as_of": as_of, "conflict": conflict, "action": _("Save")}
    return _form_page(register, request, context)


def retire_page(register: "Register", request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Take a record out of use: show what that does, ask for the reason."""
    record = fetch_to_change(register, request.viewer, pk, "retire")
    form = RetireForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            retire(register, request.viewer, [pk], form.cleaned_data["why"])
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.next_step}")
        else:
            messages.success(request, _("%(name)s was retired.") % {"name": record})
            return HttpResponseRedirect(register.url("detail", record))
    context = {
        "title": _("Retire: %(name)s") % {"name": record},
        "crumbs": [{"title": register.title, "url": register.url("list")}],
        "form": form,
        "effects": effects(register, [record], request.viewer),
        "action": _("Retire"),
        "back": register.url("detail", record),
    }
    return render(request, "kernel/retire.html", context, status=422 if form.errors else 200)


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


def _form_page(register: "Register", request: ViewedRequest, context: dict[str, Any]) -> HttpResponse:
    crumbs = [{"title": register.title, "url": register.url("list")}]
    has_errors = bool(context["form"].errors or context["reason"].errors)
    return render(request, "kernel/form.html", context | {"crumbs": crumbs}, status=422 if has_errors else 200)


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
        "state": register.state(record, viewer) if register.state else None,
        "tabs": [{"title": title, "url": url, "current": name == current} for name, title, url in tabs],
        "edit_url": register.url("edit", record) if may_change and register.may(viewer, "edit") else "",
        "retire_url": register.url("retire", record) if may_change and register.may(viewer, "retire") else "",
        "actions": register.actions(record, viewer) if register.actions else (),
    }


def _about(register: "Register", record: Any, viewer: Viewer) -> dict[str, Any]:
    facts = register.facts(record, viewer) if register.facts else _columns_as_facts(register, record, viewer)
    last = entries_about(record.pk).select_related("unsequenced").first()
    return {
        "facts": [(fact.label, _shown(fact, viewer)) for fact in facts],
        "duty": register.next_duty(record, viewer) if register.next_duty else None,
        "seen_by": register.who_may_see(record, viewer) if register.who_may_see else (),
        "proof_mark": last and (WAITING if hasattr(last, "unsequenced") else SEALED),
        "changed": moment(record.updated_at, viewer),
    }


def _columns_as_facts(register: "Register", record: Any, viewer: Viewer) -> list[Fact]:
    columns = offered_columns(register, viewer)
    return [Fact(label=c.label, value=c.of(record, viewer), kind=c.kind) for c in columns]


def _shown(fact: Fact, viewer: Viewer) -> str:
    value = drawn(fact.kind, fact.value, viewer)
    return format_html('{}<div class="hint">{}</div>', value, fact.help) if fact.help else value


def _panels(register: "Register", viewer: Viewer) -> list[Panel]:
    """Return the tabs other rooms put on this kind of record, as far as the viewer may open them."""
    kind = register.model.record_kind()
    here = [each for room in rooms() for each in room.panels if each.kind == kind and viewer.may(each.permission)]
    return sorted(here, key=lambda each: each.order)


def _withheld(register: "Register", viewer: Viewer) -> frozenset[str]:
    return register.withheld(viewer) if register.withheld else frozenset()


def _cursor(request: ViewedRequest) -> UUID | None:
    try:
        return UUID(request.GET["before"]) if "before" in request.GET else None
    except ValueError as error:
        raise Http404 from error


def _moment(as_of: str) -> datetime | None:
    """Read a token back; what is not one means: from the beginning."""
    try:
        return parse_datetime(as_of)
    except ValueError:
        return None
