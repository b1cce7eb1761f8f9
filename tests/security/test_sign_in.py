"""Signing in and staying signed in: cookies, sessions, second factors, and nothing told to whoever guesses (A7–A9)."""

import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.signing import dumps
from django.test import Client
from django.urls import reverse

from kuramori.directory.acts import accounts
from kuramori.directory.models import Account
from kuramori.directory.signin import password_path
from kuramori.directory.tests.company import NOON, TODAY
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role

WORDS = "correct horse battery staple 29"
SIGN_IN = "/account/login/"
LIST = "/register/secrets/"


@pytest.fixture
def akari(company) -> Account:
    account = accounts.account_open(person=company.akari, at=NOON, by=SYSTEM)
    account.set_password(WORDS)
    account.save()
    return account


def signed_in(words: str = WORDS) -> Client:
    browser = Client()
    browser.post(SIGN_IN, {"login": "akari@example.jp", "password": words})
    return browser


def test_the_session_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(akari):
    cookie = signed_in().cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["expires"] == "", "it ends with the browser"


def test_a_session_that_somebody_planted_is_not_the_one_that_is_signed_in(akari):
    browser = Client()
    browser.get(SIGN_IN)
    session = browser.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    browser.cookies["sessionid"] = planted
    browser.post(SIGN_IN, {"login": akari.email, "password": WORDS})
    assert browser.session.session_key != planted
    other = Client()
    other.cookies["sessionid"] = planted
    assert other.get(LIST).status_code == 302


@pytest.mark.parametrize("end", ["closed", "signed out everywhere", "recovered", "password changed"])
def test_every_session_dies_at_once(akari, end):
    browsers = [signed_in(), signed_in()]
    assert {browser.get(LIST).status_code for browser in browsers} == {200}
    match end:
        case "closed":
            accounts.account_close(account=akari, by=SYSTEM)
        case "signed out everywhere":
            accounts.sessions_end(account=akari, by=SYSTEM)
        case "recovered":
            accounts.account_recover(account=akari, by=SYSTEM)
        case _:
            akari.set_password(f"{WORDS} anew")
            akari.save()
    assert {browser.get(LIST).status_code for browser in browsers} == {302}


@pytest.mark.parametrize("value", ["", "x" * 32, "../../etc/passwd", dumps({"_auth_user_id": "1"})], ids=range(4))
def test_a_made_up_session_is_nobody(akari, value):
    browser = Client()
    browser.cookies["sessionid"] = value
    assert browser.get(LIST).status_code == 302


def test_a_signed_out_session_is_not_taken_back(akari):
    browser = signed_in()
    key = browser.session.session_key
    browser.post("/account/logout/")
    again = Client()
    again.cookies["sessionid"] = key
    assert again.get(LIST).status_code == 302


@pytest.mark.parametrize("path", ["password", "reset", "session from before"])
def test_a_role_that_needs_a_second_factor_gets_nowhere_without_one(akari, company, path):
    browser = signed_in() if path == "session from before" else None
    company.give(company.akari, Role.INFORMATION_MANAGER)
    accounts.mfa_roles_set(roles=frozenset({Role.INFORMATION_MANAGER}), by=SYSTEM, why="方針")
    if path == "reset":
        browser = Client()
        form = browser.get(password_path(akari), follow=True)
        browser.post(form.redirect_chain[-1][0], {"password1": f"{WORDS} anew", "password2": f"{WORDS} anew"})
        browser.post(SIGN_IN, {"login": akari.email, "password": f"{WORDS} anew"})
    browser = browser or signed_in()
    for address in ("/", LIST, "/search/?q=x", "/inbox/", reverse("register:secret-add"), "/account/sessions/"):
        answer = browser.get(address)
        assert (answer.status_code, answer["location"]) == (302, reverse("mfa_index")), address
    assert browser.post(reverse("register:secret-export"), {"format": "csv"})["location"] == reverse("mfa_index")


def test_setting_a_password_signs_nobody_in_past_his_second_factor(akari):
    TOTP.activate(akari, generate_totp_secret())
    browser = Client()
    form = browser.get(password_path(akari), follow=True)
    browser.post(form.redirect_chain[-1][0], {"password1": f"{WORDS} anew", "password2": f"{WORDS} anew"})
    assert browser.get(LIST).status_code == 302
    answer = browser.post(SIGN_IN, {"login": akari.email, "password": f"{WORDS} anew"})
    assert answer["location"].startswith(reverse("mfa_authenticate"))
    assert browser.get(LIST).status_code == 302


def test_a_code_is_good_once(akari):
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    secret = generate_totp_secret()
    TOTP.activate(akari, secret)
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    found = []
    for _time in range(2):
        browser = signed_in()
        browser.post(reverse("mfa_authenticate"), {"code": code})
        found.append(browser.get(LIST).status_code)
    assert found == [200, 302]


def test_a_guess_takes_as_long_for_an_address_that_nobody_has(akari, settings):
    """Coarsely: the same hashing is done; the campaign measures it finely."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = False
    akari.set_password(WORDS)
    akari.save()
    seconds = {}
    for mail in ("akari@example.jp", "nobody@example.jp"):
        began = time.thread_time()
        for _time in range(2):
            Client().post(SIGN_IN, {"login": mail, "password": "wrong words, long enough"})
        seconds[mail] = time.thread_time() - began
    assert 0.5 < seconds["akari@example.jp"] / seconds["nobody@example.jp"] < 2


def test_the_limit_of_guesses_is_told_in_the_same_words_to_everybody(akari):
    pages = []
    for mail in (akari.email, "nobody@example.jp"):
        for _time in range(6):
            answer = Client(REMOTE_ADDR="192.0.2.7").post(SIGN_IN, {"login": mail, "password": "wrong, long enough"})
        pages.append((answer.status_code, "akari" in answer.content.decode().replace(mail, "")))
    assert pages[0] == pages[1]
    assert TODAY
