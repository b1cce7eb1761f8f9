"""People see only what their roles use, and where they are."""

from kuramori.directory.tests.company import Company
from kuramori.kernel.permissions import Role, Viewer
from kuramori.site.menu import menu_for


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
