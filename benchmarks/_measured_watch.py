"""Pages over alerts and cases as an office, an analyst and the analyst of one section get them."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from benchmarks._large_company import WHO
from benchmarks._large_watch import build
from benchmarks._measured_pages import Measured, measured
from kuramori.directory.acts.accounts import account_open
from kuramori.directory.acts.roles import role_give
from kuramori.directory.api import viewer_of
from kuramori.directory.models import Account, Assignment, Person
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role
from kuramori.watch.cases.queries import cases_visible_to
from kuramori.watch.models import Alert
from kuramori.watch.queries.alerts import alerts_visible_to

DEEP = 40
MOST_QUERIES = 17  # a detail page shows the alerts of a case with their secrets; pinned by tests/counts
LOOKS = {
    "office": ("manager", Role.INFORMATION_MANAGER, False),
    "analyst": ("everyday", Role.SECURITY_ANALYST, False),
    "section": ("section", Role.SECURITY_ANALYST, True),
}
BARE_ALERTS = """SELECT a.*, p.name FROM watch_alert a LEFT JOIN directory_person p ON p.id = a.assignee_id
    WHERE a.retired_at IS NULL ORDER BY a.score DESC, a.id DESC LIMIT 51"""


def watch_stands(*, alerts: int, cases: int) -> float:
    """Build alerts and cases unless they stand already; return the seconds it took."""
    start = time.perf_counter()
    if not Alert.objects.exists():
        build(alerts=alerts, cases=cases)
    return time.perf_counter() - start


def watch_pages(rounds: int) -> list[Measured]:
    """Measure every page for everybody who looks."""
    return [
        replace(
            measured(who, page, partial(client.get, address), rounds), has_bar=":" in page, most_queries=MOST_QUERIES
        )
        for who, person, client in _browsers()
        for page, address in _addresses(client, person)
    ]


def _browsers() -> Iterator[tuple[str, Any, Any]]:
    for who, (name, role, is_local) in LOOKS.items():
        person = Person.objects.get(number=WHO[name])
        account = Account.objects.filter(person=person).first() or account_open(person=person, at=now(), by=SYSTEM)
        unit = Assignment.objects.select_related("unit").get(person=person).unit if is_local else None
        if not viewer_of(person, now()).may("watch:alert:view"):
            role_give(person=person, role=role, unit=unit, starts_on=now().date(), by=SYSTEM)
        client = Client(SERVER_NAME="localhost")
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        yield who, person, client


def _addresses(client: Any, person: Any) -> Iterator[tuple[str, str]]:
    viewer, base, cases = viewer_of(person, now()), reverse("watch:alert-list"), reverse("watch:case-list")
    alert = alerts_visible_to(viewer).filter(membership__isnull=False).order_by("-score", "-id")[0]
    case = cases_visible_to(viewer).filter(members__isnull=False).order_by("-score", "-id")[0]
    yield "alerts: first page", base
    yield "alerts: deep page", _deep(client, base)
    yield "alerts: by day", f"{base}?sort=-until"
    for query in ("state=new", "state=explained", "severity=high", "group=exit_watch", "group=hard_rule", "mine=yes",
                  "mine=no", f"day={alert.until}", f"day={now().date() - timedelta(days=7)}", "sort=-updated_at",
                  "state=new&severity=high"):  # fmt: skip
        yield f"alerts: {query}", f"{base}?{query}"
    yield "alerts: one number", f"{base}?q={alert.number}"
    yield "alerts: no number", f"{base}?q=A-2026-0000-0000"
    yield "alert: detail", f"{base}{alert.pk}/"
    yield "alert: history", f"{base}{alert.pk}/history/"
    yield "cases: first page", cases
    yield "cases: deep page", _deep(client, cases)
    for query in ("sort=due_on", "sort=-until", "state=open", "way=printer", "late=yes", "mine=yes"):
        yield f"cases: {query}", f"{cases}?{query}"
    yield "cases: one number", f"{cases}?q={case.number}"
    yield "case: detail", f"{cases}{case.pk}/"
    yield "search for a number", f"/search/?q={alert.number}"
    yield "inbox", "/inbox/"
    yield "dashboard", "/"


def _deep(client: Any, base: str) -> str:
    deep = base
    for _page in range(DEEP):
        older = re.findall(r'href="([?]after=[^"]+)"', client.get(deep).content.decode())
        deep = base + older[0] if older else deep
    return deep
