"""A name for which two are needed: one asks, another one of the office decides; in Japanese, and in English reversed.

The manager asks in Japanese and the privacy officer in English, so that each walks both parts (H3, H4).
"""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.house import House
from tests.browser.visitor import LOOKS, Visitor, faults_of_look

pytestmark = pytest.mark.browser
ASKS = {"ja": "manager", "en": "privacy"}
DECIDES = {"ja": "privacy", "en": "manager"}


@pytest.fixture
def asker(arrive: Arrive, language: str) -> Visitor:
    """Who has to know the name, at his desk."""
    visitor = arrive(language)
    visitor.sits(ASKS[language])
    return visitor


@pytest.fixture
def second(arrive: Arrive, language: str) -> Visitor:
    """The other one of the office, in a browser of his own."""
    visitor = arrive(language)
    visitor.sits(DECIDES[language])
    return visitor


def is_sound(visitor: Visitor) -> None:
    """The page that is open is sound on a desk and on a phone, in light and in dark."""
    assert [fault for look in LOOKS for fault in faults_of_look(visitor.page, *look)] == []


def asks(asker: Visitor, house: House, ja: str, en: str) -> None:
    """Ask on the page that the alert leads to; the alert then says that the request waits."""
    asker.goes(f"/watch/alerts/{house.story['alert']}/unseal/")
    asker.sees("72時間以内", "within 72 hours")
    asker.field("理由", "reason").fill(asker.words(ja, en))
    asker.presses("氏名の開示を申請する", "Ask for the name")
    asker.sees("判断待ち", "waits for a second person")


def decides(second: Visitor, house: House, grants: bool, ja: str, en: str) -> None:
    """Find the request in the inbox, and decide on it with a reason; the page names nobody."""
    second.goes("/inbox/")
    second.follows("氏名の開示：承認または却下", "grant or refuse")
    second.misses(*house.leaver.values())
    choice = second.words("承認し", "Show the name") if grants else second.words("却下し", "Leave the name")
    second.page.locator("main").get_by_label(choice).check()
    second.page.locator("#id_reason").fill(second.words(ja, en))
    second.presses("判断を記録する", "Record the decision")


def test_one_asks_another_decides_and_the_name_is_shown_to_who_asked(
    asker: Visitor, second: Visitor, house: House
) -> None:
    asks(asker, house, "委員会で調査を決定", "The committee decided to look into it")
    asker.goes(f"/watch/alerts/{house.story['alert']}/")
    asker.misses(*house.leaver.values())
    decides(second, house, True, "聞き取りに必要", "Needed to hear the person")
    second.sees("申請者に氏名が表示されます", "The name is shown to who asked")
    second.misses(*house.leaver.values())

    asker.goes(f"/watch/alerts/{house.story['alert']}/")
    expect(asker.page.locator(".head .person")).to_contain_text(house.leaver[asker.language])
    asker.follows("履歴", "History", within=".tabs")
    asker.sees("委員会で調査を決定", "The committee decided to look into it")
    asker.sees("聞き取りに必要", "Needed to hear the person")
    asker.misses(*house.leaver.values())


def test_a_request_is_withdrawn_asked_anew_and_refused_with_a_reason(
    asker: Visitor, second: Visitor, house: House
) -> None:
    asks(asker, house, "念のため", "To be sure")
    asker.follows("申請を開く", "Open the request")
    asker.follows("取り下げる", "Withdraw it")
    is_sound(asker)
    asker.page.locator("#id_reason").fill(asker.words("不要になった", "No longer needed"))
    asker.presses("申請を取り下げる", "Withdraw the request")
    asker.sees("取下げ", "withdrawn")

    asks(asker, house, "やはり必要", "Needed after all")
    decides(second, house, False, "上長への確認が先", "Ask the head of the unit first")
    second.sees("氏名は伏せたままです", "The name stays sealed")
    asker.goes(f"/watch/alerts/{house.story['alert']}/")
    asker.sees("上長への確認が先", "Ask the head of the unit first")


def test_the_pages_of_a_request_are_sound_in_every_look(asker: Visitor, second: Visitor, house: House) -> None:
    asker.goes(f"/watch/alerts/{house.story['alert']}/unseal/")
    is_sound(asker)
    asks(asker, house, "ページの点検", "To look at the pages")
    is_sound(asker)
    second.goes("/inbox/")
    is_sound(second)
    second.follows("氏名の開示：承認または却下", "grant or refuse")
    is_sound(second)
    asker.goes("/watch/unsealings/")
    is_sound(asker)
    asker.page.locator("main tbody tr").first.get_by_role("link").first.click()
    is_sound(asker)
    asker.follows("取り下げる", "Withdraw it")
    asker.page.locator("#id_reason").fill(asker.words("点検済み", "Looked at"))
    asker.presses("申請を取り下げる", "Withdraw the request")
    asker.sees("取下げ", "withdrawn")
