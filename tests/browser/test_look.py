"""Every page of the story in each look: axe finds nothing, and nothing scrolls sideways."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.house import House
from tests.browser.visitor import LOOKS, PHONE, Visitor, faults_of_look

pytestmark = pytest.mark.browser
PAGES = {
    "analyst": [
        "/", "/inbox/", "/watch/alerts/", "/watch/alerts/{alert}/", "/watch/alerts/{alert}/review/", "/watch/health/",
        "/watch/quarantine/", "/watch/charters/", "/watch/hard-rules/", "/watch/coverage/", "/watch/coverage/gaps/",
        "/watch/sources/{source}/set-up/", "/jobs/",
    ],
    "auditor": [
        "/evidence/", "/evidence/bundles/", "/evidence/bundles/person/", "/evidence/claims/",
        "/evidence/timelines/", "/health/", "/watch/looks/", "/watch/council-reports/",
    ],
    "employee": ["/", "/watch/mine/", "/search/?q=蒼穹", "/directory/units/"],
    "hr": ["/watch/leavers/", "/watch/leavers/{line}/", "/directory/people/", "/directory/people/{person}/"],
    "manager": [
        "/", "/register/secrets/?tier=a", "/register/secrets/{secret_id}/", "/register/secrets/{secret_id}/proof/",
        "/register/secrets/{secret_id}/plan/", "/register/secrets/{secret_id}/worksheet/",
        "/register/secrets/{secret_id}/statement/",
        "/register/secrets/{secret_id}/scope/", "/register/secrets/{secret_id}/history/",
        "/register/secrets/{secret_id}/edit/", "/register/secrets/add/", "/search/?q=蒼穹", "/imports/secrets/",
        "/governance/handling/", "/watch/alerts/{alert}/unseal/", "/watch/coverage/", "/watch/hard-rules/",
        "/watch/mine/", "/watch/sources/{source}/set-up/", "/watch/exclusions/", "/watch/exclusions/add/",
    ],
}  # fmt: skip


@pytest.mark.parametrize("desk", PAGES)
def test_pages_are_sound_in_every_look(arrive: Arrive, house: House, desk: str) -> None:
    visitor = arrive("ja")
    visitor.sits(desk)
    found = {}
    for path in PAGES[desk]:
        visitor.goes(house.address_of(path))
        found[path] = [fault for look in LOOKS for fault in faults_of_look(visitor.page, *look)]
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_pages_are_sound_in_english_too(arrive: Arrive, house: House) -> None:
    """Other words are longer: the width is what may break, so each page is looked at once, on a phone."""
    visitor = arrive("en")
    visitor.sits("manager")
    found = {}
    for path in PAGES["manager"]:
        visitor.goes(house.address_of(path))
        found[path] = faults_of_look(visitor.page, "light", PHONE)
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_first_page_of_the_demo_is_sound(visitor: Visitor) -> None:
    visitor.goes("/demo/")
    assert [fault for look in LOOKS for fault in faults_of_look(visitor.page, *look)] == []


def test_language_is_switched_and_kept(arrive: Arrive) -> None:
    visitor = arrive("ja")
    visitor.sits("auditor")
    visitor.page.get_by_role("button", name="English").click()
    visitor.language = "en"
    visitor.sees("", "How the secrets are kept")
    visitor.goes("/evidence/")
    visitor.sees("", "Everything that is done here leaves an entry")
    visitor.page.get_by_role("button", name="日本語").click()
    expect(visitor.page.locator("html")).to_have_attribute("lang", "ja")


def test_brightness_is_chosen_and_kept(visitor: Visitor) -> None:
    visitor.sits("auditor")
    visitor.page.get_by_role("button", name=visitor.words("アカウント", "Account")).click()
    visitor.page.get_by_role("button", name=visitor.words("暗い", "Dark"), exact=True).click()
    visitor.goes("/evidence/")
    expect(visitor.page.locator("html")).to_have_attribute("data-theme", "dark")


def test_auditor_has_the_ledger_checked(visitor: Visitor) -> None:
    visitor.walks(5, "監査人として", "As auditor")
    visitor.sees("封印", "sealed")
    visitor.presses("証跡台帳を今すぐ検査", "Check the ledger now")
    visitor.page.get_by_role("link", name=visitor.words("結果を見る", "See the result")).click(timeout=60_000)
    visitor.sees("すべて健全でした", "all sound")


def test_on_a_phone_a_register_s_line_is_a_block_with_its_columns_names(arrive: Arrive) -> None:
    """Nothing lies to the right of the screen, what has no value takes no room, and lines can still be sorted."""
    visitor = arrive("ja")
    visitor.sits("manager")
    visitor.page.set_viewport_size({"width": PHONE, "height": 844})
    visitor.goes("/register/secrets/")
    table = visitor.page.get_by_role("table")
    line = table.get_by_role("row").nth(1)
    boxes = [box for cell in line.get_by_role("cell").all() if (box := cell.bounding_box())]
    assert len(boxes) > 4
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= PHONE for box in boxes)
    assert len({round(box["y"]) for box in boxes}) >= len(boxes) - 1, "one below the other; the tick beside the title"
    assert line.locator("td:has(> .none)").filter(visible=True).count() == 0
    table.get_by_role("columnheader", name="名称").get_by_role("link").click()
    expect(visitor.page).to_have_url(re.compile(r"sort="))
