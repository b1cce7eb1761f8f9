"""Health looks at every part the proof rests on, and says what to do."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation
from django.utils.timezone import now

from kuramori.directory.tests.company import Company
from kuramori.kernel import guards
from kuramori.kernel.models import Job
from kuramori.kernel.permissions import Role
from kuramori.site.findings import State
from kuramori.site.health import findings, jobs, storage, triggers, worst
from kuramori.site.tests.conftest import SignIn


def drop_a_guard() -> None:
    name, table, _sql = guards.wanted()[0]
    on = "" if connection.vendor == "sqlite" else f' ON "{table}"'
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{name}"{on}')


@pytest.mark.django_db
def test_a_whole_installation_is_in_order() -> None:
    assert worst(findings()) is State.OK


@pytest.mark.django_db
def test_a_missing_guard_is_broken_and_says_what_to_run() -> None:
    drop_a_guard()
    found = triggers()
    assert (found.state, "ledger check" in found.next_step) == (State.BAD, True)


@pytest.mark.django_db
def test_the_load_balancer_is_told_no_more_than_it_needs() -> None:
    assert Client().get("/alive/").json() == {"state": "ok"}
    drop_a_guard()
    answer = Client().get("/alive/")
    assert (answer.status_code, answer.json()) == (503, {"state": "bad"})


@pytest.mark.django_db
def test_a_job_that_nobody_takes_is_broken() -> None:
    Job.objects.create(kind="x", asked_at=now() - timedelta(minutes=6))
    assert jobs().state is State.BAD


@pytest.mark.django_db
def test_failed_jobs_of_today_are_to_be_looked_at() -> None:
    Job.objects.create(kind="x", asked_at=now(), state="failed", ended_at=now())
    Job.objects.create(kind="x", asked_at=now(), state="failed", ended_at=now() - timedelta(days=2))
    with translation.override("en"):
        found = jobs()
    assert (found.state, found.words) == (State.WARN, "1 failed within a day")


@pytest.mark.parametrize(("free", "state"), [(2**35, State.OK), (2**30, State.WARN), (2**20, State.BAD)])
def test_little_room_is_told_before_it_is_too_late(free: int, state: State, monkeypatch) -> None:
    usage = type("Usage", (), {"free": free})
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: usage)
    assert storage().state is state


def test_the_page_is_for_those_who_run_and_those_who_audit(company: Company, sign_in: SignIn) -> None:
    company.give(company.botan, Role.SYSTEM_ADMINISTRATOR)
    assert [sign_in(p).get("/health/").status_code for p in (company.daichi, company.botan, company.chihiro)] == [
        200,
        200,
        403,
    ]
