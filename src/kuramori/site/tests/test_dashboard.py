"""The dashboard shows what the viewer may see, and every number opens its list."""

import re
from datetime import date

import pytest
from django.test import Client

from kuramori.directory.tests.company import Company
from kuramori.register.tests.conftest import Add
from kuramori.site.tests.conftest import SignIn


def figures(client: Client) -> dict[str, str]:
    page = client.get("/").content.decode()
    found = re.findall(r'class="lbl">.*?</svg>([^<]*)</span><span class="val">([^<]*)', page, re.DOTALL)
    return {label.strip(): value.strip() for label, value in found}


def test_it_counts_what_each_viewer_may_see_and_not_more(company: Company, sign_in: SignIn, add: Add) -> None:
    add("配合比")
    add("顧客名簿", unit=company.sales, keeper=company.chihiro)
    assert figures(sign_in(company.botan))["Registered secrets"] == "1"
    assert figures(sign_in(company.daichi))["Registered secrets"] == "2"


def test_a_title_out_of_scope_stands_nowhere_on_it(company: Company, sign_in: SignIn, add: Add) -> None:
    add("極低温の配合比")
    assert "極低温" not in sign_in(company.chihiro).get("/").content.decode()


def test_every_number_opens_a_list_that_answers(company: Company, sign_in: SignIn, add: Add) -> None:
    add("配合比")
    client = sign_in(company.daichi)
    addresses = re.findall(r'<a class="card kpi" href="([^"]+)"', client.get("/").content.decode())
    assert len(addresses) >= 3
    assert [client.get(address.replace("&amp;", "&")).status_code for address in addresses] == [200] * len(addresses)


def test_gaps_in_proof_and_overdue_stocktakings_are_counted(company: Company, sign_in: SignIn, add: Add) -> None:
    add("配合比", stocktaken_on=date(2024, 1, 10))
    found = figures(sign_in(company.akari))
    assert (found["Tier A with gaps in proof"], found["Stocktaking in time"]) == ("1", "0.0%")


def test_an_empty_register_draws_a_page_without_charts(company: Company, sign_in: SignIn, scheme: list[object]) -> None:
    page = sign_in(company.akari).get("/")
    assert page.status_code == 200
    assert "donut" not in page.content.decode()


def test_strangers_are_asked_to_sign_in(db: None) -> None:
    answer = Client().get("/")
    assert (answer.status_code, "login" in answer["location"]) == (302, True)


@pytest.mark.parametrize(("language", "word"), [("ja", "登録済みの秘密情報"), ("en", "Registered secrets")])
def test_it_speaks_both_languages(company: Company, sign_in: SignIn, add: Add, language: str, word: str) -> None:
    add("配合比")
    assert word in sign_in(company.akari, language).get("/").content.decode()
