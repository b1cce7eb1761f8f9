"""How many queries the pages of exclusions cost, pinned: no more for thirty of them than for one."""

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
from kuramori.watch.privacy.exclusion_acts import Excluded
from kuramori.watch.tests.test_privacy_exclusions import Offices, asked

PINNED = {"/watch/exclusions/": 5, "/watch/exclusions/add/": 4, "/watch/exclusions/{pk}/decide/": 4}
pytestmark = pytest.mark.django_db


@pytest.fixture(params=[1, 30])
def cost(request: pytest.FixtureRequest) -> Iterator[Callable[[str], int]]:
    """As many requests as that; how many queries an address costs who decides."""
    with time_machine.travel(NOON, tick=False):
        company = Company()
        Offices(company)
        account_open(person=company.daichi, at=now(), by=SYSTEM)
        rows = [asked(company, who=Excluded(namespace="ad", raw=f"a{number}")) for number in range(request.param)]
        client = Client()
        account = get_user_model().objects.get(person=company.daichi)
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")

        def of(page: str) -> int:
            address = page.format(pk=rows[-1].pk)
            assert client.get(address).status_code == 200
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            return len(captured)

        yield of


def test_pages_of_exclusions_cost_what_is_pinned_however_many_there_are(cost: Callable[[str], int]) -> None:
    assert {page: cost(page) for page in PINNED} == PINNED
