"""An order's second step: a lawyer looks at what is in a bundle, keeps one member back, and makes its twin (EVD-08)."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.house import House
from tests.browser.test_lawyer import DONE, verified
from tests.browser.test_proof import unpacked
from tests.browser.visitor import LOOKS, Visitor, faults_of_look

pytestmark = pytest.mark.browser
TABS = ("exhibits", "groups", "chosen", "settings")


def test_a_member_is_withheld_with_a_reason_and_the_twin_beside_it_shows_it(
    visitor: Visitor, house: House, tmp_path: Path
) -> None:
    page, reason = visitor.page, visitor.words("情報提供者の保護", "To protect an informant")
    visitor.sits("legal")
    visitor.goes(f"/register/secrets/{house.story['secret_id']}/proof/")
    page.locator("#bundle #id_why").fill(visitor.words("申立ての準備", "To prepare the petition"))
    visitor.presses("内容を選んでから作成", "First choose what is in it", within="#bundle")
    is_done(visitor)
    order = page.url.removeprefix(visitor.address)

    words = withhold_one(visitor, order, reason)
    found = {tab: faults(visitor, f"{order}?tab={tab}") for tab in TABS}
    assert {tab: each for tab, each in found.items() if each} == {}

    visitor.goes(f"{order}?tab=chosen")
    visitor.sees(reason, reason)
    visitor.presses("証拠束を作成", "Make the bundle", within=".acts")
    is_done(visitor)
    bag = fetched(visitor, tmp_path / "first")
    (withheld,) = [each for each in withheld_of(bag) if reason in each["reason"]]
    assert withheld["member"] == "why"
    assert words not in disclosed(bag, withheld["entry"])

    visitor.follows("対の束を作成", "Make a twin", within=".acts")
    page.locator("#id_why").fill(visitor.words("裁判所だけに示す", "For the court alone"))
    visitor.presses("証拠束を作成", "Make the bundle", within="main form")
    is_done(visitor)
    visitor.sees("対の束", "twin")
    assert faults(visitor, page.url.removeprefix(visitor.address)) == []
    twin = fetched(visitor, tmp_path / "twin")
    assert reason not in json.dumps(withheld_of(twin), ensure_ascii=False)
    assert words in disclosed(twin, withheld["entry"])


def withhold_one(visitor: Visitor, order: str, reason: str) -> str:
    """Keep back the reason of one act, and return its words; the page of single entries is sound in every look."""
    page = visitor.page
    visitor.goes(f"{order}?tab=groups")
    reasons = page.locator("main tbody th").get_by_role("link", name=visitor.words("理由", "reason"), exact=True)
    for address in reasons.evaluate_all("all => all.map(each => each.getAttribute('href'))"):
        visitor.goes(address)
        told = page.locator("main tbody tr").filter(has_not=page.get_by_role("cell", name="–", exact=True)).first
        if told.count():
            break
    words = told.locator("td").nth(2).inner_text()
    assert faults(visitor, address) == []
    told.get_by_role("checkbox").check()
    page.locator("#choose_why").fill(reason)
    visitor.presses("非開示にする", "Withhold")
    expect(told).to_contain_text(reason)
    return words


def is_done(visitor: Visitor) -> None:
    """Wait for the job whose page is open, and follow it to its result."""
    result = visitor.page.get_by_role("link", name=visitor.words("結果を見る", "See the result"))
    expect(result).to_be_visible(timeout=DONE)
    result.click()


def fetched(visitor: Visitor, folder: Path) -> Path:
    """Fetch the bundle whose page is open; it verifies."""
    with visitor.page.expect_download() as download:
        visitor.presses("証拠束を取得", "Fetch the bundle")
    folder.mkdir()
    bag = unpacked(download.value, folder)
    assert verified(bag)["exit"] == 0
    return bag


def faults(visitor: Visitor, address: str) -> list[object]:
    visitor.goes(address)
    return [fault for look in LOOKS for fault in faults_of_look(visitor.page, *look)]


def withheld_of(bag: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((bag / "data/manifest.json").read_bytes())["withheld"]
    return found


def disclosed(bag: Path, entry: object) -> str:
    """What a bundle discloses of an entry, in clear."""
    told = (json.loads(each.read_bytes()) for each in bag.glob("data/entries/*.json"))
    (shown,) = [each["disclosures"] for each in told if each["index"] == entry]
    return "\n".join(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode() for word in shown)
