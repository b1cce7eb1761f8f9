"""Who works at the company: headcounts, engagements, bosses, second duties, careers, and the cast of the story."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_lake.simulator.calendars import DAY, HAMAMATSU, KITAKAMI, LUDWIGSBURG, SITES
from kuramori_lake.simulator.company import (
    BOARD,
    DIE_DESIGN,
    PROTOTYPES,
    STAFFED,
    TESTING,
    UNITS,
    Career,
)
from kuramori_lake.simulator.founding import SECRET_PROJECT, found
from kuramori_lake.simulator.hiring import headcounts, leave
from kuramori_lake.simulator.moments import reckon
from kuramori_lake.simulator.tests.conftest import SEED, TODAY

LEAST = sum({DIE_DESIGN: 4, "3100": 2, PROTOTYPES: 2, TESTING: 3}.get(unit.code, 1) for unit in STAFFED)


# headcounts


@given(st.integers(LEAST, 3000))
def test_headcounts_add_up_and_leave_no_unit_empty(people):
    counts = headcounts(people)
    assert sum(counts.values()) == people
    assert set(counts) == {unit.code for unit in STAFFED}
    assert min(counts.values()) >= 1


@given(st.integers(LEAST, 2000))
def test_units_of_the_story_have_the_people_it_needs(people):
    counts = headcounts(people)
    assert counts[DIE_DESIGN] >= 4
    assert counts[TESTING] >= 3
    assert counts[PROTOTYPES] >= 2


@pytest.mark.parametrize("people", [300, 1000, 3000])
def test_headcounts_follow_the_weights_of_a_large_company(people):
    counts, total = headcounts(people), sum(unit.weight for unit in STAFFED)
    for unit in STAFFED:
        assert counts[unit.code] == pytest.approx(unit.weight * people / total, abs=1.5)


@pytest.mark.parametrize("people", [-1, 0, 1, LEAST - 1])
def test_company_too_small_says_how_many_it_needs(people):
    with pytest.raises(ValueError, match=f"at least {LEAST} people, not {people}$"):
        headcounts(people)


@pytest.mark.parametrize("people", [LEAST, LEAST + 1])
def test_company_too_small_for_its_story_says_so(people):
    with pytest.raises(ValueError, match=f"^{people} people are too few for all parts of the story$"):
        found(seed=SEED, people=people, moments=reckon(TODAY, 3))


def test_smallest_company_has_everybody_whom_the_story_needs():
    company = found(seed=SEED, people=LEAST + 3, moments=reckon(TODAY, 3))
    assert len(company.people) == LEAST + 3
    assert company.culprit


# units


def test_units_are_a_tree_below_the_company():
    for unit in UNITS.values():
        seen = [unit.code]
        while UNITS[seen[-1]].parent:
            seen.append(UNITS[seen[-1]].parent)
            assert len(seen) < 6
        assert seen[-1] == "1000"


@pytest.mark.parametrize(("site", "first"), [(HAMAMATSU, "123"), (KITAKAMI, "4"), (LUDWIGSBURG, "5")])
def test_code_of_a_unit_tells_its_site(site, first):
    assert {unit.code[0] for unit in UNITS.values() if unit.site is site} == set(first)


def test_every_site_has_people(company):
    per_site = Counter(person.unit.site.code for person in company.people)
    assert set(per_site) == {site.code for site in SITES}
    assert min(per_site.values()) >= 30


# people


def test_numbers_cards_machines_and_addresses_belong_to_one_person_each(company):
    for of in ("number", "card", "pc", "ip", "mail"):
        values = [getattr(person, of) for person in company.people]
        assert len(set(values)) == len(values), of


def test_first_of_a_unit_is_its_head_and_the_boss_of_the_others(company):
    for unit in STAFFED:
        head, *others = company.staff(unit.code)
        assert company.head(unit.code) is head
        assert {person.boss for person in others} <= {head.number}


def test_heads_answer_to_the_board_and_the_president_to_nobody(company):
    board = {person.number for person in company.staff(BOARD)}
    for unit in STAFFED:
        if unit.code != BOARD:
            assert company.head(unit.code).boss in board
    president = company.head(BOARD)
    assert (president.boss, president.position) == ("", "代表取締役社長")


def test_unit_without_people_is_headed_by_the_first_unit_below_it(company):
    for unit in UNITS.values():
        if not unit.weight and unit.code != "1000":
            assert company.head(unit.code).unit.parent == unit.code


def test_head_of_a_department_is_called_bucho_and_of_a_section_kacho(company):
    for unit in STAFFED:
        if unit.code != BOARD:
            assert company.head(unit.code).position == ("部長" if unit.name.endswith("部") else "課長")


def test_germans_are_employed_under_german_law_only(company):
    assert {p.kind for p in company.people if p.unit.site is LUDWIGSBURG} == {"正社員"}


def test_germans_have_no_kana_and_japanese_do(company):
    for person in company.people:
        assert bool(person.name.kana) is (person.unit.site.country == "JP")


def test_pc_and_address_tell_the_site(company):
    for person in company.people:
        third = {"HMM": "1", "KTK": "2", "LUD": "3"}[person.unit.site.code]
        assert person.pc.startswith(f"pc-{person.unit.site.prefix.lower()}")
        assert person.ip.split(".")[:2] == ["10", third]


def test_addresses_are_possible_and_none_is_a_servers(company):
    servers = {account.ip for account in company.service_accounts}
    for person in company.people:
        assert all(0 < int(part) < 255 for part in person.ip.split("."))
        assert person.ip not in servers


@pytest.mark.parametrize("size", [60, 900])
def test_about_one_in_twenty_five_has_a_second_unit(size):
    staff = found(seed=SEED, people=size, moments=reckon(TODAY, 6)).people
    second = [person for person in staff if person.concurrent]
    assert size // 25 - 1 <= len(second) <= size // 25  # the culprit gives his up
    for person in second:
        assert person.unit.code not in person.concurrent
        assert len(set(person.concurrent)) == len(person.concurrent) <= 2
        assert set(person.concurrent) <= {unit.code for unit in STAFFED if unit.site.country == "JP"}


def test_regular_staff_is_longest_in_the_company(company):
    def years(kind):
        return [(TODAY - p.career.joined).days / 365 for p in company.people if p.kind in kind]

    assert max(years({"正社員"})) > 15
    assert max(years({"派遣社員", "契約社員"})) < 5


# careers


PERSON_DAYS = [
    (date(2020, 3, 31), False),
    (date(2020, 4, 1), True),
    (date(2026, 3, 13), True),
    (date(2026, 3, 14), False),
    (date(2026, 3, 31), False),
]


@pytest.mark.parametrize(("day", "present"), PERSON_DAYS)
def test_somebody_is_at_work_from_the_first_to_the_last_working_day(company, day, present):
    career = Career(joined=date(2020, 4, 1), last_day=date(2026, 3, 13), leaves=date(2026, 3, 31))
    assert replace(company.people[9], career=career).employed_on(day) is present


def test_without_a_last_working_day_the_end_of_the_engagement_counts(company):
    person = replace(company.people[9], career=Career(joined=date(2020, 4, 1), leaves=date(2026, 3, 31)))
    assert person.employed_on(date(2026, 3, 31))
    assert not person.employed_on(date(2026, 4, 1))


def test_whoever_is_seconded_elsewhere_never_comes(company):
    person = replace(company.people[9], kind="出向中", career=Career(joined=date(2020, 4, 1)))
    assert not person.employed_on(TODAY)


@pytest.mark.parametrize(
    ("notice", "leaves", "used_up", "last"),
    [
        ("2026-01-10", "2026-03-31", 10, "2026-03-21"),
        ("2026-01-10", "2026-03-31", 0, "2026-03-31"),
        ("2026-03-28", "2026-03-31", 10, "2026-03-28"),
    ],
)
def test_holidays_left_are_used_up_before_the_end_but_not_before_notice(company, notice, leaves, used_up, last):
    career = leave(
        company.people[9], notice=date.fromisoformat(notice), leaves=date.fromisoformat(leaves), used_up=used_up
    ).career
    assert career.last_day == date.fromisoformat(last)


def test_who_leaves_gives_notice_works_on_and_goes(company):
    for person in company.people:
        career = person.career
        if career.notice:
            assert career.joined < career.notice <= career.last_day <= career.leaves


def test_account_follows_the_marriage_on_its_day(company, moments):
    person = company.person(company.renamed)
    before, since = person.former_account
    assert person.account_on(since - DAY) == before != person.name.account
    assert person.account_on(since) == person.name.account
    assert (since, person.name.written.split()[0]) == (moments.renaming, "榛葉")


def test_unit_follows_the_change_of_role_on_its_day(company, moments):
    person = company.person(company.role_changer)
    assert person.unit_on(moments.role_change - DAY) is person.moved[0]
    assert person.unit_on(moments.role_change) is person.unit
    assert person.moved[0] is not person.unit


# the cast


def test_culprit_is_a_die_designer_who_has_given_notice(company, moments):
    culprit = company.person(company.culprit)
    assert (culprit.unit.code, culprit.concurrent) == (DIE_DESIGN, ())
    assert culprit.career.notice == moments.notice
    assert culprit.career.leaves == moments.leaves
    assert culprit.career.leaves - culprit.career.last_day == timedelta(days=13)
    assert culprit.employed_on(moments.evenings[-1])


def test_retiree_is_still_there_while_he_hands_over_and_his_successor_stays(company, moments):
    retiree, successor = company.person(company.retiree), company.person(company.successor)
    assert retiree.unit is successor.unit is UNITS[TESTING]
    assert all(retiree.employed_on(day) for day in moments.handover)
    assert retiree.career.notice < moments.handover[0]
    assert successor.career.leaves is None


def test_nobody_plays_two_parts(company):
    parts = [
        company.culprit, company.retiree, company.successor, company.batch_exporter, company.renamed,
        company.role_changer, *company.leavers, *company.newcomers,
    ]  # fmt: skip
    assert len(set(parts)) == len(parts)
    heads = {company.head(unit.code).number for unit in STAFFED}
    assert not heads & set(parts)


@pytest.mark.parametrize(("people", "leavers", "newcomers"), [(60, 2, 1), (300, 11, 7), (900, 32, 22)])
def test_as_many_come_and_go_as_the_size_asks_for(people, leavers, newcomers):
    company = found(seed=SEED, people=people, moments=reckon(TODAY, 12))
    assert (len(company.leavers), len(company.newcomers)) == (leavers, newcomers)


def test_others_leave_all_over_the_year_and_the_last_after_the_demo_day(company, moments):
    ends = [company.person(number).career.leaves for number in company.leavers]
    assert min(ends) < moments.start + timedelta(days=60)
    assert max(ends) > moments.today
    assert ends == sorted(ends)


def test_newcomers_join_in_april_or_october(company):
    joined = {company.person(number).career.joined for number in company.newcomers}
    assert joined <= {date(2026, 4, 1), date(2026, 10, 1)}


def test_in_a_short_history_newcomers_join_in_its_second_week():
    company = found(seed=SEED, people=60, moments=reckon(date(2026, 9, 15), 2))
    joined = {company.person(number).career.joined for number in company.newcomers}
    assert joined == {date(2026, 7, 22)}


# projects


def test_leader_is_a_member_and_members_are_there(company, moments):
    for project in company.projects:
        assert project.leader == project.members[0]
        assert len(set(project.members)) == len(project.members) >= 3
        assert all(company.person(number).employed_on(moments.today) for number in project.members)


def test_no_die_designer_is_in_the_secret_project(company):
    (project,) = [one for one in company.projects if one.code == SECRET_PROJECT]
    assert DIE_DESIGN not in {company.person(number).unit.code for number in project.members}
    assert project.end is None


def test_culprit_is_in_no_project(company):
    assert not any(company.culprit in project.members for project in company.projects)


def test_projects_begin_on_the_first_of_a_month_and_the_oldest_are_over(company, moments):
    for project in company.projects:
        assert project.start.day == 1
        assert project.end is None or project.start < project.end <= moments.today
    assert {one.code for one in company.projects if one.end} == {"PJ-2307", "PJ-2404", "PJ-2405"}


def test_services_have_a_keeper_who_is_in_information_systems(company):
    assert [one.account for one in company.service_accounts] == ["svc-backup", "svc-index"]
    for account in company.service_accounts:
        assert company.person(account.keeper).unit.name == "情報システム部"


def test_unknown_number_is_nobody(company):
    with pytest.raises(KeyError):
        company.person("E9999")


@given(st.integers(0, 10**6), st.integers(LEAST + 4, 120), st.integers(2, 14))
@settings(max_examples=15, deadline=None)
def test_every_seed_and_size_founds_a_whole_company(seed, people, months):
    company = found(seed=seed, people=people, moments=reckon(TODAY, months))
    assert len(company.people) == people
    for number in (company.culprit, company.retiree, company.successor, company.renamed, company.role_changer):
        assert company.person(number)
    assert len(company.projects) == 10
