"""One search over everything the viewer may see; what he may not see cannot be told from what is not there (A2)."""

import re
from urllib.parse import quote

import pytest
from django.test import Client

from kuramori.directory.tests.company import Company
from kuramori.register.tests.conftest import Add
from kuramori.site.search import find
from kuramori.site.tests.conftest import SignIn


@pytest.mark.parametrize("words", ["配合", "電解 比", "S-0001"])
def test_a_part_of_the_title_or_number_finds_the_secret(company: Company, add: Add, words: str) -> None:
    add("電解液の配合比")
    found = find(company.viewer(company.akari), words)
    assert [str(hit) for one in found for hit, _url in one.hits if one.register.name == "register:secret"] == [
        "S-0001 電解液の配合比"
    ]


def test_people_are_found_beside_secrets(company: Company) -> None:
    names = [str(hit) for one in find(company.viewer(company.akari), "牧野") for hit, _url in one.hits]
    assert names == ["牧野 牡丹"]


def seen(client: Client, words: str) -> str:
    """The page, but for what the reader wrote himself and the token of the request."""
    page = client.get("/search/", {"q": words}).content.decode()
    return (
        re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]+"', "", page)
        .replace(quote(words), "")
        .replace(words, "")
    )


def test_out_of_scope_and_not_there_give_the_same_page(company: Company, sign_in: SignIn, add: Add) -> None:
    add("電解液の配合比")
    client = sign_in(company.chihiro)
    assert seen(client, "電解") == seen(client, "無い")


def test_no_words_find_nothing(company: Company) -> None:
    assert find(company.viewer(company.akari), "   ") == []


def test_many_hits_lead_to_the_filtered_list(company: Company, sign_in: SignIn, add: Add) -> None:
    for place in range(8):
        add(f"配合比 第{place}版")
    page = sign_in(company.akari).get("/search/?q=配合").content.decode()
    assert "/register/secrets/?q=%E9%85%8D%E5%90%88" in page
