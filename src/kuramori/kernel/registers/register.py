"""A register, declared as data: the kit draws its pages, its permissions follow from its name.

    from kuramori.kernel.registers.register import Column, ColumnKind, Fact, Filter, FilterKind, Register

    def facts(secret: Secret, viewer: Viewer) -> list[Fact]:
        return [
            Fact(label=_("Number"), value=secret.number),
            Fact(label=_("Level"), value=secret.level, kind=ColumnKind.LEVEL),
        ]

    secrets = Register(
        name="register:secret",                     # permissions register:secret:view, …; URLs register:secret-list …
        path="secrets",
        title=_("Register of secrets"),
        title_one=_("secret"),
        why=_("What is not written down as secret is hard to defend as one (Unfair Competition Prevention Act, 2(6))."),
        example=_("For instance: “Mixing ratio of electrolyte B”, level Top secret, kept by the head of materials."),
        model=Secret,
        columns=(
            Column(name="number", label=_("Number"), sort="number"),
            Column(name="title", label=_("Title"), kind=ColumnKind.LINK, sort="title"),
            Column(name="level", label=_("Level"), kind=ColumnKind.LEVEL, sort="level__rank"),
            Column(name="keeper", label=_("Keeper"), kind=ColumnKind.PERSON, value=keeper_as_seen),
        ),
        filters=(
            Filter(name="level", label=_("Level"), kind=FilterKind.CHOICE, choices=queries.level_choices,
                   apply=lambda found, value, viewer: found.filter(level_id=value)),
        ),
        form=lambda viewer, secret, data: SecretForm(data, instance=secret, viewer=viewer),
        visible_to=queries.secrets_visible_to,      # (viewer) -> QuerySet, with select_related for the columns
        may_edit=permissions.may_edit_secret,       # (viewer, secret) -> bool
        add=acts.secret_add,                        # (*, by, why, **cleaned_data) -> Secret
        edit=acts.secret_edit,                      # (*, secret, by, why, **cleaned_data): keyword as in the name
        retire=acts.secret_retire,                  # (*, secret, by, why)
        search=matching,                            # kernel.search.matching, or any (found, text) -> QuerySet
        facts=facts,
    )
    urlpatterns = [*secrets.urls()]                 # in register/urls.py, whose app_name is "register"

The room's ROOM names the register in `registers=(secrets,)`, gives its permissions to roles, and has a sentence for
the verbs "register.secret.add", ".edit" and ".retire"; its acts open these verbs (the kit opens them around).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST, require_safe

from kuramori.kernel.columns import Column, ColumnKind, Link, Mark, Text
from kuramori.kernel.pages import page
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.records import Record
from kuramori.kernel.registers import list_views, record_views
from kuramori.kernel.registers.filters import Choices, Fact, Filter, FilterKind
from kuramori.kernel.room import Duty

__all__ = ["Choices", "Column", "ColumnKind", "Fact", "Filter", "FilterKind", "Link", "Mark", "Register", "Text"]

RESERVED = frozenset({"after", "before", "column", "format", "id", "q", "retired", "sort", "tab", "view"})
ONLY_READ = frozenset({"list", "detail", "history"})
ONLY_POSTED = frozenset({"bulk", "export", "save-view"})


def _always(_viewer: Viewer, _record: Any) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Register:
    """One register. No hooks beyond these fields: who needs more writes his own view under the same URL name.

    `visible_to` is the only door to records: outside of it every page answers 404. `may_edit` is asked for a
    record the viewer sees, before and again after saving. `withheld` names columns and model fields that this
    viewer may not see although he sees the record: they leave list, export, sorting, history and conflict notices
    (facts and forms are given per viewer anyway). `actions` are links to hand-written pages of further acts;
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
    may_edit: Callable[[Viewer, Any], bool] = _always
    add: Callable[..., Any] | None = None
    edit: Callable[..., Any] | None = None
    retire: Callable[..., Any] | None = None
    search: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None
    order: str = "-updated_at"
    import_kind: str | None = None
    facts: Callable[[Any, Viewer], Sequence[Fact]] | None = None
    state: Callable[[Any, Viewer], Mark | None] | None = None
    next_duty: Callable[[Any, Viewer], Duty | None] | None = None
    who_may_see: Callable[[Any, Viewer], Sequence[Text]] | None = None
    actions: Callable[[Any, Viewer], Sequence[Link]] | None = None
    retire_effects: Callable[[Sequence[Any], Viewer], Sequence[Text]] | None = None
    withheld: Callable[[Viewer], frozenset[str]] | None = None
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
        """Return the room's own act for add, edit or retire; Http404 where the register has none."""
        done: Callable[..., Any] | None = {"add": self.add, "edit": self.edit, "retire": self.retire}[action]
        if done is None:
            raise Http404
        return done

    def url(self, page_name: str, record: Any = None) -> str:
        """Return the address of a page: list, add, export, bulk, or with a record detail, edit, retire, history."""
        return reverse(f"{self.name}-{page_name}", args=[] if record is None else [record.pk])

    def may(self, viewer: Viewer, action: str) -> bool:
        """Say whether the register offers this at all, and to this viewer."""
        offered = {"add": self.add, "edit": self.edit, "retire": self.retire, "import": self.import_kind}
        return bool(offered.get(action, True)) and viewer.may(self.permission(action))

    def urls(self) -> list[URLPattern]:
        """Return the routes of all pages, named "secret-list" and so on, for the room's `urlpatterns`."""

        def to(where: str, name: str, view: Callable[..., HttpResponseBase], action: str) -> URLPattern:
            asked: Callable[..., HttpResponseBase] = partial(view, self)
            if name in ONLY_READ | ONLY_POSTED:
                asked = require_safe(asked) if name in ONLY_READ else require_POST(asked)
            return path(f"{self.path}/{where}", page(self.permission(action))(asked), name=f"{self.thing}-{name}")

        routes = [
            to("", "list", list_views.list_page, "view"),
            to("export/", "export", list_views.export_file, "export"),
            to("views/", "save-view", list_views.save_view_page, "view"),
            to("<uuid:pk>/", "detail", record_views.detail_page, "view"),
            to("<uuid:pk>/history/", "history", record_views.history_page, "view"),
        ]
        if self.add:
            routes += [to("add/", "add", record_views.add_page, "add")]
        if self.edit:
            routes += [to("<uuid:pk>/edit/", "edit", record_views.edit_page, "edit")]
        if self.retire:
            routes += [
                to("retire/", "bulk", list_views.bulk_page, "retire"),
                to("<uuid:pk>/retire/", "retire", record_views.retire_page, "retire"),
            ]
        return routes
