"""A room above all others for as long as a test needs one: what it declares is found the way every room's is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import AppConfig, apps

from kuramori.kernel import room as declaring
from kuramori.kernel.room import Room
from kuramori.kernel.tests.above import room

LABEL = "above"


@contextmanager
def room_above(**declared: Any) -> Iterator[Room]:
    """Install a room that declares this, beside those that are installed; inside another block, in its place."""
    before, stood = room.ROOM, apps.app_configs.get(LABEL)
    room.ROOM = Room(name=LABEL, title="Above", **({"permissions": {}, "verbs": {}} | declared))
    config = AppConfig.create(__name__)
    config.apps = apps
    config.import_models()
    apps.app_configs[LABEL] = config
    _read_again()
    try:
        yield room.ROOM
    finally:
        room.ROOM = before
        if stood is None:
            del apps.app_configs[LABEL]
        _read_again()


def _read_again() -> None:
    """What all rooms declare is read once in a process; here it changes."""
    for read in (declaring.rooms, declaring.role_permissions, declaring.verbs, declaring.codes):
        read.cache_clear()
