"""The small company with a boss above it, one secret that Akari keeps, and requests to read it."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from kuramori.approvals.acts import request_ask
from kuramori.approvals.kinds import Asked, kinds
from kuramori.approvals.models import Request
from kuramori.approvals.showing import Seen, lines_of, seen_in
from kuramori.directory.acts.accounts import account_open
from kuramori.directory.acts.units import unit_edit
from kuramori.directory.api import Account
from kuramori.directory.models import Person
from kuramori.directory.tests.company import NOON, Company
from kuramori.governance.api import Level, scheme_install
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role
from kuramori.register.acts import secret_add
from kuramori.register.models import Secret

Ask = Callable[..., Request]
Open = Callable[..., Client]
KIND = "register.read_access"
UNTIL = date(2026, 12, 24)
WHY = "試作の評価に必要"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as here:
        yield here


class House(Company):
    """Botan heads materials, Daichi runs the register of secrets, Emi the company."""

    def __init__(self) -> None:
        super().__init__()
        self.emi = self.person("A-5", "江見 笑", "エミ エミ", "Emi Emi", self.top)
        unit_edit(unit=self.materials, head=self.botan, by=SYSTEM)
        self.give(self.daichi, Role.INFORMATION_MANAGER)
        self.give(self.emi, Role.EXECUTIVE)


@pytest.fixture
def company(db: None) -> House:
    return House()


@pytest.fixture
def levels(db: None) -> dict[str, Level]:
    return {level.code: level for level in scheme_install(scheme="four", by=SYSTEM)}


@pytest.fixture
def secret(company: House, levels: dict[str, Level]) -> Secret:
    return secret_add(
        number="S-0001", title="電解液の配合比", level=levels["secret"], tier="a", keeper=company.akari,
        unit=company.materials, identified_on=None, places=[{"kind": "path", "text": r"\\FS01\材料"}], by=SYSTEM,
    )  # fmt: skip


@pytest.fixture
def ask(company: House, secret: Secret) -> Ask:
    """Ask to read the secret; Chihiro does, for herself, unless told otherwise."""

    def one(who: Person | None = None, *, reader: Person | None = None, why: str = WHY, **detail: Any) -> Request:
        asker = who or company.chihiro
        told = {"number": secret.number, "reader": str((reader or asker).pk), "until": UNTIL.isoformat()} | detail
        asked = Asked(
            detail=told,
            subject=secret.as_subject() if told["number"] == secret.number else None,
            concerned=reader.pk if reader else None,
        )
        return request_ask(kind=kinds()[KIND], asked=asked, why=why, by=company.viewer(asker))

    return one


def seen(request: Request) -> Seen:
    """What a page that is opened now shows."""
    return seen_in(request, lines_of(request))


@pytest.fixture
def sign_in(company: House) -> Open:
    """A browser in which somebody is signed in, in Japanese unless told otherwise."""

    def of(person: Person, language: str = "ja") -> Client:
        account = Account.objects.filter(person=person).first() or account_open(person=person, at=NOON, by=SYSTEM)
        client = Client(headers={"accept-language": language})
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return of
