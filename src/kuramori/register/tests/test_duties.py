"""The stocktaking comes to the keeper by itself: overdue ones in the inbox, the next one on the secret (CLS-05)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import TODAY, Company
from kuramori.governance.api import Level
from kuramori.register import acts, duties
from kuramori.register.duties import stocktaking_duties
from kuramori.register.registers import secret_duty
from kuramori.register.rules import add_months
from kuramori.register.tests.conftest import Add


def due_on(day: date) -> dict[str, date]:
    return {"identified_on": add_months(day, -12)}


@pytest.mark.parametrize(("who", "count"), [("akari", 1), ("botan", 0), ("chihiro", 0), ("daichi", 0)])
def test_a_stocktaking_is_the_duty_of_its_keeper_alone(company: Company, add: Add, who: str, count: int) -> None:
    add(**due_on(TODAY))
    assert len(stocktaking_duties(company.viewer(getattr(company, who)), TODAY)) == count


@pytest.mark.parametrize(
    ("days", "is_there", "is_urgent"), [(-1, False, False), (0, True, False), (20, True, False), (40, True, True)]
)
def test_it_is_asked_for_from_its_day_on_and_urgent_after_a_month(
    company: Company,
    add: Add,
    days: int,
    is_there: bool,
    is_urgent: bool,
) -> None:
    secret = add()
    day = secret.next_stocktaking + timedelta(days=days)
    found = stocktaking_duties(company.viewer(company.akari), day)
    assert [duty.urgent for duty in found] == ([is_urgent] if is_there else [])


@pytest.mark.parametrize(("language", "title"), [("ja", "棚卸し：S-0001 配合比"), ("en", "Stocktaking: S-0001 配合比")])
def test_it_says_of_what_and_leads_to_where_it_is_done(company: Company, add: Add, language: str, title: str) -> None:
    secret = add("配合比", **due_on(TODAY))
    with override(language):
        (duty,) = stocktaking_duties(company.viewer(company.akari), TODAY)
    assert (str(duty.title), duty.due) == (title, TODAY)
    assert duty.url == reverse("register:secret-confirm", args=[secret.pk])


def test_done_it_is_gone(company: Company, add: Add) -> None:
    secret = add(**due_on(TODAY))
    acts.secret_confirm(secret=secret, by=actor_of(company.akari), why="現物を確認")
    assert stocktaking_duties(company.viewer(company.akari), TODAY) == []


def test_the_oldest_come_first_and_no_more_than_can_be_read(
    company: Company, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duties, "SHOWN", 2)
    for days in (1, 9, 5):
        add(f"秘密{days}", **due_on(TODAY - timedelta(days=days)))
    found = stocktaking_duties(company.viewer(company.akari), TODAY)
    assert [(TODAY - duty.due).days for duty in found if duty.due] == [9, 5]


def test_the_page_shows_the_next_one_to_whom_may_do_it(company: Company, add: Add, levels: dict[str, Level]) -> None:
    secret = add()
    akari, botan = company.viewer(company.akari), company.viewer(company.botan)
    duty = secret_duty(secret, akari)
    assert duty is not None
    assert duty.due == secret.next_stocktaking
    assert secret_duty(secret, botan) is None
    assert secret_duty(add(level=levels["public"]), akari) is None
    acts.secret_retire(secret=secret, by=actor_of(company.akari), why="公表済み")
    assert secret_duty(secret, akari) is None
