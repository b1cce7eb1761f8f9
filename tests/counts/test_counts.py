"""How many queries each page of the register costs, pinned: no more for 60 rows than for 5 (style.md).

A list that fits on one page is not counted again, so it may cost one query less than is pinned for it. A number that
goes down is entered anew with pride, one that goes up with a reason in the commit.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from kuramori.directory.acts.accounts import account_open
from kuramori.directory.tests.company import Company
from kuramori.governance.api import Level, scheme_install
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.paging import PAGE
from kuramori.kernel.permissions import Role
from kuramori.register.acts import secret_add
from kuramori.register.models import Secret

PINNED = Path(__file__).with_name("queries.csv")
MOST = 12
pytestmark = pytest.mark.django_db


def pinned() -> list[tuple[str, str, int]]:
    with PINNED.open(encoding="utf-8", newline="") as file:
        return [(row["who"], row["page"], int(row["queries"])) for row in csv.DictReader(file)]


@pytest.fixture(autouse=True)
def _the_clock_stands_still() -> Iterator[None]:
    """What a page keeps for some seconds does not grow old between two questions, however slow the machine is."""
    with time_machine.travel(now(), tick=False):
        yield


@pytest.fixture(params=[5, 60])
def secret(request) -> Secret:
    company, level = Company(), scheme_install(scheme="four", by=SYSTEM)[1]
    company.give(company.daichi, Role.INFORMATION_MANAGER)
    values = {"level": level, "unit": company.materials, "keeper": company.akari, "identified_on": None, "by": SYSTEM}
    made = [secret_add(number=f"S-{n}", title=f"配合比{n}", **values) for n in range(request.param)]
    for person in (company.akari, company.daichi):
        account_open(person=person, at=now(), by=SYSTEM)
    return made[-1]


def address(page: str, secret: Secret) -> str:
    name, _, query = page.partition("?")
    of_one = name not in {"register:secret-list", "governance:matrix", "governance:level-list"}
    level = Level.objects.order_by("-rank")[1].pk
    return reverse(name, args=[secret.pk] if of_one else []) + (
        f"?{query}".replace("LEVEL", str(level)) if query else ""
    )


def test_each_page_costs_as_many_queries_as_are_pinned_however_many_rows_there_are(secret: Secret) -> None:
    counted = []
    fits = Secret.objects.count() <= PAGE
    for who, page, _queries in pinned():
        account = get_user_model().objects.get(person__number={"keeper": "A-1", "office": "A-4"}[who])
        client = Client()
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        here = address(page, secret)
        assert client.get(here).status_code == 200
        with CaptureQueriesContext(connection) as captured:
            client.get(here)
        uncounted = fits and page.startswith("register:secret-list")
        counted.append((who, page, len(captured) + uncounted))
    assert counted == pinned()
    assert max(queries for _who, _page, queries in counted) <= MOST
