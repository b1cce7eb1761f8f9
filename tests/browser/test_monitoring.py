"""Monitoring: one asks, three offices agree, the data team looks; walked in both languages, sound in every look."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.house import House
from tests.browser.test_review import is_sound
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def decides(visitor: Visitor, desk: str, number: str) -> None:
    """Find the order in the inbox, and agree to it with a reason."""
    visitor.sits(desk)
    visitor.goes("/inbox/")
    visitor.page.locator("main").get_by_role("link", name=number).click()
    is_sound(visitor)
    visitor.page.locator("main").get_by_label(visitor.words("同意する", "Agree")).check()
    visitor.page.locator("#id_reason").fill(visitor.words("必要と認める", "It is needed"))
    visitor.presses("判断を記録する", "Record the decision")
    visitor.sees("判断を記録しました", "Your decision is recorded")


def asks(asker: Visitor, house: House) -> str:
    """Ask for monitoring of the leaver, first with an empty form; return the order's number."""
    asker.goes("/watch/orders/ask/")
    is_sound(asker)
    asker.presses("モニタリングを依頼する", "Ask for monitoring")
    expect(asker.page.locator("main [aria-invalid=true]")).not_to_have_count(0)
    is_sound(asker)
    asker.complaints.clear()  # that a form was refused (422), as it had to be
    asker.page.locator("input[name=kind][value=person]").check()
    asker.page.locator("#id_person").fill(house.story["person_number"])
    asker.page.locator("#id_reason").fill(asker.words("夜間に図面が印刷されている", "Drawings print at night"))
    asker.page.locator("#id_clause").fill(asker.words("第4条2項", "Section 4(2)"))
    asker.page.locator("#id_milder").fill(asker.words("面談済み", "There was a talk"))
    for channel in ("files", "media", "print"):
        asker.page.locator(f"input[name=channels][value={channel}]").check()
    asker.presses("モニタリングを依頼する", "Ask for monitoring")
    asker.sees("担当部門に送りました", "is with the offices now")
    is_sound(asker)
    return asker.page.locator("h1").inner_text().strip()


def looks(looker: Visitor, order: str, *names: str) -> None:
    """Look at the timeline and mark a line; no name is shown anywhere."""
    looker.goes(order)
    looker.misses(*names)
    is_sound(looker)
    looker.presses("時系列を見る", "Look at the timeline")
    looker.sees("全経路の時系列", "All channels in one order")
    looker.misses(*names)
    is_sound(looker)
    looker.page.locator("main input[name=event]").first.check()
    looker.presses("選んだ行に印を付ける", "Mark the chosen lines")
    looker.sees("1行に印を付けました", "1 lines are marked")


def settles(looker: Visitor, order: str) -> None:
    """Erase what was marked."""
    looker.goes(f"{order}settle/")
    is_sound(looker)
    looker.page.locator("input[name=decision][value=erase]").check()
    looker.page.locator("#id_reason").fill(looker.words("問題なし", "Nothing was wrong"))
    looker.presses("処理を確定する", "Settle the order")
    looker.sees("処理を確定しました", "The order is settled")


def test_monitoring_is_asked_for_agreed_to_looked_at_and_taken_back(
    arrive: Arrive, house: House, language: str
) -> None:
    asker = arrive(language)
    asker.sits("manager")
    number = asks(asker, house)
    expect(asker.page.locator("main")).to_contain_text(house.leaver[language])
    order = asker.page.url.removeprefix(asker.address)
    for desk in ("hr", "privacy", "analyst"):
        decides(arrive(language), desk, number)
    asker.goes(order)
    asker.sees("有効", "in force", within=".head")
    is_sound(asker)

    looker = arrive(language)
    looker.sits("analyst")
    looks(looker, order, *house.leaver.values())
    asker.goes("/watch/orders/")
    asker.sees(number, number)
    asker.misses(*house.leaver.values())
    is_sound(asker)
    asker.goes(f"{order}withdraw/")
    asker.page.locator("#id_reason").fill(asker.words("懸念は解消", "There is no more concern"))
    asker.presses("取り消す", "Take it back")
    asker.sees("以後は誰も閲覧しません", "nobody looks any more")
    settles(looker, order)

    other = arrive(language)
    other.sits("employee")
    assert [other.status_of(door) for door in (order, "/watch/orders/", f"{order}history/")] == [403] * 3
