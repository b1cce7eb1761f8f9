"""Exclusions from monitoring: one office asks, the other finds it in the inbox and decides; in both languages."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.house import House
from tests.browser.test_review import is_sound

pytestmark = pytest.mark.browser


def test_a_protected_account_is_excluded_by_two_offices_and_by_no_third(
    arrive: Arrive, house: House, language: str
) -> None:
    asker = arrive(language)
    asker.sits("privacy")
    asker.goes("/watch/exclusions/")
    asker.sees("有効", "in force")
    asker.sees("決定待ち", "waits for a decision")
    is_sound(asker)
    asker.goes("/watch/exclusions/add/")
    is_sound(asker)
    asker.page.locator("#id_namespace").select_option("ad")
    asker.page.locator("#id_raw").fill(f"hotline-{language}")
    asker.page.locator("#id_kind").select_option("not_taken_in")
    asker.page.locator("#id_ground").select_option("hotline")
    asker.page.locator("#id_reason").fill(asker.words("公益通報窓口の受付", "The desk of the whistle-blowing office"))
    asker.page.locator("main form").get_by_role("button").first.click()
    expect(asker.page.locator("main [aria-invalid=true]")).not_to_have_count(0)
    is_sound(asker)
    asker.complaints.clear()  # that a form without a last day was refused, as it had to be
    asker.page.locator("#id_valid_to").fill(asker.page.locator("#id_valid_from").input_value())
    asker.page.locator("main form").get_by_role("button").first.click()
    asker.sees("決定待ち", "waits for a decision", within=".head")
    number = asker.page.locator("h1").inner_text().strip()
    entry = asker.page.url.removeprefix(asker.address)
    asker.goes("/inbox/")
    asker.misses(number)
    assert asker.status_of(f"{entry}decide/") == 409, "nobody decides on what he asked for"

    second = arrive(language)
    second.sits("manager")
    second.goes("/inbox/")
    second.page.locator("main").get_by_role("link", name=number).click()
    is_sound(second)
    second.page.locator("main input[name=decision][value=agree]").check()
    second.page.locator("#id_reason").fill(second.words("法の定めによる", "The law asks for it"))
    second.presses("判断を記録する", "Record the decision")
    second.sees("判断を記録しました", "Your decision is recorded")
    second.sees("有効", "in force", within=".head")
    is_sound(second)
    second.goes("/inbox/")
    second.misses(number)

    for desk in ("employee", "analyst", "auditor"):
        other = arrive(language)
        other.sits(desk)
        assert [other.status_of(door) for door in (entry, "/watch/exclusions/", f"{entry}decide/")] == [403] * 3
