"""The review after days off, from the inbox to the signature: coverage first, sealed lines, verdicts (DET-10).

One site's review is walked in Japanese, another's in English.
"""

from uuid import UUID

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.house import DEMO, House
from tests.browser.visitor import LOOKS, Visitor, faults_of_look

pytestmark = pytest.mark.browser
PREPARE = """
import django
from datetime import timedelta
django.setup()
from django.utils.timezone import now
from kuramori.watch.reviews.holiday import holiday_reviews
holiday_reviews(now() - timedelta(days=1))
"""
REVIEWS = """
SELECT review.id, review.number FROM watch_review review
JOIN watch_reviewsheet sheet ON sheet.review_id = review.id
LEFT JOIN watch_reviewitem item ON item.sheet_id = sheet.id
WHERE review.kind = 'holiday' GROUP BY review.id, review.number ORDER BY count(item.id) DESC, review.number
"""


@pytest.fixture
def review(house: House, language: str) -> tuple[str, str]:
    """Address and number of the site's review that is walked in this language, the one with most lines first."""
    if len(found := house.ask(REVIEWS)) < 2:  # whose people are not back yet has none of the latest days off
        house.python("-c", PREPARE, env=DEMO, check=True)
        found = house.ask(REVIEWS)
    pk, number = found[0 if language == "ja" else 1]
    return f"/watch/reviews/{UUID(pk)}/", number


def is_sound(visitor: Visitor) -> None:
    """The page that is open is sound on a desk and on a phone, in light and in dark."""
    assert [fault for look in LOOKS for fault in faults_of_look(visitor.page, *look)] == []


def test_from_the_inbox_to_the_signature(visitor: Visitor, house: House, review: tuple[str, str]) -> None:
    address, number = review
    visitor.sits("analyst")
    visitor.goes("/inbox/")
    visitor.page.locator("main").get_by_role("link", name=number).click()
    expect(visitor.page).to_have_url(visitor.address + address)
    coverage, happened = visitor.page.locator("section.card").nth(0), visitor.page.locator("section.card").nth(1)
    expect(coverage.get_by_role("table")).to_be_visible()
    visitor.misses(*house.leaver.values())
    is_sound(visitor)

    lines = happened.locator("ol.plain > li")
    if lines.count():
        first = lines.first
        first.get_by_role("combobox").select_option("explained")
        first.get_by_role("textbox").fill(visitor.words("当番の作業と確認", "The shift on duty; confirmed"))
        visitor.presses("決定する", "Decide")
        expect(happened).to_contain_text(visitor.words("当番の作業と確認", "The shift on duty; confirmed"))
        if lines.count() > 1:
            visitor.presses("未判定の行はすべて", "All lines without a verdict")
    visitor.page.locator("#statement-1").fill(visitor.words("特に異常なし", "Nothing out of the ordinary"))
    visitor.page.locator("#sheet-1 button.primary").click()
    visitor.sees("表示された内容に署名しました", "You signed what was shown to you")
    visitor.sees("特に異常なし", "Nothing out of the ordinary")
    expect(visitor.page.locator("#sheet-1 form")).to_have_count(0)
    is_sound(visitor)
    visitor.goes("/inbox/")
    expect(visitor.page.locator("main")).not_to_contain_text(number)


def test_the_auditor_reads_who_signed_what_and_names_nobody(
    arrive: Arrive, house: House, language: str, review: tuple[str, str]
) -> None:
    address, number = review
    auditor = arrive(language)
    auditor.sits("auditor")
    auditor.goes(address)
    expect(auditor.page.locator("#sheet-1 form")).to_have_count(0)
    auditor.goes(f"{address}history/")
    auditor.sees(number, number)
    auditor.misses(*house.leaver.values())
    is_sound(auditor)
    auditor.goes("/watch/reviews/units/")
    is_sound(auditor)
    employee = arrive(language)
    employee.sits("employee")
    assert [employee.status_of(door) for door in (address, "/watch/reviews/", "/watch/reviews/units/")] == [403] * 3


def test_the_list_and_the_call_of_the_committee_are_sound(visitor: Visitor, review: tuple[str, str]) -> None:
    address, number = review
    visitor.sits("manager")
    visitor.goes("/watch/reviews/")
    visitor.sees(number, number)
    is_sound(visitor)
    visitor.goes(f"{address}committee/")
    visitor.sees("委員", "The members of the committee see this review")
    is_sound(visitor)
