"""One search over everything the viewer may see; what he may not see cannot be told from what is not there (A2)."""

import re
from urllib.parse import quote

import pytest
from django.test import Client

from kuramori.directory.tests.company import Company
from kuramori.kernel.actors import SYSTEM
from kuramori.register.acts import secret_retire
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


def test_what_was_taken_out_of_the_register_is_not_found(company: Company, add: Add) -> None:
    secret = add("電解液の配合比")
    secret_retire(secret=secret, by=SYSTEM, why="公表")
    assert find(company.viewer(company.akari), "配合") == []


def test_a_few_hits_are_shown_whole_and_of_many_the_first_six(company: Company, add: Add) -> None:
    for place in range(6):
        add(f"配合比 第{place}版")
    viewer = company.viewer(company.akari)
    (few,) = find(viewer, "配合")
    assert (len(few.hits), few.has_more) == (6, False)
    add("配合比 第7版")
    (many,) = find(viewer, "配合")
    assert (len(many.hits), many.has_more) == (6, True)


@pytest.mark.parametrize("words", ["ハイゴウ", "ﾊｲｺﾞｳ", "ABC-1", "ａｂｃ－１"])
def test_width_and_case_make_no_difference(company: Company, add: Add, words: str) -> None:
    add("ハイゴウ表 ABC-1")
    assert len(find(company.viewer(company.akari), words)) == 1


@pytest.mark.parametrize("words", ["%", "_", "'; DROP TABLE", "\\", '"', "a" * 5000, "\x00", "🗝"])
def test_odd_words_find_nothing_and_break_nothing(company: Company, sign_in: SignIn, add: Add, words: str) -> None:
    add("電解液の配合比")
    answer = sign_in(company.akari).get("/search/", {"q": words})
    assert answer.status_code == 200
    assert answer.context["found"] == []
    assert len(answer.context["words"]) <= 100


@pytest.mark.parametrize(("language", "word"), [("ja", "見つかりません"), ("en", "Nothing found")])
def test_finding_nothing_says_what_to_try(company: Company, sign_in: SignIn, language: str, word: str) -> None:
    page = sign_in(company.chihiro, language).get("/search/", {"q": "zzz"}).content.decode()
    assert "zzz" in page
    assert word in page
