"""How many queries the pages of requests cost, pinned: no more for thirty of them than for one."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from kuramori.approvals.acts import request_ask
from kuramori.approvals.kinds import Asked, kinds
from kuramori.directory.acts.accounts import account_open
from kuramori.directory.tests.company import NOON, Company
from kuramori.governance.api import scheme_install
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role
from kuramori.register.acts import secret_add

PINNED = {
    "keeper": {
        "/requests/": 5,
        "/requests/all/": 7,
        "/requests/all/?decide=yes": 7,
        "/requests/all/{pk}/": 19,
        "/requests/all/{pk}/history/": 15,
        "/requests/{pk}/decide/": 27,
        "/requests/deputies/": 5,
    },
    "asker": {"/requests/": 5, "/requests/all/{pk}/": 9, "/requests/ask/register.read_access/": 3},
    "office": {"/requests/all/": 5, "/requests/overview/": 9},
}
pytestmark = pytest.mark.django_db


@pytest.fixture(params=[1, 30])
def cost(request: pytest.FixtureRequest) -> Iterator[Callable[[str, str], int]]:
    """As many requests as that; how many queries an address costs somebody."""
    with time_machine.travel(NOON, tick=False):
        company, level = Company(), scheme_install(scheme="four", by=SYSTEM)[1]
        company.give(company.daichi, Role.INFORMATION_MANAGER)
        people = {"keeper": company.akari, "asker": company.chihiro, "office": company.daichi}
        for person in people.values():
            account_open(person=person, at=now(), by=SYSTEM)
        kept = {"level": level, "unit": company.materials, "keeper": company.akari, "identified_on": None}
        secret = secret_add(number="S-1", title="配合比", by=SYSTEM, **kept)
        last = None
        for number in range(request.param):
            until = (date(2026, 12, 1) + timedelta(days=number)).isoformat()
            detail = {"number": "S-1", "reader": str(company.chihiro.pk), "until": until}
            asked = Asked(detail=detail, subject=secret.as_subject())
            viewer = company.viewer(company.chihiro)
            last = request_ask(kind=kinds()["register.read_access"], asked=asked, why="x", by=viewer)
        browsers = {}
        for who, person in people.items():
            browsers[who] = Client()
            account = get_user_model().objects.get(person=person)
            browsers[who].force_login(account, backend="django.contrib.auth.backends.ModelBackend")

        def of(who: str, page: str) -> int:
            address = page.format(pk=last.pk)
            assert browsers[who].get(address).status_code == 200
            with CaptureQueriesContext(connection) as captured:
                browsers[who].get(address)
            return len(captured)

        yield of


def test_pages_of_requests_cost_what_is_pinned_however_many_there_are(cost: Callable[[str, str], int]) -> None:
    assert {who: {page: cost(who, page) for page in pages} for who, pages in PINNED.items()} == PINNED
