"""A case is worked on: read, moved on with a reason, looked back upon across all channels; its pages in every look."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.house import House
from tests.browser.visitor import LOOKS, Visitor, faults_of_look

pytestmark = pytest.mark.browser


def open_case(visitor: Visitor) -> str:
    """Open the heaviest case from the list, and return its address."""
    visitor.goes("/watch/cases/")
    visitor.page.locator("main tbody tr").first.get_by_role("link").first.click()
    visitor.sees("C-20", "C-20", within="h1")
    return visitor.page.url.removeprefix(visitor.address)


def look_back(visitor: Visitor) -> str:
    """Open the timeline that the case leads to, for a reason, and return its address."""
    visitor.follows("全経路をさかのぼって見る", "Look back across all channels")
    visitor.field("理由", "reason").fill(visitor.words("持ち出しの確認", "To see what went out"))
    visitor.presses("経緯を開く", "Open the timeline")
    visitor.sees("全経路の時系列", "All channels in one order")
    return visitor.page.url.removeprefix(visitor.address)


def test_a_case_is_read_moved_on_and_looked_back_upon_without_a_name(visitor: Visitor, house: House) -> None:
    visitor.sits("analyst")
    address = open_case(visitor)
    visitor.misses(*house.leaver.values())
    expect(visitor.page.locator("main svg.chart").first).to_be_visible()
    visitor.follows("対応を記録", "Record a step", within=".acts")
    visitor.page.locator("#id_state").select_option("waiting")
    visitor.page.locator("#id_reason").fill(visitor.words("課長に確認中", "Asked the head of the unit"))
    visitor.page.locator("main form .btn.primary").last.click()
    visitor.sees("課長に確認中", "Asked the head of the unit")
    visitor.sees("回答待ち", "waiting", within=".head")

    timeline = look_back(visitor)
    visitor.goes(f"{timeline}?since=2020-01-01&until=2020-01-31")
    visitor.sees("この期間の記録はありません", "Nothing in these days")
    visitor.goes(timeline)
    visitor.page.locator("#id_channel").select_option("media")
    visitor.presses("絞り込む", "Narrow")
    expect(visitor.page.locator("main tbody tr").first).to_contain_text(visitor.words("可搬媒体", "removable medium"))
    visitor.misses(*house.leaver.values())

    visitor.goes(f"{address}history/")
    visitor.sees("課長に確認中", "Asked the head of the unit")
    visitor.misses(*house.leaver.values())


def test_pages_of_cases_are_sound_in_every_look(arrive: Arrive, house: House, language: str) -> None:
    visitor = arrive(language)
    visitor.sits("manager")
    case = open_case(visitor)
    timeline = look_back(visitor)
    paths = [
        *("/watch/cases/", case, f"{case}step/", f"{case}history/", f"{case}expert/", "/watch/verdicts/"),
        *(f"/watch/alerts/{house.story['alert']}/decide/", "/imports/vendor-alerts/", timeline),
    ]
    found = {}
    for path in paths:
        visitor.goes(path)
        found[path] = [fault for look in LOOKS for fault in faults_of_look(visitor.page, *look)]
    assert {path: faults for path, faults in found.items() if faults} == {}
