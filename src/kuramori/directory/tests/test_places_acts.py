"""Sites, units, projects: what changes them, what refuses, what moves along, and who may know of a project."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from kuramori.directory import api
from kuramori.directory.acts import accounts, people, units
from kuramori.directory.days import company_today
from kuramori.directory.models import Project, ProjectMember, RoleAssignment, Unit
from kuramori.directory.queries.units import members_of, subtree_ids
from kuramori.directory.registers import projects, roles
from kuramori.directory.tests.company import FOUNDED, NOON, TODAY, Company
from kuramori.directory.viewing import viewer_of_system
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import OutsideAct, Refused, act
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.permissions import Role, Viewer

BACKEND = "django.contrib.auth.backends.ModelBackend"
YESTERDAY = TODAY - timedelta(days=1)
NOBODY = Viewer(actor=SYSTEM, person_id=None)


@pytest.fixture
def project(company: Company) -> Project:
    made = units.project_add(code="P1", name_ja="蒼穹計画", name_en="Azure", unit=company.research, by=SYSTEM)
    units.project_join(project=made, person=company.akari, starts_on=FOUNDED, part="設計", by=SYSTEM)
    return made


def browser(company: Company, person: Any, *given: Role) -> Client:
    for role in given:
        company.give(person, role)
    client = Client()
    client.force_login(accounts.account_open(person=person, at=NOON, by=SYSTEM), BACKEND)
    return client


# units


def test_a_unit_belongs_neither_to_itself_nor_below_itself(company: Company) -> None:
    for parent in (company.research, company.materials):
        with pytest.raises(Refused) as refusal:
            units.unit_edit(unit=company.research, parent=parent, by=SYSTEM)
        with override("en"):
            assert "outside of its own branch" in str(refusal.value.next_step)
    assert Unit.objects.get(code="1000").parent == company.top


def test_a_subtree_moves_as_one_and_every_path_stays_true(company: Company) -> None:
    deep = company.unit("1110", "第一係", company.materials)
    units.unit_edit(unit=company.research, parent=company.sales, by=SYSTEM)
    deep.refresh_from_db()
    assert deep.line_up == (
        company.top.pk, company.sales.pk, company.research.pk, company.materials.pk, deep.pk,
    )  # fmt: skip
    for unit in Unit.objects.select_related("parent"):
        assert unit.path == Unit.path_under(unit.parent, unit.pk)


def test_a_unit_can_become_a_top_unit(company: Company) -> None:
    units.unit_edit(unit=company.research, parent=None, by=SYSTEM)
    assert Unit.objects.get(code="1100").line_up == (company.research.pk, company.materials.pk)


def test_a_move_is_one_entry_with_every_unit_it_moved(company: Company) -> None:
    units.unit_edit(unit=company.research, parent=company.sales, by=SYSTEM, why="改組")
    entry = read(entries_about(company.research.pk)[:1])[0]
    assert (entry.verb, entry.why) == ("directory.unit.edit", "改組")
    assert {change.id for change in entry.changes} == {company.research.pk, company.materials.pk}


def test_a_unit_with_units_or_people_is_not_closed(company: Company) -> None:
    for unit in (company.research, company.materials):
        with pytest.raises(Refused):
            units.unit_retire(unit=unit, today=TODAY, by=SYSTEM)
    people.assignment_end(assignment=company.akari.assignments.known().get(), last=YESTERDAY, today=TODAY, by=SYSTEM)
    people.assignment_end(assignment=company.botan.assignments.known().get(), last=YESTERDAY, today=TODAY, by=SYSTEM)
    units.unit_retire(unit=company.materials, today=TODAY, by=SYSTEM, why="改組")
    units.unit_retire(unit=company.research, today=TODAY, by=SYSTEM)
    assert {unit.code for unit in Unit.objects.standing()} == {"0000", "2000"}


def test_a_site_is_closed_once_no_unit_stands_there(company: Company) -> None:
    with pytest.raises(Refused):
        units.site_retire(site=company.tokyo, by=SYSTEM)
    osaka = units.site_add(code="OSA", name_ja="大阪", by=SYSTEM)
    units.site_retire(site=osaka, by=SYSTEM, why="閉鎖")
    assert api.sites(viewer_of_system()) == [company.tokyo]


def test_a_subtree_of_several_tops_is_found_in_two_queries(company: Company, django_assert_num_queries) -> None:
    with django_assert_num_queries(2):
        found = subtree_ids(viewer_of_system(), company.research.pk, company.sales.pk)
    assert found == {company.research.pk, company.materials.pk, company.sales.pk}
    assert subtree_ids(viewer_of_system()) == frozenset()
    assert subtree_ids(NOBODY, company.research.pk) == frozenset()


def test_units_are_chosen_in_the_order_of_the_tree_and_only_standing_ones(company: Company) -> None:
    gone = company.unit("9999", "廃止室", company.top)
    units.unit_retire(unit=gone, today=TODAY, by=SYSTEM)
    names = [name for _pk, name in api.unit_choices(viewer_of_system())]
    assert names[0] == "会社"
    assert {"　研究所", "　　材料課", "　営業部"} == set(names[1:])
    assert api.unit_choices(NOBODY) == []


def test_the_day_of_an_act_is_the_company_s_day(company: Company, clock) -> None:
    clock.move_to(NOON.replace(hour=23))  # 08:00 of the next morning in Tokyo
    with act("directory.unit.edit", by=SYSTEM):
        assert company_today() == TODAY + timedelta(days=1)
    with pytest.raises(OutsideAct):
        company_today()


def test_a_role_taken_in_the_morning_has_held_until_yesterday(company: Company, clock) -> None:
    company.give(company.akari, Role.PROMOTER)
    given = RoleAssignment.objects.known().get(person=company.akari)
    clock.move_to(NOON.replace(hour=23))
    with act("directory.role.retire", by=SYSTEM):
        roles.retire(role=given, by=SYSTEM, why="異動")
    assert RoleAssignment.objects.known().get(person=company.akari).ends_on == TODAY


# projects: the very name can be a secret


def test_a_project_is_known_to_its_members_and_to_those_who_keep_the_list(company: Company, project: Project) -> None:
    company.give(company.botan, Role.INFORMATION_MANAGER)
    assert api.project_choices(company.viewer(company.akari)) == [(project.pk, "蒼穹計画")]
    assert api.project_choices(company.viewer(company.botan)) == [(project.pk, "蒼穹計画")]
    assert api.project_choices(company.viewer(company.chihiro)) == []
    assert api.project_choices(NOBODY) == []


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.EXECUTIVE, Role.LEGAL, Role.SYSTEM_ADMINISTRATOR])
def test_no_other_role_opens_a_project(company: Company, project: Project, role: Role) -> None:
    company.give(company.daichi, role)
    viewer = company.viewer(company.daichi)
    assert not api.projects_visible_to(viewer).exists()
    assert not members_of(viewer, project).exists()


@pytest.mark.parametrize(
    "path", ["/directory/projects/", "/directory/projects/?q=蒼穹", "/search/?q=蒼穹", "/directory/projects/{}/",
             "/directory/projects/{}/history/", "/directory/projects/{}/edit/"]
)  # fmt: skip
def test_no_page_names_a_project_to_a_stranger(company: Company, project: Project, path: str) -> None:
    client = browser(company, company.chihiro, Role.AUDITOR)
    answer = client.get(path.format(project.pk))
    assert answer.status_code in {200, 403, 404}
    page = answer.content.decode()
    assert "蒼穹計画" not in page
    assert "Azure" not in page


def test_who_leaves_a_project_loses_it_the_next_day(company: Company, project: Project) -> None:
    member = ProjectMember.objects.known().get(person=company.akari)
    units.project_leave(member=member, last=TODAY, by=SYSTEM, why="異動")
    assert company.viewer(company.akari).project_ids == {project.pk}
    assert company.viewer(company.akari, NOON + timedelta(days=1)).project_ids == frozenset()


def test_a_closed_project_has_no_members_from_tomorrow(company: Company, project: Project) -> None:
    units.project_join(project=project, person=company.botan, starts_on=TODAY + timedelta(days=5), by=SYSTEM)
    with act("directory.project.retire", by=SYSTEM):
        projects.retire(project=project, by=SYSTEM, why="完了")
    [left] = ProjectMember.objects.known().filter(project=project)
    assert (left.person, left.ends_on) == (company.akari, TODAY), "who was to come is withdrawn"
    assert company.viewer(company.akari, NOON + timedelta(days=1)).project_ids == frozenset()


def test_members_are_shown_with_part_and_days(company: Company, project: Project) -> None:
    page = browser(company, company.akari).get(f"/directory/projects/{project.pk}/?tab=members").content.decode()
    assert "佐倉 灯里" in page
    assert "設計" in page
    assert "2020-04-01" in page


def test_who_owns_a_project_by_his_unit_may_open_it(company: Company, project: Project) -> None:
    company.give(company.chihiro, Role.INFORMATION_MANAGER, unit=company.research)
    assert api.project_choices(company.viewer(company.chihiro)) == [(project.pk, "蒼穹計画")]
    assert [member.person for member in members_of(company.viewer(company.chihiro), project)] == [company.akari]


def test_changing_a_project_is_told_in_its_history(company: Company, project: Project) -> None:
    units.project_edit(project=project, name_ja="蒼穹計画 二期", by=SYSTEM, why="更新")
    units.project_join(project=project, person=company.botan, starts_on=TODAY, by=SYSTEM)
    verbs = [entry.verb for entry in entries_about(project.pk)]
    assert verbs[:3] == ["directory.project.join", "directory.project.edit", "directory.project.join"]
    assert verbs[-1] == "directory.project.add"
