"""A workbook is read as people see it on the screen, with the place of every cell."""

from datetime import date, datetime

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from kuramori.kernel.imports.cell import Broken, column_index, letter
from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.headers import find_header
from kuramori.kernel.imports.reading import choose, open_tables
from kuramori.kernel.imports.tests.ledgers import HEADER, KIND, ROW, parsed, rezip, table, workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def values(path):
    return [row.cells for row in table(path).rows()]


def test_columns_have_the_letters_of_a_spreadsheet():
    assert [letter(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert all(column_index(letter(index) + "9") == index for index in range(20_000))


def test_types_come_as_they_are(tmp_path):
    row = ["文字", 12, 0.5, True, date(2026, 4, 1), datetime(2026, 4, 1, 9, 30), None, " "]  # noqa: DTZ001
    assert values(workbook(tmp_path, [HEADER, row]))[1] == [*row[:6], None, " "]


def test_employee_numbers_keep_the_zeros_of_their_format(tmp_path):
    book = Workbook()
    book.active.append(["管理番号", "名称"])
    book.active.append([123, "図面"])
    book.active["A2"].number_format = "00000"
    book.save(tmp_path / "a.xlsx")
    assert parsed(tmp_path / "a.xlsx")[0].values["number"] == "00123"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ('[$-411]ggge"年"m"月"d"日"', date(2026, 4, 1)), ("yyyy/mm/dd;@", date(2026, 4, 1)), ("#,##0", 46113),
        ('"令和"0', 46113), ("[Red]0", 46113), ("0.00E+00", 46113), ("General", 46113), ("[h]:mm", date(2026, 4, 1)),
    ],
)  # fmt: skip
def test_the_format_decides_what_is_a_day(tmp_path, code, shown):
    book = Workbook()
    book.active.append([46113])
    book.active["A1"].number_format = code
    book.save(tmp_path / "a.xlsx")
    assert values(tmp_path / "a.xlsx") == [[shown]]


def test_days_of_old_macintosh_workbooks_count_from_1904(tmp_path):
    book = Workbook()
    book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001
    book.active.append([date(2026, 4, 1)])
    book.save(tmp_path / "a.xlsx")
    assert values(tmp_path / "a.xlsx") == [[date(2026, 4, 1)]]


def test_formatted_runs_are_joined_and_furigana_left_out(tmp_path):
    path = workbook(tmp_path, [["x"]])
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    rels = (
        f'<Relationships><Relationship Id="a" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    )
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>'
    strings = (
        f'<sst xmlns="{MAIN}"><si><r><t>金</t></r><r><t xml:space="preserve">型 </t></r>'
        '<rPh sb="0" eb="1"><t>カナ</t></rPh></si></sst>'
    )
    parts = {"xl/_rels/workbook.xml.rels": rels, "xl/sharedStrings.xml": strings, "xl/worksheets/sheet1.xml": sheet}
    rezip(path, {name: content.encode() for name, content in parts.items()})
    assert values(path) == [["金型 "]]


def test_rich_text_of_openpyxl(tmp_path):
    book = Workbook()
    book.active["A1"] = CellRichText("極", TextBlock(InlineFont(b=True), "秘"))
    book.save(tmp_path / "a.xlsx")
    assert values(tmp_path / "a.xlsx") == [["極秘"]]


def test_a_preamble_is_not_the_header(tmp_path):
    rows = [["秘密情報管理台帳"], [], ["作成日", "令和8年4月1日"], ["承認", "作成"], HEADER, ROW]
    path = workbook(tmp_path, rows)
    assert find_header(table(path), KIND).row == 5
    assert parsed(path)[0].number == 6


def test_a_header_of_two_lines_with_merged_cells(tmp_path):
    book = Workbook()
    sheet = book.active
    for row in (["基本情報", None, None, "開示範囲", None], ["管理番号", "名称", "区分", "部署", "個人"]):
        sheet.append(row)
    sheet.append(["A-17", "金型図面", "極秘", "設計部、製造部", "佐倉"])
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("D1:E1")
    book.save(tmp_path / "a.xlsx")
    row = parsed(tmp_path / "a.xlsx")[0]
    assert row.values["units"] == ("設計部", "製造部")
    assert row.columns["units"].header == "開示範囲 / 部署"
    assert row.columns["units"].letter == "D"


def test_a_header_merged_downwards_and_broken_over_lines(tmp_path):
    book = Workbook()
    sheet = book.active
    for row in (["管理\n番号", "名　称", "区分"], [None, None, None], ["A-17", "金型図面", "極秘"]):
        sheet.append(row)
    for column in "ABC":
        sheet.merge_cells(f"{column}1:{column}2")
    book.save(tmp_path / "a.xlsx")
    rows = parsed(tmp_path / "a.xlsx")
    assert [(row.number, row.values["number"], row.values["level"]) for row in rows] == [(3, "A-17", 4)]


def test_merged_cells_in_the_data_hold_for_all_their_rows(tmp_path):
    book = Workbook()
    for row in (HEADER, ROW, ["A-18", "治具図面", None], ["A-19", "検査表", None]):
        book.active.append(row)
    book.active.merge_cells("C2:C4")
    book.save(tmp_path / "a.xlsx")
    assert [row.values["level"] for row in parsed(tmp_path / "a.xlsx")] == [4, 4, 4]


def test_ditto_marks_repeat_the_cell_above(tmp_path):
    rows = parsed(workbook(tmp_path, [HEADER, ROW, ["A-18", "治具図面", "〃", "同上"]]))
    assert rows[1].values["level"] == 4
    assert rows[1].values["since"] == date(2026, 4, 1)


def test_a_header_printed_on_every_page_is_no_data(tmp_path):
    rows = parsed(workbook(tmp_path, [HEADER, ROW, HEADER, ["A-18", "治具図面"]]))
    assert [row.number for row in rows] == [2, 4]


def test_a_missing_sheet_is_named_with_those_there_are(tmp_path):
    book = Workbook()
    book.active.title = "表紙"
    book.create_sheet("台帳")
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(FileRefused) as refusal:
        choose(open_tables(tmp_path / "a.xlsx", name="a.xlsx"), "技術")
    assert "no sheet “技術”" in str(refusal.value.message)
    assert "表紙, 台帳" in str(refusal.value.next_step)


def test_the_sheet_that_looks_like_the_register_is_chosen_and_hidden_ones_are_not(tmp_path):
    book = Workbook()
    book.active.append(["これは表紙です"])
    for title, state in (("隠し", "hidden"), ("台帳", "visible")):
        sheet = book.create_sheet(title)
        sheet.append(HEADER)
        sheet.sheet_state = state
    book.save(tmp_path / "a.xlsx")
    assert [each.sheet for each in open_tables(tmp_path / "a.xlsx", name="a.xlsx")] == ["Sheet", "台帳"]
    assert table(tmp_path / "a.xlsx").sheet == "台帳"


def test_twenty_thousand_formulas_without_results_are_all_named(tmp_path):
    rows = [HEADER, *([f"A-{number}", '="図面"&A1', "極秘"] for number in range(20_000))]
    found = parsed(workbook(tmp_path, rows))
    assert len(found) == 20_000
    assert all(len(row.errors) == 1 for row in found)
    assert found[0].errors[0].where == "台帳!B2"
    assert "result is not saved" in str(found[0].errors[0].message)


def test_a_formula_with_its_result_is_its_result(tmp_path):
    path = workbook(tmp_path, [HEADER, ["A-1", "x", "極秘"]])
    sheet = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="str"><f>B1</f><v>管理番号</v></c>'
        '<c r="B1" t="inlineStr"><is><t>名称</t></is></c></row><row><c t="str"><f>"A"&amp;1</f><v>A1</v></c>'
        '<c><f>1+1</f><v>2</v></c></row><row><c><f>B9</f></c><c t="e"><f>A1/0</f><v>#DIV/0!</v></c></row>'
        "</sheetData></worksheet>"
    )  # fmt: skip
    rows = values(rezip(path, {"xl/worksheets/sheet1.xml": sheet.encode()}))
    assert rows[1] == ["A1", 2]
    assert [isinstance(cell, Broken) for cell in rows[2]] == [True, True]
    assert str(rows[2][1]) == "#DIV/0!"


def test_a_prefixed_strict_workbook_reads_the_same(tmp_path):
    path = workbook(tmp_path, [["x"]])
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    sheet = (
        f'<x:worksheet xmlns:x="{strict}"><x:sheetData><x:row r="3"><x:c r="B3" t="inlineStr"><x:is><x:t>秘</x:t>'
        '</x:is></x:c><x:c r="C3" t="d"><x:v>2026-04-01</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )  # fmt: skip
    rezip(path, {"xl/worksheets/sheet1.xml": sheet.encode()})
    assert [(row.number, row.cells) for row in table(path).rows()] == [(3, [None, "秘", date(2026, 4, 1)])]


def test_a_million_empty_formatted_rows_pass_without_a_trace(tmp_path):
    path = workbook(tmp_path, [["x"]])
    empty = "".join(f'<row r="{number}"><c r="A{number}" s="1"/></row>' for number in range(2, 300_000))
    sheet = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>{empty}</sheetData></worksheet>'
    )
    assert len(values(rezip(path, {"xl/worksheets/sheet1.xml": sheet.encode()}))) == 1
