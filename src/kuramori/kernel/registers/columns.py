"""What a register shows: columns, filters, facts, and the small values that stand in its cells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from kuramori.kernel.permissions import Viewer

Text = str | Promise
Choices = Sequence[tuple[str, Text]]


class ColumnKind(StrEnum):
    """How a value is drawn. The value itself is the same everywhere: list, detail page and export.

    TEXT: anything with a name. LINK: text that leads to the record's own page. LEVEL: has `name` and `tone`, drawn
    as a seal. PERSON: text or `Link`. DATE: a date. DATETIME: an aware datetime, shown in the viewer's zone.
    NUMBER: int or Decimal. TAG: text or `Mark`. BOOL: yes or no. None is shown as a dash and exported empty.
    """

    TEXT = "text"
    LINK = "link"
    LEVEL = "level"
    PERSON = "person"
    DATE = "date"
    DATETIME = "datetime"
    NUMBER = "number"
    TAG = "tag"
    BOOL = "bool"


@dataclass(frozen=True, kw_only=True)
class Link:
    """A value that leads somewhere; give it only when the viewer may see what it names."""

    text: Text
    url: str = ""
    note: Text = ""

    def __str__(self) -> str:
        return str(self.text)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A state in words with its tone: "ok", "info", "warn", "bad", or "" for a neutral one."""

    word: Text
    tone: str = ""

    def __str__(self) -> str:
        return str(self.word)


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column. `value` gets the record and the viewer and must not query: `visible_to` selects what it needs.

    Without `value`, `name` is read from the record, dots lead along relations ("unit.name"). `sort` is the database
    column to sort by ("title", "unit__name", an annotation); None means the list cannot be sorted by it.
    """

    name: str
    label: Text
    value: Callable[[Any, Viewer], object] | None = None
    kind: ColumnKind = ColumnKind.TEXT
    sort: str | None = None
    is_default: bool = True
    export: bool = True

    def of(self, record: Any, viewer: Viewer) -> object:
        """Return the value of this column for a record, None where there is none."""
        if self.value is not None:
            return self.value(record, viewer)
        found: Any = record
        for step in self.name.split("."):
            if found is None:
                return None
            found = getattr(found, step)
        return found


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
    choices: Callable[[Viewer], Choices] | None = None


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line of the detail page; kinds as for columns."""

    label: Text
    value: object
    kind: ColumnKind = ColumnKind.TEXT
    help: Text = ""
