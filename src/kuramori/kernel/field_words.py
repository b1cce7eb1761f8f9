"""What fields are called whose model gives them no name: in histories, and in lists of what was changed.

The words lie in `field_words.csv`, both languages beside each other.
"""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language


def field_words(field: Any) -> str:
    """Return what a model's field is called in the reader's language: its own name, or the word of fields like it."""
    own = str(field.verbose_name)
    if own != field.name.replace("_", " ") or field.name not in words():
        return own
    return words()[field.name]["ja" if get_language() == "ja" else "en"]


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Return the words of each field in each language."""
    with Path(__file__).with_name("field_words.csv").open(encoding="utf-8", newline="") as file:
        return {row["field"]: row for row in csv.DictReader(file)}
