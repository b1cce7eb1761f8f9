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
from typing import Any

from django.db.models import QuerySet
from django.forms import BaseForm
from django.urls import URLPattern, reverse

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.records import Record
from kuramori.kernel.registers.columns import (
    Choices,
    Column,
    ColumnKind,
    Fact,
    Filter,
    FilterKind,
    Link,
    Mark,
    Text,
)
from kuramori.kernel.room import Duty

__all__ = ["Choices", "Column", "ColumnKind", "Fact", "Filter", "FilterKind", "Link", "Mark", "Register", "Text"]

RESERVED = frozenset({"after", "before", "column", "format", "id", "q", "retired", "sort", "tab", "view"})


def _always(_viewer: Viewer, _record: Any) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Register:
    """One register. No hooks beyond these fields: who needs more writes his own view under the same URL name.

    `visible_to` is the only door to records: outside of it every page answers 404. `may_edit` is asked for a
    record the viewer sees, before and again after saving. `withheld` names columns and model fields that this
    viewer may not see although he sees the record: they leave list, export, sorting, history and conflict notices
    (facts and forms are given per viewer anyway). `actions` are links to hand-written pages of further acts.
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
    withheld: Callable[[Viewer], frozenset[str]] | None = None
    practices: str = ""
    icon: str = "list"

    def __post_init__(self) -> None:
        columns = {each.name for each in self.columns}
        taken = RESERVED & {each.name for each in self.filters}
        if taken or len(columns) != len(self.columns) or self.name.count(":") != 1:
            raise ValueError(f"{self.name}: a name is not room:thing, or taken, or given twice: {sorted(taken)}")

    def permission(self, action: str) -> str:
        """Return the permission for view, add, edit, retire, export or import: "register:secret:view"."""
        return f"{self.name}:{action}"

    def verb(self, action: str) -> str:
        """Return the verb of the act that adds, edits or retires: "register.secret.edit"."""
        return f"{self.name.replace(':', '.')}.{action}"

    def url(self, page: str, record: Any = None) -> str:
        """Return the address of a page: list, add, export, bulk, or with a record detail, edit, retire, history."""
        return reverse(f"{self.name}-{page}", args=[] if record is None else [record.pk])

    def may(self, viewer: Viewer, action: str) -> bool:
        """Say whether the register offers this at all, and to this viewer."""
        offered = {"add": self.add, "edit": self.edit, "retire": self.retire, "import": self.import_kind}
        return bool(offered.get(action, True)) and viewer.may(self.permission(action))

    def urls(self) -> list[URLPattern]:
        """Return the routes of all pages, named "secret-list" and so on, for the room's `urlpatterns`."""
        return []
