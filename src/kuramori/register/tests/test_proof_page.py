"""The proof page in both languages and by role: what it shows, what it asks for, who may take it out of the house."""

import pytest
from django.test import Client
from django.urls import reverse

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import Company
from kuramori.evidence.api import seal_now
from kuramori.kernel.models import Job
from kuramori.kernel.permissions import Role
from kuramori.register import acts
from kuramori.register.models import Secret
from kuramori.register.tests.conftest import Add, Open

ELEMENTS = ["secrecy_management", "usefulness", "non_public_nature", "recognition", "access", "fault", "damage"]


@pytest.fixture(autouse=True)
def _data(tmp_path, settings) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def secret(add: Add) -> Secret:
    return add("配合比", usefulness="電池の寿命が2倍になる")


def page(browser: Client, secret: Secret) -> str:
    return browser.get(reverse("register:secret-proof", args=[secret.pk])).content.decode()


def test_every_element_of_the_law_stands_on_the_page_with_its_state(signed_in: Open, secret: Secret) -> None:
    answer = signed_in("akari").get(reverse("register:secret-proof", args=[secret.pk]))
    elements = answer.context["elements"]
    assert [element.code for element in elements] == ELEMENTS
    words = answer.content.decode()
    for element in elements:
        assert element.title in words
        assert element.law in words
        for exhibit in element.exhibits:
            assert exhibit.statement in words
        for gap in element.gaps:
            assert gap.fix_url in words


def test_it_says_what_waits_for_its_seal_and_what_has_it(signed_in: Open, secret: Secret) -> None:
    akari = signed_in("akari")
    assert "封印済み" not in page(akari, secret)
    seal_now()
    assert "封印済み" in page(akari, secret)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.INFORMATION_MANAGER, True),
        (Role.LEGAL, True),
        (Role.IP, True),
        (Role.AUDITOR, False),
        (Role.PROMOTER, False),
        (Role.EXECUTIVE, False),
    ],
)
def test_the_bundle_is_offered_to_whom_may_take_proof_outside(
    signed_in: Open,
    secret: Secret,
    company: Company,
    role: Role,
    may: bool,
) -> None:
    company.give(company.botan, role)
    botan, bundle = signed_in("botan"), reverse("register:secret-bundle", args=[secret.pk])
    assert (bundle in page(botan, secret)) is may
    assert botan.post(bundle, {"why": "訴訟"}).status_code == (302 if may else 403)
    assert Job.objects.exists() is may


@pytest.mark.parametrize(("place", "may"), [("materials", True), ("research", True), ("sales", False)])
def test_legal_of_a_unit_takes_proof_of_that_unit_s_secrets_only(
    signed_in: Open,
    secret: Secret,
    company: Company,
    place: str,
    may: bool,
) -> None:
    company.give(company.botan, Role.LEGAL, unit=getattr(company, place))
    bundle = reverse("register:secret-bundle", args=[secret.pk])
    botan = signed_in("botan")
    assert (bundle in page(botan, secret)) is may
    assert botan.post(bundle, {"why": "訴訟"}).status_code == (302 if may else 403)


def test_a_bundle_is_asked_for_and_never_just_opened(signed_in: Open, secret: Secret, company: Company) -> None:
    company.give(company.botan, Role.LEGAL)
    assert signed_in("botan").get(reverse("register:secret-bundle", args=[secret.pk])).status_code == 405


def test_what_was_taken_out_of_the_register_stays_provable(signed_in: Open, secret: Secret, company: Company) -> None:
    acts.secret_retire(secret=secret, by=actor_of(company.akari), why="公表済み")
    assert "電池の寿命が2倍になる" in page(signed_in("akari"), secret)


def test_in_english_the_page_reads_english(signed_in: Open, secret: Secret) -> None:
    browser = signed_in("akari")
    browser.cookies["django_language"] = "en"
    words = page(browser, secret)
    assert "Registered as Secret." in words
    assert "Akari Sakura answers for it." in words
