"""A role that needs a second factor opens nothing else until it is set up, on every route there is."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from kuramori.directory.acts import accounts
from kuramori.directory.middleware import WITHOUT_FACTOR
from kuramori.directory.models import Account, SignInPolicy
from kuramori.directory.queries.people import mfa_roles
from kuramori.directory.tests.company import NOON, Company
from kuramori.directory.viewing import standing_of, viewer_of_system
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.permissions import Role, Viewer

BACKEND = "django.contrib.auth.backends.ModelBackend"
SAMPLES = {"uuid": str(UUID(int=7)), "int": "1", "str": "x", "slug": "x", "path": "x"}


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every route of the house: its name, and a path that leads to it."""
    for each in resolver.url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each, route)
        elif isinstance(each, URLPattern) and "(?P" not in route and "^" not in route:
            yield each.name or "", "/" + filled(route)


def filled(route: str) -> str:
    while "<" in route:
        before, _open, rest = route.partition("<")
        inner, _close, after = rest.partition(">")
        route = before + SAMPLES[inner.partition(":")[0] if ":" in inner else "str"] + after
    return route


ROUTES = sorted(set(routes(get_resolver())))


@pytest.fixture
def botan(company: Company) -> Account:
    company.give(company.botan, Role.SYSTEM_ADMINISTRATOR)
    return accounts.account_open(person=company.botan, at=NOON, by=SYSTEM)


@pytest.fixture
def gated(client: Client, botan: Account) -> Client:
    accounts.mfa_roles_set(roles=frozenset({Role.SYSTEM_ADMINISTRATOR}), by=SYSTEM, why="SYS-21")
    client.force_login(botan, BACKEND)
    return client


def test_the_walk_has_seen_the_whole_house() -> None:
    assert len(ROUTES) > 100
    assert {"person-list", "home", "job", "login"} & {name for name, _path in ROUTES}


def test_every_route_but_the_set_up_leads_to_the_set_up(gated: Client) -> None:
    gate = reverse("mfa_index")
    for name, path in ROUTES:
        if name in WITHOUT_FACTOR:
            continue
        for answer in (gated.get(path), gated.post(path)):
            assert (answer.status_code, answer.headers.get("Location")) == (302, gate), path


def test_what_is_needed_for_the_set_up_stays_open(gated: Client) -> None:
    for name in ("mfa_index", "mfa_reauthenticate", "account_reauthenticate", "account_logout"):
        assert gated.get(reverse(name)).headers.get("Location") != reverse("mfa_index"), name


def test_a_path_that_does_not_exist_is_no_way_around(gated: Client) -> None:
    assert gated.get("/directory/nowhere/").headers["Location"] == reverse("mfa_index")


@pytest.mark.parametrize("factor", ["totp", "webauthn"])
def test_one_factor_opens_the_gate(gated: Client, botan: Account, factor: str) -> None:
    if factor == "totp":
        TOTP.activate(botan, generate_totp_secret())
    else:
        Authenticator.objects.create(user=botan, type=Authenticator.Type.WEBAUTHN, data={})
    assert gated.get("/directory/people/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(gated: Client, botan: Account) -> None:
    RecoveryCodes.activate(botan)
    assert standing_of(botan.person_id, NOON).needs_second_factor
    assert gated.get("/directory/people/").status_code == 302


def test_other_roles_pass_and_nobody_passes_by_losing_sight_of_his(company: Company, client: Client) -> None:
    accounts.mfa_roles_set(roles=frozenset({Role.HR}), by=SYSTEM, why="SYS-21")
    client.force_login(accounts.account_open(person=company.chihiro, at=NOON, by=SYSTEM), BACKEND)
    assert client.get("/directory/people/").status_code == 200
    company.give(company.chihiro, Role.HR, unit=company.sales)
    assert client.get("/directory/people/").status_code == 302, "a role for one unit is the role"


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.UNIT_HEAD])
def test_implied_roles_can_need_it_too(company: Company, role: Role) -> None:
    from kuramori.directory.acts import units

    accounts.mfa_roles_set(roles=frozenset({role}), by=SYSTEM, why="SYS-21")
    units.unit_edit(unit=company.materials, head=company.akari, by=SYSTEM)
    assert standing_of(company.akari.pk, NOON).needs_second_factor
    assert standing_of(company.botan.pk, NOON).needs_second_factor is (role == Role.EMPLOYEE)


def test_the_rule_is_one_row_and_each_change_an_act_with_its_reason(company: Company) -> None:
    accounts.mfa_roles_set(roles=frozenset({Role.HR, Role.AUDITOR}), by=SYSTEM, why="SYS-21")
    accounts.mfa_roles_set(roles=frozenset({Role.HR}), by=SYSTEM, why="監査役の端末待ち")
    policy = SignInPolicy.objects.get()
    assert policy.mfa_roles == ["hr"]
    newest, first = read(entries_about(policy.pk))
    assert (newest.why, newest.changes[0].fields["mfa_roles"]) == ("監査役の端末待ち", (["auditor", "hr"], ["hr"]))
    assert first.changes[0].op == "add"


def test_the_environment_speaks_until_somebody_decides_and_only_to_who_may_decide(db: None, settings) -> None:
    settings.MFA_REQUIRED_ROLES = ["hr"]
    assert mfa_roles(viewer_of_system()) == {"hr"}
    accounts.mfa_roles_set(roles=frozenset({Role.IT}), by=SYSTEM, why="?")
    assert mfa_roles(viewer_of_system()) == {"it"}
    assert mfa_roles(Viewer(actor=SYSTEM, person_id=None)) == {"hr"}


def test_the_page_shows_the_present_rule_and_asks_a_reason(client: Client, botan: Account) -> None:
    accounts.mfa_roles_set(roles=frozenset({Role.HR}), by=SYSTEM, why="?")
    client.force_login(botan, BACKEND)
    page = client.get("/directory/second-factor/")
    assert page.context["form"].initial == {"roles": ["hr"]}
    refused = client.post("/directory/second-factor/", {"roles": ["auditor"]})
    assert refused.status_code == 422
    assert SignInPolicy.objects.get().mfa_roles == ["hr"]
    assert client.post("/directory/second-factor/", {"roles": ["nonsense"], "why": "x"}).status_code == 422
