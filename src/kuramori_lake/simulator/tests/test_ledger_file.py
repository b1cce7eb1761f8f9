"""The Excel ledger: what was written comes out again with a second reader, in all the styles that people type."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from kuramori_lake.simulator import ledger_xlsx
from kuramori_lake.simulator.company import UNITS
from kuramori_lake.simulator.dice import dice
from kuramori_lake.simulator.ledger_xlsx import HEADER_ROW, HEADERS, SHEET
from kuramori_lake.simulator.tests.conftest import SEED, TODAY

DATES = st.dates(date(1990, 1, 1), date(2035, 12, 31))
ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988}
WRITTEN = re.compile(r"(令和|平成|[RH])?(元|\d+)[年./-](\d+)[月./-](\d+)日?")


def read_day(cell):
    """A day in any of the ledger's styles, read here with nothing of the writer's."""
    if isinstance(cell, datetime | date):
        return date(cell.year, cell.month, cell.day)
    era, year, month, day = WRITTEN.fullmatch(unicodedata.normalize("NFKC", cell)).groups()
    return date(ERAS.get(era, 0) + (1 if year == "元" else int(year)), int(month), int(day))


def read_number(cell):
    return int(unicodedata.normalize("NFKC", str(cell)).removesuffix("年"))


@pytest.fixture(scope="module")
def path(tmp_path_factory, register, company):
    file = tmp_path_factory.mktemp("ledger") / "register.xlsx"
    ledger_xlsx.write(file, secrets=register, company=company, today=TODAY, seed=SEED)
    return file


@pytest.fixture(scope="module")
def sheet(path):
    return load_workbook(path)[SHEET]


@pytest.fixture(scope="module")
def rows(sheet):
    body = sheet.iter_rows(min_row=HEADER_ROW + 1, values_only=True)
    return [dict(zip(HEADERS, row, strict=True)) for row in body]


# dates


@given(DATES, st.integers(0, 10**6))
def test_day_can_be_read_back_in_whatever_style(day, seed):
    assert read_day(ledger_xlsx._day(dice(seed), day)) == day


@pytest.mark.parametrize(
    ("day", "era", "short"),
    [
        (date(2021, 4, 1), "令和3年4月1日", "R3.4.1"),
        (date(2019, 5, 1), "令和元年5月1日", "R1.5.1"),
        (date(2019, 4, 30), "平成31年4月30日", "H31.4.30"),
        (date(2019, 12, 31), "令和元年12月31日", "R1.12.31"),
        (date(2020, 1, 1), "令和2年1月1日", "R2.1.1"),
        (date(1989, 2, 1), "平成元年2月1日", "H1.2.1"),
    ],
)
def test_japanese_eras(day, era, short):
    assert (ledger_xlsx._era(day), ledger_xlsx._short_era(day)) == (era, short)


def test_all_styles_are_in_the_ledger(rows):
    cells = [row[name] for row in rows for name in ("取得・作成日", "次回棚卸日")]
    texts = [cell for cell in cells if isinstance(cell, str)]
    for style in (r"\d{4}/\d+/\d+", r"\d{4}-\d\d-\d\d", r"(令和|平成)(元|\d+)年\d+月\d+日", r"[RH]\d+\.\d+\.\d+"):
        assert any(re.fullmatch(style, text, re.ASCII) for text in texts), style
    assert any("／" in text for text in texts)
    assert len(texts) < len(cells) * 0.75


def test_true_dates_are_shown_in_several_formats(sheet):
    formats = {
        cell.number_format
        for row in sheet.iter_rows(min_row=HEADER_ROW + 1, min_col=19, max_col=20)
        for cell in row
        if isinstance(cell.value, datetime)
    }
    assert formats == {"yyyy/m/d", 'yyyy"年"m"月"d"日"', "[$-411]ggge年m月d日"}


# columns


TEXTS = {
    "管理番号": "number", "名称": "title", "種別": "kind", "区分": "level", "重要度": "tier",
    "管理責任者番号": "keeper",
    "所管部署コード": "unit", "媒体": "medium", "取得区分": "origin", "受領元": "partner", "有用性": "usefulness",
    "非公知性": "non_public", "備考": "note",
}  # fmt: skip
LISTS = {"開示範囲（案件）": "projects", "開示範囲（個人）": "persons", "開示先（社外）": "outsiders"}
NUMBERS = {"保存年限": "retention", "技術的価値": "technical", "経済的価値": "economic", "法的価値": "legal"}


@pytest.mark.parametrize(("column", "member"), TEXTS.items())
def test_column_of_words(rows, register, column, member):
    assert [row[column] or "" for row in rows] == [getattr(one, member) for one in register]


@pytest.mark.parametrize(("column", "member"), LISTS.items())
def test_column_of_several(rows, register, column, member):
    assert [tuple((row[column] or "").split("、")) if row[column] else () for row in rows] == [
        getattr(one, member) for one in register
    ]


@pytest.mark.parametrize(("column", "member"), NUMBERS.items())
def test_column_of_numbers_whatever_their_width(rows, register, column, member):
    assert [read_number(row[column]) for row in rows] == [getattr(one, member) for one in register]


@pytest.mark.parametrize(("column", "member"), [("取得・作成日", "acquired"), ("次回棚卸日", "review")])
def test_column_of_days(rows, register, column, member):
    assert [read_day(row[column]) for row in rows] == [getattr(one, member) for one in register]


def test_places_are_in_two_columns(rows, register):
    for row, one in zip(rows, register, strict=True):
        assert tuple(filter(None, (row["保管場所①"], row["保管場所②"]))) == one.places


def test_names_stand_beside_numbers_and_codes(rows, company):
    for row in rows:
        assert row["管理責任者"] == company.person(row["管理責任者番号"]).name.in_cp932
        assert row["所管部署"] == UNITS[row["所管部署コード"]].name


def test_scope_of_units_is_written_with_names(rows, register):
    for row, one in zip(rows, register, strict=True):
        assert row["開示範囲（部署）"].split("、") == [UNITS[code].name for code in one.units]


def test_digits_of_full_width_are_among_the_numbers(rows):
    cells = [str(row[name]) for row in rows for name in NUMBERS]
    assert any(re.search("[０-９]", cell) for cell in cells)
    assert any(cell.endswith("年") for cell in cells)


# the sheet


def test_preamble_has_a_merged_title_and_the_day_of_the_last_update(sheet):
    assert sheet["A1"].value == "秘密情報（営業秘密）管理台帳"
    assert "A1:I1" in {str(each) for each in sheet.merged_cells.ranges}
    updated = sheet["A3"].value.rpartition("：")[2]
    assert read_day(updated) == TODAY - timedelta(days=7)


def test_groups_above_the_header_cover_every_column_once(sheet):
    merged = [each for each in sheet.merged_cells.ranges if each.min_row == HEADER_ROW - 1]
    covered = [column for each in merged for column in range(each.min_col, each.max_col + 1)]
    assert sorted(covered) == list(range(1, len(HEADERS) + 1))


def test_header_is_frozen_and_complete(sheet):
    assert sheet.freeze_panes == f"C{HEADER_ROW + 1}"
    assert tuple(cell.value for cell in sheet[HEADER_ROW]) == HEADERS
    assert len(set(HEADERS)) == len(HEADERS)


def test_second_sheet_explains_how_to_fill_it_in(path):
    book = load_workbook(path)
    assert book.sheetnames == [SHEET, "記入要領"]
    assert [cell.value for cell in book["記入要領"]["A"]] == ["項目", "区分", "重要度", "取得・作成日"]


def test_a_remark_hangs_on_a_cell(sheet):
    remarks = [cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment]
    assert remarks == ["部署名は2025年4月の組織変更後のもの"]


def test_no_cell_is_a_formula(sheet):
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_same_register_same_bytes(path, tmp_path, register, company):
    ledger_xlsx.write(tmp_path / "again.xlsx", secrets=register, company=company, today=TODAY, seed=SEED)
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_time_of_saving_is_fixed_inside_and_outside(path):
    with ZipFile(path) as archive:
        assert {member.date_time for member in archive.infolist()} == {(2026, 11, 13, 9, 0, 0)}
        assert b">2026-11-13T09:00:00Z</dcterms:modified>" in archive.read("docProps/core.xml")
