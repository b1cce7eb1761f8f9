"""A register, declared as data; the kit draws its pages. docs/development/add-a-register.md has an example to copy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.forms import BaseForm
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from kuramori.kernel.columns import Column, ColumnKind, Link, Mark, Text
from kuramori.kernel.pages import View, page
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.records import Record
from kuramori.kernel.registers import list_views, record_views
from kuramori.kernel.registers.forms import LONGEST, PlainSelect
from kuramori.kernel.room import Duty

__all__ = ["Choices", "Column", "ColumnKind", "Fact", "Filter", "FilterKind", "Link", "Mark", "Register", "Text"]

RESERVED = frozenset({"after", "before", "column", "format", "id", "q", "retired", "sort", "tab", "view"})
ONLY_READ = ("list", "detail", "history")
ONLY_POSTED = ("bulk", "export", "save-view")
Choices = Sequence[tuple[str, Text]]


class FilterKind(StrEnum):
    """What can be entered, and so what `apply` gets: one of the choices, any text, an ISO date, "yes" or "no"."""

    CHOICE = "choice"
    TEXT = "text"
    DATE_FROM = "date_from"
    DATE_TO = "date_to"
    YES_NO = "yes_no"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One way to narrow the list. `apply` gets the query set, the entered value (already valid) and the viewer.

    `choices` of a CHOICE offers only what the viewer may see; a value outside of them is not applied.
    """

    name: str
    label: Text
    kind: FilterKind
    apply: Callable[[QuerySet[Any], str, Viewer], QuerySet[Any]]
    choices: Callable[[Viewer], Choices] = lambda _viewer: ()

    def field(self, viewer: Viewer) -> forms.Field:
        """Return the field of the filter bar."""
        label = str(self.label)
        if self.kind is FilterKind.TEXT:
            asked = forms.TextInput({"type": "search"})
            return forms.CharField(label=label, max_length=LONGEST, required=False, widget=asked)
        if self.kind in {FilterKind.DATE_FROM, FilterKind.DATE_TO}:
            day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            return forms.DateField(label=label, required=False, widget=day, input_formats=["%Y-%m-%d"])
        offered = [("yes", _("yes")), ("no", _("no"))] if self.kind is FilterKind.YES_NO else self.choices(viewer)
        return forms.ChoiceField(label=label, required=False, choices=[("", "—"), *offered], widget=PlainSelect)


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line of the detail page; kinds as for columns."""

    label: Text
    value: object
    kind: ColumnKind = ColumnKind.TEXT
    help: Text = ""


@dataclass(frozen=True, kw_only=True)
class Register:
    """One register. No hooks beyond these fields: who needs more writes his own view under the same URL name.

    `visible_to` is the only door to records: outside of it every page answers 404. `may_edit` is asked for a
    record the viewer sees, before and again after saving. `withheld` names columns and model fields that this
    viewer may not see although he sees the record: they leave list, export, sorting, history and conflict notices
    (facts and forms are given per viewer anyway). `actions` are links to hand-written pages of further acts;
    `beside` are links from the list to pages that belong to it;
    `retire_effects` says in sentences what retiring does beside leaving the list.
    `form` gets (viewer, record or None, POST data or None); a field "why" in it replaces the kit's own reason.
    """

    name: str
    path: str
    title: Text
    title_one: Text
    why: Text
    example: Text = ""
    model: type[Record]
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    form: Callable[[Viewer, Any, Any], BaseForm] | None = None
    visible_to: Callable[[Viewer], QuerySet[Any]]
    may_edit: Callable[[Viewer, Any], bool] = lambda _viewer, _record: True
    add: Callable[..., Any] | None = None
    edit: Callable[..., Any] | None = None
    retire: Callable[..., Any] | None = None
    search: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None
    order: str = "-updated_at"
    import_kind: str | None = None
    beside: Callable[[Viewer], Sequence[Link]] = lambda _viewer: ()
    facts: Callable[[Any, Viewer], Sequence[Fact]] | None = None
    state: Callable[[Any, Viewer], Mark | None] = lambda _record, _viewer: None
    next_duty: Callable[[Any, Viewer], Duty | None] = lambda _record, _viewer: None
    who_may_see: Callable[[Any, Viewer], Sequence[Text]] = lambda _record, _viewer: ()
    actions: Callable[[Any, Viewer], Sequence[Link]] = lambda _record, _viewer: ()
    retire_effects: Callable[[Sequence[Any], Viewer], Sequence[Text]] = lambda _records, _viewer: ()
    withheld: Callable[[Viewer], frozenset[str]] = lambda _viewer: frozenset()
    practices: str = ""
    icon: str = "list"

    def __post_init__(self) -> None:
        columns = {each.name for each in self.columns}
        taken = RESERVED & {each.name for each in self.filters}
        if (self.add or self.edit) and self.form is None:
            raise ValueError(f"{self.name}: adding and editing need a form")
        if taken or len(columns) != len(self.columns) or self.name.count(":") != 1:
            raise ValueError(f"{self.name}: a name is not room:thing, or taken, or given twice: {sorted(taken)}")

    @property
    def thing(self) -> str:
        """Return what one record is called in code: "secret", the keyword of its acts."""
        return self.name.partition(":")[2]

    def permission(self, action: str) -> str:
        """Return the permission for view, add, edit, retire, export or import: "register:secret:view"."""
        return f"{self.name}:{action}"

    def verb(self, action: str) -> str:
        """Return the verb of the act that adds, edits or retires: "register.secret.edit"."""
        return f"{self.name.replace(':', '.')}.{action}"

    def room_act(self, action: str) -> Callable[..., Any]:
        """Return the room's own act for add, edit or retire, where the register offers it."""
        return cast("Callable[..., Any]", getattr(self, action))

    def url(self, page_name: str, record: Any = None) -> str:
        """Return the address of a page: list, add, export, bulk, or with a record detail, edit, retire, history."""
        return reverse(f"{self.name}-{page_name}", args=[] if record is None else [record.pk])

    def columns_for(self, viewer: Viewer) -> list[Column]:
        """Return the columns this viewer may see at all."""
        withheld = self.withheld(viewer)
        return [column for column in self.columns if column.name not in withheld]

    def filters_for(self, viewer: Viewer) -> list[Filter]:
        """Return search words, and the filters this viewer may use: by what is withheld would tell it."""
        withheld, search = self.withheld(viewer), self.search
        usable = [each for each in self.filters if each.name not in withheld]
        if not search:
            return usable
        words = Filter(name="q", label=_("Search words"), kind=FilterKind.TEXT, apply=lambda f, q, _: search(f, q))
        return [words, *usable]

    def facts_of(self, record: Any, viewer: Viewer) -> Sequence[Fact]:
        """Return the lines of a record's page: the register's own, else its columns."""
        if self.facts:
            return self.facts(record, viewer)
        return [Fact(label=c.label, value=c.of(record, viewer), kind=c.kind) for c in self.columns_for(viewer)]

    def offers(self, action: str) -> bool:
        """Say whether the register has this action at all."""
        needs = {"add": self.add, "edit": self.edit, "retire": self.retire, "import": self.import_kind}
        return bool(needs.get(action, True))

    def may(self, viewer: Viewer, action: str) -> bool:
        """Say whether the register offers this at all, and to this viewer."""
        return self.offers(action) and viewer.may(self.permission(action))

    def urls(self) -> list[URLPattern]:
        """Return the routes of all pages, named "secret-list" and so on, for the room's `urlpatterns`."""
        pages: list[tuple[str, str, View, str]] = [
            ("", "list", list_views.list_page, "view"),
            ("export/", "export", list_views.export_file, "export"),
            ("views/", "save-view", list_views.save_view_page, "view"),
            ("add/", "add", record_views.add_page, "add"),
            ("retire/", "bulk", record_views.bulk_page, "retire"),
            ("<uuid:pk>/", "detail", record_views.detail_page, "view"),
            ("<uuid:pk>/history/", "history", record_views.history_page, "view"),
            ("<uuid:pk>/edit/", "edit", record_views.edit_page, "edit"),
            ("<uuid:pk>/retire/", "retire", record_views.retire_page, "retire"),
        ]
        return [self._route(*each) for each in pages if self.offers(each[-1])]

    def _route(self, where: str, name: str, view: View, action: str) -> URLPattern:
        asked: View = partial(view, self)
        if name in ONLY_READ + ONLY_POSTED:
            asked = require_safe(asked) if name in ONLY_READ else require_POST(asked)
        return path(f"{self.path}/{where}", page(self.permission(action))(asked), name=f"{self.thing}-{name}")
