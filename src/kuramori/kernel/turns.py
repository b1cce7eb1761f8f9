"""Taking turns to write on SQLite: whoever waits is woken when the pen is free.

SQLite has one writer and lets the others poll with growing sleeps, so an unlucky one, such as the sequencer beside
eight busy clients, waits for seconds. A lock on a file beside the database makes them wait in the kernel instead.
PostgreSQL has many pens and needs none of it.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

LOCK_FILE = "write.lock"


@contextmanager
def turn() -> Iterator[None]:
    """Hold the pen for one transaction; freed however the process ends. Not for use inside a transaction."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with (Path(settings.DATA) / LOCK_FILE).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def alone(name: str) -> None:
    """Keep out whoever asks for the same name, until the act ends: for a row that is found, or else made, once."""
    if connection.vendor == "postgresql":  # on SQLite the pen, which every act holds, keeps them out already
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
