"""The folder of documents: where it is, how it is found, and which secret each folder in it is for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db.models import Q

from kuramori.directory.api import viewer_of_system
from kuramori.register.api import secrets_visible_to
from kuramori.watch.rules.prints import UNWRITABLE, Place, folder_name, folders_of
from kuramori_lake.fingerprint.laying import is_empty

_ASKED: Final = 5_000


def documents_place() -> Path:
    """Return the folder of documents: KURAMORI_DOCUMENTS, else `documents` in the data folder."""
    return Path(settings.DOCUMENTS or Path(settings.DATA) / "documents")


def place_state() -> Place:
    """Say whether the folder of documents is there, and whether anything lies in it."""
    place = documents_place()
    if not place.is_dir():
        return Place.MISSING
    return Place.EMPTY if is_empty(place) else Place.THERE


def secret_folders(place: Path) -> dict[str, str]:
    """Return the identifier of the secret for each folder's name; of retired secrets nothing is indexed."""
    names = {folder_name(each.name) for each in place.iterdir()} if place.is_dir() else set()
    return folders_of(_numbered(sorted(each for each in names if each.encode(errors="ignore").decode() == each)))


def _numbered(names: list[str]) -> Iterator[tuple[str, str]]:
    """Yield number and identifier of the secrets that folders may be named for, however many others there are."""
    secrets = secrets_visible_to(viewer_of_system()).select_related(None).filter(retired_at=None).order_by()
    unwritable = Q()
    for sign in UNWRITABLE:
        unwritable |= Q(number__contains=sign)
    named = [Q(number__in=names[at : at + _ASKED]) for at in range(0, len(names), _ASKED)]
    for asked in (*named, unwritable):
        for number, pk in secrets.filter(asked).values_list("number", "pk"):
            yield number, str(pk)
