"""The numbers that people call things by: A-2026-4831-0752 drawn by lot, T-2026-0001 counted anew each year."""

import re
import secrets
import unicodedata
from collections.abc import Iterator
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.functions import Length

M = TypeVar("M", bound=Model)
DIGITS = 8
"""Of a drawn number: said in two breaths, and of a million in a year 99 in 100 places still stand empty."""


def drawn(model: type[Model], letter: str, year: int, digits: int = DIGITS) -> Iterator[str]:
    """Yield numbers that nothing has. Ask inside an act: acts take turns.

    For all that is kept from somebody: drawn by lot, no gap among the others tells him of it, and no number tells
    when, or how much since (fault H3). What has a date is put in order by that.
    """
    known: Any = model._default_manager  # noqa: SLF001 (Django's own name for it)
    given = set()
    while True:
        lot = f"{secrets.randbelow(10**digits):0{digits}d}"
        number = f"{letter}-{year}-{lot[: digits // 2]}-{lot[digits // 2 :]}"
        if number not in given and not known.filter(number=number).exists():
            given.add(number)
            yield number


def numbers(model: type[Model], letter: str, year: int) -> Iterator[str]:
    """Yield the next numbers of a year; after 9999 they grow by a digit. Ask inside an act: acts take turns.

    Only for what everybody sees all of who sees any of it; else see `drawn`.
    """
    start = f"{letter}-{year}-"
    known: Any = model._default_manager.filter(number__startswith=start)  # noqa: SLF001 (Django's own name for it)
    last = known.order_by(Length("number").desc(), "-number").values_list("number", flat=True).first()
    count = int(last.removeprefix(start)) if last else 0
    while True:
        count += 1
        yield f"{start}{count:04d}"


def by_number(rows: QuerySet[M], words: str) -> QuerySet[M]:
    """Narrow rows to the one with a drawn number, however it was typed; other words find nothing: they may be a name.

    A number that was counted before (A-2026-0001) is found by nobody: who may search for all of them sees the gap.
    """
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", words).upper() if sign.isalnum())
    told = re.fullmatch(r"([A-Z])(\d{4})(\d{4})(\d{4})", plain)
    return rows.filter(number="-".join(told.groups())) if told else rows.none()
