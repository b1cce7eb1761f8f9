"""The dashboard shows what the viewer may see, and every number opens its list."""

import re
from datetime import date

import pytest
from django.test import Client

from kuramori.directory.tests.company import TODAY, Company
from kuramori.governance.acts import level_add
from kuramori.governance.models import Level
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.tests.suite import SIGN_IN, Acting
from kuramori.register.acts import secret_retire
from kuramori.register.tests.conftest import Add
from kuramori.site.home import measured_tiles
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


def test_every_level_in_force_has_its_part_of_the_charts_however_many_there_are(
    company: Company, sign_in: SignIn, add: Add, levels: dict[str, Level]
) -> None:
    for rank in (15, 25, 35):
        level_add(code=f"own{rank}", rank=rank, name_ja=f"区分{rank}", name_en=f"Own {rank}", by=SYSTEM)
    add("配合比", level=Level.objects.get(code="own15"))
    shown = sign_in(company.akari).get("/").context
    assert [name for name, _count, _tone in shown["parts"]] == [
        "Top secret", "Own 35", "Secret", "Own 25", "Internal", "Own 15", "Public",
    ]  # fmt: skip
    assert sum(count for _name, count, _tone in shown["parts"]) == shown["total"] == 1
    assert {tone for _name, _count, tone in shown["parts"]} == {1, 2, 3, 4, 5}
    assert sum(sum(series.values) for series in shown["series"]) == 1


def test_the_months_are_the_last_twelve_and_a_secret_stands_in_its_own(
    company: Company, sign_in: SignIn, add: Add
) -> None:
    add("今年の配合", identified_on=date(2026, 11, 1))
    add("去年の配合", identified_on=date(2025, 12, 1))
    add("それより前", identified_on=date(2025, 11, 30))
    shown = sign_in(company.akari).get("/").context
    assert (shown["months"][0], shown["months"][-1], len(shown["months"])) == ("2025-12", "2026-11", 12)
    secret = next(series for series in shown["series"] if series.name == "Secret")
    assert secret.values == [1] + [0] * 10 + [1]
    assert shown["total"] == 3


def test_a_retired_secret_is_counted_nowhere(company: Company, sign_in: SignIn, add: Add) -> None:
    secret_retire(secret=add("公表した配合"), by=SYSTEM, why="公表")
    page = sign_in(company.akari).get("/")
    assert figures_of(page) == {"Registered secrets": "0", "Tier A with gaps in proof": "0"}
    assert "公表した配合" not in page.content.decode()


def figures_of(page: object) -> dict[str, str]:
    names = {"Registered secrets", "Tier A with gaps in proof"}
    return {str(tile.label): tile.value for tile in page.context["tiles"] if str(tile.label) in names}


def test_only_a_few_duties_stand_on_it_and_the_rest_is_one_step_away(
    company: Company, sign_in: SignIn, add: Add
) -> None:
    for place in range(8):
        add(f"配合比 第{place}版", stocktaken_on=date(2025, 1, 10 + place))
    page = sign_in(company.akari).get("/")
    assert (len(page.context["duties"]), page.context["duty_count"]) == (6, 8)
    assert next(duty.due for duty in page.context["duties"]) == date(2026, 1, 10), "the most overdue first"
    assert "All 8" in page.content.decode()


def test_who_may_not_read_the_register_gets_a_page_without_a_word_of_it(
    company: Company, settings: object, add: Add, client: Client
) -> None:
    add("電解液の配合比")
    settings.MIDDLEWARE = [f"{Acting.__module__}.Acting" if m == SIGN_IN else m for m in settings.MIDDLEWARE]
    Acting.viewer = Viewer(actor=SYSTEM, person_id=None)
    try:
        page = client.get("/")
    finally:
        Acting.viewer = None
    assert (page.status_code, "recent" in page.context, "parts" in page.context) == (200, False, False)
    assert "配合比" not in page.content.decode()


def test_other_rooms_tiles_are_for_those_whom_they_concern(company: Company) -> None:
    stranger, auditor = company.viewer(company.chihiro), company.viewer(company.daichi)
    known = {str(tile.label) for tile in measured_tiles(auditor, TODAY)}
    assert {str(tile.label) for tile in measured_tiles(stranger, TODAY)} <= known
