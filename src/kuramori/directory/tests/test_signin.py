"""Signing in: only by an act, only while engaged, and the same words for whoever is not there."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from kuramori.directory.acts import accounts, people
from kuramori.directory.models import Account
from kuramori.directory.signin import password_path
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.ledger import read
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role

WORDS = "correct horse battery staple 29"
SIGN_IN = "/account/login/"


@pytest.fixture
def akari(company: Company) -> Account:
    account = accounts.account_open(person=company.akari, at=NOON, by=SYSTEM)
    account.set_password(WORDS)
    account.save()
    return account


def sign_in(client: Client, mail: str = "akari@example.jp", words: str = WORDS):
    return client.post(SIGN_IN, {"login": mail, "password": words})


def verbs() -> list[str]:
    return list(Entry.objects.order_by("seq").values_list("verb", flat=True))


def test_signing_in_is_an_act_of_the_person_and_gives_a_new_session(client: Client, akari: Account) -> None:
    before = client.session.session_key
    assert sign_in(client).status_code == 302
    entry = Entry.objects.get(verb="directory.account.sign_in")
    assert entry.actor_id == akari.person_id
    assert client.session.session_key != before
    assert UserSession.objects.filter(user=akari).count() == 1


def test_no_entry_of_sign_in_holds_a_personal_word_in_clear(client: Client, akari: Account) -> None:
    sign_in(client, words="wrong words, long enough")
    sign_in(client)
    for entry in Entry.objects.filter(verb__startswith="directory.account"):
        for word in ("佐倉", "akari@", "wrong words"):
            assert word not in bytes(entry.body).decode()


def test_a_failed_sign_in_is_an_act_about_the_account(client: Client, akari: Account) -> None:
    sign_in(client, words="wrong words, long enough")
    failed = Entry.objects.get(verb="directory.account.sign_in_failed")
    assert {s.id for s in read([failed])[0].subjects} == {akari.pk, akari.person_id}


def test_an_unknown_address_gets_the_same_answer_as_a_wrong_password(client: Client, akari: Account) -> None:
    pages = []
    for mail in ("akari@example.jp", "nobody@example.jp"):
        page = sign_in(client, mail=mail, words="wrong words, long enough").content.decode()
        pages.append(re.sub(r'value="[^"]{64}"|"X-CSRFToken": "[^"]*"', "", page).replace(mail, "somebody"))
    assert 'class="err' in pages[0] or 'class="note' in pages[0]
    assert pages[0] == pages[1]


def test_too_many_attempts_are_stopped_even_with_the_right_password(client: Client, akari: Account) -> None:
    for _attempt in range(5):
        sign_in(client, words="wrong words, long enough")
    assert sign_in(client).status_code == 200
    assert "directory.account.sign_in" not in verbs()


def test_signing_out_is_an_act(client: Client, akari: Account) -> None:
    sign_in(client)
    client.post("/account/logout/")
    assert verbs()[-1] == "directory.account.sign_out"
    assert "_auth_user_id" not in client.session


def test_nobody_opens_an_account_for_himself(client: Client, akari: Account) -> None:
    answer = client.post("/account/signup/", {"email": "x@y.jp", "password1": WORDS, "password2": WORDS})
    assert answer.status_code == 404
    sign_in(client)
    assert client.get("/account/email/").status_code == 404


def test_an_account_needs_a_mail_and_a_running_engagement_and_opens_once(company: Company, akari: Account) -> None:
    with pytest.raises(Refused):
        accounts.account_open(person=company.akari, at=NOON, by=SYSTEM)
    people.person_edit(person=company.botan, mail="", by=SYSTEM)
    with pytest.raises(Refused):
        accounts.account_open(person=company.botan, at=NOON, by=SYSTEM)
    _leave(company, TODAY - timedelta(days=1))
    company.akari.account.delete()
    with pytest.raises(Refused):
        accounts.account_open(person=company.akari, at=NOON, by=SYSTEM)


def test_the_link_sets_a_password_once(client: Client, company: Company) -> None:
    account = accounts.account_open(person=company.botan, at=NOON, by=SYSTEM)
    assert not account.has_usable_password()
    path = password_path(account)
    form = client.get(path, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": WORDS, "password2": WORDS})
    assert verbs()[-1] == "directory.account.password"
    assert sign_in(client, mail="botan@example.jp").status_code == 302
    again = Client().get(path, follow=True)
    assert "password1" not in again.content.decode()


def test_a_new_link_voids_the_former_one_and_ends_sessions(client: Client, akari: Account) -> None:
    sign_in(client)
    former = password_path(akari)
    accounts.account_recover(account=akari, by=SYSTEM)
    assert "password1" not in Client().get(former, follow=True).content.decode()
    assert not UserSession.objects.filter(user=akari).exists()
    assert client.get("/account/sessions/").status_code == 302


def _leave(company: Company, last) -> None:
    engagement = company.engagement(company.akari)
    people.notice_receive(engagement=engagement, received_on=TODAY, end_planned=last, by=SYSTEM)


def test_who_leaves_today_is_signed_out_at_midnight(client: Client, company: Company, akari: Account, clock) -> None:
    clock.move_to(NOON.replace(hour=14))
    sign_in(client)
    other = Client()
    sign_in(other)
    _leave(company, TODAY)
    assert client.get("/account/2fa/").status_code == 200
    clock.move_to(NOON.replace(hour=15) + timedelta(milliseconds=1))  # 00:00 in Tokyo
    assert client.get("/account/2fa/").url == reverse("account_inactive")
    assert not UserSession.objects.filter(user=akari).exists()
    assert "directory.account.sessions_end" in verbs()
    assert other.get("/account/2fa/").status_code == 302


def test_who_has_left_cannot_sign_in_again(client: Client, company: Company, akari: Account) -> None:
    _leave(company, TODAY - timedelta(days=1))
    assert sign_in(client).url == reverse("account_inactive")
    assert "_auth_user_id" not in client.session
    assert verbs()[-1] == "directory.account.sign_in_failed"


def test_a_closed_account_is_out_at_once(client: Client, akari: Account) -> None:
    sign_in(client)
    accounts.account_close(account=akari, by=SYSTEM, why="left")
    assert client.get("/account/2fa/").status_code == 302
    assert sign_in(Client()).url == reverse("account_inactive")


def test_a_role_that_needs_a_second_factor_sees_nothing_else_until_it_is_set_up(
    client: Client, company: Company, akari: Account
) -> None:
    company.give(company.akari, Role.HR)
    sign_in(client)
    assert client.get("/account/sessions/").status_code == 200
    accounts.mfa_roles_set(roles=frozenset({Role.HR}), by=SYSTEM, why="SYS-21")
    assert client.get("/account/sessions/").url == reverse("mfa_index")
    assert client.get("/account/2fa/").status_code == 200
    client.post("/account/reauthenticate/", {"password": WORDS})
    assert client.get("/account/2fa/totp/activate/").status_code == 200
    TOTP.activate(akari, generate_totp_secret())
    assert client.get("/account/sessions/").status_code == 200


def test_the_environment_decides_until_somebody_has(client: Client, company: Company, akari: Account, settings) -> None:
    settings.MFA_REQUIRED_ROLES = ["employee"]
    sign_in(client)
    assert client.get("/account/sessions/").url == reverse("mfa_index")
    accounts.mfa_roles_set(roles=frozenset(), by=SYSTEM, why="trial")
    assert client.get("/account/sessions/").status_code == 200


def test_setting_up_and_removing_a_second_factor_are_acts(
    client: Client, akari: Account, django_capture_on_commit_callbacks
) -> None:
    sign_in(client)
    client.post("/account/reauthenticate/", {"password": WORDS})
    page = client.get("/account/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    assert page.status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/account/2fa/totp/activate/", {"code": _code(secret)})
    assert "directory.account.mfa_add" in verbs()
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/account/2fa/totp/deactivate/")
    assert "directory.account.mfa_remove" in verbs()


def _code(secret: str) -> str:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return format_hotp_value(hotp_value(secret, int(now().timestamp()) // 30))


def test_the_password_is_not_enough_for_whoever_has_a_second_factor(
    client: Client, akari: Account, django_capture_on_commit_callbacks
) -> None:
    secret = generate_totp_secret()
    TOTP.activate(akari, secret)
    assert sign_in(client).url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert verbs()[-1] == "directory.account.mfa_failed"
    client.post(reverse("mfa_authenticate"), {"code": _code(secret)})
    assert verbs()[-1] == "directory.account.sign_in"


def test_signing_out_everywhere_else_leaves_this_session(client: Client, akari: Account) -> None:
    other = Client()
    sign_in(other)
    sign_in(client)
    client.post("/account/sessions/")
    assert UserSession.objects.filter(user=akari).count() == 1
    assert other.get("/account/2fa/").status_code == 302


def test_the_demo_signs_in_with_one_click_and_only_whom_it_shows(client: Client, company: Company) -> None:
    company.give(company.botan, Role.HR)
    page = client.get("/demo/").content.decode()
    assert str(company.botan.pk) in page
    assert client.post("/demo/", {"person": str(UUID(int=0))}).status_code == 404
    assert client.post("/demo/", {"person": str(company.botan.pk)}).status_code == 302
    assert client.session["_auth_user_id"]
    assert not Account.objects.get(person=company.botan).has_usable_password()


def test_without_demo_there_is_no_demo_sign_in(client: Client, company: Company, settings) -> None:
    settings.DEMO = False
    assert client.get("/demo/").status_code == 404
