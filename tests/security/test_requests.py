"""What a request may not do: write without its token, give itself what was not offered, lead elsewhere, be framed."""

import re
from uuid import UUID

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.urls.converters import IntConverter, UUIDConverter

from kuramori.directory.models import Account, RoleAssignment
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role
from kuramori.register.models import Secret
from kuramori.site.configuration import secret_key
from tests.walk.routes import routes

NOBODYS = UUID("01900000-0000-7000-8000-000000000000")
WORDS = {"pk": "1"}
ALL = {name: pattern for name, pattern, _asks in routes()}
SIGNED = {"evidence:add-checkpoint"}  # asked by servers, not by browsers: what counts is the log's signature
PASSWORD = "correct horse battery staple 29"  # noqa: S105  (of nobody)
EVIL = ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:///evil.example"]


def address(name: str) -> str:
    """Return the address of a page, with things that nobody has where it asks for some."""
    pattern = ALL[name].pattern
    values = {
        argument: 1 if argument == "uidb36" else WORDS.get(argument, "x")
        for argument in getattr(pattern, "regex", re.compile("")).groupindex
    }
    for argument, converter in pattern.converters.items():
        is_id, is_number = isinstance(converter, UUIDConverter), isinstance(converter, IntConverter)
        values[argument] = NOBODYS if is_id else 1 if is_number else "x"
    try:
        return reverse(name, kwargs=values)
    except NoReverseMatch:
        return reverse(name, kwargs=WORDS)  # the id stands in an address that includes this one


@pytest.mark.parametrize("name", sorted(ALL))
def test_nothing_is_posted_without_the_token_of_the_page(name, sign_in, company, rf):
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = sign_in(company.akari).cookies
    entries = Entry.objects.count()
    answer = browser.post(address(name), {"why": "x", "next": "/"})
    refused = {400} if name in SIGNED else {403, 405}
    assert answer.status_code in refused, "the token is asked for before anything else"
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_answer_forbids_frames_inline_scripts_and_guessing_of_types(name, sign_in, company):
    for browser in (sign_in(company.akari), Client()):
        is_safe(browser.get(address(name)))


def is_safe(answer) -> None:
    policy = answer["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer["x-frame-options"] == "DENY"
    assert answer["x-content-type-options"] == "nosniff"
    assert answer["referrer-policy"] == "same-origin"
    assert answer["cross-origin-opener-policy"] == "same-origin"
    assert not answer.has_header("access-control-allow-origin")


@pytest.mark.django_db
@pytest.mark.parametrize(("where", "status"), [("/nowhere/", 404), ("/register/secrets/x/", 404), ("/%00", 404)])
def test_pages_of_errors_are_as_safe_as_all_others(where, status):
    answer = Client().get(where)
    assert answer.status_code == status
    is_safe(answer)


@pytest.mark.django_db
def test_a_broken_page_is_safe_and_tells_nothing(monkeypatch):
    def broken(_request):
        raise ZeroDivisionError("ひみつ")

    monkeypatch.setattr("kuramori.site.health.worst", broken)
    answer = Client(raise_request_exception=False).get("/alive/")
    assert answer.status_code == 500
    assert "ひみつ" not in answer.content.decode()
    is_safe(answer)


@pytest.mark.parametrize("evil", EVIL)
def test_no_next_leads_elsewhere(evil, company, sign_in):
    browser = sign_in(company.akari)
    for where, data in (
        ("/theme/", {"theme": "dark"}),
        (reverse("set_language"), {"language": "ja"}),
        ("/account/logout/", {}),
    ):
        answer = browser.post(where, {**data, "next": evil})
        assert "evil" not in answer.get("location", ""), where
        assert "javascript" not in answer.get("location", ""), where
    account = Account.objects.get()
    account.set_password(PASSWORD)
    account.save()
    entered = Client().post("/account/login/", {"login": account.email, "password": PASSWORD, "next": evil})
    assert (entered.status_code, entered["location"]) == (302, "/")


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_refused():
    assert Client(headers={"host": "evil.example"}).get("/account/login/").status_code == 400
    forwarded = Client(headers={"x-forwarded-host": "evil.example"}).get("/", follow=False)
    assert "evil" not in forwarded["location"]


def test_the_link_of_an_account_is_made_of_the_configured_address(company, sign_in, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.PUBLIC_URL = "https://kuramori.example.jp"
    company.give(company.daichi, Role.SYSTEM_ADMINISTRATOR)
    browser = sign_in(company.daichi)
    page = reverse("directory:account", args=[company.botan.pk])
    answer = browser.post(page, {"step": "open", "why": "入社"}, headers={"host": "evil.example"})
    assert "https://kuramori.example.jp/account/password/reset/key/" in answer.content.decode()


def test_what_a_form_does_not_offer_is_ignored(company, sign_in, secret, levels):
    browser = sign_in(company.akari)
    page = reverse("register:secret-edit", args=[secret.pk])
    form = browser.get(page)
    data = {name: value for name, value in form.context["form"].initial.items() if value not in {None, False}}
    before = Secret.objects.get()
    taken = {
        "level": levels["public"].pk, "id": str(NOBODYS), "created_at": "2000-01-01", "retired_at": "2026-01-01",
        "value_legal": "5", "stocktaken_on": "2026-01-01", "next_stocktaking": "2099-01-01", "updated_at": "2000-01-01",
    }  # fmt: skip
    answer = browser.post(
        page, {**data, **taken, "title": "新しい名称", "as_of": form.context["as_of"], "why": "見直し"}
    )
    assert answer.status_code == 302, answer.context["form"].errors
    after = Secret.objects.get()
    assert after.title == "新しい名称"
    for name in ("level_id", "id", "created_at", "retired_at", "value_legal", "stocktaken_on"):
        assert getattr(after, name) == getattr(before, name), name


@pytest.mark.parametrize("giver", [Role.SYSTEM_ADMINISTRATOR, Role.HR, Role.INFORMATION_MANAGER, Role.UNIT_HEAD])
def test_nobody_gives_a_role_to_himself(giver, company, sign_in):
    company.give(company.akari, giver)
    browser = sign_in(company.akari)
    count = RoleAssignment.objects.count()
    data = {"person": "A-1", "role": Role.AUDITOR, "scope": "company", "starts_on": "2026-11-20", "why": "必要"}
    answer = browser.post(reverse("directory:role-add"), data)
    assert answer.status_code in {403, 422}
    assert RoleAssignment.objects.count() == count


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_key_that_others_can_read_is_refused(tmp_path, mode):
    secret_key(tmp_path)
    (tmp_path / "secret-key").chmod(mode)
    with pytest.raises(ImproperlyConfigured, match="chmod 600"):
        secret_key(tmp_path)


def test_sessions_and_signed_values_are_json_and_never_pickled():
    assert getattr(settings, "SESSION_SERIALIZER", "django.contrib.sessions.serializers.JSONSerializer").endswith(
        "JSONSerializer"
    )
    assert settings.DEBUG is False
