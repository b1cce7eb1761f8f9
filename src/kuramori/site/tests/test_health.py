"""Health looks at every part the proof rests on, and says what to do."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from django.utils import translation
from django.utils.timezone import now

from kuramori.directory.api import viewer_of_system
from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.api import seal_now
from kuramori.kernel import guards
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.models import Job
from kuramori.kernel.permissions import Role
from kuramori.site.findings import Finding, State
from kuramori.site.health import findings, jobs, storage, triggers, worst
from kuramori.site.proof_state import footer_state, ledger_finding
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


def test_a_database_that_does_not_answer_is_the_only_finding_and_says_what_to_do(monkeypatch) -> None:
    def fail() -> None:
        raise OperationalError("could not connect to server")

    monkeypatch.setattr(connection, "ensure_connection", fail)
    with translation.override("en"):
        (found,) = findings()
    assert (found.state, found.words) == (State.BAD, "could not connect to server")
    assert found.next_step == "Start the database, check its address."
    answer = Client().get("/favicon.ico")
    assert (answer.status_code, answer["location"].endswith("icon.svg")) == (301, True)


@pytest.mark.parametrize(
    ("minutes", "state"), [(4, State.OK), (6, State.BAD)], ids=["still in time", "nobody takes it"]
)
@pytest.mark.django_db
def test_a_waiting_job_is_told_with_its_time_as_people_read_it(minutes: int, state: State) -> None:
    with time_machine.travel(NOON, tick=False), translation.override("en"):
        Job.objects.create(kind="x", asked_at=now() - timedelta(minutes=minutes))
        found = jobs()
    assert found.state is state
    assert (found.words == "a job waits since 2026-11-20 11:54") is (state is State.BAD)


def one_entry() -> None:
    with act("kernel.view.save", by=SYSTEM):
        pass


@pytest.fixture
def ledger(db: None, settings, tmp_path):
    """A ledger with one entry that waits for its place, at noon; the footer has not looked yet."""
    settings.DATA = tmp_path
    cache.delete("proof-state")
    with time_machine.travel(NOON, tick=False) as clock, translation.override("en"):
        one_entry()
        yield clock
    cache.delete("proof-state")


def test_an_entry_that_waits_too_long_for_its_place_means_that_nobody_seals(ledger) -> None:
    viewer = viewer_of_system()
    assert ledger_finding(viewer).state is State.OK, "a moment is no fault"
    ledger.shift(timedelta(seconds=31))
    late = ledger_finding(viewer)
    assert (late.state, late.words) == (State.BAD, "1 entries wait for their place")
    assert "kuramori serve" in late.next_step
    seal_now()
    sealed = ledger_finding(viewer)
    assert (sealed.state, sealed.words) == (State.OK, "1 entries, every one in its place")


def test_the_foot_of_a_page_says_when_it_was_sealed_in_the_reader_s_zone_and_looks_again_after_a_while(ledger) -> None:
    viewer = viewer_of_system()
    unsealed = footer_state(viewer)
    assert (unsealed["state"], unsealed["sealed_at"]) == ("warn", "")
    seal_now()
    assert footer_state(viewer) == unsealed, "kept for a few seconds: every page asks"
    ledger.shift(timedelta(seconds=21))
    sealed = footer_state(viewer)
    assert (sealed["state"], sealed["word"]) == ("ok", "1 entries in the ledger")
    assert sealed["sealed_at"] == "2026-11-20 12:00"
    one_entry()
    ledger.shift(timedelta(seconds=60))
    assert footer_state(viewer)["state"] == "warn"


def test_the_worst_part_speaks_for_the_whole() -> None:
    with translation.override("en"):
        assert worst([*map(finding, (State.OK, State.BAD, State.WARN))]) is State.BAD
    assert worst([finding(State.OK), finding(State.WARN)]) is State.WARN


def finding(state: State) -> Finding:
    return Finding(part="x", state=state, words="x")


@pytest.mark.parametrize(("language", "words"), [("ja", "正常"), ("en", "in order")])
def test_the_page_names_each_part_with_its_state_in_words(
    company: Company, sign_in: SignIn, language: str, words: str
) -> None:
    page = sign_in(company.daichi, language).get("/health/")
    assert page.content.decode().count(words) >= len(page.context["findings"]) - 1
