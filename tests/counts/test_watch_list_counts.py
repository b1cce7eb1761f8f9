"""How many queries the pages of the watch list cost, pinned: no more for thirty entries than for one."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from kuramori.directory.acts.accounts import account_open
from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.watch.tests.watched import Offices, asked
from kuramori.watch.watching.acts import entry_withdraw

PINNED = {"/inbox/": 12, "/watch/watch-list/": 6, "/watch/watch-list/ask/": 3, "/watch/watch-list/{pk}/decide/": 5}
pytestmark = pytest.mark.django_db


@pytest.fixture(params=[1, 30])
def cost(request: pytest.FixtureRequest) -> Iterator[Callable[[str], int]]:
    """As many entries as that, the last of which waits; how many queries an address costs HR."""
    with time_machine.travel(NOON, tick=False):
        company = Company()
        offices = Offices(company)
        account_open(person=offices.hr, at=now(), by=SYSTEM)
        for _n in range(request.param - 1):
            entry_withdraw(entry=asked(company), reason="誤り", by=actor_of(company.akari))
        last = asked(company)
        client = Client()
        account = get_user_model().objects.get(person=offices.hr)
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")

        def of(page: str) -> int:
            address = page.format(pk=last.pk)
            assert client.get(address).status_code == 200
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            return len(captured)

        yield of


def test_pages_of_the_watch_list_cost_what_is_pinned_however_many_entries_there_are(cost: Callable[[str], int]) -> None:
    assert {page: cost(page) for page in PINNED} == PINNED
