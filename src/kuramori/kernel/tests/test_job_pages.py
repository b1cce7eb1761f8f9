"""Jobs are seen by who asked for them, and by who runs the system."""

import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.test import Client
from django.utils.timezone import now

from kuramori.kernel.models import Job
from kuramori.kernel.registers.tests.suite import SIGN_IN, Acting
from kuramori.kernel.registers.tests.test_registers import AKARI, CHIHIRO
from kuramori.kernel.room import JOBS_VIEW_ALL

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _akari(settings) -> Iterator[None]:
    settings.MIDDLEWARE = [
        "kuramori.kernel.registers.tests.suite.Acting" if m == SIGN_IN else m for m in settings.MIDDLEWARE
    ]
    Acting.viewer = AKARI
    yield
    Acting.viewer = None


def job(**fields: object) -> Job:
    made = {"kind": "x", "title": "名簿の取込み", "asked_by": AKARI.person_id, "asked_at": now(), "state": "running"}
    return Job.objects.create(**made | fields)


def test_the_owner_sees_his_job_and_how_far_it_is(client: Client) -> None:
    one = job(done=31, total=100)
    page = client.get(f"/jobs/{one.pk}/").content.decode()
    assert "名簿の取込み" in page
    assert "31" in page
    assert 'http-equiv="refresh"' in page
    assert str(one.pk) in client.get("/jobs/").content.decode()


def test_htmx_gets_the_progress_alone_and_asks_no_more_when_it_is_done(client: Client) -> None:
    one = job(done=1, total=2)
    part = client.get(f"/jobs/{one.pk}/", headers={"HX-Target": "job"}).content.decode()
    assert "<html" not in part
    assert "hx-trigger" in part
    Job.objects.update(state="done")
    assert "hx-trigger" not in client.get(f"/jobs/{one.pk}/", headers={"HX-Target": "job"}).content.decode()


def test_a_stranger_finds_neither_the_job_nor_its_name(client: Client) -> None:
    one = job()
    Acting.viewer = CHIHIRO
    assert client.get(f"/jobs/{one.pk}/").status_code == 404
    assert client.post(f"/jobs/{one.pk}/cancel/").status_code == 404
    assert "名簿の取込み" not in client.get("/jobs/").content.decode()


def test_who_runs_the_system_sees_all_jobs(client: Client) -> None:
    one = job()
    Acting.viewer = replace(CHIHIRO, permissions=frozenset({JOBS_VIEW_ALL}))
    assert client.get(f"/jobs/{one.pk}/").status_code == 200


def test_a_viewer_who_is_no_person_does_not_own_the_jobs_of_nobody(client: Client) -> None:
    one = job(asked_by=None)
    Acting.viewer = replace(AKARI, person_id=None)
    assert client.get(f"/jobs/{one.pk}/").status_code == 404


@pytest.mark.parametrize(("state", "after"), [("waiting", "cancelled"), ("running", "running")])
def test_a_job_can_be_asked_to_stop(client: Client, state: str, after: str) -> None:
    one = job(state=state)
    assert client.post(f"/jobs/{one.pk}/cancel/").status_code == 302
    one.refresh_from_db()
    assert (one.state, one.cancel_asked) == (after, True)
    assert client.get(f"/jobs/{one.pk}/cancel/").status_code == 405


def test_a_failed_job_says_why(client: Client) -> None:
    one = job(state="failed", error="The disk is full.")
    assert "The disk is full." in client.get(f"/jobs/{one.pk}/").content.decode()


@pytest.mark.parametrize(("url", "shown"), [("/imports/1/", True), ("//evil.example/", False), ("javascript:x", False)])
def test_a_result_is_linked_only_within_the_site(client: Client, url: str, shown: bool) -> None:
    one = job(state="done", result={"url": url})
    assert (f'href="{url}"' in client.get(f"/jobs/{one.pk}/").content.decode()) is shown


def test_an_id_that_no_job_has_is_not_found(client: Client) -> None:
    assert client.get(f"/jobs/{uuid.uuid4()}/").status_code == 404
