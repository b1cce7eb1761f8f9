"""What a table shows: its columns, and the small values that stand in its cells."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise

from kuramori.kernel.permissions import Viewer

Text = str | Promise


class ColumnKind(StrEnum):
    """How a value is drawn. The value itself is the same everywhere: list, detail page and export.

    TEXT: anything with a name. CODE: an identifying number, kept on one line. LINK: text that leads to the record's
    own page. LEVEL: has `name` and `tone`, drawn as a seal. PERSON: text or `Link`. DATE: a date. DATETIME: an aware
    datetime, shown in the viewer's zone. NUMBER: int or Decimal. TAG: text or `Mark`. BOOL: yes or no. None is shown
    as a dash and exported empty.
    """

    TEXT = "text"
    CODE = "code"
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
