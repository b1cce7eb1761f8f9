"""How many queries the pages of zones and permits cost, pinned: no more for thirty of them than for one."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from kuramori.directory.acts.accounts import account_open
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role
from kuramori.watch.presence.acts import permit_add, zone_add

PINNED = {
    "/watch/zones/": 5,
    "/watch/zones/{zone}/": 5,
    "/watch/zones/add/": 5,
    "/watch/entry-permits/": 5,
    "/watch/entry-permits/{permit}/": 5,
    "/watch/entry-permits/add/": 4,
}
pytestmark = pytest.mark.django_db


@pytest.fixture(params=[1, 30])
def cost(request: pytest.FixtureRequest) -> Iterator[Callable[[str], int]]:
    """As many zones as that, a permit for each; how many queries an address costs the office."""
    with time_machine.travel(NOON, tick=False):
        company = Company()
        company.give(company.daichi, Role.SECURITY_ANALYST)
        account_open(person=company.daichi, at=now(), by=SYSTEM)
        for n in range(request.param):
            zone = zone_add(name=f"区域{n}", site=company.tokyo, doors=f"D{n}", by=SYSTEM)
            words: dict[str, Any] = {"zone": zone, "person": company.botan, "escort": company.akari, "purpose": "点検"}
            permit = permit_add(**words, starts_at=now(), ends_at=now() + timedelta(hours=1), by=SYSTEM)
        client = Client()
        account = get_user_model().objects.get(person=company.daichi)
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")

        def of(page: str) -> int:
            address = page.format(zone=zone.pk, permit=permit.pk)
            assert client.get(address).status_code == 200
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            return len(captured)

        yield of


def test_pages_of_zones_cost_what_is_pinned_however_many_there_are(cost: Callable[[str], int]) -> None:
    assert {page: cost(page) for page in PINNED} == PINNED
