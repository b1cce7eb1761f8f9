"""Every role in every scope: what it gives, where it gives it, from when to when, and to whom it is given."""

from datetime import date, timedelta

import pytest
from django.utils.translation import override

from kuramori.directory.acts import people, roles, units
from kuramori.directory.matrix import MATRIX
from kuramori.directory.models import ROLE_WORDS, SCOPE_WORDS, RoleAssignment, Site, Unit
from kuramori.directory.queries.people import (
    may_change_person,
    may_change_role,
    role_holders,
    roles_of,
    roles_visible_to,
)
from kuramori.directory.queries.units import may_change_project, may_change_site, may_change_unit
from kuramori.directory.rules.permissions import OUTSIDE_ROLES, Permission, RoleScope, implied_roles
from kuramori.directory.tests.company import FOUNDED, NOON, TODAY, Company
from kuramori.directory.viewing import standing_of, viewer_of_system
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.permissions import Role
from kuramori.kernel.room import role_permissions

GIVEN = [role for role in Role if role not in {Role.EMPLOYEE, Role.UNIT_HEAD}]


@pytest.fixture
def berlin(company: Company) -> tuple[Site, Unit]:
    site = units.site_add(code="BER", name_ja="ベルリン", country="DE", zone_name="Europe/Berlin", by=SYSTEM)
    unit = units.unit_add(code="3000", name_ja="欧州室", parent=company.research, site=site, by=SYSTEM)
    return site, unit


@pytest.mark.parametrize("role", GIVEN)
def test_a_role_for_the_company_holds_everywhere(company: Company, role: Role) -> None:
    company.give(company.botan, role)
    viewer = company.viewer(company.botan)
    assert role_permissions()[role] <= viewer.company_wide
    assert role in viewer.roles
    assert (Role.EMPLOYEE in viewer.roles) is (role not in OUTSIDE_ROLES)


@pytest.mark.parametrize("role", GIVEN)
def test_a_role_for_a_unit_holds_in_it_and_below_and_nowhere_for_the_company(company: Company, role: Role) -> None:
    company.give(company.botan, role, unit=company.research)
    viewer = company.viewer(company.botan)
    everywhere = frozenset() if role in OUTSIDE_ROLES else role_permissions()[Role.EMPLOYEE]
    assert viewer.company_wide == everywhere
    for permission in role_permissions()[role]:
        assert viewer.may(permission)
        assert viewer.units_for(permission) == {company.research.pk, company.materials.pk}


@pytest.mark.parametrize("role", GIVEN)
def test_a_role_for_a_site_holds_in_the_units_that_stand_there(
    company: Company, berlin: tuple[Site, Unit], role: Role
) -> None:
    site, unit = berlin
    company.give(company.botan, role, site=site)
    viewer = company.viewer(company.botan)
    for permission in role_permissions()[role] - viewer.company_wide:
        assert viewer.units_for(permission) == {unit.pk}


@pytest.mark.parametrize("role", Role)
def test_every_role_has_its_word_in_both_languages_and_its_permissions(role: Role) -> None:
    for language in ("ja", "en"):
        with override(language):
            assert str(ROLE_WORDS[role])
    assert role in role_permissions()


@pytest.mark.parametrize("scope", RoleScope)
def test_every_scope_has_its_word(scope: RoleScope) -> None:
    with override("ja"):
        assert not str(SCOPE_WORDS[scope]).isascii()


def test_two_scopes_of_one_role_add_up(company: Company, berlin: tuple[Site, Unit]) -> None:
    site, unit = berlin
    company.give(company.botan, Role.HR, unit=company.sales)
    company.give(company.botan, Role.HR, site=site)
    assert company.viewer(company.botan).units_for(Permission.PERSON_EDIT) == {company.sales.pk, unit.pk}


def test_a_unit_that_moves_takes_the_role_s_reach_along(company: Company) -> None:
    company.give(company.botan, Role.HR, unit=company.sales)
    units.unit_edit(unit=company.materials, parent=company.sales, by=SYSTEM)
    assert company.materials.pk in company.viewer(company.botan).units_for(Permission.PERSON_EDIT)


def test_the_head_of_a_unit_is_head_of_all_below_and_only_while_the_unit_stands(company: Company) -> None:
    units.unit_edit(unit=company.research, head=company.chihiro, by=SYSTEM)
    assert Role.UNIT_HEAD in company.viewer(company.chihiro).roles
    lone = units.unit_add(code="9", name_ja="臨時室", head=company.botan, by=SYSTEM)
    units.unit_retire(unit=lone, today=TODAY, by=SYSTEM)
    assert Role.UNIT_HEAD not in company.viewer(company.botan).roles


@pytest.mark.parametrize("outside", sorted(OUTSIDE_ROLES))
def test_somebody_from_outside_gets_nothing_that_was_not_given(outside: Role) -> None:
    assert implied_roles({outside}, heads_a_unit=False) == frozenset()
    assert implied_roles({outside, Role.HR}, heads_a_unit=True) == frozenset()
    assert implied_roles(set(), heads_a_unit=True) == {Role.EMPLOYEE, Role.UNIT_HEAD}


def test_without_a_running_engagement_no_role_holds(company: Company) -> None:
    company.give(company.botan, Role.SYSTEM_ADMINISTRATOR)
    units.unit_edit(unit=company.research, head=company.botan, by=SYSTEM)
    people.engagement_correct(
        engagement=company.engagement(company.botan), start=TODAY + timedelta(days=1), by=SYSTEM, why="?"
    )
    viewer = company.viewer(company.botan)
    assert (viewer.permissions, viewer.roles, viewer.unit_ids) == (frozenset(), frozenset(), frozenset())


@pytest.mark.parametrize(("first", "last", "holds"), [(-1, 0, True), (0, None, True), (0, 0, True), (-9, -1, False)])
def test_a_role_holds_on_both_its_days(company: Company, first: int, last: int | None, holds: bool) -> None:
    ends = None if last is None else TODAY + timedelta(days=last)
    roles.role_give(
        person=company.botan, role=Role.HR, starts_on=TODAY + timedelta(days=first), ends_on=ends, by=SYSTEM
    )
    assert (Role.HR in company.viewer(company.botan).roles) is holds


def test_the_day_of_a_role_is_the_day_of_the_site(company: Company, berlin: tuple[Site, Unit]) -> None:
    site, _unit = berlin
    place = company.botan.assignments.known().get()
    people.assignment_correct(assignment=place, site=site, by=SYSTEM, why="?")
    roles.role_give(person=company.botan, role=Role.HR, starts_on=FOUNDED, ends_on=TODAY, by=SYSTEM)
    late = NOON.replace(hour=22)  # in Tokyo it is tomorrow, in Berlin still today
    assert standing_of(company.botan.pk, late).zone.key == "Europe/Berlin"
    assert Role.HR in company.viewer(company.botan, late).roles


def test_a_role_in_two_scopes_may_be_held_but_not_twice_in_one(company: Company) -> None:
    company.give(company.akari, Role.PROMOTER, unit=company.materials)
    company.give(company.akari, Role.PROMOTER, unit=company.sales)
    company.give(company.akari, Role.PROMOTER)
    with pytest.raises(Refused):
        company.give(company.akari, Role.PROMOTER, unit=company.sales)
    assert RoleAssignment.objects.known().filter(person=company.akari).count() == 3


def test_a_role_can_be_given_again_after_it_has_ended(company: Company) -> None:
    roles.role_give(person=company.akari, role=Role.HR, starts_on=FOUNDED, ends_on=date(2025, 3, 31), by=SYSTEM)
    roles.role_give(person=company.akari, role=Role.HR, starts_on=date(2025, 4, 1), by=SYSTEM)
    assert company.viewer(company.akari).may(Permission.LEAVER_VIEW)


def test_who_gave_a_role_stands_on_it(company: Company) -> None:
    giver = company.viewer(company.daichi).actor
    given = roles.role_give(person=company.akari, role=Role.HR, starts_on=TODAY, by=giver)
    assert (given.given_by, given.given_by_name) == (company.daichi.pk, "大地 監査")
    assert str(given).startswith("佐倉 灯里")


def test_a_role_to_come_is_told_to_hr_alone(company: Company) -> None:
    company.give(company.daichi, Role.AUDITOR)
    company.give(company.botan, Role.HR)
    roles.role_give(person=company.akari, role=Role.LEGAL, starts_on=TODAY + timedelta(days=1), by=SYSTEM)
    for read in (lambda v: roles_of(v, company.akari), lambda v: roles_visible_to(v).filter(person=company.akari)):
        assert not read(company.viewer(company.daichi)).exists()
        assert read(company.viewer(company.botan)).exists()


def test_everybody_reads_his_own_roles_and_employees_nobody_else_s(company: Company) -> None:
    company.give(company.akari, Role.PROMOTER)
    assert roles_of(company.viewer(company.akari), company.akari).exists()
    assert not roles_of(company.viewer(company.chihiro), company.akari).exists()
    assert not roles_visible_to(company.viewer(company.chihiro)).exists()


def test_the_roles_of_a_part_are_read_and_changed_by_those_of_that_part(company: Company) -> None:
    company.give(company.botan, Role.INFORMATION_MANAGER, unit=company.research)
    company.give(company.akari, Role.PROMOTER, unit=company.materials)
    company.give(company.chihiro, Role.PROMOTER, unit=company.sales)
    viewer = company.viewer(company.botan)
    inside = RoleAssignment.objects.known().get(unit=company.materials)
    outside = RoleAssignment.objects.known().get(unit=company.sales)
    assert inside in roles_visible_to(viewer)
    assert outside not in roles_visible_to(viewer)
    assert may_change_role(viewer, inside)
    assert not may_change_role(viewer, outside)


def test_hr_of_a_part_changes_its_people_only_and_is_told_of_no_leaving(company: Company) -> None:
    company.give(company.botan, Role.HR, unit=company.materials)
    hr = company.viewer(company.botan)
    assert may_change_person(hr, company.akari)
    assert not may_change_person(hr, company.chihiro)
    assert may_change_person(viewer_of_system(), company.chihiro)
    assert not hr.may_everywhere(Permission.LEAVER_VIEW)


def test_places_are_changed_by_whoever_answers_for_them(company: Company) -> None:
    company.give(company.botan, Role.INFORMATION_MANAGER, unit=company.research)
    viewer = company.viewer(company.botan)
    mine = units.project_add(code="P1", name_ja="新型", unit=company.materials, by=SYSTEM)
    other = units.project_add(code="P2", name_ja="販促", unit=company.sales, by=SYSTEM)
    assert may_change_unit(viewer, company.materials)
    assert not may_change_unit(viewer, company.sales)
    assert may_change_project(viewer, mine)
    assert not may_change_project(viewer, other)
    assert not may_change_site(viewer, company.tokyo)
    assert may_change_site(viewer_of_system(), company.tokyo)


def test_the_matrix_gives_changing_of_people_to_personnel_and_roles_to_no_auditor() -> None:
    assert MATRIX[Permission.PERSON_EDIT] == (Role.HR,)
    assert Role.AUDITOR not in MATRIX[Permission.ROLE_ADD]
    assert set(MATRIX[Permission.ACCOUNT_MANAGE]) == {Role.SYSTEM_ADMINISTRATOR}
    for permission in (Permission.PERSON_VIEW, Permission.UNIT_VIEW, Permission.SITE_VIEW, Permission.PROJECT_VIEW):
        assert not OUTSIDE_ROLES & set(MATRIX[permission])


def test_the_desks_of_the_demo_are_those_of_people_who_are_here(company: Company) -> None:
    company.give(company.botan, Role.HR)
    company.give(company.botan, Role.HR, unit=company.sales)
    units.unit_edit(unit=company.research, head=company.akari, by=SYSTEM)
    company.give(company.daichi, Role.AUDITOR)
    people.engagement_end(
        engagement=company.engagement(company.daichi), last=TODAY - timedelta(days=1), today=TODAY, by=SYSTEM
    )
    holders = role_holders(viewer_of_system(), limit=3)
    assert holders[Role.HR] == [company.botan], "once, however often he holds it"
    assert holders[Role.UNIT_HEAD] == [company.akari]
    assert Role.AUDITOR not in holders
    assert holders[Role.EMPLOYEE] == [company.chihiro]
