"""How a register is narrowed, and the facts on the page of a record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from kuramori.kernel.columns import ColumnKind, Text
from kuramori.kernel.permissions import Viewer

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
    choices: Callable[[Viewer], Choices] | None = None


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line of the detail page; kinds as for columns."""

    label: Text
    value: object
    kind: ColumnKind = ColumnKind.TEXT
    help: Text = ""
