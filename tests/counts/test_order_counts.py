"""How many queries the pages of monitoring orders cost, pinned: no more for thirty orders than for one."""

from collections.abc import Callable, Iterator

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
from kuramori.watch.acts.settings import charter_add
from kuramori.watch.rules.orders import Kind
from kuramori.watch.tests.conftest import charter_words
from kuramori.watch.tests.ordered import Deciders, asked

PINNED = {
    "/inbox/": 24, "/watch/orders/": 6, "/watch/orders/ask/": 5, "/watch/orders/{pk}/": 8,
    "/watch/orders/{pk}/decide/": 8,
}  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture(params=[1, 30])
def cost(request: pytest.FixtureRequest) -> Iterator[Callable[[str], int]]:
    """As many orders as that, all waiting for the data team; how many queries an address costs it."""
    with time_machine.travel(NOON, tick=False):
        company = Company()
        charter_add(**charter_words(company), by=SYSTEM)
        deciders = Deciders(company)
        account_open(person=deciders.second, at=now(), by=SYSTEM)
        for n in range(request.param - 1):
            asked(company, kind=Kind.DEVICE, thing=f"{n}")
        last = asked(company, kind=Kind.DEVICE, thing="x")
        client = Client()
        account = get_user_model().objects.get(person=deciders.second)
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")

        def of(page: str) -> int:
            address = page.format(pk=last.pk)
            assert client.get(address).status_code == 200
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            return len(captured)

        yield of


def test_pages_of_orders_cost_what_is_pinned_however_many_there_are(cost: Callable[[str], int]) -> None:
    assert {page: cost(page) for page in PINNED} == PINNED
