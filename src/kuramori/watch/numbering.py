"""The numbers that people call things by: A-2026-0001, counted anew each year."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Model
from django.db.models.functions import Length


def numbers(model: type[Model], letter: str, year: int) -> Iterator[str]:
    """Yield the next numbers of a year; after 9999 they grow by a digit. Ask inside an act: acts take turns."""
    start = f"{letter}-{year}-"
    known: Any = model._default_manager.filter(number__startswith=start)  # noqa: SLF001 (Django's own name for it)
    last = known.order_by(Length("number").desc(), "-number").values_list("number", flat=True).first()
    count = int(last.removeprefix(start)) if last else 0
    while True:
        count += 1
        yield f"{start}{count:04d}"
