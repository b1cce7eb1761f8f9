"""The small company, its levels, and a few secrets of the materials section."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client

from kuramori.directory.acts.accounts import account_open
from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, Company
from kuramori.governance.api import Level, scheme_install
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role
from kuramori.register.acts import secret_add
from kuramori.register.models import Secret

Add = Callable[..., Secret]
Open = Callable[[str], Client]


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def company(db: None) -> Company:
    here = Company()
    here.give(here.daichi, Role.AUDITOR)
    return here


@pytest.fixture
def levels(db: None) -> dict[str, Level]:
    return {level.code: level for level in scheme_install(scheme="four", by=SYSTEM)}


@pytest.fixture
def add(company: Company, levels: dict[str, Level]) -> Add:
    count = iter(range(1, 10_000))

    def one(title: str = "電解液の配合比", **values: Any) -> Secret:
        kept = {"keeper": company.akari, "unit": company.materials, "level": levels["secret"]}
        kept |= {"tier": "a", "identified_on": None}
        places = values.pop("places", [{"kind": "path", "text": r"\\FS01\材料\配合"}])
        by = actor_of(company.akari)
        number = values.pop("number", f"S-{next(count):04d}")
        return secret_add(number=number, title=title, places=places, by=by, **(kept | values))

    return one


@pytest.fixture
def signed_in(company: Company) -> Open:
    """A browser in which somebody of the company is signed in, in Japanese."""

    def of(who: str) -> Client:
        person = getattr(company, who)
        account = get_user_model().objects.filter(person=person).first()
        account = account or account_open(person=person, at=NOON, by=SYSTEM)
        client = Client(headers={"accept-language": "ja"})
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return of


@pytest.fixture
def whole(company: Company, levels: dict[str, Level]) -> dict[str, Any]:
    """What somebody enters for a whole secret of tier A."""
    return {
        "number": "S-1", "title": "電解液", "kind": "other", "level": levels["secret"].pk, "tier": "a",
        "keeper": "A-1", "unit": company.materials.pk, "places": "書庫3", "medium": "paper", "origin": "own",
        "managed_in": "JP",
    }  # fmt: skip
