"""How many queries the pages of reviews cost, pinned: no more for fifty lines than for one, nor for sixty reviews."""

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
from kuramori.kernel.permissions import Role
from kuramori.watch.models.reviews import ReviewKind
from kuramori.watch.tests.reviewed import kept, line

PINNED = {
    "/inbox/": 21,  # each kind of duty asks once, that of posts twice
    "/watch/reviews/": 5,
    "/watch/reviews/{pk}/": 7,
    "/watch/reviews/{pk}/committee/": 4,
    "/watch/reviews/units/": 4,
}
pytestmark = pytest.mark.django_db


@pytest.fixture(params=[1, 45])
def asked(request: pytest.FixtureRequest) -> Iterator[Callable[[str], int]]:
    """As many reviews as that, the last with as many lines; how many queries an address costs the office."""
    with time_machine.travel(NOON, tick=False):
        company = Company()
        company.give(company.daichi, Role.SECURITY_ANALYST)
        account_open(person=company.daichi, at=now(), by=SYSTEM)
        for n in range(request.param):
            kept(key=f"u{n}", kind=ReviewKind.UNIT, unit=company.materials)
        last = kept(*[line(company.chihiro)] * request.param, site=company.tokyo)
        client = Client()
        account = get_user_model().objects.get(person=company.daichi)
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")

        def cost(page: str) -> int:
            address = page.format(pk=last.pk)
            assert client.get(address).status_code == 200
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            return len(captured)

        yield cost


def test_pages_of_reviews_cost_what_is_pinned_however_much_there_is(asked: Callable[[str], int]) -> None:
    assert {page: asked(page) for page in PINNED} == PINNED
