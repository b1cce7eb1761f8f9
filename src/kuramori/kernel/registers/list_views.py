"""The pages of a register as a whole: list, export, bulk retirement, keeping a view."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kuramori.kernel.cells import NARROW, drawn
from kuramori.kernel.columns import Column, ColumnKind
from kuramori.kernel.exporting import FORMATS, export
from kuramori.kernel.pages import ViewedRequest
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.changing import retire
from kuramori.kernel.registers.forms import LONGEST, RetireForm, ViewForm
from kuramori.kernel.registers.listing import Listing, count_in_words, offered_columns
from kuramori.kernel.saved_views import save_view, saved_views

if TYPE_CHECKING:
    from kuramori.kernel.registers.register import Register

MOST_AT_ONCE = 500
NAMED_AT_ONCE = 10


def list_page(register: "Register", request: ViewedRequest) -> HttpResponse:
    """List what the viewer may see, as the address asks for it; htmx gets the list alone."""
    viewer = request.viewer
    listing = Listing(register=register, viewer=viewer, query=request.GET)
    rows, words = listing.found()
    page, columns = listing.page(rows), listing.columns
    may = {action: register.may(viewer, action) for action in ("add", "retire", "export", "import")}
    context = {
        "register": register,
        "title": register.title,
        "form": listing.form,
        "picked": [{"label": word, "url": listing.address(**{name: None})} for name, word in words.items()],
        "shown": _("%(shown)s shown of %(count)s") % {"shown": len(page.records), "count": count_in_words(rows)},
        "head": [_head(listing, column) for column in columns],
        "rows": [_row(register, record, columns, viewer) for record in page.records],
        "columns": [
            {"name": c.name, "title": c.label, "shown": c in columns} for c in offered_columns(register, viewer)
        ],
        "newer": page.newer and listing.address(before=page.newer),
        "older": page.older and listing.address(after=page.older),
        "keep": listing.kept(*listing.form.fields),
        "keep_filters": listing.kept("column"),
        "query": listing.address().removeprefix("?"),
        "views": saved_views(viewer, register.name),
        "may": may,
        "urls": _addresses(register, may),
        "formats": FORMATS,
    }
    alone = request.headers.get("HX-Target") == "list"
    response = render(request, "kernel/list_body.html" if alone else "kernel/list.html", context)
    patch_vary_headers(response, ["HX-Target"])
    return response


def _addresses(register: "Register", may: dict[str, bool]) -> dict[str, str]:
    """Return where the buttons of the list lead, those alone that the viewer may press."""
    found = {"list": register.url("list"), "save_view": register.url("save-view")}
    if may["import"]:
        found["import"] = reverse("kernel:import-hand-in", args=[register.import_kind])
    for action, page_name in (("add", "add"), ("retire", "bulk"), ("export", "export")):
        if may[action]:
            found[page_name] = register.url(page_name)
    return found


def _head(listing: Listing, column: Column) -> dict[str, Any]:
    """Return a column's heading with the address that sorts by it, the other way round when it is sorted already."""
    sort = listing.sort
    is_sorted = column.sort is not None and column.sort == sort.column
    turned = f"-{column.name}" if is_sorted and not sort.descending else column.name
    direction = "descending" if sort.descending else "ascending"
    return {
        "label": column.label,
        "url": listing.address(sort=turned) if column.sort else "",
        "sorted": direction if is_sorted else "",
        "css": NARROW.get(column.kind, ""),
    }


def _row(register: "Register", record: Any, columns: list[Column], viewer: Viewer) -> dict[str, Any]:
    url = register.url("detail", record)
    cells = []
    for column in columns:
        to = url if column.kind is ColumnKind.LINK else ""
        cells.append((NARROW.get(column.kind, ""), drawn(column.kind, column.of(record, viewer), viewer, url=to)))
    return {"pk": record.pk, "name": str(record), "cells": cells}


def export_file(register: "Register", request: ViewedRequest) -> FileResponse:
    """Hand out the list as a file, once the ledger has noted it."""
    form = request.POST.get("format", "")
    if form not in FORMATS:
        raise Http404
    listing = Listing(register=register, viewer=request.viewer, query=request.GET)
    rows, words = listing.found()
    file = export(
        request.viewer,
        title=str(register.title),
        columns=listing.exported_columns(),
        rows=listing.chosen(rows),
        narrowed_by=list(words.values()),
        form=form,
        why=request.POST.get("why", "").strip()[:LONGEST],
    )
    day = now().astimezone(request.viewer.zone).date()
    return FileResponse(file, as_attachment=True, filename=f"{register.title}-{day}.{form}", content_type=FORMATS[form])


def bulk_page(register: "Register", request: ViewedRequest) -> HttpResponse:
    """Retire chosen records as one act: first show which, and ask for the reason."""
    ids = _chosen(request)
    if not ids:
        messages.warning(request, _("Choose at least one line of the list."))
        return HttpResponseRedirect(register.url("list"))
    records = list(register.visible_to(request.viewer).filter(pk__in=ids))
    if len(records) != len(ids):
        raise Http404
    form = RetireForm(request.POST if "why" in request.POST else None, ids=ids)
    if form.is_valid():
        retire(register, request.viewer, ids, form.cleaned_data["why"])
        done = ngettext("%(count)s record was retired.", "%(count)s records were retired.", len(ids))
        messages.success(request, done % {"count": len(ids)})
        return HttpResponseRedirect(register.url("list"))
    context = {
        "title": _("Retire %(count)s records") % {"count": len(ids)},
        "crumbs": [{"title": register.title, "url": register.url("list")}],
        "form": form,
        "effects": [
            *(_("Retire: %(name)s") % {"name": each} for each in records[:NAMED_AT_ONCE]),
            *_more(len(records)),
            *effects(register, records, request.viewer),
        ],
        "action": _("Retire"),
        "back": register.url("list"),
    }
    return render(request, "kernel/retire.html", context, status=422 if form.is_bound else 200)


def effects(register: "Register", records: list[Any], viewer: Viewer) -> list[str]:
    """Return what retirement does, in sentences: the register's own, then what holds for all."""
    own = register.retire_effects(records, viewer) if register.retire_effects else ()
    return [
        *map(str, own),
        _("What is retired leaves the list and can no longer be changed."),
        _("History and proof stay. This step cannot be taken back."),
    ]


def save_view_page(register: "Register", request: ViewedRequest) -> HttpResponse:
    """Keep the list as it stands under a name."""
    form = ViewForm(request.POST)
    listing = Listing(register=register, viewer=request.viewer, query=QueryDict(request.POST.get("query", "")))
    if not form.is_valid():
        messages.warning(request, _("Give the view a name."))
        return HttpResponseRedirect(register.url("list") + listing.address())
    view = save_view(
        request.viewer, register=register.name, query=listing.kept(), name=form.cleaned_data["name"],
        is_shared=form.cleaned_data["is_shared"],
    )  # fmt: skip
    messages.success(request, _("The view %(name)s was saved.") % {"name": view.name})
    return HttpResponseRedirect(f"{register.url('list')}?{view.query}")


def _chosen(request: ViewedRequest) -> list[UUID]:
    try:
        return [UUID(pk) for pk in dict.fromkeys(request.POST.getlist("id"))][:MOST_AT_ONCE]
    except ValueError as error:
        raise Http404 from error


def _more(count: int) -> list[str]:
    return [_("and %(count)s more") % {"count": count - NAMED_AT_ONCE}] if count > NAMED_AT_ONCE else []
