"""How many queries the pages of indexed documents cost, pinned: no more for thirty secrets than for one."""

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
from kuramori.governance.api import scheme_install
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role
from kuramori.register.api import secret_add
from kuramori.watch.models import DocumentFolder
from kuramori.watch.tests.laid import compared, lay

PINNED = {
    "/watch/documents/": 6,
    "/watch/documents/secrets/": 6,
    "/watch/documents/secrets/{pk}/": 6,
}
pytestmark = pytest.mark.django_db


@pytest.fixture(params=[1, 30])
def cost(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Iterator[Callable[[str], int]]:
    """As many secrets as that, a document of each rejected; how many queries an address costs IT."""
    settings.DATA = tmp_path
    with time_machine.travel(NOON, tick=False):
        company = Company()
        company.give(company.daichi, Role.IT)
        account_open(person=company.daichi, at=now(), by=SYSTEM)
        level = {level.code: level for level in scheme_install(scheme="four", by=SYSTEM)}["top"]
        words = {"keeper": company.akari, "unit": company.materials, "level": level, "tier": "b", "by": SYSTEM}
        for n in range(request.param):
            secret_add(number=f"Z-{n:03}", title=f"秘密{n}", identified_on=NOON.date(), **words)
            lay(f"Z-{n:03}/empty.txt", b"")
        assert compared().result["rejected"] == request.param
        client = Client()
        account = get_user_model().objects.get(person=company.daichi)
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        pk = DocumentFolder.objects.order_by("id").values_list("pk", flat=True)[0]

        def of(page: str) -> int:
            address = page.format(pk=pk)
            assert client.get(address).status_code == 200
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            return len(captured)

        yield of


def test_pages_of_documents_cost_what_is_pinned_however_many_secrets_there_are(cost: Callable[[str], int]) -> None:
    assert {page: cost(page) for page in PINNED} == PINNED
