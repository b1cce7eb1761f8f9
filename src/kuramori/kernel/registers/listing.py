"""What a list's address asks for: filters, search, sorting, columns, page. All of it lives in the URL."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuramori.kernel.columns import Column
from kuramori.kernel.paging import CAP, Page, Sort, count_of, in_order, page_of
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.filters import Filter, FilterKind
from kuramori.kernel.registers.widgets import PlainSelect

if TYPE_CHECKING:
    from kuramori.kernel.registers.register import Register

SEARCH_LENGTH = 200
NOT_KEPT = ("after", "before", "view", "id")
YES_NO = (("yes", gettext_lazy("yes")), ("no", gettext_lazy("no")))


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A register's list as one viewer asked for it; nothing in it lies outside of `visible_to`."""

    register: "Register"
    viewer: Viewer
    query: QueryDict

    @property
    def columns(self) -> list[Column]:
        """Return the columns to show: those named in the address, in the register's order, else the usual ones."""
        chosen = self.query.getlist("column")
        offered = offered_columns(self.register, self.viewer)
        return [c for c in offered if c.name in chosen] or [c for c in offered if c.is_default]

    @property
    def sort(self) -> Sort:
        """Return the sort column and direction; what cannot be sorted by is ignored."""
        asked = Sort.parse(self.query.get("sort", ""))
        for column in offered_columns(self.register, self.viewer):
            if column.name == asked.column and column.sort:
                return Sort(column=column.sort, descending=asked.descending)
        return Sort.parse(self.register.order)

    @cached_property
    def form(self) -> forms.Form:
        """Return the filter bar, filled with what was asked; made once, because choices may ask the database."""
        form = forms.Form(self.query, auto_id="filter_%s")
        if self.register.search:
            form.fields["q"] = forms.CharField(label=_("Search words"), max_length=SEARCH_LENGTH, required=False)
            form.fields["q"].widget.input_type = "search"
        for each in offered_filters(self.register, self.viewer):
            form.fields[each.name] = _field(each, self.viewer)
        form.fields["retired"] = _select(_("Retired"), [("yes", _("only retired"))])
        return form

    def found(self) -> tuple[QuerySet[Any], dict[str, str]]:
        """Return the rows asked for, and the filters that were applied with their words for the reader."""
        rows = self.register.visible_to(self.viewer)
        form = self.form
        form.is_valid()
        asked = {name: value for name, value in form.cleaned_data.items() if value}
        rows = rows.filter(retired_at__isnull="retired" not in asked)
        if self.register.search and "q" in asked:
            rows = self.register.search(rows, asked["q"])
        for each in offered_filters(self.register, self.viewer):
            if each.name in asked:
                value = asked[each.name]
                rows = each.apply(rows, value if isinstance(value, str) else value.isoformat(), self.viewer)
        return rows, {name: f"{form.fields[name].label}: {_word(form.fields[name], asked[name])}" for name in asked}

    def page(self, rows: QuerySet[Any]) -> Page:
        """Return the page asked for."""
        return page_of(rows, self.sort, after=self.query.get("after", ""), before=self.query.get("before", ""))

    def exported_columns(self) -> list[Column]:
        """Return what an export holds: the columns named in the address, else all that may be exported."""
        chosen = self.columns if self.query.getlist("column") else offered_columns(self.register, self.viewer)
        return [column for column in chosen if column.export]

    def chosen(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return all rows in order, for an export."""
        return in_order(rows, self.sort)

    def address(self, **changes: str | None) -> str:
        """Return this list's address with parameters changed; None takes one out. The page starts over."""
        query = self.query.copy()
        for name in (*NOT_KEPT, *changes):
            query.pop(name, None)
        for name, value in changes.items():
            if value:
                query[name] = value
        return f"?{query.urlencode()}"

    def kept(self, *without: str) -> list[tuple[str, str]]:
        """Return what a form on the page must carry along, as hidden (name, value)."""
        left = {*NOT_KEPT, *without}
        return [(name, value) for name, values in self.query.lists() if name not in left for value in values if value]


def offered_columns(register: "Register", viewer: Viewer) -> list[Column]:
    """Return the columns this viewer may see at all."""
    withheld = register.withheld(viewer) if register.withheld else frozenset()
    return [column for column in register.columns if column.name not in withheld]


def offered_filters(register: "Register", viewer: Viewer) -> list[Filter]:
    """Return the filters this viewer may use: filtering by what is withheld would tell it."""
    withheld = register.withheld(viewer) if register.withheld else frozenset()
    return [each for each in register.filters if each.name not in withheld]


def count_in_words(rows: QuerySet[Any]) -> str:
    """Return the number of rows as text, "10,000+" beyond the cap."""
    count = count_of(rows)
    return f"{CAP:,}+" if count > CAP else f"{count:,}"


def _field(each: Filter, viewer: Viewer) -> forms.Field:
    if each.kind is FilterKind.CHOICE:
        return _select(each.label, each.choices(viewer) if each.choices else ())
    if each.kind is FilterKind.YES_NO:
        return _select(each.label, YES_NO)
    if each.kind is FilterKind.TEXT:
        return forms.CharField(label=str(each.label), max_length=SEARCH_LENGTH, required=False)
    day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=str(each.label), required=False, widget=day, input_formats=["%Y-%m-%d"])


def _select(label: Any, choices: Iterable[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", "—"), *choices], widget=PlainSelect)


def _word(field: forms.Field, value: Any) -> str:
    if not isinstance(field, forms.ChoiceField):
        return str(value)
    return next(str(word) for offered, word in field.widget.choices if offered == value)
