"""The small company at noon, with browsers in which its people are signed in."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client

from kuramori.directory.acts.accounts import account_open
from kuramori.directory.models import Person
from kuramori.directory.tests.company import NOON, Company
from kuramori.governance.api import Level, scheme_install
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role
from kuramori.register.tests.conftest import add, levels  # noqa: F401  (fixtures)

SignIn = Callable[..., Client]


@pytest.fixture
def company(db: None) -> Iterator[Company]:
    with time_machine.travel(NOON, tick=False):
        here = Company()
        here.give(here.daichi, Role.AUDITOR)
        yield here


@pytest.fixture
def sign_in(company: Company) -> SignIn:
    """A browser in which a person is signed in, in English unless told otherwise."""

    def open_browser(person: Person, language: str = "en") -> Client:
        account = account_open(person=person, at=NOON, by=SYSTEM, language=language)
        client = Client(headers={"accept-language": language})
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return open_browser


@pytest.fixture
def scheme(db: None) -> list[Level]:
    return scheme_install(scheme="four", by=SYSTEM)
