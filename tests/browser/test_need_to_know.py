"""Whoever stands outside the scope of disclosure finds not even the title, by any door (SYS-07)."""

import pytest
from playwright.sync_api import expect

from tests.browser.house import House
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
DOORS = ("", "proof/", "history/", "scope/", "edit/", "stocktaking/", "level/", "value/")


def test_search_finds_nothing(visitor: Visitor) -> None:
    visitor.walks(4, "従業員として", "As an employee")
    visitor.sees("見つかりません", "Nothing found")
    visitor.misses("図面一式")


def test_the_list_is_without_it_under_every_filter(visitor: Visitor, house: House) -> None:
    visitor.sits("employee")
    for asked in ("", "?q=蒼穹", f"?q={house.story['secret']}", "?tier=a", "?gaps=yes"):
        visitor.goes(f"/register/secrets/{asked}")
        visitor.misses("図面一式")


def test_no_address_of_the_secret_answers(visitor: Visitor, house: House) -> None:
    visitor.sits("employee")
    found = {door: visitor.status_of(f"/register/secrets/{house.story['secret_id']}/{door}") for door in DOORS}
    assert set(found.values()) <= {403, 404}, found
    assert found[""] == found["proof/"] == 404


def test_alerts_and_leavers_are_closed_to_employees(visitor: Visitor, house: House) -> None:
    visitor.sits("employee")
    expect(visitor.page.locator(".side")).not_to_contain_text(visitor.words("検知と見守り", "Watch"))
    for door in ("/watch/alerts/", f"/watch/alerts/{house.story['alert']}/", "/watch/leavers/", "/evidence/bundles/"):
        assert visitor.status_of(door) == 403, door
