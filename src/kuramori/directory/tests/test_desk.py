"""The desk of HR and administrators: forms that refuse, pages with nothing, one thing and many, few queries."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kuramori.directory.acts import accounts, people, roles, units
from kuramori.directory.forms import PersonField, PersonForm, ProjectForm, RoleForm, SiteForm, UnitForm
from kuramori.directory.models import Assignment, Engagement, Person, RoleAssignment, Unit
from kuramori.directory.person_page import (
    career_panel,
    engagements_panel,
    members_panel,
    person_actions,
    person_facts,
    person_state,
    roles_panel,
    unit_panel,
)
from kuramori.directory.queries.people import people_with_places
from kuramori.directory.tests.company import FOUNDED, NOON, TODAY, Company
from kuramori.directory.viewing import viewer_of_system
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role, Viewer

BACKEND = "django.contrib.auth.backends.ModelBackend"
NOBODY = Viewer(actor=SYSTEM, person_id=None)
NEWCOMER = {
    "number": "N-1", "name": "新井 恵", "kind": "regular", "start": "2026-12-01", "why": "入社", "mail": "n@example.jp",
}  # fmt: skip


@pytest.fixture
def hr(client: Client, company: Company) -> Client:
    company.give(company.botan, Role.HR)
    client.force_login(accounts.account_open(person=company.botan, at=NOON, by=SYSTEM), BACKEND)
    return client


def crowd(company: Company, count: int) -> None:
    for n in range(count):
        company.person(f"X-{n:03d}", f"社員 {n:03d}", f"シャイン {n:03d}", f"Shain{n} X", company.materials)


def queries_of(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


@pytest.mark.parametrize(
    "path",
    ["/directory/people/", "/directory/people/?state=here&sort=-name", "/directory/units/", "/directory/sites/",
     "/directory/projects/", "/directory/second-factor/", "/directory/people/{akari}/",
     "/directory/people/{akari}/?tab=career", "/directory/people/{akari}/?tab=engagements",
     "/directory/units/{materials}/?tab=people", "/directory/people/{akari}/assign/"],
)  # fmt: skip
def test_a_page_asks_as_little_with_forty_people_as_with_four(hr: Client, company: Company, path: str) -> None:
    company.give(company.botan, Role.INFORMATION_MANAGER)
    company.give(company.botan, Role.SYSTEM_ADMINISTRATOR)
    path = path.format(akari=company.akari.pk, materials=company.materials.pk)
    few = queries_of(hr, path)
    crowd(company, 40)
    assert queries_of(hr, path) == few
    assert few <= 20


@pytest.mark.parametrize("count", [0, 1, 30])
def test_a_unit_s_people_are_drawn_for_nobody_one_and_many(company: Company, count: int) -> None:
    empty = company.unit("8000", "新設室", company.top)
    for n in range(count):
        company.person(f"X-{n}", f"社員 {n}", f"シャイン {n}", f"Shain{n} X", empty)
    drawn = unit_panel(empty, viewer_of_system())
    assert (drawn is None) is (count == 0)
    assert (drawn or "").count('<tr><th scope="row">') == count


def test_panels_are_absent_where_there_is_nothing_to_see(company: Company) -> None:
    project = units.project_add(code="P1", name_ja="新型", by=SYSTEM)
    for panel, thing in (
        (career_panel, company.akari), (engagements_panel, company.akari), (roles_panel, company.akari),
        (unit_panel, company.materials), (members_panel, project),
    ):  # fmt: skip
        assert panel(thing, NOBODY) is None
    assert roles_panel(company.akari, viewer_of_system()) is None
    assert members_panel(project, viewer_of_system()) is None


def test_facts_leave_out_what_is_not_known(company: Company) -> None:
    bare = people.person_add(number="B-1", name="無名", by=SYSTEM)
    facts = {str(fact.label): fact.value for fact in person_facts(bare, viewer_of_system())}
    assert sorted(value for value in facts.values() if value) == ["B-1", "無名"]
    [akari] = people_with_places(viewer_of_system()).filter(pk=company.akari.pk)
    told = [fact.value for fact in person_facts(akari, viewer_of_system())]
    assert {"A-1", "佐倉 灯里", "材料課", "東京", "akari@example.jp", FOUNDED} <= set(told)


def test_the_state_of_a_person_is_here_gone_or_still_to_come(company: Company) -> None:
    hr = viewer_of_system()
    eve = company.person("A-9", "新井 恵", "アライ メグミ", "Megumi Arai", company.sales, TODAY + timedelta(days=3))
    people.engagement_end(
        engagement=company.engagement(company.chihiro), last=TODAY - timedelta(days=1), today=TODAY, by=SYSTEM
    )
    states = [person_state(Person.objects.get(pk=p.pk), hr).tone for p in (company.akari, eve, company.chihiro)]
    assert states[:2] == ["ok", "info"]
    assert len({str(person_state(Person.objects.get(pk=p.pk), hr).word) for p in (company.akari, eve)}) == 2


def test_ways_to_further_acts_are_offered_to_who_may_take_them(company: Company) -> None:
    assert person_actions(company.akari, company.viewer(company.chihiro)) == []
    assert len(person_actions(company.akari, viewer_of_system())) == 4
    company.give(company.chihiro, Role.HR, unit=company.research)
    assert len(person_actions(company.akari, company.viewer(company.chihiro))) == 3
    assert person_actions(company.daichi, company.viewer(company.chihiro)) == []


# what the forms refuse


def errors(form: Any) -> set[str]:
    assert not form.is_valid()
    return set(form.errors)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"number": "A-1"}, {"number"}),
        ({"number": ""}, {"number"}),
        ({"name": ""}, {"name"}),
        ({"mail": "no address"}, {"mail"}),
        ({"start": "31.12.2026"}, {"start"}),
        ({"start": ""}, {"start"}),
        ({"kind": "alien"}, {"kind"}),
        ({"sponsor": "Z-9"}, {"sponsor"}),
        ({"unit": ""}, {"unit"}),
    ],
)
def test_a_newcomer_is_entered_whole_or_not_at_all(company: Company, changed: dict, wrong: set[str]) -> None:
    data = NEWCOMER | {"unit": str(company.sales.pk)} | changed
    assert errors(PersonForm(viewer_of_system(), None, data)) == wrong


def test_a_newcomer_gets_engagement_place_and_names_in_one_act(hr: Client, company: Company) -> None:
    data = NEWCOMER | {"unit": str(company.sales.pk), "account_name": "arai", "site": str(company.tokyo.pk)}
    assert hr.post("/directory/people/add/", data).status_code == 302
    person = Person.objects.get(number="N-1")
    assert Engagement.objects.known().get(person=person).start == date(2026, 12, 1)
    assert Assignment.objects.known().get(person=person).unit == company.sales
    assert {i.namespace for i in person.identities.known()} == {"mail", "ad"}


def test_an_adviser_without_a_sponsor_is_refused_on_the_page_and_nobody_is_added(hr: Client, company: Company) -> None:
    answer = hr.post("/directory/people/add/", NEWCOMER | {"unit": str(company.sales.pk), "kind": "adviser"})
    assert answer.status_code in {409, 422}
    assert not Person.objects.filter(number="N-1").exists()


@pytest.mark.parametrize("word", ["A-1", " A-1 ", "akari@example.jp", "AKARI@example.jp"])
def test_a_person_is_entered_by_number_or_address(company: Company, word: str) -> None:
    assert PersonField(viewer=viewer_of_system()).clean(word) == company.akari


def test_an_empty_person_is_nobody_and_a_chosen_one_is_shown_by_number(company: Company) -> None:
    field = PersonField(viewer=viewer_of_system(), required=False)
    assert field.clean("  ") is None
    assert field.prepare_value(company.akari) == "A-1"
    assert field.prepare_value("A-2") == "A-2"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "Tokyo", "../../etc/passwd", "UTC+9"])
def test_a_site_needs_a_time_zone_that_exists(db: None, zone: str) -> None:
    data = {"code": "X", "name_ja": "X", "country": "JP", "zone_name": zone}
    assert errors(SiteForm(viewer_of_system(), None, data)) == {"zone_name"}


def test_a_role_is_given_for_one_scope_and_its_days_are_in_order(company: Company) -> None:
    def wrong(**data: str) -> set[str]:
        given = {"person": "A-1", "role": "hr", "starts_on": "2026-04-01"} | data
        return errors(RoleForm(viewer_of_system(), None, given, today=TODAY))

    assert wrong(unit=str(company.sales.pk), site=str(company.tokyo.pk)) == {"site"}
    assert wrong(ends_on="2026-03-31") == {"ends_on"}
    assert wrong(role="king") == {"role"}
    assert wrong(person="Z-9", starts_on="") == {"person", "starts_on"}


def test_forms_show_what_is_held(company: Company) -> None:
    units.unit_edit(unit=company.materials, head=company.akari, by=SYSTEM)
    form = UnitForm(viewer_of_system(), Unit.objects.get(code="1100"), None)
    assert form.fields["parent"].initial == company.research
    assert form.fields["head"].initial == company.akari
    project = units.project_add(code="P1", name_ja="新型", leader=company.akari, starts_on=FOUNDED, by=SYSTEM)
    shown = ProjectForm(viewer_of_system(), project, None)
    assert (shown.fields["leader"].initial, shown.fields["starts_on"].initial) == (company.akari, FOUNDED)
    assert ProjectForm(viewer_of_system(), None, None).fields["leader"].initial is None


# HR's further acts


@pytest.mark.parametrize(
    ("step", "data"),
    [
        ("assign", {"starts_on": "2026-11-20"}),
        ("assign", {"unit": "nonsense", "starts_on": "2026-11-20"}),
        ("notice", {"received_on": "yesterday"}),
        ("last-day", {"last": "2026-12-20"}),
        ("last-day", {}),
    ],
)
def test_a_step_that_is_not_right_changes_nothing_and_keeps_what_was_typed(
    hr: Client, company: Company, step: str, data: dict[str, str]
) -> None:
    before = Assignment.objects.count(), Engagement.objects.count()
    answer = hr.post(f"/directory/people/{company.akari.pk}/{step}/", data | {"why": "理由は残る"})
    assert answer.status_code == 422
    assert "理由は残る" in answer.content.decode()
    assert (Assignment.objects.count(), Engagement.objects.count()) == before


@pytest.mark.parametrize("step", ["assign", "notice", "last-day"])
def test_no_step_is_taken_without_a_reason_or_for_somebody_who_is_not_there(
    hr: Client, company: Company, step: str
) -> None:
    assert hr.get(f"/directory/people/{company.akari.pk}/{step}/").status_code == 200
    data = {"received_on": "2026-11-20", "last": "2026-11-19", "unit": str(company.sales.pk), "starts_on": "2026-11-20"}
    assert hr.post(f"/directory/people/{company.akari.pk}/{step}/", data).status_code == 422
    assert hr.get(f"/directory/people/{company.tokyo.pk}/{step}/").status_code == 404


def test_a_role_is_given_and_taken_on_its_pages(hr: Client, company: Company) -> None:
    company.give(company.botan, Role.INFORMATION_MANAGER)
    data = {"person": "A-3", "role": "keeper", "starts_on": "2026-11-01", "unit": str(company.sales.pk), "why": "任命"}
    assert hr.post("/directory/roles/add/", data).status_code == 302
    given = RoleAssignment.objects.known().get(person=company.chihiro)
    assert given.given_by_name == "牧野 牡丹"
    assert hr.post(f"/directory/roles/{given.pk}/retire/", {"why": "交代"}).status_code == 302
    assert Role.KEEPER not in company.viewer(company.chihiro).roles


def test_nobody_gives_himself_a_role_on_the_page(hr: Client, company: Company) -> None:
    company.give(company.botan, Role.INFORMATION_MANAGER)
    answer = hr.post("/directory/roles/add/", {"person": "A-2", "role": "auditor", "starts_on": "2026-11-01"})
    assert answer.status_code in {409, 422}
    assert Role.AUDITOR not in company.viewer(company.botan).roles


def test_a_role_that_has_not_begun_is_withdrawn_when_taken(company: Company) -> None:
    given = roles.role_give(person=company.akari, role=Role.HR, starts_on=TODAY + timedelta(days=9), by=SYSTEM)
    roles.role_end(role=given, last=TODAY, by=SYSTEM)
    assert not RoleAssignment.objects.known().filter(person=company.akari).exists()
    assert RoleAssignment.objects.known(NOON).count() == 0
