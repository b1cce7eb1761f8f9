"""Outside the scope of disclosure a secret does not exist: no title, no count, by any door (A1, A2, SYS-07)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.kernel.permissions import Role
from kuramori.kernel.search import matching
from kuramori.register.acts import scope_close, scope_open
from kuramori.register.queries import FEW, may_edit, secret_by_number, secrets_visible_to
from kuramori.register.rules import Audience
from kuramori.register.tests.conftest import Add


def seen(company: Company, who: str) -> list[str]:
    return sorted(secrets_visible_to(company.viewer(getattr(company, who))).values_list("title", flat=True))


def test_keeper_department_and_auditor_see_it_a_stranger_does_not(company: Company, add: Add) -> None:
    add("配合比")
    assert [seen(company, who) for who in ("akari", "botan", "chihiro", "daichi")] == [
        ["配合比"],
        ["配合比"],
        [],
        ["配合比"],
    ]


def test_the_stranger_finds_it_neither_by_number_nor_by_search_nor_by_count(company: Company, add: Add) -> None:
    secret = add("配合比")
    chihiro = company.viewer(company.chihiro)
    assert secret_by_number(chihiro, secret.number) is None
    assert not matching(secrets_visible_to(chihiro), "配合").exists()
    assert secrets_visible_to(chihiro).count() == 0


@pytest.mark.parametrize("audience", [Audience.PERSON, Audience.UNIT, Audience.COMPANY])
def test_a_row_of_the_scope_opens_it_and_its_end_closes_it(company: Company, add: Add, audience: Audience) -> None:
    secret, by = add("配合比"), actor_of(company.akari)
    whom = {Audience.PERSON: company.chihiro.pk, Audience.UNIT: company.sales.pk}.get(audience)
    named = {"audience_id": whom} if whom else {}
    row = scope_open(secret=secret, audience=audience, by=by, why="営業同行のため", **named)
    assert seen(company, "chihiro") == ["配合比"]
    scope_close(scope=row, by=by, why="案件の終了")
    assert seen(company, "chihiro") == []


def test_a_row_ends_with_its_last_day(company: Company, add: Add) -> None:
    secret = add("配合比")
    until = TODAY + timedelta(days=2)
    scope_open(
        secret=secret, audience=Audience.PERSON, audience_id=company.chihiro.pk, until=until, by=actor_of(company.akari)
    )
    with time_machine.travel(NOON + timedelta(days=2)):
        assert secrets_visible_to(company.viewer(company.chihiro, NOON + timedelta(days=2))).exists()
    with time_machine.travel(NOON + timedelta(days=3)):
        assert not secrets_visible_to(company.viewer(company.chihiro, NOON + timedelta(days=3))).exists()


def test_a_partner_s_row_opens_it_to_nobody_inside(company: Company, add: Add) -> None:
    secret = add("配合比")
    scope_open(secret=secret, audience=Audience.PARTNER, partner="架空化学", by=actor_of(company.akari))
    assert seen(company, "chihiro") == []


def test_a_unit_above_opens_it_to_all_units_below(company: Company, add: Add) -> None:
    secret = add("配合比", unit=company.sales)
    scope_open(secret=secret, audience=Audience.UNIT, audience_id=company.top.pk, by=actor_of(company.akari))
    assert seen(company, "botan") == ["配合比"]


def test_an_information_manager_of_one_unit_sees_the_secrets_of_that_unit_only(company: Company, add: Add) -> None:
    add("配合比")
    add("顧客名簿", unit=company.sales, keeper=company.chihiro)
    company.give(company.daichi, Role.INFORMATION_MANAGER, unit=company.sales)
    company.give(company.botan, Role.INFORMATION_MANAGER, unit=company.sales)
    assert seen(company, "botan") == ["配合比", "顧客名簿"]
    botan = company.viewer(company.botan)
    assert [may_edit(botan, s) for s in secrets_visible_to(botan).order_by("title")] == [False, True]


@pytest.mark.parametrize(("few", "some"), [(2, 20), (2, 3)])
def test_who_sees_few_some_or_many_is_answered_alike(
    company: Company, add: Add, monkeypatch: pytest.MonkeyPatch, few: int, some: int
) -> None:
    for place in range(5):
        add(f"配合比{place}", keeper=company.botan)
    add("顧客名簿", unit=company.sales, keeper=company.chihiro)
    seen_by_id = seen(company, "botan")
    monkeypatch.setattr("kuramori.register.queries.FEW", few)
    monkeypatch.setattr("kuramori.register.queries.SOME", some)
    assert seen(company, "botan") == seen_by_id
    assert len(seen_by_id) == 5 < FEW


def test_a_row_that_names_nobody_known_opens_nothing(company: Company, add: Add) -> None:
    secret = add("配合比")
    scope_open(secret=secret, audience=Audience.PERSON, audience_id=uuid4(), by=actor_of(company.akari))
    assert seen(company, "chihiro") == []


def test_the_day_a_row_begins_is_the_day_it_was_made(company: Company, add: Add) -> None:
    assert add("配合比").scopes.get().valid_from == date(2026, 11, 20)
