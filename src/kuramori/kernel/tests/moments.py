"""What may happen at any moment, made to happen at one: a death, somebody faster, a full disk. Nothing is replaced.

The interpreter tells of each function that begins, as it tells a profiler; coverage is measured on.
"""

import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.db import connection, connections
from django.db.utils import load_backend

from kuramori.kernel.pen import append


class Killed(BaseException):
    """The process would have died here; nothing of ours may catch it."""


@contextmanager
def just_before(function: Callable[..., Any], do: Callable[[], object], *, times: int = 1) -> Iterator[None]:
    """Do something at the moment when a function of ours begins, so many times; what it raises comes out there."""
    code, left = function.__code__, times

    def told(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal left
        if event == "call" and frame.f_code is code and left:
            left -= 1
            do()

    before = sys.getprofile()
    sys.setprofile(told)
    try:
        yield
    finally:
        sys.setprofile(before)
        assert left < times, f"{function.__qualname__} never began"


@contextmanager
def never_begins(function: Callable[..., Any]) -> Iterator[None]:
    """Let the test fail when a function of ours begins inside the block."""
    begun = []
    code, before = function.__code__, sys.getprofile()
    sys.setprofile(lambda frame, event, _argument: begun.append(1) if (event, frame.f_code) == ("call", code) else None)
    try:
        yield
    finally:
        sys.setprofile(before)
    assert not begun, f"{function.__qualname__} began {len(begun)} times"


@contextmanager
def killed_at(function: Callable[..., Any]) -> Iterator[None]:
    """Die when a function begins, and go on after the block as the next process would."""

    def die() -> None:
        raise Killed

    with pytest.raises(Killed), just_before(function, die):
        yield


@contextmanager
def no_entry_can_be_written() -> Iterator[None]:
    """Let the database refuse the next entry of the ledger by itself, when everything before it was written.

    SQLite finds its file read-only, PostgreSQL's disk is full: what both say is theirs.
    """

    def ask(*statements: str) -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    if connection.vendor == "sqlite":
        try:
            with just_before(append, lambda: ask("PRAGMA query_only = ON")):
                yield
        finally:
            ask("PRAGMA query_only = OFF")
    else:
        ask(*_FULL)
        try:
            yield
        finally:
            ask("DROP TRIGGER full_disk ON kernel_entry", "DROP FUNCTION full_disk()")


@contextmanager
def database_at(path: Path) -> Iterator[None]:
    """Work on the SQLite file at a path, as a process would that was started there; nothing is migrated."""
    before = connections["default"]
    told = before.settings_dict | {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": {}}
    connections["default"] = load_backend(told["ENGINE"]).DatabaseWrapper(told, "default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = before


_FULL = (
    """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$""",
    "CREATE TRIGGER full_disk BEFORE INSERT ON kernel_entry FOR EACH ROW EXECUTE FUNCTION full_disk()",
)


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes: the system refuses the write, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
