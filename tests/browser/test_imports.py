"""A register brought in from Excel: what is the same stays, what is wrong is named cell by cell."""

from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.house import House
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
DONE = 120_000  # milliseconds for a check of a file on a busy machine
HEADINGS = 6  # row of the column names; the secrets begin below
LEVEL, TITLE = 4, 2


def hand_in(visitor: Visitor, path: Path) -> None:
    """Hand the file in, accept the proposed columns, and wait for the result."""
    visitor.goes("/register/secrets/")
    visitor.follows("取込み", "Import", within=".acts")
    visitor.field("ファイル", "File").set_input_files(path)
    visitor.presses("提出して列の対応を選ぶ", "Hand in and choose columns")
    expect(visitor.page.locator("main table select").first).to_be_visible()
    visitor.presses("ファイルを確認", "Check the file")
    expect(visitor.card("結果", "Result")).to_be_visible(timeout=DONE)


def result(visitor: Visitor, ja: str, en: str) -> int:
    told = visitor.card("結果", "Result").locator("dl > div").filter(has_text=visitor.words(ja, en))
    return int(told.locator("dd").first.inner_text().replace(",", ""))


def test_same_register_again_changes_nothing(visitor: Visitor, house: House) -> None:
    visitor.sits("manager")
    hand_in(visitor, house.register_file)
    assert result(visitor, "拒否", "Rejected") == 0
    assert result(visitor, "追加", "Added") == 0
    assert result(visitor, "変更なし", "Unchanged") + result(visitor, "変更", "Changed") > 100


def test_broken_register_is_told_by_cell_and_given_back_marked(arrive: Arrive, house: House, tmp_path: Path) -> None:
    visitor = arrive("ja")
    broken = tmp_path / "壊れた台帳.xlsx"
    book = openpyxl.load_workbook(house.register_file)
    sheet = book.worksheets[0]
    sheet.cell(HEADINGS + 1, LEVEL).value = "超極秘"
    sheet.cell(HEADINGS + 2, TITLE).value = None
    book.save(broken)
    visitor.sits("manager")
    hand_in(visitor, broken)
    assert result(visitor, "拒否", "Rejected") == 2
    wrong = visitor.card("受け入れられないセル", "Rejected cells")
    expect(wrong).to_contain_text("超極秘")
    expect(wrong).to_contain_text(f"D{HEADINGS + 1}")
    expect(wrong).to_contain_text(f"B{HEADINGS + 2}")
    with visitor.page.expect_download() as fetched:
        visitor.page.locator("main").get_by_role("link", name="エラーに印を付けた元の表").first.click()
    fetched.value.save_as(tmp_path / "marked.xlsx")
    marked = openpyxl.load_workbook(tmp_path / "marked.xlsx")
    assert any("超極秘" in str(cell.value) for row in marked.worksheets[0].iter_rows() for cell in row)
