"""The ways in which an engagement comes to its end: planned, on the day itself, in arrears, or never begun."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.utils.translation import override

from kuramori.directory.acts import accounts, people, roles, units
from kuramori.directory.feeds.people import PEOPLE_FEED
from kuramori.directory.jobs import end_engagements
from kuramori.directory.models import Account, Assignment, Identity, Person, ProjectMember, RoleAssignment
from kuramori.directory.queries.history import departures_unsettled, ends_over
from kuramori.directory.queries.people import people_visible_to
from kuramori.directory.tests.company import FOUNDED, NOON, TODAY, Company
from kuramori.directory.tests.feed import take_in
from kuramori.directory.viewing import viewer_of_system
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.jobs import Progress
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.models import Entry, Job
from kuramori.kernel.permissions import Role

YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)


def night_job() -> dict:
    return dict(end_engagements(Progress(Job(kind="t", asked_at=NOON)), {}))


def left_on(person: Person) -> date | None:
    return Person.objects.get(pk=person.pk).left_on


def end(company: Company, person: Person, last: date, today: date = TODAY) -> None:
    people.engagement_end(engagement=company.engagement(person), last=last, today=today, by=SYSTEM)


def test_an_end_in_arrears_ends_all_that_hung_on_it(company: Company) -> None:
    project = units.project_add(code="P1", name_ja="新型", by=SYSTEM)
    units.project_join(project=project, person=company.akari, starts_on=FOUNDED, by=SYSTEM)
    company.give(company.akari, Role.PROMOTER)
    people.identity_add(person=company.akari, namespace="ad", value="sakura", starts_on=FOUNDED, by=SYSTEM)
    end(company, company.akari, YESTERDAY)
    for model in (Assignment, ProjectMember, RoleAssignment, Identity):
        held = model.objects.known().filter(person=company.akari)
        assert {each.ends_on for each in held} == {YESTERDAY}, model
    assert left_on(company.akari) == YESTERDAY


def test_what_would_only_have_begun_later_is_withdrawn(company: Company) -> None:
    roles.role_give(person=company.akari, role=Role.AUDITOR, starts_on=TOMORROW, by=SYSTEM)
    people.assignment_add(
        engagement=company.engagement(company.akari), unit=company.sales, starts_on=TOMORROW, today=TODAY, by=SYSTEM
    )
    end(company, company.akari, YESTERDAY)
    assert not RoleAssignment.objects.known().filter(person=company.akari).exists()
    assert {a.unit for a in Assignment.objects.known().filter(person=company.akari)} == {company.materials}


def test_an_end_recorded_on_the_last_day_itself_is_settled_by_the_night(company: Company, clock) -> None:
    account = accounts.account_open(person=company.akari, at=NOON, by=SYSTEM)
    end(company, company.akari, TODAY)
    assert left_on(company.akari) is None, "today is still a day of work"
    assert night_job() == {"ended": 0, "closed": 0}
    clock.move_to(NOON.replace(hour=15))  # midnight in Tokyo
    assert night_job() == {"ended": 1, "closed": 1}
    assert left_on(company.akari) == TODAY
    account.refresh_from_db()
    assert not account.is_active
    before = Entry.objects.count()
    assert night_job() == {"ended": 0, "closed": 0}
    assert Entry.objects.count() == before, "a night without departures writes nothing"


def test_it_is_settled_by_the_midnight_of_the_site_where_he_worked(company: Company, clock) -> None:
    units.site_edit(site=company.tokyo, zone_name="Europe/Berlin", country="DE", by=SYSTEM)
    end(company, company.akari, TODAY)
    clock.move_to(NOON.replace(hour=15))
    assert night_job()["ended"] == 0, "in Berlin it is four in the afternoon"
    clock.move_to(NOON.replace(hour=23))
    assert night_job()["ended"] == 1


def test_who_has_another_engagement_has_not_left(company: Company, clock) -> None:
    people.engagement_add(person=company.akari, kind="contract", start=TODAY, by=SYSTEM)
    first = company.akari.engagements.get(engagement_kind="regular")
    people.engagement_end(engagement=first, last=YESTERDAY, today=TODAY, by=SYSTEM)
    clock.move_to(NOON + timedelta(days=2))
    assert night_job() == {"ended": 0, "closed": 0}
    assert left_on(company.akari) is None


def test_of_two_ends_the_later_is_the_day_of_leaving(company: Company) -> None:
    people.engagement_add(person=company.akari, kind="contract", start=FOUNDED, by=SYSTEM)
    for engagement, last in zip(company.akari.engagements.known(), (date(2026, 3, 31), date(2026, 9, 30)), strict=True):
        people.engagement_end(engagement=engagement, last=last, today=TODAY, by=SYSTEM)
    assert left_on(company.akari) == date(2026, 9, 30)


def test_a_last_day_before_the_first_is_the_first(company: Company) -> None:
    end(company, company.akari, date(2019, 1, 1))
    assert left_on(company.akari) == FOUNDED


def test_who_comes_back_is_here_again(company: Company) -> None:
    end(company, company.akari, YESTERDAY)
    people.engagement_add(person=Person.objects.get(pk=company.akari.pk), kind="contract", start=TODAY, by=SYSTEM)
    back = Person.objects.get(pk=company.akari.pk)
    assert (back.left_on, back.joined_on) == (None, FOUNDED)
    assert company.viewer(back).roles == {Role.EMPLOYEE}


def test_an_engagement_that_never_began_leaves_nobody_behind(company: Company, clock) -> None:
    eve = company.person("A-9", "新井 恵", "アライ メグミ", "Megumi Arai", company.sales, TOMORROW)
    people.identity_add(person=eve, namespace="mail", value="arai@example.jp", starts_on=TOMORROW, by=SYSTEM)
    people.engagement_withdraw(engagement=company.engagement(eve), today=TODAY, by=SYSTEM, why="辞退")
    clock.move_to(NOON + timedelta(days=2))
    assert not people_visible_to(company.viewer(company.akari, NOON + timedelta(days=2))).filter(pk=eve.pk).exists()
    for model in (Assignment, Identity):
        assert not model.objects.known().filter(person=eve).exists()
    assert Person.objects.get(pk=eve.pk).retired_at is not None


def test_an_engagement_withdrawn_beside_another_leaves_the_other_alone(company: Company) -> None:
    end(company, company.akari, YESTERDAY)
    again = people.engagement_add(
        person=Person.objects.get(pk=company.akari.pk), kind="contract", start=TOMORROW, by=SYSTEM
    )
    assert left_on(company.akari) is None
    people.engagement_withdraw(engagement=again, today=TODAY, by=SYSTEM)
    assert left_on(company.akari) == YESTERDAY
    assert Person.objects.get(pk=company.akari.pk).retired_at is None


def test_a_file_that_no_longer_names_a_newcomer_takes_him_back_and_a_later_one_brings_him(company: Company) -> None:
    staff = [{"number": f"E{n}", "name": f"社員{n}", "unit_code": "1100", "start": "2021/04/01"} for n in range(30)]
    comer = {"number": "N1", "name": "新人", "unit_code": "1100", "start": "2026/12/01"}
    take_in(PEOPLE_FEED, [*staff, comer])
    take_in(PEOPLE_FEED, staff)
    taken_back = Person.objects.get(number="N1")
    assert (taken_back.joined_on, taken_back.retired_at is None) == (None, False)
    take_in(PEOPLE_FEED, [*staff, comer | {"name": "新人 改"}])
    back = Person.objects.get(number="N1")
    assert (back.pk, back.name, back.joined_on, back.retired_at) == (
        taken_back.pk, "新人 改", date(2026, 12, 1), None,
    )  # fmt: skip


@pytest.mark.parametrize("read", [lambda v: ends_over(v, TOMORROW), departures_unsettled], ids=["over", "unsettled"])
def test_only_who_may_know_of_leaving_is_told_whose_end_is_near(company: Company, read: Callable) -> None:
    people.notice_receive(engagement=company.engagement(company.akari), received_on=TODAY, end_planned=TODAY, by=SYSTEM)
    end(company, company.botan, TODAY)
    assert not read(company.viewer(company.chihiro)).exists()
    assert read(viewer_of_system()).count() == 1


def test_an_account_of_somebody_who_came_back_is_not_closed(company: Company, clock) -> None:
    account = accounts.account_open(person=company.akari, at=NOON, by=SYSTEM)
    end(company, company.akari, YESTERDAY)
    people.engagement_add(person=Person.objects.get(pk=company.akari.pk), kind="contract", start=TODAY, by=SYSTEM)
    assert night_job()["closed"] == 0
    assert Account.objects.get(pk=account.pk).is_active


@pytest.mark.parametrize(
    ("zone", "last_moment"),
    [
        ("Asia/Tokyo", datetime.fromisoformat("2026-11-20T23:59:59+09:00")),
        ("Europe/Berlin", datetime.fromisoformat("2026-11-20T23:59:59+01:00")),
        ("America/Los_Angeles", datetime.fromisoformat("2026-11-20T23:59:59-08:00")),
        ("Pacific/Kiritimati", datetime.fromisoformat("2026-11-20T23:59:59+14:00")),
        ("Asia/Kolkata", datetime.fromisoformat("2026-11-20T23:59:59+05:30")),
    ],
)
def test_the_account_is_closed_at_the_minute_in_the_zone_of_the_site(
    company: Company, clock, zone: str, last_moment: datetime
) -> None:
    units.site_edit(site=company.tokyo, zone_name=zone, by=SYSTEM)
    account = accounts.account_open(person=company.akari, at=NOON, by=SYSTEM)
    people.notice_receive(engagement=company.engagement(company.akari), received_on=TODAY, end_planned=TODAY, by=SYSTEM)
    clock.move_to(last_moment)
    assert night_job() == {"ended": 0, "closed": 0}
    clock.move_to(last_moment + timedelta(seconds=1))
    assert night_job() == {"ended": 1, "closed": 1}
    assert not Account.objects.get(pk=account.pk).is_active


def test_no_step_of_leaving_is_told_in_the_person_s_history_before_it_has_happened(company: Company) -> None:
    before = set(entries_about(company.akari.pk).values_list("verb", flat=True))
    engagement = company.engagement(company.akari)
    engagement = people.notice_receive(engagement=engagement, received_on=TODAY, end_planned=TOMORROW, by=SYSTEM)
    engagement = people.engagement_correct(
        engagement=engagement, end_planned=TODAY + timedelta(days=9), by=SYSTEM, why="延期"
    )
    people.assignment_end(
        assignment=Assignment.objects.known().get(person=company.akari), last=TOMORROW, today=TODAY, by=SYSTEM
    )
    assert set(entries_about(company.akari.pk).values_list("verb", flat=True)) == before


def test_an_end_ahead_is_refused_with_the_next_step(company: Company) -> None:
    with pytest.raises(Refused) as refusal:
        end(company, company.akari, TOMORROW)
    with override("en"):
        assert "planned last day" in str(refusal.value.next_step)
    assert company.engagement(company.akari).end_actual is None
