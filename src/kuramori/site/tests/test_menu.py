"""People see only what their roles use, and where they are."""

import pytest
from django.utils.translation import override

from kuramori.directory.tests.company import Company
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.room import rooms
from kuramori.site.menu import SECTIONS, menu_for


def titles(viewer: Viewer, path: str = "/") -> list[str]:
    return [str(item["url"]) for section in menu_for(viewer, path) for item in section["items"]]


def test_an_employee_sees_the_register_but_not_the_health_of_the_system(company: Company) -> None:
    found = titles(company.viewer(company.chihiro))
    assert "/register/secrets/" in found
    assert "/health/" not in found


def test_a_system_administrator_sees_health_beside_what_every_employee_sees(company: Company) -> None:
    company.give(company.botan, Role.SYSTEM_ADMINISTRATOR)
    assert set(titles(company.viewer(company.botan))) - set(titles(company.viewer(company.chihiro))) >= {"/health/"}


def test_the_item_that_holds_the_page_is_current_and_only_that(company: Company) -> None:
    menu = menu_for(company.viewer(company.akari), "/register/secrets/0198/history/")
    current = [item["url"] for section in menu for item in section["items"] if item["current"]]
    assert current == ["/register/secrets/"]


def test_nobody_sees_an_empty_section(company: Company) -> None:
    assert all(section["items"] for section in menu_for(company.viewer(company.chihiro), "/"))


def sections(company: Company, role: Role | None = None) -> dict[str, list[str]]:
    """What somebody with a role finds below which heading."""
    if role is not None:
        company.give(company.botan, role)
    menu = menu_for(company.viewer(company.botan), "/")
    return {section["title"]: [str(item["url"]) for item in section["items"]] for section in menu}


def test_every_item_of_every_room_stands_in_a_section_that_is_drawn() -> None:
    """An item below a heading that nobody knows would be missing without a word."""
    assert {item.section for room in rooms() for item in room.menu} <= set(SECTIONS)


MOST = 9
"""Lines below one heading that are taken in at a glance."""


@pytest.mark.parametrize("role", [None, *Role])
def test_no_section_is_so_long_that_it_has_to_be_searched(company: Company, role: Role | None) -> None:
    found = sections(company, role)
    assert {title: len(items) for title, items in found.items() if len(items) > MOST} == {}
    every = [url for items in found.values() for url in items]
    assert len(every) == len(set(every)), "each page stands below one heading"


@pytest.mark.parametrize(("language", "headings"), [
    ("en", ["Find", "Look through", "Rules and sources", "Monitoring and privacy"]),
    ("ja", ["見つける", "点検する", "ルールとログ", "監視とプライバシー"]),
])  # fmt: skip
def test_watching_is_parted_by_what_is_done(company: Company, language: str, headings: list[str]) -> None:
    """What comes in every day, what is looked through and signed, what is set, and what protects the watched."""
    with override(language):
        found = sections(company, Role.INFORMATION_MANAGER)
    assert [title for title in found if title in headings] == headings
    daily, review, rules, privacy = (found[title] for title in headings)
    assert daily[:2] == ["/watch/alerts/", "/watch/cases/"]
    assert "/watch/reviews/" in review
    assert {"/watch/health/", "/watch/hard-rules/", "/watch/coverage/"} <= set(rules)
    assert {"/watch/charters/", "/watch/mine/", "/watch/exclusions/"} <= set(privacy)


def test_an_employee_finds_how_he_is_watched_and_nothing_of_the_watching(company: Company) -> None:
    with override("en"):
        found = sections(company)
    assert found["Monitoring and privacy"] == ["/watch/charters/", "/watch/mine/"]
    assert not {"Look through", "Rules and sources"} & set(found)
