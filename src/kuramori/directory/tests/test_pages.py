"""The hand-written pages: accounts, the rule on second factors, and HR's further acts on a person."""

import re
from datetime import date

import pytest
from django.test import Client

from kuramori.directory import api
from kuramori.directory.acts import accounts
from kuramori.directory.models import Account, Assignment, Engagement, Person, SignInPolicy
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.permissions import Role

BACKEND = "django.contrib.auth.backends.ModelBackend"


def sit(client: Client, company: Company, person: Person, *roles: Role) -> Client:
    for role in roles:
        company.give(person, role)
    client.force_login(accounts.account_open(person=person, at=NOON, by=SYSTEM), BACKEND)
    return client


@pytest.fixture
def hr(client: Client, company: Company) -> Client:
    return sit(client, company, company.botan, Role.HR)


@pytest.fixture
def administrator(client: Client, company: Company) -> Client:
    return sit(client, company, company.daichi, Role.SYSTEM_ADMINISTRATOR)


def test_the_link_is_shown_once_and_only_after_the_step(administrator: Client, company: Company) -> None:
    path = f"/directory/people/{company.akari.pk}/account/"
    assert administrator.post(path, {"step": "open"}).status_code == 422
    opened = administrator.post(path, {"step": "open", "why": "new"}).content.decode()
    assert re.search(r"https?://[^/]+/account/password/reset/key/\w+-[\w-]+/", opened)
    assert "/reset/key/" not in administrator.get(path).content.decode()
    assert not Account.objects.get(person=company.akari).has_usable_password()


@pytest.mark.parametrize("step", ["recover", "sign-out", "close"])
def test_an_account_is_recovered_signed_out_and_closed(administrator: Client, company: Company, step: str) -> None:
    account = accounts.account_open(person=company.akari, at=NOON, by=SYSTEM)
    path = f"/directory/people/{company.akari.pk}/account/"
    assert administrator.post(path, {"step": step, "why": "lost telephone"}).status_code == 200
    account.refresh_from_db()
    assert account.is_active is (step != "close")
    assert administrator.post(path, {"step": "nonsense", "why": "x"}).status_code == 404


def test_an_account_without_mail_is_refused_with_the_next_step(administrator: Client, company: Company) -> None:
    from kuramori.directory.acts.people import person_edit

    person_edit(person=company.akari, mail="", by=SYSTEM)
    page = administrator.post(f"/directory/people/{company.akari.pk}/account/", {"step": "open", "why": "x"})
    assert page.status_code == 422


def test_employees_open_neither_accounts_nor_the_rule(client: Client, company: Company) -> None:
    sit(client, company, company.chihiro)
    for path in (f"people/{company.akari.pk}/account/", "second-factor/", f"people/{company.akari.pk}/notice/"):
        assert client.get(f"/directory/{path}").status_code == 403


def test_the_rule_on_second_factors_is_an_act(administrator: Client, company: Company) -> None:
    assert administrator.get("/directory/second-factor/").status_code == 200
    answer = administrator.post("/directory/second-factor/", {"roles": ["hr", "executive"], "why": "SYS-21"})
    assert answer.status_code == 302
    assert SignInPolicy.objects.get().mfa_roles == ["executive", "hr"]


def test_hr_assigns_records_a_notice_and_the_last_day(hr: Client, company: Company) -> None:
    path = f"/directory/people/{company.akari.pk}"
    where = {"unit": str(company.sales.pk), "starts_on": "2026-11-20", "is_main": "on", "why": "異動"}
    assert hr.get(f"{path}/assign/").status_code == 200
    assert hr.post(f"{path}/assign/", where).status_code == 302
    assert Assignment.objects.known().on(TODAY).get(person=company.akari).unit == company.sales
    notice = {"received_on": "2026-11-20", "end_planned": "2026-12-20", "why": "届"}
    assert hr.post(f"{path}/notice/", notice).status_code == 302
    assert Engagement.objects.known().get(person=company.akari).end_planned == date(2026, 12, 20)
    assert hr.post(f"{path}/last-day/", {"last": "2026-12-20", "why": "?"}).status_code == 422
    assert hr.post(f"{path}/last-day/", {"last": "2026-11-19", "why": "退職"}).status_code == 302
    assert Person.objects.get(pk=company.akari.pk).left_on == date(2026, 11, 19)
    assert hr.get(f"{path}/assign/").status_code == 409


@pytest.mark.parametrize("tab", ["career", "engagements", "roles"])
def test_every_tab_of_a_person_is_drawn(hr: Client, company: Company, tab: str) -> None:
    company.give(company.akari, Role.PROMOTER, unit=company.research)
    assert "<table" in hr.get(f"/directory/people/{company.akari.pk}/?tab={tab}").content.decode()


def test_a_unit_shows_who_works_there(hr: Client, company: Company) -> None:
    page = hr.get(f"/directory/units/{company.materials.pk}/?tab=people").content.decode()
    assert "佐倉 灯里" in page
    assert "遠山 千尋" not in page


def test_the_first_administrator_gets_a_link_once(company: Company) -> None:
    link = api.administrator_create(mail="root@example.jp", name="管理 一郎", at=NOON)
    assert "/account/password/reset/key/" in link
    account = Account.objects.get(email="root@example.jp")
    assert api.viewer_for(account, NOON).roles == {Role.SYSTEM_ADMINISTRATOR, Role.EMPLOYEE}
    with pytest.raises(Refused):
        api.administrator_create(mail="ROOT@example.jp", name="管理 一郎", at=NOON)
