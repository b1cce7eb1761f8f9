"""The watch list: one asks, two offices agree, and it counts; walked in Japanese and English, sound in every look."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.house import House
from tests.browser.test_review import is_sound
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def decides(visitor: Visitor, desk: str, number: str) -> None:
    """Find the entry in the inbox, and agree to it with a reason."""
    visitor.sits(desk)
    visitor.goes("/inbox/")
    visitor.page.locator("main").get_by_role("link", name=number).click()
    is_sound(visitor)
    visitor.page.locator("main").get_by_label(visitor.words("同意する", "Agree")).check()
    visitor.page.locator("#id_reason").fill(visitor.words("必要と認める", "It is needed"))
    visitor.presses("判断を記録する", "Record the decision")
    visitor.sees("判断を記録しました", "Your decision is recorded")


def test_early_signs_are_reported_agreed_to_by_two_offices_and_taken_back(
    arrive: Arrive, house: House, language: str
) -> None:
    asker = arrive(language)
    asker.sits("manager")
    asker.goes("/watch/watch-list/ask/")
    is_sound(asker)
    asker.presses("二部門に申請する", "Ask both offices")
    expect(asker.page.locator("main [aria-invalid=true]")).not_to_have_count(0)
    is_sound(asker)
    asker.complaints.clear()  # that a form was refused (422), as it had to be
    asker.page.locator("#id_person").fill(house.story["person_number"])
    asker.page.locator("#id_reason").fill(asker.words("図面の持出しを懸念", "The drawings may be taken along"))
    asker.page.locator("#id_milder").fill(asker.words("面談済み", "There was a talk"))
    asker.page.locator("input[name=kinds][value=copy_out]").check()
    asker.presses("二部門に申請する", "Ask both offices")
    asker.sees("両部門の判断を待っています", "waits for both offices")
    expect(asker.page.locator("main")).to_contain_text(house.leaver[language])
    is_sound(asker)
    number = asker.page.locator("h1").inner_text().strip()
    for desk in ("hr", "privacy"):
        decides(arrive(language), desk, number)
    entry = asker.page.url.removeprefix(asker.address)
    asker.goes(entry)
    asker.sees("有効", "in force", within=".head")
    is_sound(asker)

    asker.goes("/watch/watch-list/")
    asker.sees(number, number)
    asker.misses(*house.leaver.values())
    is_sound(asker)
    asker.goes(f"{entry}withdraw/")
    is_sound(asker)
    asker.page.locator("#id_reason").fill(asker.words("懸念は解消", "There is no more concern"))
    asker.presses("取り消す", "Take it back")
    asker.sees("重み付けは行いません", "nothing counts more for this person")

    for desk in ("employee", "analyst"):
        other = arrive(language)
        other.sits(desk)
        assert [other.status_of(door) for door in (entry, "/watch/watch-list/", f"{entry}history/")] == [403] * 3
