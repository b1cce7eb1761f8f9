"""A million alerts and 100,000 cases about the people of the large company, written straight into the tables.

What years leave behind: most are settled, few are new, each case holds some five alerts, each alert one secret.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any

from django.db import connection, transaction

from benchmarks._large_company import Row, as_text, ids, moment_built, write
from kuramori.directory.models import Assignment, Person
from kuramori.kernel import guards
from kuramori.register.models import Secret
from kuramori.watch.models import Alert, AlertComment, AlertSecret, Case, CaseAlert, CaseStep, Unsealing
from kuramori.watch.reasons import reasons_text
from kuramori_lake.detect import Code, Reason

DAYS = 1000
STATES = (("explained", 700), ("closed", 270), ("new", 20), ("in_review", 5), ("escalated", 5))
CASE_STATES = (("explained", 700), ("closed", 250), ("open", 20), ("waiting", 10), ("in_review", 15), ("escalated", 5))
SEVERITIES = (("note", 300), ("low", 400), ("medium", 250), ("high", 50))
QUEUES = (("everybody", 800), ("exit_watch", 100), ("hard_rule", 100))
WAYS = ("removable", "web", "printer", "external_mail", "cloud_share")
ALERTS_IN_CASE = 5
SHOWN = 2_000  # alerts whose name somebody had shown
TAKERS = 20


def build(*, alerts: int, cases: int) -> None:
    """Fill the watch of a company that stands."""
    staff = [pk.hex for pk in Person.objects.order_by("number").values_list("pk", flat=True)]
    units = dict(Assignment.objects.values_list("person_id", "unit_id"))
    home = [units[pk].hex for pk in Person.objects.order_by("number").values_list("pk", flat=True)]
    secrets = [pk.hex for pk in Secret.objects.order_by("pk").values_list("pk", flat=True)[:5_000]]
    guards.lift()
    try:
        with transaction.atomic():
            _cases(cases, staff, home)
            _alerts(alerts, staff, home)
            _beside(alerts, cases, staff, secrets)
    finally:
        guards.install()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _of(n: int, shares: tuple[tuple[str, int], ...]) -> str:
    """Spread values by thousandths, whatever else n decides."""
    place = n * 2_654_435_761 % 2**32 * 1000 // 2**32
    for value, share in shares:
        place -= share
        if place < 0:
            return value
    return shares[-1][0]


@cache
def _reasons(n: int) -> str:
    """Two reasons with the events that they name, as detection writes them: some 1.5 kB."""
    events = tuple(f"{n:012x}{each:04x}" for each in range(20))
    numbers: dict[str, Any] = {"own_now": 100 + n % 900, "days": 2, "own_usual": 31.0, "peer_usual": 40.0, "peer_n": 12,
                               "peer_group": "team", "busiest_day": "2026-11-18", "busiest_day_count": 80}  # fmt: skip
    copied = {"files": 12, "bytes": 9_000_000, "first_time_devices": 1, "archives": 3, "read_before": 5, "own_usual": 0}
    told = ((Code.BULK_READ, 0.5, numbers), (Code.COPY_OUT, 0.3, copied))
    return reasons_text([
        Reason(code=code, strength=strength, numbers=given, query="SELECT 1", parameters={}, event_ids=events)
        for code, strength, given in told
    ])  # fmt: skip


@cache
def _when(ago: int) -> tuple[str, tuple[str, str]]:
    """Return the moment so many days ago, and the window that ended then."""
    at = moment_built() - timedelta(days=ago)
    return as_text(at), ((at - timedelta(days=2)).date().isoformat(), at.date().isoformat())


def _about(n: int, staff: list[str], home: list[str]) -> Row:
    person, (at, (since, day)) = n * 31 % len(staff), _when(n * 7_919 % DAYS)
    return {
        "person": staff[person], "unit": home[person], "since": since, "until": day,
        "severity": _of(n + 1, SEVERITIES), "score": Decimal(n * 104_729 % 1000) / 10,
        "channels": f'["{WAYS[n % len(WAYS)]}"]', "created_at": at, "updated_at": at,
    }  # fmt: skip


def _number(letter: str, n: int) -> str:
    lot = f"{n * 73_856_093 % 10**8:08d}"
    return f"{letter}-2026-{lot[:4]}-{lot[4:]}"


def _alerts(count: int, staff: list[str], home: list[str]) -> None:
    def one(n: int, pk: str) -> Row:
        state = _of(n, STATES)
        told = _about(n, staff, home)
        taker = staff[n % TAKERS] if state in {"in_review", "escalated"} else None
        return {"id": pk, "number": _number("A", n), "key": f"{n:064x}", "as_of": told["until"], "state": state,
                "queue": _of(n + 2, QUEUES), "reasons": _reasons(n % 64), "assignee": taker, **told}  # fmt: skip

    write(Alert, (one(n, pk) for n, pk in enumerate(islice(ids(11), count))), moment_built())


def _cases(count: int, staff: list[str], home: list[str]) -> None:
    def one(n: int, pk: str) -> Row:
        told, state = _about(n, staff, home), _of(n, CASE_STATES)
        taker = staff[n % TAKERS] if state not in {"open", "closed"} else None
        due = moment_built().date() + timedelta(days=n % 14 - 3)
        return {"id": pk, "number": _number("C", n), "state": state, "assignee": taker, "due_on": due.isoformat(),
                **told}  # fmt: skip

    write(Case, (one(n, pk) for n, pk in enumerate(islice(ids(12), count))), moment_built())


def _beside(alerts: int, cases: int, staff: list[str], secrets: list[str]) -> None:
    """Write what stands beside alerts and cases: secrets, comments, memberships, steps, names that were shown."""
    moment = moment_built()
    joined = min(alerts, cases * ALERTS_IN_CASE)

    def rows(kind: int, count: int, **of: Any) -> Iterator[Row]:
        for n, (pk, alert) in enumerate(zip(ids(kind), islice(ids(11), count), strict=False)):
            yield {"id": pk, "alert": alert} | {name: value(n) for name, value in of.items()}

    cased = list(islice(ids(12), cases))
    write(AlertSecret, rows(13, alerts, secret=lambda n: secrets[n % len(secrets)], documents=lambda n: n % 90 + 1),
          moment)  # fmt: skip
    write(CaseAlert, rows(14, joined, case=lambda n: cased[n % cases]), moment)
    write(AlertComment, rows(15, alerts // 5, author=lambda n: staff[n % TAKERS], text=lambda _n: "上長に確認した",
                             state=lambda _n: "explained"), moment)  # fmt: skip
    until = as_text(moment - timedelta(days=30))
    write(Unsealing, rows(16, min(SHOWN, alerts), by=lambda n: staff[n % TAKERS], reason=lambda _n: "面談の準備",
                          expires_at=lambda _n: until), moment)  # fmt: skip
    steps = ({"id": pk, "case": cased[n], "author": staff[n % TAKERS], "text": "棚卸しと確認", "before": "in_review",
              "state": "explained"} for n, pk in enumerate(islice(ids(17), cases)))  # fmt: skip
    write(CaseStep, steps, moment)
