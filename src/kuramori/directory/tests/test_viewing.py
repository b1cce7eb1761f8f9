"""Who a signed-in person is to the system, and how many queries it takes to know."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kuramori.directory.acts import people, roles, units
from kuramori.directory.models import Person, RoleAssignment
from kuramori.directory.rules.permissions import Permission
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.directory.viewing import viewer_of_person_id, viewer_of_system
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.permissions import Role


def test_everybody_with_a_running_engagement_is_an_employee(company: Company) -> None:
    akari = company.viewer(company.akari)
    assert akari.roles == {Role.EMPLOYEE}
    assert akari.may(Permission.PERSON_VIEW)
    assert not akari.may(Permission.LEAVER_VIEW)
    assert akari.unit_ids == {company.materials.pk, company.research.pk, company.top.pk}


def test_a_viewer_is_known_after_three_queries(company: Company, django_assert_max_num_queries) -> None:
    units.unit_edit(unit=company.research, head=company.akari, by=SYSTEM)
    company.give(company.akari, Role.PROMOTER, site=company.tokyo)
    company.give(company.akari, Role.AUDITOR)
    with django_assert_max_num_queries(3):
        akari = company.viewer(company.akari)
    assert akari.roles >= {Role.UNIT_HEAD, Role.PROMOTER, Role.AUDITOR, Role.EMPLOYEE}


def test_a_role_in_a_unit_holds_in_everything_below_and_nowhere_else(company: Company) -> None:
    company.give(company.botan, Role.HR, unit=company.research)
    botan = company.viewer(company.botan)
    assert botan.units_for(Permission.LEAVER_VIEW) == {company.research.pk, company.materials.pk}
    assert not botan.may_everywhere(Permission.LEAVER_VIEW)


def test_a_role_at_a_site_holds_in_its_units(company: Company) -> None:
    company.give(company.botan, Role.HR, site=company.tokyo)
    assert company.sales.pk in company.viewer(company.botan).units_for(Permission.LEAVER_VIEW)


def test_roles_hold_only_on_their_days(company: Company) -> None:
    roles.role_give(person=company.botan, role=Role.HR, starts_on=TODAY + timedelta(days=1), by=SYSTEM)
    assert Role.HR not in company.viewer(company.botan).roles
    assert Role.HR in company.viewer(company.botan, NOON + timedelta(days=1)).roles
    given = RoleAssignment.objects.known().get(person=company.botan)
    roles.role_end(role=given, last=TODAY + timedelta(days=5), by=SYSTEM)
    assert Role.HR not in company.viewer(company.botan, NOON + timedelta(days=6)).roles


def test_the_engagement_ends_with_the_last_moment_of_its_last_day_at_the_site(company: Company) -> None:
    people.notice_receive(engagement=company.engagement(company.botan), received_on=TODAY, end_planned=TODAY, by=SYSTEM)
    tokyo = ZoneInfo("Asia/Tokyo")
    last_moment = datetime(2026, 11, 20, 23, 59, 59, 999999, tokyo)
    assert company.viewer(company.botan, last_moment).may(Permission.PERSON_VIEW)
    assert not company.viewer(company.botan, last_moment + timedelta(microseconds=1)).permissions


def test_another_zone_has_another_midnight(company: Company) -> None:
    units.site_edit(site=company.tokyo, zone_name="Europe/Berlin", country="DE", by=SYSTEM)
    people.notice_receive(engagement=company.engagement(company.botan), received_on=TODAY, end_planned=TODAY, by=SYSTEM)
    berlin_evening = datetime(2026, 11, 20, 23, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert company.viewer(company.botan, berlin_evening).may(Permission.PERSON_VIEW)
    assert not company.viewer(company.botan, berlin_evening + timedelta(hours=1)).permissions


def test_somebody_from_outside_is_no_employee(company: Company) -> None:
    company.give(company.chihiro, Role.CUSTOMER_AUDITOR)
    assert company.viewer(company.chihiro).roles == {Role.CUSTOMER_AUDITOR}


def test_nobody_gives_a_role_to_himself(company: Company) -> None:
    with pytest.raises(Refused):
        roles.role_give(
            person=company.akari, role=Role.AUDITOR, starts_on=date(2026, 1, 1), by=company.viewer(company.akari).actor
        )


def test_a_role_is_given_once(company: Company) -> None:
    company.give(company.akari, Role.AUDITOR)
    with pytest.raises(Refused):
        company.give(company.akari, Role.AUDITOR)


def test_the_system_looks_everywhere(company: Company) -> None:
    assert viewer_of_system().may_everywhere(Permission.LEAVER_VIEW)


def test_work_done_later_is_done_as_the_person_stands_by_then(company: Company) -> None:
    company.give(company.botan, Role.HR)
    assert viewer_of_person_id(company.botan.pk, NOON).may_everywhere(Permission.LEAVER_VIEW)
    given = RoleAssignment.objects.known().get(person=company.botan)
    roles.role_end(role=given, last=TODAY - timedelta(days=1), by=SYSTEM)
    assert not viewer_of_person_id(company.botan.pk, NOON).may(Permission.LEAVER_VIEW)


def test_nobody_stands_behind_an_unknown_id(company: Company) -> None:
    with pytest.raises(Person.DoesNotExist):
        viewer_of_person_id(company.materials.pk, NOON)
