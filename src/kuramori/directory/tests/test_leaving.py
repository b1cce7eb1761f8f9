"""Who is leaving is a secret of HR and the leaver team, by every door."""

from datetime import timedelta

import pytest
from django.test import Client

from kuramori.directory import api
from kuramori.directory.acts import accounts, people, units
from kuramori.directory.jobs import end_engagements
from kuramori.directory.models import Account, Engagement, Person
from kuramori.directory.queries.history import assignments_of, leaving_between, subjects_of, who_was_where
from kuramori.directory.queries.people import engagements_of, people_visible_to
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.jobs import Progress
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.models import Job
from kuramori.kernel.permissions import Role

LAST = TODAY + timedelta(days=30)
LEAVE_WORDS = (LAST.isoformat(), f"{LAST.year}年{LAST.month}月{LAST.day}日", LAST.strftime("%Y/%m/%d"))


@pytest.fixture
def leaving(company: Company) -> Company:
    company.give(company.botan, Role.HR)
    company.give(company.daichi, Role.AUDITOR)
    people.notice_receive(
        engagement=company.engagement(company.akari), received_on=TODAY, end_planned=LAST, last_working_day=LAST,
        by=company.viewer(company.botan).actor,
    )  # fmt: skip
    return company


@pytest.mark.parametrize("name", ["chihiro", "daichi", "akari"])
def test_others_see_neither_notice_nor_leaving_day(leaving: Company, name: str) -> None:
    viewer = leaving.viewer(getattr(leaving, name))
    [(_engagement, seen)] = engagements_of(viewer, leaving.akari)
    assert (seen.notice_received_on, seen.end_planned, seen.end_actual, seen.last_working_day) == (None,) * 4
    assert leaving_between(viewer, TODAY, LAST) == []
    assert subjects_of(viewer, leaving.akari) == [leaving.akari.pk]
    assert api.leavers(viewer, TODAY, LAST) == []


def test_hr_sees_who_leaves_and_from_where_to_look_back(leaving: Company) -> None:
    hr = leaving.viewer(leaving.botan)
    [leaver] = leaving_between(hr, TODAY, LAST, look_back_days=90)
    assert (leaver.person_id, leaver.last_day) == (leaving.akari.pk, LAST)
    assert leaver.look_back_from == LAST - timedelta(days=90)
    [(_engagement, seen)] = engagements_of(hr, leaving.akari)
    assert seen.end_planned == LAST


def test_the_person_is_no_subject_of_the_notice(leaving: Company) -> None:
    verbs = set(entries_about(leaving.akari.pk).values_list("verb", flat=True))
    assert "directory.engagement.notice" not in verbs
    notice = Engagement.objects.known().get(person=leaving.akari)
    assert "directory.engagement.notice" in set(entries_about(notice.pk).values_list("verb", flat=True))


@pytest.mark.parametrize("door", ["", "history/", "?tab=career", "?tab=engagements"])
def test_no_page_of_the_person_tells_it_to_others(client: Client, leaving: Company, door: str) -> None:
    client.force_login(_account(leaving, leaving.chihiro), "django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/directory/people/{leaving.akari.pk}/{door}").content.decode()
    assert "佐倉" in page
    assert not any(word in page for word in LEAVE_WORDS)


def test_the_leaver_team_reads_it_on_the_page(client: Client, leaving: Company) -> None:
    client.force_login(_account(leaving, leaving.botan), "django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/directory/people/{leaving.akari.pk}/?tab=engagements").content.decode()
    assert LAST.isoformat() in page


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_no_export_tells_it(client: Client, leaving: Company, kind: str) -> None:
    client.force_login(_account(leaving, leaving.daichi), "django.contrib.auth.backends.ModelBackend")
    answer = client.post("/directory/people/export/", {"format": kind})
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert "佐倉" in text.decode()
    assert not any(word in text.decode() for word in LEAVE_WORDS)


def _account(company: Company, person: Person) -> Account:
    return accounts.account_open(person=person, at=NOON, by=SYSTEM)


def test_a_transfer_still_to_come_is_hr_s_secret(leaving: Company) -> None:
    later = TODAY + timedelta(days=10)
    people.assignment_add(
        engagement=leaving.engagement(leaving.chihiro), unit=leaving.research, starts_on=later, today=TODAY, by=SYSTEM
    )
    seen = assignments_of(leaving.viewer(leaving.akari), leaving.chihiro)
    assert [(a.unit, a.ends_on) for a in seen] == [(leaving.sales, None)]
    hr = assignments_of(leaving.viewer(leaving.botan), leaving.chihiro)
    assert [(a.unit, a.ends_on) for a in hr] == [(leaving.research, None), (leaving.sales, later - timedelta(days=1))]
    assert who_was_where(leaving.viewer(leaving.akari), later) == []


def test_who_joins_later_is_not_found_before(leaving: Company) -> None:
    eve = leaving.person("A-9", "新井 恵", "アライ メグミ", "Megumi Arai", leaving.sales, TODAY + timedelta(days=1))
    assert not people_visible_to(leaving.viewer(leaving.akari)).filter(pk=eve.pk).exists()
    assert people_visible_to(leaving.viewer(leaving.botan)).filter(pk=eve.pk).exists()


def test_once_the_last_day_has_passed_it_is_no_secret(leaving: Company, clock) -> None:
    clock.move_to(NOON + timedelta(days=31))
    [(_engagement, seen)] = engagements_of(leaving.viewer(leaving.chihiro, NOON + timedelta(days=31)), leaving.akari)
    assert (seen.end_actual, seen.notice_received_on) == (LAST, None)


def test_the_job_of_the_night_ends_what_has_run_out(leaving: Company, clock) -> None:
    account = _account(leaving, leaving.akari)
    assert _run() == {"ended": 0, "closed": 0}
    clock.move_to(NOON + timedelta(days=31))
    assert _run() == {"ended": 1, "closed": 1}
    assert _run() == {"ended": 0, "closed": 0}
    assert Person.objects.get(pk=leaving.akari.pk).left_on == LAST
    account.refresh_from_db()
    assert not account.is_active


def test_the_job_waits_for_the_midnight_of_the_site(leaving: Company, clock) -> None:
    units.site_edit(site=leaving.tokyo, zone_name="Europe/Berlin", country="DE", by=SYSTEM)
    clock.move_to(NOON.replace(hour=15) + timedelta(days=30))  # midnight in Tokyo, still the last day in Berlin
    assert _run()["ended"] == 0
    clock.move_to(NOON.replace(hour=23) + timedelta(days=30))
    assert _run()["ended"] == 1


def _run() -> dict:
    return dict(end_engagements(Progress(Job(kind="t", asked_at=NOON)), {}))


def test_an_end_ahead_is_a_plan_and_not_an_end(leaving: Company) -> None:
    with pytest.raises(Refused):
        people.engagement_end(engagement=leaving.engagement(leaving.akari), last=LAST, today=TODAY, by=SYSTEM)


def test_an_adviser_needs_a_sponsor_and_an_end_within_a_year(company: Company) -> None:
    for values in (
        {"end_planned": LAST},
        {"sponsor": company.botan},
        {"sponsor": company.botan, "end_planned": TODAY + timedelta(days=400)},
        {"sponsor": company.botan, "end_planned": TODAY - timedelta(days=1)},
    ):
        with pytest.raises(Refused):
            people.engagement_add(person=company.akari, kind="adviser", start=TODAY, by=SYSTEM, **values)
    people.engagement_add(
        person=company.akari, kind="adviser", start=TODAY, sponsor=company.botan, end_planned=LAST, by=SYSTEM
    )
