"""What acts wrote into an empty database, written there again by plain inserts: thousands of tests begin alike."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection
from django.utils import timezone, translation

from kuramori.kernel import guards
from kuramori.kernel.models import Entry

Rows = dict[str, tuple[str, list[tuple[Any, ...]]]]  # by table: the insert, and what it inserts

_kept: dict[tuple[str, datetime, str], tuple[Rows, dict[str, Any]]] = {}


def once(name: str, build: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what `build` returns, with all that it wrote: the first time by building, then from what was kept of that.

    Kept by name, moment and language, in one process. Built anew wherever that could make a difference: in a database
    in which anything happened before, outside of a transaction that is rolled back, and on PostgreSQL, whose numbers
    come from sequences.
    """
    if connection.vendor != "sqlite" or not connection.in_atomic_block or Entry.objects.exists():
        return build()
    key = (name, timezone.now(), translation.get_language())
    if key not in _kept:
        built = build()
        if timezone.now() == key[1]:  # else the clock moved, and next time it would move otherwise
            _kept[key] = (_written(), deepcopy(built))
        return built
    rows, built = _kept[key]
    guards.open_mark()
    with connection.cursor() as cursor:
        for insert, values in rows.values():
            cursor.executemany(insert, values)
    guards.close_mark()
    return deepcopy(built)


def _written() -> Rows:
    found: Rows = {}
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if model._meta.app_label in {"contenttypes", "auth", "sites"}:
            continue
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY rowid')
            values = cursor.fetchall()
            if values:
                places = ", ".join(["%s"] * len(values[0]))
                found[table] = (f'INSERT INTO "{table}" VALUES ({places})', values)
    return found
