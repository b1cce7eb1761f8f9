"""Columns worked out once per distinct value say what each row would say by itself."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.columns import Fields, kinds, per_word

WORD = st.text("a|設\x00 ", max_size=4)


@given(st.lists(st.text("a|設\x00 ", max_size=12), max_size=20))
def test_fields_are_those_of_a_plain_split(lines):
    fields = Fields(pa.array(lines, pa.large_string()), "|")
    expected = [line.split("|") for line in lines]
    assert fields.counts.tolist() == [len(one) for one in expected]
    for number in range(4):
        rows = np.flatnonzero(fields.counts > number)
        assert fields.take(rows, number).to_pylist() == [expected[row][number] for row in rows]


def test_each_row_may_ask_for_a_field_of_its_own_or_for_none():
    fields = Fields(pa.array(["a|b|c", "d|e", "f"], pa.large_string()), "|")
    assert fields.take(np.array([0, 1, 2]), np.array([2, -1, 0])).to_pylist() == ["c", None, "f"]
    assert fields.take(np.array([2, 0]), -1).to_pylist() == [None, None]


def test_fields_of_a_part_of_a_column_are_those_of_that_part():
    part = pa.array(["no|part", "a|b", "c"], pa.large_string()).slice(1)
    fields = Fields(part, "|")
    assert fields.counts.tolist() == [2, 1]
    assert fields.take(np.array([0, 1]), 0).to_pylist() == ["a", "c"]


@given(st.lists(st.tuples(WORD, WORD, WORD), max_size=30))
def test_rows_are_of_one_kind_exactly_when_they_are_the_same_in_all_columns(rows):
    columns = [pa.array([row[n] for row in rows], pa.string()) for n in range(3)]
    kind, first = kinds(columns)
    assert [rows[first[one]] for one in kind] == rows
    assert first.tolist() == sorted({rows.index(row) for row in rows})
    assert len(first) == len(set(rows))


def test_many_distinct_words_in_many_columns_do_not_run_over():
    """The product of twelve times 1,000 words is far beyond 64 bits; kinds are numbered anew after each column."""
    column = pa.array([str(n % 1_000) for n in range(2_000)])
    kind, first = kinds([column] * 12)
    assert kind.tolist() == [n % 1_000 for n in range(2_000)]
    assert first.tolist() == list(range(1_000))


def test_a_word_is_asked_about_once_and_so_is_a_missing_one():
    asked = []

    def length(word):
        asked.append(word)
        return -1 if word is None else len(word)

    column = pa.chunked_array([["a", None, "設計"], ["a", "a", None]])
    assert per_word(column, length, pa.int64()).to_pylist() == [1, -1, 2, 1, 1, -1]
    assert sorted(map(str, asked)) == ["None", "a", "設計"]


@pytest.mark.parametrize("column", [pa.array([], pa.string()), pa.chunked_array([], pa.string())])
def test_no_row_asks_nothing(column):
    found = per_word(column, lambda word: pytest.fail(f"asked about {word}"), pa.int32())
    assert (found.to_pylist(), found.type) == ([], pa.int32())


def test_an_answer_of_none_is_null():
    found = per_word(pa.array(["7", "x"]), lambda word: int(word) if word.isdigit() else None, pa.int8())
    assert found.to_pylist() == [7, None]
