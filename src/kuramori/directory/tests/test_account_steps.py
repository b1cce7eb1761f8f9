"""Each step of signing in and of an account: an act, its sentence in both languages, and refusals with a next step."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from kuramori.directory import api
from kuramori.directory.acts import accounts, people
from kuramori.directory.middleware import NOBODY
from kuramori.directory.models import Account, Person
from kuramori.directory.queries.people import account_of, sessions_of
from kuramori.directory.signin import may_sign_in, password_path
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.directory.viewing import actor_for, viewer_of_system
from kuramori.directory.wording import VERBS
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role
from kuramori.kernel.sentences import sentence

BACKEND = "django.contrib.auth.backends.ModelBackend"
WORDS = "correct horse battery staple 29"


@pytest.fixture
def akari(company: Company) -> Account:
    account = accounts.account_open(person=company.akari, at=NOON, by=SYSTEM)
    account.set_password(WORDS)
    account.save()
    return account


def sign_in(client: Client, words: str = WORDS) -> Any:
    return client.post("/account/login/", {"login": "akari@example.jp", "password": words})


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb.startswith("directory.account.")])
def test_every_step_has_its_sentence_in_both_languages(verb: str) -> None:
    said = {}
    for language in ("ja", "en"):
        with override(language):
            said[language] = sentence(verb, {"by": "管理 一郎", "subject": "佐倉 灯里"})
    assert said["ja"] != said["en"]
    assert "%(" not in said["ja"] + said["en"]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_of_the_room_says_who_in_both_languages(verb: str) -> None:
    for language in ("ja", "en"):
        with override(language):
            raw = str(VERBS[verb])
            passive = {"directory.account.mfa_failed", "directory.account.sign_in_failed"}
            assert "%(by)s" in raw or verb in passive
            assert raw.isascii() is (language == "en")


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    "path", ["/account/login/", "/account/password/reset/", "/account/inactive/", "/demo/"]
)  # fmt: skip
def test_the_doors_are_drawn_in_both_languages(client: Client, company: Company, path: str, language: str) -> None:
    page = client.get(path, headers={"Accept-Language": language})
    assert page.status_code == 200
    assert f'lang="{language}"' in page.content.decode()


@pytest.mark.parametrize("path", ["signup/", "email/", "confirm-email/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_doors_by_which_people_would_let_themselves_in_do_not_exist(
    client: Client, db: None, path: str, method: str
) -> None:
    assert getattr(client, method)(f"/account/{path}").status_code == 404


def test_one_sign_in_is_two_entries_at_most_and_names_the_person(client: Client, akari: Account) -> None:
    before = Entry.objects.count()
    sign_in(client)
    assert Entry.objects.count() == before + 1
    entry = read(entries_about(akari.pk)[:1])[0]
    assert (entry.verb, entry.actor_name) == ("directory.account.sign_in", "佐倉 灯里")


def test_opening_recovering_and_closing_are_acts_about_account_and_person(company: Company) -> None:
    by = company.viewer(company.daichi).actor
    account = accounts.account_open(person=company.akari, at=NOON, by=by, why="入社")
    accounts.account_recover(account=account, by=by, why="端末を紛失")
    accounts.account_close(account=account, by=by, why="休職")
    told = [(e.verb, e.why) for e in read(entries_about(company.akari.pk)) if "account" in e.verb]
    assert told == [
        ("directory.account.close", "休職"),
        ("directory.account.recover", "端末を紛失"),
        ("directory.account.open", "入社"),
    ]
    assert entries_about(account.pk).count() == 3


def test_the_address_of_an_account_is_written_small_and_taken_once(company: Company) -> None:
    people.person_edit(person=company.akari, mail="Akari.S@Example.JP", by=SYSTEM)
    assert accounts.account_open(person=company.akari, at=NOON, by=SYSTEM).email == "akari.s@example.jp"
    people.person_edit(person=company.botan, mail="AKARI.S@example.jp", by=SYSTEM)
    with pytest.raises(Refused):
        accounts.account_open(person=company.botan, at=NOON, by=SYSTEM)


@pytest.mark.parametrize("lack", ["mail", "engagement", "second account"])
def test_a_refusal_says_what_to_do_next_in_both_languages(company: Company, lack: str) -> None:
    if lack == "mail":
        people.person_edit(person=company.akari, mail="", by=SYSTEM)
    elif lack == "engagement":
        people.engagement_end(
            engagement=company.engagement(company.akari), last=TODAY - timedelta(days=1), today=TODAY, by=SYSTEM
        )
    else:
        accounts.account_open(person=company.akari, at=NOON, by=SYSTEM)
    with pytest.raises(Refused) as refusal:
        accounts.account_open(person=Person.objects.get(pk=company.akari.pk), at=NOON, by=SYSTEM)
    for language in ("ja", "en"):
        with override(language):
            for said in (str(refusal.value.message), str(refusal.value.next_step)):
                assert said.isascii() is (language == "en"), said


def test_signing_out_everywhere_ends_each_session_and_counts_them(akari: Account) -> None:
    browsers = [Client() for _ in range(3)]
    for browser in browsers:
        sign_in(browser)
    assert sessions_of(viewer_of_system(), akari) == 3
    assert accounts.sessions_end(account=akari, by=SYSTEM) == 3
    assert [browser.get("/directory/people/").status_code for browser in browsers] == [302] * 3


def test_where_there_is_no_session_nothing_is_recorded(akari: Account) -> None:
    before = Entry.objects.count()
    assert accounts.sessions_end(account=akari, by=SYSTEM) == 0
    assert Entry.objects.count() == before


def test_a_closed_account_is_opened_again_by_a_new_link(client: Client, akari: Account) -> None:
    accounts.account_close(account=akari, by=SYSTEM)
    assert not may_sign_in(akari)
    accounts.account_recover(account=akari, by=SYSTEM)
    assert may_sign_in(akari)
    assert not akari.has_usable_password()
    assert sign_in(client).status_code == 200, "the old password is void"


def test_the_link_is_void_after_three_days_and_after_another_was_used(client: Client, akari: Account, clock) -> None:
    path = password_path(akari)
    clock.shift(timedelta(days=3, minutes=1))
    assert 'name="password1"' not in client.get(path, follow=True).content.decode()


@pytest.mark.parametrize("words", ["short", "password1234", "akari@example.jp"])
def test_a_weak_password_is_refused_where_it_is_set(client: Client, akari: Account, words: str) -> None:
    form = client.get(password_path(akari), follow=True)
    page = client.post(form.redirect_chain[-1][0], {"password1": words, "password2": words})
    assert page.status_code in {200, 422}
    assert not Entry.objects.filter(verb="directory.account.password").exists()


def test_an_account_without_a_person_sees_nothing(client: Client, db: None) -> None:
    service = Account.objects.create_user("service@example.jp")
    client.force_login(service, BACKEND)
    assert client.get("/directory/people/").status_code == 403
    viewer = api.viewer_for(service)
    assert (viewer.permissions, viewer.person_id) == (frozenset(), None)
    assert (str(service), actor_for(service).name) == ("service@example.jp", "service@example.jp")


def test_nobody_is_nobody(client: Client, db: None) -> None:
    assert NOBODY.permissions == frozenset()
    answer = client.get("/directory/people/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/login/")


def test_accounts_are_looked_at_by_their_keepers_alone(company: Company, akari: Account) -> None:
    assert account_of(company.viewer(company.chihiro), company.akari) is None
    assert sessions_of(company.viewer(company.chihiro), akari) == 0
    assert account_of(viewer_of_system(), company.akari) == akari


@pytest.mark.parametrize("scope", ["unit", "site"])
def test_who_keeps_accounts_of_one_part_only_opens_no_account_page(
    client: Client, company: Company, scope: str
) -> None:
    where = {"unit": company.research} if scope == "unit" else {"site": company.tokyo}
    company.give(company.daichi, Role.SYSTEM_ADMINISTRATOR, **where)
    client.force_login(accounts.account_open(person=company.daichi, at=NOON, by=SYSTEM), BACKEND)
    assert client.get(f"/directory/people/{company.akari.pk}/account/").status_code == 403


def test_signing_out_goes_to_the_door_and_leaves_other_sessions(client: Client, akari: Account) -> None:
    other = Client()
    sign_in(other)
    sign_in(client)
    assert client.post(reverse("account_logout")).status_code == 302
    assert client.get("/account/sessions/").status_code == 302
    assert UserSession.objects.filter(user=akari).exists()
    assert other.get("/account/sessions/").status_code == 200


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/x", "javascript:alert(1)", ""])
def test_the_demo_leads_nowhere_outside(client: Client, company: Company, target: str) -> None:
    company.give(company.botan, Role.HR)
    answer = client.post("/demo/", {"person": str(company.botan.pk), "next": target})
    assert answer.headers["Location"] == "/"


def test_the_demo_leads_where_the_story_goes_on(client: Client, company: Company) -> None:
    company.give(company.botan, Role.HR)
    answer = client.post("/demo/", {"person": str(company.botan.pk), "next": "/directory/people/"})
    assert answer.headers["Location"] == "/directory/people/"
    assert client.get("/directory/people/").status_code == 200
    assert client.post("/demo/", {"person": str(company.botan.pk)}).status_code == 302, "the account is there now"
    assert Account.objects.filter(person=company.botan).count() == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_demo_the_page_is_not_there_for_anybody(
    client: Client, company: Company, akari: Account, settings, method: str
) -> None:
    settings.DEMO = False
    sign_in(client)
    assert getattr(client, method)("/demo/").status_code == 404


def test_an_administrator_is_found_by_mail_when_hr_brought_him_and_gets_what_he_lacks(company: Company) -> None:
    company.give(company.daichi, Role.AUDITOR)
    link = api.administrator_create(mail=" Daichi@Example.jp ", name="別名", at=NOON)
    assert re.search(r"^https?://[^/]+/account/password/reset/key/", link)
    assert Person.objects.filter(mail="daichi@example.jp").get() == company.daichi
    roles = company.viewer(company.daichi).roles
    assert roles == {Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR, Role.EMPLOYEE}
    company.give(company.botan, Role.SYSTEM_ADMINISTRATOR)
    api.administrator_create(mail="botan@example.jp", name="牧野 牡丹", at=NOON)
    assert company.botan.roles.known().count() == 1, "a role is not given twice"


def test_a_second_administrator_whom_hr_does_not_know_gets_a_number_of_his_own(db: None, clock) -> None:
    for name in ("root", "second", "third"):
        api.administrator_create(mail=f"{name}@example.jp", name="管理 一郎", at=NOON)
    assert set(Person.objects.values_list("number", flat=True)) == {"ADMIN-1", "ADMIN-2", "ADMIN-3"}


def test_an_administrator_made_on_the_server_is_one_act_of_the_system(db: None, clock) -> None:
    api.administrator_create(mail="root@example.jp", name="管理 一郎", at=NOON)
    entry = read(Entry.objects.all())[0]
    assert Entry.objects.count() == 1
    assert (entry.verb, entry.why, entry.actor_id) == ("directory.account.open", "first administrator", None)
