"""Files of sites, units, projects and roles."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils.translation import override

from kuramori.directory.feeds.people import PEOPLE_FEED
from kuramori.directory.feeds.places import SITE_FEED, UNIT_FEED
from kuramori.directory.feeds.projects import PROJECT_FEED
from kuramori.directory.feeds.roles import ROLE_FEED
from kuramori.directory.models import Project, ProjectMember, RoleAssignment, Site, Unit
from kuramori.directory.tests.company import TODAY, Company
from kuramori.directory.tests.feed import actions, reasons, rows_of, take_in
from kuramori.directory.viewing import viewer_of_system
from kuramori.kernel.imports.mapping import Action
from kuramori.kernel.permissions import Forbidden, Role

FEEDS = (SITE_FEED, UNIT_FEED, PEOPLE_FEED, PROJECT_FEED, ROLE_FEED)


@pytest.mark.parametrize("feed", FEEDS, ids=lambda f: f.name)
def test_a_whole_file_needs_the_role_for_the_whole_company(company: Company, feed) -> None:
    somewhere = replace(viewer_of_system(), company_wide=frozenset())
    with pytest.raises(Forbidden):
        feed.resolve([], viewer=somewhere, today=TODAY)


def test_sites_are_added_edited_and_kept_out_by_a_wrong_zone(company: Company) -> None:
    outcomes, _stop = take_in(
        SITE_FEED,
        [
            {"code": "TYO", "name_ja": "東京本社", "country": "JP", "zone_name": "Asia/Tokyo"},
            {"code": "LUD", "name_ja": "欧州", "country": "DE", "zone_name": "Europe/Berlin"},
            {"code": "MRS", "name_ja": "火星", "country": "JP", "zone_name": "Mars/Olympus"},
        ],
    )
    assert actions(outcomes) == [Action.EDIT, Action.ADD, Action.REJECT]
    assert {s.code: s.name_ja for s in Site.objects.all()} == {"TYO": "東京本社", "LUD": "欧州"}


UNITS = [
    {"code": "9110", "name_ja": "係", "parent": "9100", "site": "TYO", "head": "E9"},
    {"code": "9100", "name_ja": "課", "parent": "9000", "site": "東京", "head": "A-1"},
    {"code": "9000", "name_ja": "部", "parent": "0000", "site": "", "head": ""},
]


def test_units_come_in_any_order_and_stand_in_their_tree(company: Company) -> None:
    outcomes, _stop = take_in(UNIT_FEED, UNITS)
    assert actions(outcomes) == [Action.ADD] * 3
    lowest = Unit.objects.get(code="9110")
    codes = {u.pk: u.code for u in Unit.objects.all()}
    assert [codes[pk] for pk in lowest.line_up] == ["0000", "9000", "9100", "9110"]
    assert (lowest.head, lowest.head_number) == (None, "E9")
    assert Unit.objects.get(code="9100").head == company.akari
    assert actions(take_in(UNIT_FEED, UNITS)[0]) == [Action.UNCHANGED] * 3


def test_a_unit_that_moves_takes_those_below_along(company: Company) -> None:
    take_in(UNIT_FEED, [{"code": "1000", "name_ja": "研究所", "parent": "2000"}])
    assert Unit.objects.get(code="1100").line_up == (company.top.pk, company.sales.pk, company.research.pk,
                                                     company.materials.pk)  # fmt: skip


def test_a_circle_of_units_and_unknown_places_are_kept_out(company: Company) -> None:
    outcomes, _stop = take_in(
        UNIT_FEED,
        [
            {"code": "1", "name_ja": "甲", "parent": "2"},
            {"code": "2", "name_ja": "乙", "parent": "1"},
            {"code": "3", "name_ja": "丙", "parent": "77", "site": "火星"},
        ],
    )
    assert actions(outcomes) == [Action.REJECT] * 3
    with override("en"):
        assert "1 (2) → 2 (3) → 1 (2)" in reasons(outcomes[0])
    assert len(outcomes[2].errors) == 2


def test_projects_come_with_members_and_lose_whoever_is_missing(company: Company) -> None:
    row = {"code": "P1", "name_ja": "新型", "unit": "1000", "leader": "A-1", "starts_on": "2026/04/01", "ends_on": ""}
    take_in(PROJECT_FEED, [row | {"members": "A-1;A-2"}])
    project = Project.objects.get(code="P1")
    assert company.viewer(company.botan).project_ids == {project.pk}
    assert actions(take_in(PROJECT_FEED, [row | {"members": "A-1;A-2"}])[0]) == [Action.UNCHANGED]
    take_in(PROJECT_FEED, [row | {"members": "A-1;A-3"}])
    assert company.viewer(company.botan).project_ids == frozenset()
    left = ProjectMember.objects.known().get(person=company.botan)
    assert left.ends_on == TODAY - timedelta(days=1)


def test_a_project_with_unknown_unit_or_people_is_kept_out(company: Company) -> None:
    outcomes, _stop = take_in(
        PROJECT_FEED, [{"code": "P1", "name_ja": "新型", "unit": "77", "leader": "X", "members": "A-1;Y"}]
    )
    assert actions(outcomes) == [Action.REJECT]
    assert len(outcomes[0].errors) == 3


def test_roles_are_given_once_and_employees_need_none(company: Company) -> None:
    file = [
        {"number": "A-1", "role": "hr", "where": "全社"},
        {"number": "A-2", "role": "推進役", "where": "1000"},
        {"number": "A-2", "role": "推進役", "where": "1000"},
        {"number": "A-3", "role": "受付", "where": "TYO"},
        {"number": "A-1", "role": "employee", "where": "1100"},
    ]
    outcomes, _stop = take_in(ROLE_FEED, file)
    assert actions(outcomes) == [Action.ADD, Action.ADD, Action.UNCHANGED, Action.ADD, Action.UNCHANGED]
    assert set(actions(take_in(ROLE_FEED, file)[0])) == {Action.UNCHANGED}
    assert RoleAssignment.objects.known().count() == 3


def test_nobody_gives_himself_a_role_by_a_file(company: Company) -> None:
    giver = replace(viewer_of_system(), person_id=company.akari.pk)
    rows = rows_of(
        ROLE_FEED,
        {"number": "A-1", "role": "hr", "where": "全社"},
        {"number": "Z", "role": str(Role.HR), "where": "nowhere"},
    )
    outcomes = ROLE_FEED.resolve(rows, viewer=giver, today=TODAY)
    assert actions(outcomes) == [Action.REJECT] * 2
    assert [len(o.errors) for o in outcomes] == [1, 2]
