"""How many queries the pages of duties cost, pinned: no more for forty tasks than for one."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from kuramori.directory.acts.accounts import account_open
from kuramori.directory.acts.units import unit_edit
from kuramori.directory.tests.company import NOON, Company
from kuramori.duties.acts import tasks_escalate
from kuramori.duties.models import Task
from kuramori.duties.tests.asked import WEDNESDAY, opened
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role

PINNED = {
    "asked": {
        "/duties/": 6,
        "/duties/tasks/": 5,
        "/duties/tasks/{task}/": 7,
        "/duties/tasks/{task}/history/": 7,
        "/duties/tasks/{task}/report/": 4,
    },
    "boss": {"/duties/": 7, "/duties/tasks/{task}/exempt/": 7},
    "office": {
        "/duties/all/": 5,
        "/duties/all/{duty}/": 8,
        "/duties/tasks/": 5,
        "/duties/tasks/?state=late": 5,
    },
}
pytestmark = pytest.mark.django_db


@pytest.fixture(params=[1, 40])
def cost(request: pytest.FixtureRequest) -> Iterator[Callable[[str, str], int]]:
    """As many duties as that, each open and gone up the line; how many queries an address costs somebody."""
    with time_machine.travel(NOON, tick=False):
        company = Company()
        unit_edit(unit=company.materials, head=company.botan, by=SYSTEM)
        company.give(company.daichi, Role.INFORMATION_MANAGER)
        people = {"asked": company.akari, "boss": company.botan, "office": company.daichi}
        for person in people.values():
            account_open(person=person, at=now(), by=SYSTEM)
        duty = None
        for _number in range(request.param):
            duty = opened(audience="person", person=company.akari)
        assert duty is not None
        for task in Task.objects.all():
            up = {"level": 0, "person": company.botan.pk, "on_behalf_of": None, "today": WEDNESDAY}
            tasks_escalate(tasks=[task.pk], duty=task.duty, by=SYSTEM, **up)
        last = Task.objects.get(duty=duty)
        browsers = {}
        for who, person in people.items():
            browsers[who] = Client()
            account = get_user_model().objects.get(person=person)
            browsers[who].force_login(account, backend="django.contrib.auth.backends.ModelBackend")

        def of(who: str, page: str) -> int:
            address = page.format(task=last.pk, duty=duty.pk)
            assert browsers[who].get(address).status_code == 200
            with CaptureQueriesContext(connection) as captured:
                browsers[who].get(address)
            return len(captured)

        yield of


def test_pages_of_duties_cost_what_is_pinned_however_many_there_are(cost: Callable[[str, str], int]) -> None:
    assert {who: {page: cost(who, page) for page in pages} for who, pages in PINNED.items()} == PINNED
