"""The main way works in a browser that runs no JavaScript."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive

pytestmark = pytest.mark.browser


def test_sign_in_narrow_and_write_without_script(arrive: Arrive) -> None:
    visitor = arrive("ja", java_script_enabled=False)
    visitor.walks(1, "分析担当者として", "As security analyst")
    visitor.field("重要度", "severity", within="form.filters[role=search]").select_option("高")
    visitor.presses("絞り込む", "Narrow")
    rows = visitor.page.locator("main tbody tr")
    expect(rows.first).to_be_visible()
    assert {row.split()[0] for row in rows.all_inner_texts()} == {"高"}
    visitor.page.locator("main tbody a").first.click()
    visitor.follows("確認・判断", "Review", within=".acts")
    visitor.field("コメント", "comment").fill("スクリプトなしで書いた。")
    visitor.presses("この対応を記録する", "Record this step")
    expect(visitor.card("対応の記録", "What was written on it")).to_contain_text("スクリプトなしで書いた。")


def test_menu_filters_and_theme_without_script(arrive: Arrive) -> None:
    visitor = arrive("en", java_script_enabled=False, viewport={"width": 390, "height": 844})
    visitor.sits("manager")
    visitor.page.locator(".fold > summary").click()
    visitor.follows("秘密情報台帳", "Register of secrets", within=".fold")
    visitor.follows("管理番号", "number", within="thead")
    expect(visitor.page.locator("th[aria-sort=ascending]")).to_have_count(1)
