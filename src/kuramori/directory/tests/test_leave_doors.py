"""Who is leaving is told by no door: search, lists, filters, exports, histories, files, queries of others."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from kuramori.directory import api
from kuramori.directory.acts import accounts, people, roles, units
from kuramori.directory.feeds.people import PEOPLE_FEED
from kuramori.directory.feeds.projects import PROJECT_FEED
from kuramori.directory.models import Person, ProjectMember
from kuramori.directory.queries.people import end_seen, is_known_to, names_of_people, people_in_units
from kuramori.directory.queries.units import members_of, people_working_in
from kuramori.directory.tests.company import FOUNDED, NOON, TODAY, Company
from kuramori.directory.tests.feed import rows_of
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Forbidden, Role

BACKEND = "django.contrib.auth.backends.ModelBackend"
LAST = TODAY + timedelta(days=30)
SAID = (LAST.isoformat(), LAST.strftime("%Y/%m/%d"), f"{LAST.year}年{LAST.month}月{LAST.day}日")
CURIOUS = (Role.AUDITOR, Role.EXECUTIVE, Role.INFORMATION_MANAGER, Role.LEGAL, Role.SYSTEM_ADMINISTRATOR)
PAGES = (
    "/directory/people/", "/directory/people/?state=left", "/directory/people/?state=coming",
    "/directory/people/?q=新井",
    "/directory/people/?sort=-name&column=state&column=number", "/directory/units/", "/directory/roles/",
    "/search/?q=新井", "/search/?q=佐倉", "/directory/projects/",
)  # fmt: skip


@pytest.fixture
def leaving(company: Company) -> Company:
    """Akari has given notice; Megumi Arai joins only next month, as head of sales; a role and a project end then."""
    company.give(company.botan, Role.HR)
    people.notice_receive(
        engagement=company.engagement(company.akari), received_on=TODAY, end_planned=LAST, last_working_day=LAST,
        by=SYSTEM,
    )  # fmt: skip
    company.eve = company.person("A-9", "新井 恵", "アライ メグミ", "Megumi Arai", company.sales, LAST)
    units.unit_edit(unit=company.sales, head=company.eve, by=SYSTEM)
    company.project = units.project_add(code="P1", name_ja="新型", leader=company.eve, by=SYSTEM)
    units.project_join(
        project=company.project, person=company.akari, starts_on=FOUNDED, ends_on=LAST, part="設計", by=SYSTEM
    )
    units.project_join(project=company.project, person=company.chihiro, starts_on=FOUNDED, by=SYSTEM)
    roles.role_give(person=company.akari, role=Role.KEEPER, starts_on=FOUNDED, ends_on=LAST, by=SYSTEM)
    return company


def browser(company: Company, person: Person, *given: Role) -> Client:
    for role in given:
        company.give(person, role)
    client = Client()
    client.force_login(accounts.account_open(person=person, at=NOON, by=SYSTEM), BACKEND)
    return client


@pytest.mark.parametrize("role", CURIOUS)
def test_no_page_tells_the_curious_of_days_or_people_still_to_come(leaving: Company, role: Role) -> None:
    client = browser(leaving, leaving.daichi, role)
    for path in PAGES:
        answer = client.get(path)
        assert answer.status_code in {200, 403}, path
        page = answer.content.decode().replace("?q=新井", "").replace('value="新井"', "").replace("“新井”", "")
        assert "新井 恵" not in page, path
        assert "Megumi" not in page, path
        assert not any(day in page for day in SAID), path


@pytest.mark.parametrize("tab", ["career", "engagements", "roles", ""])
def test_no_tab_of_the_person_tells_the_day(leaving: Company, tab: str) -> None:
    client = browser(leaving, leaving.daichi, Role.AUDITOR)
    page = client.get(f"/directory/people/{leaving.akari.pk}/?tab={tab}").content.decode()
    assert "佐倉" in page
    assert not any(day in page for day in SAID)


@pytest.mark.parametrize("step", ["", "history/", "edit/", "account/", "assign/"])
def test_who_comes_later_has_no_page_yet(leaving: Company, step: str) -> None:
    client = browser(leaving, leaving.chihiro)
    assert client.get(f"/directory/people/{leaving.eve.pk}/{step}").status_code in {403, 404}
    assert client.get(f"/directory/people/{leaving.eve.pk}/").status_code == 404


def test_hr_reads_all_of_it(leaving: Company) -> None:
    client = browser(leaving, leaving.botan)
    assert "新井 恵" in client.get("/directory/people/?state=coming").content.decode()
    assert "新井" in client.get("/search/?q=新井 恵").content.decode()
    assert LAST.isoformat() in client.get(f"/directory/people/{leaving.akari.pk}/?tab=engagements").content.decode()
    assert "新井 恵" in client.get("/directory/units/").content.decode()


@pytest.mark.parametrize("register", ["people", "units", "roles"])
def test_no_export_tells_it(leaving: Company, register: str) -> None:
    client = browser(leaving, leaving.daichi, Role.AUDITOR)
    answer = client.post(f"/directory/{register}/export/", {"format": "json"})
    rows = json.loads(b"".join(answer.streaming_content))
    assert rows
    assert not any(word in json.dumps(rows, ensure_ascii=False) for word in (*SAID, "新井"))


def test_a_person_counts_as_here_until_the_last_day_has_passed(leaving: Company, clock) -> None:
    client = browser(leaving, leaving.daichi, Role.AUDITOR)
    here = client.get("/directory/people/?state=here").content.decode()
    left = client.get("/directory/people/?state=left").content.decode()
    assert "佐倉 灯里" in here
    assert "佐倉 灯里" not in left


def test_the_dry_run_of_a_file_is_for_personnel_alone(leaving: Company) -> None:
    """A file of guesses would tell by "unchanged" which of them are true."""
    guess = {"number": "A-1", "name": "佐倉 灯里", "unit_code": "1100", "start": "2020/04/01", "end_planned": str(LAST)}
    leaving.give(leaving.chihiro, Role.INFORMATION_MANAGER)
    leaving.give(leaving.daichi, Role.HR, unit=leaving.materials)
    for person in (leaving.akari, leaving.chihiro, leaving.daichi):
        with pytest.raises(Forbidden):
            PEOPLE_FEED.resolve(rows_of(PEOPLE_FEED, guess), viewer=leaving.viewer(person), today=TODAY)


def test_the_page_of_an_import_is_closed_to_others(leaving: Company) -> None:
    assert browser(leaving, leaving.chihiro).get("/imports/people/").status_code in {403, 404}


def test_a_file_of_projects_shows_members_still_to_come_to_who_keeps_the_list(leaving: Company) -> None:
    row = {"code": "P1", "name_ja": "新型", "leader": "A-9", "members": "A-1;A-3"}
    [outcome] = PROJECT_FEED.resolve(rows_of(PROJECT_FEED, row), viewer=api.viewer_of_system(), today=TODAY)
    assert not outcome.errors


def test_the_members_of_a_project_are_shown_without_days_to_come(leaving: Company) -> None:
    chihiro = leaving.viewer(leaving.chihiro)
    rows = {member.person_id: end_seen(chihiro, member) for member in members_of(chihiro, leaving.project)}
    assert rows == {leaving.akari.pk: None, leaving.chihiro.pk: None}
    hr = leaving.viewer(leaving.botan)
    assert end_seen(hr, ProjectMember.objects.known().get(person=leaving.akari)) == LAST


def test_queries_of_other_rooms_hide_it_too(leaving: Company) -> None:
    chihiro, hr = leaving.viewer(leaving.chihiro), leaving.viewer(leaving.botan)
    ids = [leaving.eve.pk, leaving.akari.pk]
    assert names_of_people(chihiro, ids) == {leaving.akari.pk: "佐倉 灯里"}
    assert set(names_of_people(hr, ids)) == set(ids)
    assert api.people_choices(chihiro, "新井") == []
    assert api.people_choices(hr, "新井") == [(leaving.eve.pk, "新井 恵 (A-9)")]
    assert api.person_by_number(chihiro, "A-9") is None
    assert api.person_by_number(hr, "A-9") == leaving.eve
    assert api.unit_heads(chihiro, [leaving.sales.pk]) == {}
    assert api.unit_heads(hr, [leaving.sales.pk]) == {leaving.sales.pk: leaving.eve}
    assert not is_known_to(chihiro, leaving.eve)
    assert is_known_to(hr, leaving.eve)


def test_assignments_and_identities_of_a_period_hide_their_ends_to_come(leaving: Company) -> None:
    people.assignment_end(assignment=leaving.akari.assignments.known().get(), last=LAST, today=TODAY, by=SYSTEM)
    known = people.identity_add(person=leaving.akari, namespace="ad", value="sakura", starts_on=FOUNDED, by=SYSTEM)
    people.identity_end(identity=known, last=LAST, by=SYSTEM)
    chihiro, hr = leaving.viewer(leaving.chihiro), leaving.viewer(leaving.botan)
    for viewer, seen in ((chihiro, None), (hr, LAST)):
        places = api.assignments_between(viewer, FOUNDED, LAST)
        names = api.identities_between(viewer, FOUNDED, LAST)
        assert {a.ends_on for a in places if a.person_id == leaving.akari.pk} == {seen}
        assert {i.ends_on for i in names if i.namespace == "ad"} == {seen}
        assert any(a.person_id == leaving.eve.pk for a in places) is (viewer is hr)


def test_a_unit_does_not_show_who_comes_to_it_later(leaving: Company) -> None:
    chihiro = leaving.viewer(leaving.chihiro)
    assert [a.person for a in people_working_in(chihiro, leaving.sales)] == [leaving.chihiro]
    assert list(people_in_units(chihiro, [leaving.sales.pk])) == [leaving.chihiro]


def test_a_person_leaving_sees_nothing_of_it_himself(leaving: Company) -> None:
    client = browser(leaving, leaving.akari)
    for tab in ("engagements", "career"):
        page = client.get(f"/directory/people/{leaving.akari.pk}/?tab={tab}").content.decode()
        assert not any(day in page for day in SAID)


def test_the_leaver_team_reads_without_changing(leaving: Company) -> None:
    client = browser(leaving, leaving.daichi, Role.LEAVER_TEAM)
    assert LAST.isoformat() in client.get(f"/directory/people/{leaving.akari.pk}/?tab=engagements").content.decode()
    assert client.get(f"/directory/people/{leaving.akari.pk}/notice/").status_code == 403
    assert client.post(f"/directory/people/{leaving.akari.pk}/last-day/", {"last": str(TODAY)}).status_code == 403
