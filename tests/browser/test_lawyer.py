"""A lawyer's walk: from the suspect and the secret to a sealed bundle, which a stranger verifies; in under 15 clicks.

Every click counts, the one that signs in and the one into a field too. The demo's own bundle is not used.
"""

import json
import sys
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Arrive
from tests.browser.house import House
from tests.browser.test_proof import run, unpacked
from tests.browser.visitor import LOOKS, Visitor, faults_of_look

pytestmark = pytest.mark.browser
MOST_CLICKS = 14
DONE = 120_000  # milliseconds for a bundle on a busy machine
PAGES = {
    "legal": [
        "/evidence/", "/evidence/claims/?claim=jp-criminal", "/evidence/timelines/?secret={secret_id}",
        "/evidence/holds/", "/evidence/holds/add/", "/evidence/separations/", "/evidence/erasures/", "/evidence/keys/",
        "/evidence/bundles/", "/evidence/bundles/{bundle}/", "/evidence/bundles/{bundle}/twin/",
        "/evidence/bundles/person/", "/register/secrets/{secret_id}/proof/", "/register/secrets/{secret_id}/plan/",
        "/register/secrets/{secret_id}/worksheet/", "/register/secrets/{secret_id}/statement/",
    ],
    "manager": [
        "/evidence/witnesses/", "/evidence/witnesses/add/", "/evidence/witnessed/", "/evidence/authorities/",
        "/evidence/authorities/add/", "/evidence/stamps/", "/evidence/heads/compare/", "/evidence/keys/rotate/",
    ],
}  # fmt: skip


class Lawyer:
    """A visitor whose clicks are counted."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.clicks = 0

    def clicks_on(self, what: Locator) -> None:
        what.click()
        self.clicks += 1

    def follows(self, ja: str, en: str, *, within: str = "main") -> None:
        name = self.visitor.words(ja, en)
        self.clicks_on(self.visitor.page.locator(within).get_by_role("link", name=name).first)

    def presses(self, ja: str, en: str, *, within: str = "main") -> None:
        name = self.visitor.words(ja, en)
        self.clicks_on(self.visitor.page.locator(within).get_by_role("button", name=name).first)

    def writes(self, where: Locator, ja: str, en: str) -> None:
        """Click into a field and type."""
        self.clicks_on(where)
        self.visitor.page.keyboard.type(self.visitor.words(ja, en))

    def chooses(self, where: Locator, value: str) -> None:
        """Open a list and take a line: one click, the rest by keyboard."""
        where.select_option(value)
        self.clicks += 1


@pytest.mark.parametrize("variant", ["court", "police"])
def test_from_the_suspect_and_the_secret_to_a_sealed_bundle(
    arrive: Arrive, house: House, tmp_path: Path, variant: str
) -> None:
    language = {"court": "ja", "police": "en"}[variant]
    visitor = arrive(language)
    lawyer, page = Lawyer(visitor), visitor.page
    visitor.goes("/demo/")
    lawyer.presses("法務として", "As legal", within=".walk")
    lawyer.clicks_on(page.locator("main tbody").get_by_role("link", name=house.leaver[language]))
    concerned = page.locator("main tr", has_text=house.story["secret"])
    lawyer.clicks_on(concerned.get_by_role("link", name=visitor.words("認識の経緯", "Recognition timeline")))
    assert page.locator("#id_number").input_value() == house.story["person_number"]
    lawyer.writes(page.locator("#id_why"), "退職申出後の大量閲覧の確認", "Bulk reading after the notice")
    lawyer.presses("経緯を開く", "Open the timeline")

    visitor.sees("申出・警告の日", "On or after the day of notice")
    intent = visitor.card("故意をうかがわせる事情と反対の説明", "What speaks for intent, and against it")
    expect(intent.locator("tbody tr")).not_to_have_count(0)
    lawyer.writes(page.locator("#preserve #id_why"), "訴訟に備える", "A lawsuit is in sight")
    lawyer.presses("証拠を保全する", "Preserve the evidence", within="#preserve form")
    visitor.sees("証拠を保全しました", "The evidence is preserved")
    visitor.sees("不正競争防止法", "Unfair Competition Prevention Act")

    lawyer.follows("秘密情報と法的立証", "The secret and its proof")
    lawyer.follows("法的立証", "Legal proof", within=".acts")
    visitor.sees("要件と証拠の種類", "Elements and kinds of proof")
    lawyer.writes(page.locator("#bundle #id_why"), "申立ての準備", "To prepare the petition")
    lawyer.chooses(page.locator("#bundle #id_variant"), variant)
    lawyer.presses("証拠束を作成", "Make the bundle", within="#bundle")
    result = page.get_by_role("link", name=visitor.words("結果を見る", "See the result"))
    expect(result).to_be_visible(timeout=DONE)
    lawyer.clicks_on(result)
    visitor.sees(*{"court": ("裁判所提出", ""), "police": ("", "Police consultation")}[variant])
    with page.expect_download() as fetched:
        lawyer.presses("証拠束を取得", "Fetch the bundle")
    assert lawyer.clicks <= MOST_CLICKS

    bag = unpacked(fetched.value, tmp_path)
    report = verified(bag)
    assert report["exit"] == 0, report
    assert page_verdict(arrive(language), bag) == ("sound", "complete")


def verified(bag: Path) -> dict[str, object]:
    """What the verifier in a bundle says of it, and its exit status."""
    ran = run(bag.parent, sys.executable, "-I", bag / "verify" / "kuramori_verify.py", bag, "--json")
    return {**json.loads(ran.stdout), "exit": ran.returncode}


def page_verdict(reader: Visitor, bag: Path) -> tuple[str | None, str | None]:
    """What the page in a bundle says of it, in a browser without our server."""
    reader.address = "file://"
    reader.page.goto((bag / "verify" / "verify.html").as_uri())
    reader.page.locator("#folder").set_input_files(bag)
    result = reader.page.locator("#result")
    expect(result).to_be_visible(timeout=DONE)
    return result.get_attribute("data-integrity"), result.get_attribute("data-completeness")


@pytest.mark.parametrize("desk", PAGES)
def test_pages_of_evidence_are_sound_in_every_look(visitor: Visitor, house: House, desk: str) -> None:
    visitor.sits(desk)
    found = {}
    opened = opened_pages(visitor, house) if desk == "legal" else []
    for path in [*(each.format(**house.story) for each in PAGES[desk]), *opened]:
        visitor.goes(path)
        found[path] = [fault for look in LOOKS for fault in faults_of_look(visitor.page, *look)]
    assert {path: faults for path, faults in found.items() if faults} == {}


def opened_pages(visitor: Visitor, house: House) -> list[str]:
    """The addresses that are known only once somebody was there: a timeline, a hold, an item in custody."""
    visitor.goes(f"/evidence/timelines/?person={house.story['person']}&secret={house.story['secret_id']}")
    visitor.page.locator("#id_why").fill(visitor.words("確認", "To look at it"))
    visitor.presses("経緯を開く", "Open the timeline")
    visitor.sees("保全", "Preservation")
    timeline = visitor.page.url.removeprefix(visitor.address)
    visitor.page.locator("#preserve").get_by_role("link").first.click()
    hold = visitor.page.url.removeprefix(visitor.address)
    visitor.goes(f"{hold}?tab=custody")
    item = visitor.page.locator("main tbody a").first.get_attribute("href") or ""
    witness = UUID(house.ask("SELECT id FROM evidence_witness")[0][0])
    return [timeline, hold, f"{hold}?tab=custody", item, f"{item}open/", f"/evidence/witnesses/{witness}/"]


def test_a_bundle_that_was_changed_is_found_by_the_verifier_and_by_its_page(arrive: Arrive, house: House) -> None:
    """EVD-08: the demo's own finished bundle, and one letter of a statement in it."""
    visitor = arrive("ja")
    visitor.sits("legal")
    visitor.goes(f"/evidence/bundles/{house.story['bundle']}/")
    with visitor.page.expect_download() as fetched:
        visitor.presses("証拠束を取得", "Fetch the bundle")
    bag = unpacked(fetched.value, house.data.parent / "fetched")
    index = bag / "data" / "index.ja.html"
    index.write_bytes(index.read_bytes().replace("先行開発部長".encode(), "先行開発課長".encode()))
    assert verified(bag)["exit"] == 1
    assert page_verdict(arrive("ja"), bag)[0] == "broken"
