"""A duty from writing it down to reporting it done, on a phone, walked in Japanese and English; sound in every look."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.test_review import is_sound
from tests.browser.visitor import PHONE, Visitor

pytestmark = pytest.mark.browser
ON_A_PHONE = {"viewport": {"width": PHONE, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def phone(arrive: Arrive, language: str) -> Callable[[str], Visitor]:
    """Somebody signed in on a phone, by the demo's desk."""

    def at(desk: str) -> Visitor:
        visitor = arrive(language, **ON_A_PHONE)
        visitor.sits(desk)
        return visitor

    return at


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def test_a_duty_is_written_down_opened_at_once_and_reported_done(
    phone: Callable[[str], Visitor], language: str
) -> None:
    employee, office = phone("employee"), phone("manager")
    title = office.words("共有フォルダーの点検", "Look through the shared folder")
    employee.goes("/duties/")
    is_sound(employee)
    office.goes("/duties/all/add/")
    is_sound(office)
    office.presses("登録", "Add")
    expect(office.page.locator("main [aria-invalid=true]")).not_to_have_count(0)
    is_sound(office)
    office.complaints.clear()  # that a form was refused (422), as it had to be
    office.page.locator("#id_title").fill(title)
    office.page.locator("#id_first_on").fill(in_days(5))
    office.presses("登録", "Add")
    office.sees(title, title)
    is_sound(office)
    duty = office.page.url.removeprefix(office.address)
    office.goes(f"{duty}open/")
    is_sound(office)
    office.presses("今すぐ割り当てる", "Ask them now")
    expect(office.page.locator("#job[hx-get]")).to_have_count(0, timeout=120_000)  # it has ended
    is_sound(office)

    employee.goes("/duties/")
    employee.sees(title, title)
    is_sound(employee)
    employee.page.locator("main").get_by_role("link", name=title, exact=True).click()
    is_sound(employee)
    employee.goes("/inbox/")
    employee.sees(title, title)
    employee.goes("/duties/")
    employee.page.locator("main a.btn.sm").first.click()
    employee.presses("実施を報告する", "Report it done")
    expect(employee.page.locator("main [aria-invalid=true]")).not_to_have_count(0)
    is_sound(employee)
    employee.complaints.clear()
    employee.page.locator("#id_words").fill(employee.words("点検しました", "Looked through it"))
    employee.presses("実施を報告する", "Report it done")
    employee.sees("実施済みとして記録しました", "It is recorded as done")
    is_sound(employee)
    assert employee.status_of("/duties/all/") == 403

    office.goes(duty)
    is_sound(office)
    office.goes("/duties/tasks/?state=done")
    is_sound(office)
    office.goes("/duties/all/")
    is_sound(office)
