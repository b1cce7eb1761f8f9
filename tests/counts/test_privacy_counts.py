"""How many queries the pages of privacy cost, pinned: for nothing, for one row and for many the same."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from kuramori.directory.acts.accounts import account_open
from kuramori.directory.api import Person, actor_of
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.permissions import Role
from kuramori.watch.acts.settings import source_add
from kuramori.watch.privacy.report_acts import report_add
from kuramori.watch.rules.privacy import ended_quarters

PINNED = {
    "/watch/mine/": 13,
    "/watch/looks/": 8,
    "/watch/looks/?kind=timeline&by={pk}": 8,
    "/watch/looks/file/": 3,
    "/watch/council-reports/": 5,
    "/watch/council-reports/add/": 5,
}
OF_ONE = {"report-detail": 5, "report-hand-out": 4}
LOOKS = "/watch/looks/"
"""Where nobody looked, nobody's name is asked for: one less."""
pytestmark = pytest.mark.django_db
Cost = Callable[[str], int]


def signed_in(person: Person) -> Client:
    account_open(person=person, at=now(), by=SYSTEM)
    client = Client()
    account = get_user_model().objects.get(person=person)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def company() -> Iterator[Company]:
    """Daichi checks as privacy officer."""
    with time_machine.travel(NOON, tick=False):
        here = Company()
        here.give(here.daichi, Role.PRIVACY_OFFICER)
        yield here


@pytest.fixture
def cost(company: Company) -> Cost:
    """How many queries an address costs who checks, the second time."""
    client = signed_in(company.daichi)

    def of(address: str) -> int:
        assert client.get(address).status_code == 200
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    return of


def filled(company: Company, count: int) -> None:
    """So many looks by two people, log sources, and reports on quarters further and further back."""
    for number in range(count):
        looker = company.botan if number % 2 else company.akari
        with act("watch.timeline.open", by=actor_of(looker), why=f"理由{number}"):
            pass
        source_add(name=f"s{number}", kind="samba", instance=f"i{number}", by=SYSTEM)
    for quarter in ended_quarters(TODAY, count):
        report_add(quarter=quarter, site=None, by=SYSTEM)


@pytest.mark.parametrize("count", [0, 1, 30])
def test_lists_and_forms_cost_what_is_pinned_however_many_rows_there_are(
    company: Company, cost: Cost, count: int
) -> None:
    filled(company, count)
    less = {page: int(count == 0 and page.startswith(LOOKS) and "file" not in page) for page in PINNED}
    assert {page: cost(page.format(pk=company.akari.pk)) + less[page] for page in PINNED} == PINNED


@pytest.mark.parametrize("count", [1, 30])
def test_a_report_costs_the_same_whatever_stands_beside_it(company: Company, cost: Cost, count: int) -> None:
    filled(company, count)
    report = report_add(quarter=ended_quarters(TODAY, count + 1)[-1], site=None, by=SYSTEM)
    assert {name: cost(reverse(f"watch:{name}", args=[report.pk])) for name in OF_ONE} == OF_ONE


@pytest.mark.parametrize(("role", "doors"), [
    (None, [200, 403, 403, 403, 403]),
    (Role.SECURITY_ANALYST, [200, 403, 403, 403, 403]),
    (Role.EXECUTIVE, [200, 403, 403, 200, 403]),
    (Role.AUDITOR, [200, 200, 200, 200, 403]),
    (Role.INFORMATION_MANAGER, [200, 403, 403, 200, 200]),
])  # fmt: skip
def test_each_role_finds_its_own_doors_and_no_others(company: Company, role: Role | None, doors: list[int]) -> None:
    """Everybody reads what is logged about himself; the check of who looked is for who checks, not for who looks."""
    if role is not None:
        company.give(company.chihiro, role)
    client = signed_in(company.chihiro)
    pages = ("mine", "looks", "looks-file", "report-list", "report-add")
    assert [client.get(reverse(f"watch:{page}")).status_code for page in pages] == doors
