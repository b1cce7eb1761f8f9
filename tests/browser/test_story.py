"""The story, as the demo's first page leads through it: from the alert to the person who leaves and to the secret."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.house import House
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
CLOCK = re.compile(r"\d{2}:\d{2}")


def open_alert(visitor: Visitor, house: House) -> None:
    visitor.walks(1, "分析担当者として", "As security analyst")
    top = visitor.page.locator("main tbody tr").first
    expect(top).to_contain_text(visitor.words("高", "high"))
    top.get_by_role("link").click()
    expect(visitor.page).to_have_url(f"{visitor.address}/watch/alerts/{house.story['alert']}/")


def test_dashboard_counts_the_open_alert_and_opens_its_list(visitor: Visitor) -> None:
    visitor.sits("analyst")
    visitor.sees("秘密情報の管理状況", "How the secrets are kept")
    tile = visitor.page.locator("a.kpi", has_text=visitor.words("未解決のアラート", "Open alerts"))
    expect(tile).to_contain_text(re.compile(visitor.words("うち重要度「高」[1-9]", "of which high: [1-9]")))
    tile.click()
    visitor.sees("アラート", "Alerts", within="h1")
    expect(visitor.page.locator("main tbody tr").first).to_contain_text(re.compile("A(-[0-9]{4}){3}"))


def test_alert_says_why_with_his_own_and_his_peers_numbers(visitor: Visitor, house: House) -> None:
    open_alert(visitor, house)
    why = visitor.card("目立つ理由", "Why it stands out")
    expect(why).to_contain_text(visitor.words("本人のふだんは1日", "usual"))
    expect(why).to_contain_text(visitor.words("退職届", "notice"))
    expect(why).to_contain_text(re.compile(r"1,0\d\d"))  # documents in three days
    beside = visitor.card("同僚との比較", "Beside the colleagues")
    expect(beside.locator("svg.chart")).to_be_visible()
    beside.get_by_text(visitor.words("表で見る", "Show as a table")).click()
    expect(beside.get_by_role("table")).to_be_visible()
    expect(visitor.card("確かさ", "How sure")).to_contain_text(
        visitor.words("行為の証拠ではありません", "no proof of a deed")
    )
    expect(visitor.card("関係する秘密情報", "Which secrets")).to_contain_text(visitor.words("極秘", "Top secret"))
    expect(visitor.card("次にすること", "What next").get_by_role("link")).not_to_have_count(0)


def test_alert_and_its_events_hide_the_name(visitor: Visitor, house: House) -> None:
    open_alert(visitor, house)
    visitor.sees("対象者", "Person")
    visitor.misses(*house.leaver.values())
    visitor.follows("記録", "Events", within=".tabs")
    rows = visitor.page.locator("main tbody tr")
    expect(rows.first).to_contain_text(CLOCK)
    expect(rows.first).to_contain_text("full_audit")
    visitor.misses(*house.leaver.values())


def test_analyst_writes_down_what_he_found(visitor: Visitor, house: House) -> None:
    open_alert(visitor, house)
    visitor.follows("確認・判断", "Review", within=".acts")
    visitor.field("状態", "state").select_option(visitor.words("確認中", "in review"))
    visitor.field("今後の担当", "who goes on").select_option(visitor.words("自分が担当する", "I do"))
    visitor.field("コメント", "comment").fill(visitor.words("管理責任者に照会した。", "Asked the keeper."))
    visitor.presses("この対応を記録する", "Record this step")
    expect(visitor.card("対応の記録", "What was written on it")).to_contain_text(
        visitor.words("管理責任者に照会した。", "Asked the keeper.")
    )
    visitor.sees("確認中", "in review", within=".head")


def test_hr_looks_back_on_whoever_has_given_notice(visitor: Visitor, house: House) -> None:
    visitor.walks(2, "人事として", "As HR")
    visitor.sees("退職者の遡り調査", "Look-back on leavers")
    visitor.page.locator("main tbody").get_by_role("link", name=house.leaver[visitor.language]).click()
    visitor.sees("退職", "notice on", within=".head")
    strip = visitor.page.locator("main svg.chart").first
    expect(strip).to_be_visible()
    expect(visitor.card("目立った点", "What stands out").get_by_role("listitem")).not_to_have_count(0)
    expect(visitor.page.locator("main")).to_contain_text(visitor.words("可搬媒体", "removable medium"))
