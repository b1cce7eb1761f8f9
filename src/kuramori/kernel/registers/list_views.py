"""A register as a whole: what its address asks for, and the pages that show it, export it, and keep it as a view."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.timezone import now
from django.utils.translation import gettext as _

from kuramori.kernel.cells import NARROW, drawn
from kuramori.kernel.columns import Column
from kuramori.kernel.exporting import FORMATS, export
from kuramori.kernel.models import SavedView
from kuramori.kernel.pages import ViewedRequest
from kuramori.kernel.paging import Sort, counted, in_order, page_of
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.forms import LONGEST
from kuramori.kernel.saved_views import save_view, saved_views

if TYPE_CHECKING:
    from kuramori.kernel.registers.register import Register

BUTTONS = {"list": "view", "save-view": "view", "add": "add", "bulk": "retire", "export": "export"}
NOT_KEPT = ("after", "before", "view", "id")


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A register's list as one viewer asked for it; nothing in it lies outside of `visible_to`."""

    register: "Register"
    viewer: Viewer
    query: QueryDict

    @property
    def columns(self) -> list[Column]:
        """Return the columns to show: those named in the address, in the register's order, else the usual ones."""
        chosen, offered = self.query.getlist("column"), self.register.columns_for(self.viewer)
        return [c for c in offered if c.name in chosen] or [c for c in offered if c.is_default]

    @property
    def sort(self) -> Sort:
        """Return the sort column and direction; what cannot be sorted by is ignored."""
        asked = Sort.parse(self.query.get("sort", ""))
        column = {c.name: c.sort for c in self.register.columns_for(self.viewer)}.get(asked.column)
        return Sort(column=column, descending=asked.descending) if column else Sort.parse(self.register.order)

    @cached_property
    def form(self) -> forms.Form:
        """Return the filter bar, filled with what was asked; made once, because choices may ask the database."""
        form = forms.Form(self.query, auto_id="filter_%s")
        form.fields = {each.name: each.field(self.viewer) for each in self.register.filters_for(self.viewer)}
        offered = [("", "—"), ("yes", _("only retired"))]
        form.fields["retired"] = forms.ChoiceField(label=_("Retired"), required=False, choices=offered)
        return form

    def found(self) -> tuple[QuerySet[Any], dict[str, str]]:
        """Return the rows asked for, and the filters that were applied with their words for the reader."""
        form = self.form
        form.is_valid()
        asked = {name: value for name, value in form.cleaned_data.items() if value}
        rows = self.register.visible_to(self.viewer).filter(retired_at__isnull="retired" not in asked)
        for each in self.register.filters_for(self.viewer):
            if each.name in asked:
                rows = each.apply(rows, str(asked[each.name]), self.viewer)
        return rows, {name: f"{form.fields[name].label}: {_word(form.fields[name], asked[name])}" for name in asked}

    def address(self, **changes: str | None) -> str:
        """Return this list's address with parameters changed; None takes one out. The page starts over."""
        query = self.query.copy()
        for name in (*NOT_KEPT, *changes):
            query.pop(name, None)
        query.update({name: value for name, value in changes.items() if value})
        return f"?{query.urlencode()}"

    def kept(self, *without: str) -> list[tuple[str, str]]:
        """Return what a form on the page must carry along, as hidden (name, value)."""
        left = {*NOT_KEPT, *without}
        return [(name, value) for name, values in self.query.lists() if name not in left for value in values if value]


def list_page(register: "Register", request: ViewedRequest) -> HttpResponse:
    """List what the viewer may see, as the address asks for it; htmx gets the list alone."""
    viewer = request.viewer
    listing = Listing(register=register, viewer=viewer, query=request.GET)
    rows, words = listing.found()
    columns, query = listing.columns, request.GET
    page = page_of(rows, listing.sort, after=query.get("after", ""), before=query.get("before", ""))
    count = counted(rows, listing.sort, page)
    may = {action: register.may(viewer, action) for action in ("view", "add", "retire", "export", "import")}
    urls = {name.replace("-", "_"): register.url(name) for name, action in BUTTONS.items() if may[action]}
    context = {
        "register": register,
        "title": register.title,
        "may": may,
        "urls": urls,
        "beside": register.beside(viewer),
        "formats": FORMATS,
        "form": listing.form,
        "picked": [{"label": word, "url": listing.address(**{name: None})} for name, word in words.items()],
        "shown": _("%(shown)s shown of %(count)s") % {"shown": len(page.records), "count": count},
        "head": [_head(listing, column) for column in columns],
        "rows": [_row(register, record, columns, viewer) for record in page.records],
        "columns": [{"name": c.name, "title": c.label, "shown": c in columns} for c in register.columns_for(viewer)],
        "newer": page.newer and listing.address(before=page.newer),
        "older": page.older and listing.address(after=page.older),
        "keep": listing.kept(*listing.form.fields),
        "keep_filters": listing.kept("column"),
        "query": listing.address().removeprefix("?"),
        "views": saved_views(viewer, register.name),
    }
    alone = request.headers.get("HX-Target") == "list"
    response = render(request, "kernel/list_body.html" if alone else "kernel/list.html", context)
    patch_vary_headers(response, ["HX-Target"])
    return response


def _head(listing: Listing, column: Column) -> dict[str, Any]:
    """Return a column's heading with the address that sorts by it, the other way round when it is sorted already."""
    sort = listing.sort
    way = "" if column.sort != sort.column else "descending" if sort.descending else "ascending"
    turned = listing.address(sort=f"-{column.name}" if way == "ascending" else column.name)
    css = NARROW.get(column.kind, "")
    return {"label": column.label, "url": turned if column.sort else "", "sorted": way, "css": css}


def _row(register: "Register", record: Any, columns: list[Column], viewer: Viewer) -> dict[str, Any]:
    url = register.url("detail", record)
    cells = [(NARROW.get(c.kind, ""), c.label, drawn(c.kind, c.of(record, viewer), viewer, url=url)) for c in columns]
    return {"pk": record.pk, "name": str(record), "cells": cells}


def export_file(register: "Register", request: ViewedRequest) -> FileResponse:
    """Hand out the list as a file, once the ledger has noted it."""
    form = request.POST.get("format", "")
    if form not in FORMATS:
        raise Http404
    listing = Listing(register=register, viewer=request.viewer, query=request.GET)
    rows, words = listing.found()
    offered = listing.columns if "column" in request.GET else register.columns_for(request.viewer)
    file = export(
        request.viewer,
        title=str(register.title),
        columns=[column for column in offered if column.export],
        rows=in_order(rows, listing.sort),
        narrowed_by=list(words.values()),
        form=form,
        why=request.POST.get("why", "").strip()[:LONGEST],
    )
    day = now().astimezone(request.viewer.zone).date()
    return FileResponse(file, as_attachment=True, filename=f"{register.title}-{day}.{form}", content_type=FORMATS[form])


def save_view_page(register: "Register", request: ViewedRequest) -> HttpResponse:
    """Keep the list as it stands under a name."""
    form = forms.modelform_factory(SavedView, fields=("name", "is_shared"))(request.POST)
    listing = Listing(register=register, viewer=request.viewer, query=QueryDict(request.POST.get("query", "")))
    if not form.is_valid():
        messages.warning(request, _("Give the view a name."))
        return HttpResponseRedirect(register.url("list") + listing.address())
    view = save_view(request.viewer, register=register.name, query=listing.kept(), **form.cleaned_data)
    messages.success(request, _("The view %(name)s was saved.") % {"name": view.name})
    return HttpResponseRedirect(f"{register.url('list')}?{view.query}")


def _word(field: forms.Field, value: Any) -> str:
    return str(dict(getattr(field, "choices", ())).get(value, value))
