"""Which folder of documents is which secret's, and where the folder of all of them stands."""

import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

UNWRITABLE: Final = '/\\:*?"<>|'
"""Characters that a number may have and a name of a folder may not, on Windows or elsewhere: written as `_`."""


class Place(StrEnum):
    """How the folder of all documents is found; `EMPTY` is what a share that is not mounted looks like."""

    THERE = "there"
    EMPTY = "empty"
    MISSING = "missing"


def folder_name(number: str) -> str:
    """Return the name of the folder for a secret's number."""
    return "".join("_" if each in UNWRITABLE else each for each in unicodedata.normalize("NFC", number))


def folders_of(secrets: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the identifier of the secret for each folder's name; a name that could be two secrets' is nobody's."""
    found: dict[str, str] = {}
    doubtful = set()
    for number, secret_id in secrets:
        for name in {folder_name(number), unicodedata.normalize("NFC", number)}:
            if found.setdefault(name, secret_id) != secret_id:
                doubtful.add(name)
    return {name: secret_id for name, secret_id in found.items() if name not in doubtful}
