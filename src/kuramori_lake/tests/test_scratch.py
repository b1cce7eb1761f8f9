"""The shared DuckDB: what one user registers the other never sees, and a forked process has one of its own."""

import os

import duckdb
import pyarrow as pa
import pytest

from kuramori_lake import scratch


def test_registered_table_is_seen_by_its_own_cursor_only():
    with scratch.cursor() as mine, scratch.cursor() as other:
        mine.register("incoming", pa.table({"a": [1]}))
        assert mine.execute("SELECT a FROM incoming").fetchall() == [(1,)]
        with pytest.raises(duckdb.CatalogException):
            other.execute("SELECT a FROM incoming")


def test_nothing_is_left_after_the_block():
    with scratch.cursor() as mine:
        mine.register("incoming", pa.table({"a": [1]}))
    with scratch.cursor() as again, pytest.raises(duckdb.CatalogException):
        again.execute("SELECT a FROM incoming")


def test_another_process_has_another_instance(monkeypatch):
    ours = scratch._instance(os.getpid())
    assert scratch._instance(os.getpid()) is ours
    assert scratch._instance(-1) is not ours
