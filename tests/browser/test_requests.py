"""Asking to read a secret and deciding on it, on a phone, walked in Japanese and English; sound in every look."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.house import House
from tests.browser.test_review import is_sound
from tests.browser.visitor import PHONE, Visitor

pytestmark = pytest.mark.browser
ON_A_PHONE = {"viewport": {"width": PHONE, "height": 844}, "has_touch": True, "is_mobile": True}
KEPT_BY = """
SELECT secret.number, secret.title, person.number FROM register_secret secret
JOIN directory_person person ON person.id = secret.keeper_id
WHERE secret.retired_at IS NULL AND person.left_on IS NULL AND secret.title NOT IN (
    SELECT title FROM register_secret GROUP BY title HAVING count(*) > 1
) ORDER BY secret.number
"""


@pytest.fixture
def phone(arrive: Arrive, language: str) -> Callable[[str], Visitor]:
    """Somebody signed in on a phone, by the demo's desk."""

    def at(desk: str) -> Visitor:
        visitor = arrive(language, **ON_A_PHONE)
        visitor.sits(desk)
        return visitor

    return at


def until(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def asks(visitor: Visitor, number: str, days: int) -> str:
    """Ask to read a secret from the first page of requests; return the request's own page."""
    visitor.goes("/requests/")
    is_sound(visitor)
    visitor.follows("秘密情報の閲覧", "Read access to a secret")
    is_sound(visitor)
    visitor.presses("申請する", "Ask")
    expect(visitor.page.locator("main [aria-invalid=true]")).not_to_have_count(0)
    is_sound(visitor)
    visitor.complaints.clear()  # that a form was refused (422), as it had to be
    visitor.page.locator("#id_number").fill(number)
    visitor.page.locator("#id_until").fill(until(days))
    visitor.page.locator("#id_why").fill(visitor.words("試作の評価に必要", "Needed to judge the prototype"))
    visitor.presses("申請する", "Ask")
    visitor.sees("判断待ち", "waits for a decision", within=".head")
    return visitor.page.url.removeprefix(visitor.address)


def test_what_nobody_knows_goes_to_the_office_which_refuses_and_the_asker_reads_why(
    phone: Callable[[str], Visitor], language: str
) -> None:
    asker = phone("employee")
    page = asks(asker, f"X-{language}", 10)
    is_sound(asker)
    number = asker.page.locator("h1").inner_text().strip()
    office = phone("manager")
    office.goes("/inbox/")
    office.page.locator("main").get_by_role("link", name=number).click()
    office.sees("この番号の秘密情報はありません", "no secret bears this number")
    is_sound(office)
    office.field("却下", "Refuse").check()
    office.presses("判断を記録する", "Record the decision")
    expect(office.page.locator("main [aria-invalid=true]")).not_to_have_count(0)
    is_sound(office)
    office.complaints.clear()
    office.field("却下", "Refuse").check()
    office.page.locator("#id_reason").fill(office.words("番号を確認してください", "Please check the number"))
    office.presses("判断を記録する", "Record the decision")
    office.sees("判断を記録しました", "Your decision is recorded")
    is_sound(office)
    asker.goes(page)
    asker.sees("番号を確認してください", "Please check the number")
    asker.goes(f"{page}history/")
    is_sound(asker)
    office.goes("/requests/overview/")
    is_sound(office)
    office.goes("/requests/all/?kind=register.read_access")
    office.sees(number, number)
    is_sound(office)
    assert asker.status_of("/requests/overview/") == 403


def test_a_request_is_taken_back_and_a_deputy_is_named_on_a_phone(
    phone: Callable[[str], Visitor], house: House, language: str
) -> None:
    kept = house.ask(KEPT_BY)
    secret, title, _keeper = kept[0 if language == "ja" else 1]
    asker = phone("employee")
    page = asks(asker, secret, 20)
    asker.misses(title)
    asker.follows("取り下げる", "Withdraw it")
    is_sound(asker)
    asker.presses("取り下げる", "Withdraw it")
    asker.sees("取下げ", "withdrawn", within=".head")
    assert asker.page.url.removeprefix(asker.address) == page

    asker.goes("/requests/deputies/")
    is_sound(asker)
    asker.goes("/requests/deputies/add/")
    is_sound(asker)
    first, last = (100, 107) if language == "ja" else (200, 207)
    asker.page.locator("#id_deputy").fill(kept[0][2] if language == "ja" else kept[1][2])
    asker.page.locator("#id_starts_on").fill(until(first))
    asker.page.locator("#id_ends_on").fill(until(last))
    asker.presses("登録", "Add")
    asker.sees("これから", "to come", within=".head")
    is_sound(asker)
