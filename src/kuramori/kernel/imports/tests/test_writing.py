"""What we write, we read back unchanged, and no spreadsheet calculates it."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from kuramori.kernel.imports.reading import open_tables
from kuramori.kernel.imports.writing import write_csv, write_xlsx

EVIL = [
    "=1+1",
    "+1",
    "-1+2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "'=1",
    "''=1",
    '=cmd|" /C calc"!A0',
]
WRITERS = [(write_xlsx, ".xlsx"), (write_csv, ".csv")]


def back(tmp_path, writer, suffix, rows, columns=("a", "b")):
    path = tmp_path / f"out{suffix}"
    with path.open("wb") as stream:
        assert writer(columns, rows, stream) == len(rows)
    return [row.cells for row in open_tables(path, name=path.name)[0].rows()]


@pytest.mark.parametrize(("writer", "suffix"), WRITERS)
def test_a_round_trip_keeps_dangerous_text(tmp_path, writer, suffix):
    rows = [[text, f"x{text}"] for text in EVIL]
    found = back(tmp_path, writer, suffix, rows)[1:]
    assert [[str(cell).replace("\r\n", "\n") for cell in row] for row in found] == rows


def test_no_cell_of_a_workbook_is_a_formula(tmp_path):
    stream = io.BytesIO()
    write_xlsx(["=1+1"], [[text] for text in EVIL], stream)
    sheet = load_workbook(stream).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "inlineStr"}


def test_no_cell_of_a_csv_begins_like_a_formula():
    stream = io.BytesIO()
    write_csv(["=1+1"], [[text] for text in EVIL], stream)
    rows = list(csv.reader(io.StringIO(stream.getvalue().decode("utf-8-sig"), newline="")))
    assert all(cell.startswith("'") for row in rows for cell in row)


def test_a_csv_has_the_mark_by_which_excel_knows_utf8():
    stream = io.BytesIO()
    write_csv(["名称"], [["髙①"]], stream)
    assert stream.getvalue() == b"\xef\xbb\xbf" + "名称\r\n髙①\r\n".encode()
    assert not stream.closed


def test_types_survive_a_workbook(tmp_path):
    row = [1, Decimal("2.5"), True, date(2026, 4, 1), datetime(2026, 4, 1, 9, 30, tzinfo=UTC), None, "00123", 10**20]
    found = back(tmp_path, write_xlsx, ".xlsx", [row], "abcdefgh")[1]
    when = datetime(2026, 4, 1, 9, 30)  # noqa: DTZ001 - a workbook knows no zone
    assert found == [1, 2.5, True, date(2026, 4, 1), when, None, "00123", str(10**20)]


def test_others_open_it_with_header_fixed_and_filter(tmp_path):
    stream = io.BytesIO()
    write_xlsx(["管理番号", "登録日"], [["A-1", date(2026, 4, 1)]], stream, title="秘密情報/台帳" * 9)
    sheet = load_workbook(stream).active
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B2"
    assert sheet["B2"].value.date() == date(2026, 4, 1)
    assert len(sheet.title) == 31


@settings(max_examples=60)
@given(st.lists(st.text(max_size=20).filter(lambda text: text.strip()), min_size=1, max_size=5))
@example(["\0", "\0"])
def test_any_text_survives_both(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("any")
    plain = [text.replace("\r\n", "\n").replace("\r", "\n") for text in texts]
    for writer, suffix in WRITERS:
        found = [row[0] for row in back(folder, writer, suffix, [[text, "x"] for text in plain])[1:]]
        assert [str(cell) for cell in found] == [shown(text) for text in plain]


def shown(text):
    """Control characters are marked when read, everything else is what it was."""
    return "".join(
        "\ufffd" if (sign < " " and sign not in "\t\n\r") or sign in "\ufffe\uffff" else sign for sign in text
    )
