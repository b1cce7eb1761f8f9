"""How many queries the pages of patrols cost, pinned: no more for thirty posts than for one."""

from collections.abc import Callable, Iterator
from pathlib import Path
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
from kuramori.watch.models import PatrolHit
from kuramori.watch.patrols.acts import hits_seal
from kuramori.watch.tests.patrolled import look_for, taken

PINNED = {
    "/inbox/": 22,  # posts to look at: how many, the oldest; and those in inquiry
    "/watch/patrols/posts/": 5,
    "/watch/patrols/posts/{pk}/": 8,
    "/watch/patrols/posts/{pk}/decide/": 4,
    "/watch/patrols/posts/{pk}/file/": 4,
    "/watch/patrols/surveys/": 5,
    "/watch/patrols/terms/": 5,
}
pytestmark = pytest.mark.django_db


@pytest.fixture(params=[1, 30])
def cost(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Iterator[Callable[[str], int]]:
    """As many posts as that; how many queries an address costs an analyst."""
    settings.DATA = tmp_path
    with time_machine.travel(NOON, tick=False):
        company = Company()
        company.give(company.daichi, Role.SECURITY_ANALYST)
        account_open(person=company.daichi, at=now(), by=SYSTEM)
        look_for()
        taken(*({} for _n in range(request.param)))
        hits_seal(by=SYSTEM)
        client = Client()
        account = get_user_model().objects.get(person=company.daichi)
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        pk = PatrolHit.objects.order_by("id").values_list("pk", flat=True)[0]

        def of(page: str) -> int:
            address = page.format(pk=pk)
            assert client.get(address).status_code == 200
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            return len(captured)

        yield of


def test_pages_of_patrols_cost_what_is_pinned_however_many_posts_there_are(cost: Callable[[str], int]) -> None:
    assert {page: cost(page) for page in PINNED} == PINNED
