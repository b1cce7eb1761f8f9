"""What proves that a secret was kept secret, what is missing, and the bundle that a stranger verifies."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Download, expect

from tests.browser.conftest import Arrive
from tests.browser.house import House
from tests.browser.visitor import LOOKS, Visitor, faults_of_look

pytestmark = pytest.mark.browser
DONE = 120_000  # milliseconds for a bundle on a busy machine


def open_proof(visitor: Visitor) -> None:
    visitor.walks(3, "秘密情報管理事務局として", "As information manager")
    visitor.page.locator("main tbody").get_by_role("link", name="蒼穹").first.click()
    visitor.follows("法的立証", "Legal proof", within=".acts")


def test_search_finds_the_secret_and_its_page_says_what_it_is(visitor: Visitor, house: House) -> None:
    visitor.sits("manager")
    visitor.page.locator("#q").fill("蒼穹")
    visitor.page.keyboard.press("Enter")
    # Other registers answer too: a preservation, say, that bears the secret's number in its title.
    found = visitor.card("秘密情報台帳", "Register of secrets")
    found.get_by_role("link", name=house.story["secret"]).click()
    visitor.sees("法的な立証に耐える管理", "held to the standard of a court")
    visitor.sees("極秘", "Top secret")
    visitor.sees("開示範囲", "Who may see it")
    visitor.sees("証跡に封入済み", "Sealed in the ledger")


def test_each_legal_element_says_what_proves_it_and_what_is_missing(visitor: Visitor) -> None:
    open_proof(visitor)
    kept = visitor.card("秘密管理性", "Secrecy management")
    expect(kept).to_contain_text(visitor.words("封印済み", "sealed, entry"))
    expect(kept).to_contain_text(visitor.words("不正競争防止法", "Unfair Competition Prevention Act"))
    expect(visitor.card("有用性", "Usefulness")).to_contain_text(visitor.words("証拠あり", "shown"))
    expect(visitor.card("認識可能性", "Recognition")).to_contain_text(visitor.words("証拠あり", "shown"))
    expect(visitor.card("アクセスの記録", "Access")).to_contain_text("1,")


def test_closing_a_gap_turns_its_mark(arrive: Arrive) -> None:
    visitor = arrive("ja")
    open_proof(visitor)
    card = visitor.card("非公知性", "Non-public nature")
    expect(card.locator("header")).to_contain_text("不足あり")
    card.get_by_role("link", name="不足を補う").click()
    visitor.page.locator("#id_why").fill("特許公報と展示会資料を検索し、該当なし。")
    visitor.page.locator("main form button.primary").click()
    visitor.follows("法的立証", "Legal proof", within=".acts")
    expect(card.locator("header")).to_contain_text("証拠あり")
    expect(card).not_to_contain_text("不足：")


def test_the_claim_is_chosen_and_its_plan_says_what_is_kept(visitor: Visitor) -> None:
    open_proof(visitor)
    visitor.field("請求", "Claim").select_option("us-dtsa")
    visitor.presses("この請求を表示", "Show this claim")
    visitor.sees("免責の告知", "Notice of immunity")
    visitor.follows("証拠計画", "Evidence plan")
    visitor.sees("優先度で重み付けしています", "Weighed by priority")


def test_a_person_s_timeline_is_opened_for_a_reason_and_is_sound_in_every_look(arrive: Arrive, house: House) -> None:
    """EVD-03, EVD-04: what he was shown and did, before and after notice, with at least five indicators."""
    asked = "SELECT notice_received_on FROM directory_engagement WHERE line = ? AND recorded_to IS NULL"
    ((notice,),) = house.ask(asked, [house.leaver_line.replace("-", "")])
    visitor = arrive("ja")
    open_proof(visitor)
    visitor.follows("認識の経緯", "A person's timeline", within=".acts")
    visitor.field("社員番号", "Employee number").fill(house.story["person_number"])
    visitor.field("申出・警告の日", "Day of notice").fill(notice)
    visitor.field("理由", "Reason").fill("弁護士への相談の準備")
    visitor.presses("経緯を開く", "Open the timeline")
    visitor.sees("以後", "On or after the day of notice")
    indicators = visitor.card("故意をうかがわせる事情と反対の説明", "What speaks for intent, and against it")
    assert indicators.locator("tbody tr").count() >= 5
    assert [fault for look in LOOKS for fault in faults_of_look(visitor.page, *look)] == []


def test_bundle_is_verified_by_a_stranger_with_public_tools(arrive: Arrive, tmp_path: Path) -> None:
    visitor = arrive("en")
    open_proof(visitor)
    visitor.field("理由", "Reason", within="#bundle").fill("For our lawyer")
    visitor.presses("証拠束を作成", "Make the bundle", within="#bundle")
    expect(visitor.page).to_have_url(re.compile("/jobs/"))
    expect(visitor.page.locator("#job svg.meter")).to_be_visible()
    visitor.page.get_by_role("link", name="See the result").click(timeout=DONE)
    with visitor.page.expect_download() as fetched:
        visitor.presses("証拠束を取得", "Fetch the bundle")
    bag = unpacked(fetched.value, tmp_path)
    ran = run(bag.parent, sys.executable, "-I", bag / "verify" / "kuramori_verify.py", bag, "--json")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert json.loads(ran.stdout)["exit"] == 0 if "exit" in json.loads(ran.stdout) else True
    assert run(bag.parent, sys.executable, "-m", "bagit", "--validate", bag).returncode == 0
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        assert run(bag, "sha256sum", "--check", "--strict", "--quiet", manifest).returncode == 0


def unpacked(download: Download, folder: Path) -> Path:
    """Unpack a fetched bundle; return its folder."""
    with zipfile.ZipFile(download.path()) as packed:
        packed.extractall(folder)
    (bag,) = [one.parent for one in folder.glob("**/bagit.txt")]
    return bag


def run(folder: Path, *words: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*map(str, words)], cwd=folder, capture_output=True, text=True, check=False)


def test_index_of_a_bundle_reads_without_our_server(arrive: Arrive, house: House, tmp_path: Path) -> None:
    house.run("bundle", "secret", house.story["secret"], "--out", tmp_path / "bag", check=True)
    for language in ("ja", "en"):
        reader = arrive(language)
        (index,) = (tmp_path / "bag").glob(f"**/index.{language}.html")
        reader.address = "file://"
        reader.page.goto(index.as_uri())
        expect(reader.page.locator("body")).to_contain_text("蒼穹")
        assert reader.page.locator("body").get_by_role("table").count() > 0
