"""How many queries the pages of Sigma rules cost, pinned: no more for three thousand rules than for one.

Three thousand is what a house has that took in all of SigmaHQ's rules for Windows and its own.
"""

from collections.abc import Callable, Iterator
from datetime import date
from html import unescape

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
from kuramori.kernel.acts import act
from kuramori.kernel.permissions import Role
from kuramori.watch.models import LevelChoice, SigmaRule, SigmaSet

LIST = "/watch/sigma-rules/"
LISTS = ("", "?q=Rule+0", "?state=on", "?state=untried&level=low&source=windows&set=many", "?sort=-title")
PAGES = {
    f"{LIST}try-events/": 5,
    f"{LIST}{{pk}}/": 6,
    f"{LIST}{{pk}}/test/": 5,
    f"{LIST}{{pk}}/switch/": 5,
    "/watch/sigma-rule-sets/": 5,
}
MANY = 3_000
pytestmark = pytest.mark.django_db


def rules(count: int) -> SigmaRule:
    """Rules as an import leaves them: a tenth is on; the last one is returned."""
    taken = SigmaSet(name="many", file="many.zip", sha256="0" * 64, documents=count, accepted=count, refused=0)
    levels = list(LevelChoice)
    with act("watch.sigma.add", by=SYSTEM, subjects=[taken]) as this:
        this.note("accepted", count, in_clear=True)
        this.note("refused", 0, in_clear=True)
        taken.save()
        for number in range(count):
            tried = date(2026, 11, 1) if number % 10 == 0 else None
            rule = SigmaRule(
                taken_in=taken, rule=f"id-{number}", title=f"Rule {number:05d}", level=levels[number % len(levels)],
                source="windows/process_creation" if number % 2 else "windows/security", file="a.yml", digest="d",
                is_on=number % 10 == 0, tested_digest="d" if tried else "", tested_from=tried, tested_until=tried,
            )  # fmt: skip
            rule.save()
    return rule


@pytest.fixture
def analyst() -> Iterator[Client]:
    with time_machine.travel(NOON, tick=False):
        company = Company()
        company.give(company.daichi, Role.SECURITY_ANALYST)
        account_open(person=company.daichi, at=now(), by=SYSTEM)
        client = Client(headers={"accept-language": "en"})
        account = get_user_model().objects.get(person=company.daichi)
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        yield client


def cost(client: Client, rule: SigmaRule) -> dict[str, int]:
    found = {}
    for page in (*(f"{LIST}{query}" for query in LISTS), *PAGES):
        address = page.format(pk=rule.pk)
        assert client.get(address).status_code == 200, address
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        found[page] = len(captured)
    return found


def test_pages_of_rules_cost_what_is_pinned_for_one_rule(analyst: Client) -> None:
    assert cost(analyst, rules(1)) == {f"{LIST}{query}": 6 for query in LISTS} | PAGES


def test_three_thousand_rules_are_paged_searched_and_filtered_at_the_same_cost(analyst: Client) -> None:
    assert cost(analyst, rules(MANY)) == {f"{LIST}{query}": 7 for query in LISTS} | PAGES, (
        "one more: how many there are"
    )
    told = told_by(analyst)
    assert (told(""), told("?q=Rule+0123")) == (["Rule 00000", 50], ["Rule 00123", 11])
    assert told("?q=id-2999") == ["Rule 02999", 1]
    assert told("?state=on") == ["Rule 00000", 50]
    assert told("?state=tried")[1] == 0
    assert told("?state=untried") == ["Rule 00001", 50]
    assert told("?level=critical") == ["Rule 00004", 50]
    assert told("?source=SECURITY") == ["Rule 00000", 50]
    assert told("?source=linux")[1] == told("?set=other")[1] == told("?q=nothing")[1] == 0
    assert told("?sort=-title") == ["Rule 02999", 50]


def told_by(client: Client) -> Callable[[str], list[object]]:
    """The first rule of a list, and how many its page shows."""

    def told(query: str) -> list[object]:
        answer = client.get(f"{LIST}{query}")
        shown = answer.context["rows"]
        page = unescape(answer.content.decode())
        first = page.partition(">Rule 0")[2][:4]
        return [f"Rule 0{first}" if first else "", len(shown)]

    return told
