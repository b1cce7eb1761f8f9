"""Keyset paging: any page of a million rows costs what the first one costs.

Rows are sorted by (sort column, id), empty values last in both directions. A page is read from a cursor, the pair of
its neighbour, in the form "sort <= value AND (sort < value OR id < id)", which both databases walk along an index.
"""

import base64
import json
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import FieldError, ValidationError
from django.db.models import F, Field, Model, Q, QuerySet

from kuramori.kernel.records import as_json

PAGE = 50
CAPS = (1_000, 200)
RECORD_SECONDS = 0.0001  # what it takes to make a record of a row, however it was found
Cursor = tuple[Any, UUID] | None


@dataclass(frozen=True, kw_only=True)
class Sort:
    """A database column to sort by, and the direction; the id breaks ties in the same direction."""

    column: str
    descending: bool = False

    @classmethod
    def parse(cls, text: str) -> "Sort":
        """Read "-updated_at"."""
        return cls(column=text.removeprefix("-"), descending=text.startswith("-"))

    def flipped(self) -> "Sort":
        """Return the other direction."""
        return Sort(column=self.column, descending=not self.descending)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of records with the cursors of its neighbours, "" where there is none; `seconds` is what it took."""

    records: list[Any]
    newer: str = ""
    older: str = ""
    seconds: float = 0.0


def page_of(found: QuerySet[Any], sort: Sort, *, after: str = "", before: str = "", size: int = PAGE) -> Page:
    """Return the page after or before a cursor, the first one without; a cursor nobody gave counts as none."""
    keyed = found.annotate(sort_key=F(sort.column))
    cursor = _decode(keyed, after or before)
    backward = bool(before and cursor and not after)
    start = perf_counter()
    records = _take(keyed, sort, cursor, size + 1, backward=backward)
    seconds = perf_counter() - start
    more, records = len(records) > size, records[:size]
    if cursor and not more and (not records or (backward and len(records) < size)):
        return page_of(found, sort, size=size)  # rows came or went since: show a full first page
    if backward:
        records.reverse()
    has_newer = more if backward else cursor is not None
    has_older = True if backward else more
    return Page(
        records=records,
        newer=_encode(records[0]) if records and has_newer else "",
        older=_encode(records[-1]) if records and has_older else "",
        seconds=seconds,
    )


def counted(found: QuerySet[Any], sort: Sort, page: Page) -> str:
    """Return how many rows there are, in words: "7", or "1,000+" where nobody needs to know and it would cost.

    Rows are counted along the list's own order, so a page's time tells what that will take: where a page is dear,
    because few of the rows on the way are the viewer's or hold the word, the count gives up sooner.
    """
    shown = len(page.records)
    if not page.newer and not page.older:
        return f"{shown:,}"
    walk = max(0.0, page.seconds / max(1, shown) - RECORD_SECONDS)
    cap = next((cap for cap in CAPS if cap * walk <= settings.LIST_COUNT_SECONDS), 0)
    if not cap:
        return f"{shown:,}+"
    rows = found.order_by() if may_be_empty(found.model, sort.column) else in_order(found, sort)
    return at_most(rows, cap)


def at_most(found: QuerySet[Any], cap: int = CAPS[0]) -> str:
    """Return how many rows there are, in words, "1,000+" beyond the cap: for tiles and duties that lead to a list."""
    count = found.values("pk")[: cap + 1].count()
    return f"{cap:,}+" if count > cap else f"{count:,}"


def in_order(found: QuerySet[Any], sort: Sort) -> QuerySet[Any]:
    """Return all rows in the order of the pages."""
    last = True if may_be_empty(found.model, sort.column) else None
    key = F(sort.column)
    ordered = key.desc(nulls_last=last) if sort.descending else key.asc(nulls_last=last)
    return found.order_by(ordered, "-pk" if sort.descending else "pk")


def _take(found: QuerySet[Any], sort: Sort, cursor: Cursor, size: int, *, backward: bool) -> list[Any]:
    records: list[Any] = []
    for rows in _stretches(found, sort.flipped() if backward else sort, cursor, backward=backward):
        records += rows[: size - len(records)]
        if len(records) == size:
            break
    return records


def _stretches(found: QuerySet[Any], way: Sort, cursor: Cursor, *, backward: bool) -> list[QuerySet[Any]]:
    """Return the rows with a value, then those without one (backward the other way round), from the cursor on."""
    sign, past = ("-", "lt") if way.descending else ("", "gt")
    filled = found.order_by(f"{sign}{way.column}", f"{sign}pk")
    if not may_be_empty(found.model, way.column):
        return [_past(filled, way.column, past, cursor)]
    filled = filled.filter(**{f"{way.column}__isnull": False})
    empty = found.filter(**{f"{way.column}__isnull": True}).order_by(f"{sign}pk")
    at_empty = cursor is not None and cursor[0] is None
    if cursor is not None and at_empty:
        empty = empty.filter(**{f"pk__{past}": cursor[1]})
    else:
        filled = _past(filled, way.column, past, cursor)
    stretches = [empty, filled] if backward else [filled, empty]
    return stretches[1:] if cursor is not None and at_empty != backward else stretches


def _past(rows: QuerySet[Any], column: str, past: str, cursor: Cursor) -> QuerySet[Any]:
    if cursor is None:
        return rows
    value, pk = cursor
    tie = Q(**{f"{column}__{past}": value}) | Q(**{f"pk__{past}": pk})
    return rows.filter(**{f"{column}__{past}e": value}).filter(tie)


def _encode(record: Any) -> str:
    raw = json.dumps([as_json(record.sort_key), str(record.pk)], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def _decode(keyed: QuerySet[Any], text: str) -> Cursor:
    """Read a cursor back in the column's own type; None for what is not one."""
    if not text:
        return None
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        field: Field[Any, Any] = keyed.query.annotations["sort_key"].output_field
        return (None if value is None else field.to_python(value)), UUID(pk)
    except (ValueError, TypeError, AttributeError, ValidationError, FieldError):
        return None


def may_be_empty(model: type[Model], column: str) -> bool:
    """Say whether a sort column can be NULL; what is not a plain field of the model may be."""
    fields = {field.name: field for field in model._meta.concrete_fields}  # noqa: SLF001
    return column not in fields or fields[column].null
