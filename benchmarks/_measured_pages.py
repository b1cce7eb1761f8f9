"""The register's pages as four people get them, each by the clock and by the count of its queries."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from benchmarks._large_company import WHO, build
from kuramori.directory.acts.accounts import account_open
from kuramori.directory.acts.roles import role_give
from kuramori.directory.api import viewer_of
from kuramori.directory.models import Account, Person
from kuramori.governance.api import Level
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role
from kuramori.register.acts import secret_value
from kuramori.register.models import Secret
from kuramori.register.queries import secrets_visible_to

DEEP = 40  # pages down the list before the deep page is measured
BARE = """SELECT s.*, l.name_ja, p.name, u.name_ja FROM register_secret s JOIN governance_level l ON l.id = s.level_id
    LEFT JOIN directory_person p ON p.id = s.keeper_id JOIN directory_unit u ON u.id = s.unit_id
    WHERE s.retired_at IS NULL ORDER BY s.updated_at DESC, s.id DESC LIMIT 51"""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One page as one person gets it; times in milliseconds."""

    who: str
    page: str
    times: Sequence[float]
    queries: int
    size: int
    has_bar: bool = True
    most_queries: int = 12

    @property
    def p50(self) -> float:
        return sorted(self.times)[len(self.times) // 2]

    @property
    def p95(self) -> float:
        return sorted(self.times)[min(len(self.times) - 1, int(len(self.times) * 0.95))]


def company_stands(*, people: int, secrets: int) -> float:
    """Build the company unless it stands already; return the seconds it took."""
    start = time.perf_counter()
    if not Secret.objects.exists():
        build(people=people, secrets=secrets)
    return time.perf_counter() - start


def all_pages(rounds: int) -> list[Measured]:
    """Measure every page for everybody who looks."""
    return [
        measured(who, page, partial(client.get, address), rounds)
        for who, person, client in browsers()
        for page, address in addresses(client, person)
    ]


def browsers() -> Iterator[tuple[str, Any, Any]]:
    """Yield (who, person, a browser in which he is signed in) for each who looks."""
    for who, number in WHO.items():
        person = Person.objects.get(number=number)
        account = Account.objects.filter(person=person).first()
        if account is None:
            account = account_open(person=person, at=now(), by=SYSTEM)
            if who == "manager":
                role_give(person=person, role=Role.INFORMATION_MANAGER, starts_on=now().date(), by=SYSTEM)
        client = Client(SERVER_NAME="localhost")
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        yield who, person, client


def changed_often(secret: Any, times: int = 30) -> None:
    """Give a secret a history."""
    for n in range(times):
        secret_value(secret=secret, technical=n % 5 + 1, economic=3, legal=3, by=SYSTEM, why="定期評価")


def addresses(client: Any, person: Any) -> Iterator[tuple[str, str]]:
    """Every page that is measured, as this person finds it."""
    seen = secrets_visible_to(viewer_of(person, now())).filter(retired_at=None)
    secret = seen.order_by("-updated_at", "-id")[0]
    changed_often(secret)
    base = reverse("register:secret-list")
    deep = base
    for _page in range(DEEP):
        older = re.findall(r'href="([?]after=[^"]+)"', client.get(deep).content.decode())
        deep = base + older[0] if older else deep
    level = Level.objects.order_by("-rank").first()
    yield "first page", base
    yield "deep page", deep
    yield "by title", f"{base}?sort=title"
    yield "by number, descending", f"{base}?sort=-number"
    yield "by next stocktaking", f"{base}?sort=next_stocktaking"
    for name, value in {
        "level": level.pk, "unit": secret.unit_id, "kind": "price", "tier": "a", "keeper": "E000007",
        "keeper by name": "高橋", "due": now().date().isoformat(), "gaps": "yes", "retired": "yes",
    }.items():  # fmt: skip
        yield f"filter {name}", f"{base}?{name.split()[0]}={value}"
    yield "filter level and kind", f"{base}?level={level.pk}&kind=price"
    yield "search 図面 (9 %)", f"{base}?q=図面"
    yield "search 翡翠 (0.01 %)", f"{base}?q=翡翠"
    yield "detail", f"{base}{secret.pk}/"
    yield "history", f"{base}{secret.pk}/history/"


def measured(who: str, page: str, get: Callable[[], Any], rounds: int) -> Measured:
    """Ask for a page a few times: once to warm up, once to count queries, then by the clock."""
    answer = get()
    assert answer.status_code == 200, f"{page} for {who}: {answer.status_code}"
    with CaptureQueriesContext(connection) as captured:
        get()
        queries = len(captured)  # the next request empties the log
    times = []
    for _round in range(rounds):
        start = time.perf_counter()
        get()
        times.append((time.perf_counter() - start) * 1000)
    return Measured(who=who, page=page, times=times, queries=queries, size=len(answer.content))


def bare_sql(rounds: int, sql: str = BARE) -> float:
    """Milliseconds that the first page's rows cost without us, the median."""
    times = []
    for _round in range(rounds):
        start = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(sql)
            cursor.fetchall()
        times.append((time.perf_counter() - start) * 1000)
    return sorted(times)[rounds // 2]
