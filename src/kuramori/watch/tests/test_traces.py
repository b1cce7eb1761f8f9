"""The numbers behind the pages: sums by day, the colleagues' middle and high, and who read a secret when."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kuramori.directory.acts.people import assignment_add, identity_add
from kuramori.directory.api import person_by_number, viewer_of_system
from kuramori.directory.tests.company import FOUNDED, NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.register.api import Secret
from kuramori.watch.api import ingest
from kuramori.watch.context import context_sync
from kuramori.watch.lake import lake
from kuramori.watch.models import LogSource
from kuramori.watch.traces import (
    PEERS_LEAST,
    Beside,
    Sums,
    beside_peers,
    events_of,
    quantile,
    sums_by_day,
)
from kuramori_lake.coverage import coverage_of, readers_of, secret_by_day

DAY = date(2026, 11, 19)
TODAY = NOON.date()


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [
        ([], 0.5, 0.0),
        ([7], 0.95, 7.0),
        ([1, 3], 0.5, 2.0),
        ([0, 10, 20, 30, 40], 0.5, 20.0),
        ([0, 10, 20, 30, 40], 0.95, 38.0),
        ([0, 10], 1.0, 10.0),
    ],
)
def test_a_quantile_lies_between_its_neighbours_by_proportion(values: list[int], share: float, found: float):
    assert quantile(values, share) == pytest.approx(found)


def test_a_persons_day_counts_distinct_documents_and_those_of_secrets(company: Company, read_log: None):
    with lake() as found:
        assert sums_by_day(found, company.chihiro.pk, DAY, DAY) == {DAY: Sums(documents=2, secret_documents=2)}
        assert sums_by_day(found, company.botan.pk, DAY, DAY) == {DAY: Sums(documents=1)}
        assert sums_by_day(found, company.chihiro.pk, TODAY, TODAY) == {}
        assert sums_by_day(found, uuid4(), DAY, DAY) == {}


def test_with_few_of_the_same_work_the_unit_stands_beside(company: Company, read_log: None):
    with lake() as found:
        beside, peers = beside_peers(found, company.botan.pk, DAY, DAY)
    assert peers == 1, "Akari is the only other in the department"
    assert beside[0] == Beside(measure="documents", own=1, middle=1.0, high=1.0)
    assert beside[1] == Beside(measure="secret_documents", own=0, middle=1.0, high=1.0)


def test_with_enough_of_the_same_work_they_stand_beside_and_nobody_else_of_the_unit(
    company: Company, charter: Any, source: LogSource, log: Callable[..., Path]
):
    """Eight of the same work and site are enough: a chemist stands beside chemists, not beside the whole unit."""
    for n in range(PEERS_LEAST + 1):
        person = company.person(f"C-{n}", f"化学 {n}", "カガク", f"Kagaku {n}", company.research)
        assignment_add(
            engagement=company.engagement(person), unit=company.sales, site=company.tokyo, job_role="chemist",
            starts_on=date(2026, 10, 1), today=TODAY, by=SYSTEM,
        )  # fmt: skip
        identity_add(person=person, namespace="ad", value=f"kagaku{n}", starts_on=FOUNDED, by=SYSTEM)
    eighth = person_by_number(viewer_of_system(), f"C-{PEERS_LEAST}")
    opened = [(f"kagaku{n}", f"{n}-{k}.txt") for n in range(PEERS_LEAST + 1) for k in range(n + 1)]
    ingest(source="samba", instance="fs01", paths=[log(*opened, ("chihiro", "a"))])
    with lake() as found:
        context_sync(found, today=TODAY)
        beside, peers = beside_peers(found, eighth.pk, DAY, DAY)
    assert peers == PEERS_LEAST, "Chihiro is of the unit, and does other work"
    assert beside[0] == Beside(measure="documents", own=9, middle=4.5, high=pytest.approx(7.65))


def test_a_person_whom_nobody_knows_has_no_colleagues(read_log: None):
    with lake() as found:
        beside, peers = beside_peers(found, uuid4(), DAY, DAY)
    assert peers == 0
    assert {(each.own, each.high) for each in beside} == {(0, 0.0)}


def test_readers_of_a_secret_are_ranked_by_documents(company: Company, secret: Secret, read_log: None):
    with lake() as found:
        rows = readers_of(found, str(secret.pk), DAY, DAY)
        assert readers_of(found, str(secret.pk), TODAY, TODAY) == []
    assert [(row["person_id"], row["documents"], row["days"], row["last"]) for row in rows] == [
        (str(company.chihiro.pk), 2, 1, DAY),
        (str(company.akari.pk), 1, 1, DAY),
    ]


def test_a_secrets_day_counts_each_document_once(secret: Secret, read_log: None):
    with lake() as found:
        assert secret_by_day(found, str(secret.pk), DAY - timedelta(days=3), DAY) == {DAY: 2}


def test_coverage_says_since_when_and_by_how_many_sources_a_secret_is_seen(secret: Secret, read_log: None):
    with lake() as found:
        seen = coverage_of(found, str(secret.pk))
        never = coverage_of(found, str(uuid4()))
    assert (seen.events, seen.people, len(seen.of)) == (3, 2, 1)
    assert seen.first is not None
    assert seen.last is not None
    assert seen.first < seen.last
    assert (never.events, never.first, never.last, never.of) == (0, None, None, frozenset())


def test_the_same_time_is_paged_in_a_fixed_order(
    company: Company, source: LogSource, secret: Secret, read_log: None, log: Callable[..., Path]
):
    with lake() as found:
        together = events_of(found, company.chihiro.pk, DAY, DAY)
        apart: list[dict[str, Any]] = [
            events_of(found, company.chihiro.pk, DAY, DAY, offset=n)[0] for n in range(len(together))
        ]
    assert [row["event_id"] for row in together] == [row["event_id"] for row in apart]
