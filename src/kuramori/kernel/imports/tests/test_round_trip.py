"""What the kit writes, the kit reads back: any text, both formats, and nothing that a spreadsheet would calculate."""

import csv
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori.kernel.imports.guarding import guarded, unguarded
from kuramori.kernel.imports.tests.ledgers import table
from kuramori.kernel.imports.writing import write_csv, write_xlsx

HEADER = ["管理番号", "名称", "区分"]
# what XML 1.0 can hold, without the line ends that a reader may fold (XML 1.0, 2.2 and 2.11)
letters = st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"])
texts = st.text(letters, min_size=1, max_size=30).filter(lambda text: text == text.strip())
rows = st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=5)


@contextmanager
def written(form: str, lines: list[tuple[str, ...]]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"台帳.{form}"
        with path.open("wb") as stream:
            count = (write_xlsx if form == "xlsx" else write_csv)(HEADER, lines, stream)
        assert count == len(lines)
        yield path


@given(texts)
def test_guarded_text_is_never_calculated_and_comes_back_exactly(text: str) -> None:
    assert guarded(text)[0] not in "=+-@\t\r＝＋－＠"
    assert unguarded(guarded(text)) == text


@given(texts)
def test_text_that_is_no_formula_is_left_as_it_is(text: str) -> None:
    if text.lstrip("'")[:1] not in set("=+-@＝＋－＠"):
        assert guarded(text) == text


@pytest.mark.parametrize("text", ["=1+1", "+81-3-1234", "-5", "@SUM(A1)", "'=1", "＝１", "\t=1"])
def test_each_sign_that_begins_a_formula_is_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@settings(max_examples=40, deadline=None)
@given(rows)
def test_a_csv_file_gives_back_what_was_written(lines: list[tuple[str, ...]]) -> None:
    with written("csv", lines) as path:
        raw = path.read_bytes().decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(raw, newline="")))
    assert found[0] == HEADER
    assert [[unguarded(cell) for cell in line] for line in found[1:]] == [list(line) for line in lines]


@settings(max_examples=15, deadline=None)
@given(rows)
def test_a_workbook_gives_back_what_was_written(lines: list[tuple[str, ...]]) -> None:
    with written("xlsx", lines) as path:
        read = [tuple(str(cell) for cell in row.cells) for row in table(path).rows()]
    assert read[0] == tuple(HEADER)
    assert read[1:] == lines


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_days_and_numbers_keep_their_meaning(form: str) -> None:
    with written(form, [("A-1", date(2026, 4, 1), 10)]) as path:  # type: ignore[list-item]
        row = list(table(path).rows())[1]
    assert "2026-04-01" in str(row.cells[1])
    assert str(row.cells[2]) in {"10", "10.0"}
