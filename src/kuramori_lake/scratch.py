"""One DuckDB for our own work on Arrow tables, shared by the whole process.

Starting an instance costs some 10 ms of processor time, as much as reading 2,000 lines; a cursor costs 0.2 ms. Nothing
that a user writes runs here: that is `engine`, whose instances are locked and thrown away.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import duckdb

THREADS = 2


@cache
def _instance(_process: int) -> duckdb.DuckDBPyConnection:
    """An instance belongs to the process that made it: its threads do not survive a fork."""
    return duckdb.connect(config={"threads": THREADS})


@contextmanager
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection of one's own: what is registered on it is seen by nobody else and gone after the block."""
    with _instance(os.getpid()).cursor() as db:
        yield db
