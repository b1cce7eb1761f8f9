"""A list: narrowed, sorted, kept as a view, taken out; and the matrix whose cells act at once."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def test_list_is_narrowed_and_sorted_and_says_so(visitor: Visitor) -> None:
    visitor.sits("manager")
    visitor.goes("/register/secrets/")
    visitor.field("区分", "level", within="form.filters[role=search]").select_option(
        visitor.words("極秘", "Top secret")
    )
    visitor.presses("絞り込む", "Narrow")
    seals = visitor.page.locator("main tbody .seal")
    expect(visitor.page.locator(".picked a").first).to_be_visible()
    assert set(seals.all_inner_texts()) == {visitor.words("極秘", "Top secret")}
    visitor.follows("管理番号", "number", within="thead")
    expect(visitor.page.locator("th[aria-sort=ascending]")).to_be_visible()
    numbers = visitor.page.locator("main tbody tr").evaluate_all(
        "rows => rows.map(row => row.innerText.match(/SR-\\d+/)[0])"
    )
    assert numbers == sorted(numbers)


def test_view_is_kept_under_a_name(visitor: Visitor) -> None:
    name = visitor.words("極秘だけ", "Top secret only")
    visitor.sits("manager")
    visitor.goes("/register/secrets/?tier=a")
    visitor.page.locator(".toolbar summary", has_text=visitor.words("ビュー", "Views")).click()
    visitor.page.locator("#view_name").fill(name)
    visitor.presses("保存", "Save", within=".toolbar")
    visitor.goes("/register/secrets/")
    visitor.page.locator(".toolbar summary", has_text=visitor.words("ビュー", "Views")).click()
    visitor.follows(name, name)
    expect(visitor.page.locator(".picked a").first).to_be_visible()


def test_export_holds_what_the_list_shows(visitor: Visitor) -> None:
    visitor.sits("manager")
    visitor.goes("/register/secrets/?tier=a")
    count = visitor.page.locator("main tbody tr").count()
    visitor.page.locator(".toolbar summary", has_text=visitor.words("書き出し", "Export")).click()
    visitor.page.locator("#export_why").fill("棚卸しの準備")
    with visitor.page.expect_download() as fetched:
        visitor.presses("JSON", "JSON", within=".toolbar")
    rows = json.loads(Path(fetched.value.path()).read_text("utf-8"))
    assert len(rows) == count


def test_cell_of_the_matrix_is_in_force_at_once(arrive: Arrive) -> None:
    manager, reader = arrive("ja"), arrive("en")
    manager.sits("manager")
    manager.goes("/governance/handling/")
    row = manager.page.locator("tbody tr").filter(has_text="社外秘").first
    row.locator("td").nth(1).get_by_role("link").click()  # printing
    manager.page.get_by_label("禁止").check()
    manager.field("理由", "Reason").fill("印刷物の紛失があったため")
    manager.page.locator("main form button.primary").click()
    reader.sits("employee")
    reader.goes("/governance/handling/")
    cell = reader.page.locator("tbody tr").filter(has_text="Internal").first.locator("td").nth(1)
    expect(cell).to_contain_text("forbidden")
