"""The door to the event lake: its folder in the data folder, opened and closed for each use.

A `Lake` belongs to one thread, so nobody keeps one: `with lake() as found: …`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from kuramori_lake.engine import RunsOn
from kuramori_lake.store import Lake


def folder() -> Path:
    """Return the folder of the lake; it may not exist yet."""
    return Path(settings.DATA) / "lake"


@contextmanager
def lake() -> Iterator[Lake]:
    """Open the lake for the length of a block; creates it when there is none."""
    with Lake.open(folder()) as found:
        yield found


@contextmanager
def night_lake() -> Iterator[Lake]:
    """Open the lake for a night's work, on the engine that KURAMORI_LAKE_ENGINE names; pages ask the files."""
    with Lake.open(folder(), runs_on=RunsOn(settings.LAKE_ENGINE)) as found:
        yield found
