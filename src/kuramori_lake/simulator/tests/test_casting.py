"""Who plays which case, when, and who leaves besides: casting changes people, never the company's size or its story."""

from collections import Counter
from datetime import date, timedelta

import pytest

from kuramori_lake.simulator.calendars import DAY
from kuramori_lake.simulator.cases import CASES, OTHERS, Strength, cast, chosen
from kuramori_lake.simulator.cases.book import VAULTS
from kuramori_lake.simulator.cases.casting import SPAN_LEFT, WARM_DAYS
from kuramori_lake.simulator.cases.playing import hr_events
from kuramori_lake.simulator.company import UNITS
from kuramori_lake.simulator.founding import found
from kuramori_lake.simulator.moments import reckon
from kuramori_lake.simulator.unplayable import Unplayable

TODAY = date(2026, 11, 20)
EVERY = {case.id: Strength.TENTH for case in (*CASES, *OTHERS)}
SEEDS = (1, 2, 3, 4)


def played(seed, wanted=None, *, months=6, people=200, within=None):
    moments = reckon(TODAY, months)
    company = found(seed=seed, people=people, moments=moments)
    return company, *cast(company, seed=seed, wanted=wanted or EVERY, moments=moments, within=within)


@pytest.fixture(scope="module", params=SEEDS)
def cast_of(request):
    return played(request.param)


def test_without_cases_the_company_stays_as_it_was():
    moments = reckon(TODAY, 2)
    company = found(seed=1, people=60, moments=moments)
    assert cast(company, seed=1, wanted={}, moments=moments) == (company, [])


def test_nobody_is_hired_or_dismissed_for_a_case(cast_of):
    before, after, parts = cast_of
    assert [one.number for one in after.people] == [one.number for one in before.people]
    assert len(parts) == len(EVERY)


def test_each_case_has_somebody_of_its_own_who_plays_no_other_part(cast_of):
    before, after, parts = cast_of
    players = [part.person for part in parts]
    assert len(set(players)) == len(players)
    taken = {before.culprit, before.retiree, before.successor, before.batch_exporter, before.renamed,
             before.role_changer, *before.newcomers, *before.leavers}  # fmt: skip
    heads = {after.staff(code)[0].number for code in UNITS if after.staff(code)}
    assert not set(players) & (taken | heads)


def test_everybody_works_in_a_trade_that_the_case_names(cast_of):
    before, _, parts = cast_of
    for part in parts:
        assert before.person(part.person).unit.trade in part.case.trades, part.case.id


def test_who_works_with_a_vault_is_on_own_ground_only_where_the_case_says_so(cast_of):
    _, after, parts = cast_of
    users = {code: set(next(p for p in after.projects if p.code == code).members) for code in VAULTS}
    for part in parts:
        for code in part.case.vaults:
            assert (part.person in users[code]) is part.case.member, part.case.id


def test_culprits_lose_their_ordinary_projects_so_that_vaults_are_new_to_them(cast_of):
    _, after, parts = cast_of
    players = {part.person for part in parts}
    for project in after.projects:
        if project.code not in VAULTS:
            assert not players & set(project.members)
            assert project.leader not in players


def test_each_vault_is_somebodys_daily_bread(cast_of):
    _, after, _ = cast_of
    for code, (_, _, unit, _) in VAULTS.items():
        project = next(one for one in after.projects if one.code == code)
        assert project.unit.code == unit
        assert project.leader in project.members
        assert len(set(project.members)) == len(project.members) >= 2
        assert project.end is None


def test_deeds_are_done_on_working_days_while_the_person_is_there(cast_of):
    before, after, parts = cast_of
    start = reckon(TODAY, 6).start
    for part in parts:
        person = after.person(part.person)
        assert list(part.days) == sorted(set(part.days))
        for day in part.days:
            assert person.unit.site.works_on(day)
            assert start < day <= part.last
            assert before.person(part.person).employed_on(day)
        assert person.career.last_day == part.last
        assert person.career.leaves == part.last + DAY
        assert person.unit.site.works_on(part.last)


def test_there_is_time_to_become_usual_before_the_first_deed(cast_of):
    start = reckon(TODAY, 6).start
    for part in cast_of[2]:
        if part.days:
            assert (part.days[0] - start).days >= WARM_DAYS - 5, part.case.id


def test_notice_is_as_long_before_the_last_day_as_the_case_tells(cast_of):
    _, after, parts = cast_of
    for part in parts:
        notice = after.person(part.person).career.notice
        if part.case.notice_before is None:
            assert notice is None, part.case.id
        else:
            assert 0 <= (part.last - notice).days - part.case.notice_before <= 3, part.case.id


def test_contractors_are_contractors_and_nobody_else_becomes_one(cast_of):
    before, after, parts = cast_of
    for part in parts:
        kind = after.person(part.person).kind
        assert kind == ("業務委託" if part.case.contractor else before.person(part.person).kind)


@pytest.mark.parametrize(
    ("case", "strength", "days"),
    [("CASE-11", "reported", 2), ("CASE-11", "slow", 60), ("CASE-07", "slow", 8), ("CASE-03", "reported", 13),
     ("CASE-01", "tenth", 5), ("CASE-06", "reported", 84), ("CASE-02", "slow", 0)],
)  # fmt: skip
def test_deeds_last_as_long_as_the_strength_says(case, strength, days):
    *_, (part,) = played(2, {case: Strength(strength)})
    span = (part.days[-1] - part.days[0]).days + 1 if part.days else 0
    if strength == "slow" and days == 60:
        assert 50 <= span <= 60
    elif case == "CASE-06":
        assert 70 <= span <= 84
    else:
        assert len(part.days) == days
    assert len(part.days) <= max(part.amount, 0)


# cases that end shortly before today


@pytest.mark.parametrize("within", [SPAN_LEFT, 10, 40])
def test_cases_end_in_the_days_before_today_that_were_asked_for(within):
    _, after, parts = played(3, within=within)
    for part in parts:
        if part.days:
            ago = (TODAY - part.days[-1]).days
            # The last day is moved back to a working day, so that a weekend or closing days may come on top.
            assert SPAN_LEFT <= ago <= within + 11, part.case.id
        assert after.person(part.person).career.leaves == part.last + DAY


def test_whoever_has_just_done_it_may_still_be_there():
    """Nobody has heard of a notice that is yet to come, neither the people's file nor the list of events."""
    _, after, parts = played(3, within=10)
    assert any(part.last >= TODAY for part in parts)
    later = {part.person for part in parts if part.last - timedelta(days=part.case.notice_before or 0) >= TODAY}
    assert later
    for number in later:
        assert after.person(number).career.notice is None
    told = hr_events(parts, TODAY)
    assert all(day < TODAY for _, _, day in told)
    known = {part.person for part in parts if part.case.hr_event and part.person not in later}
    returned = {part.person for part in parts if part.case.hr_event == "leave_return"}
    assert {person for person, _, _ in told} == known | returned


# innocent leavers


def test_one_in_eight_a_year_leaves_without_harm(cast_of):
    before, after, parts = cast_of
    gone = set(after.leavers) - set(before.leavers)
    assert 9 <= len(gone) <= 15
    assert not gone & {part.person for part in parts}
    for number in gone:
        career = after.person(number).career
        assert career.notice < career.leaves
        assert career.last_day <= career.leaves
    assert Counter(after.leavers).most_common(1)[0][1] == 1


# what does not fit


@pytest.mark.parametrize("people", [32, 33, 34])
def test_a_company_without_anybody_left_for_a_case_is_refused_with_its_name(people):
    with pytest.raises(Unplayable, match=rf"{people} people are too few to play (CASE|MADE)-"):
        played(1, people=people)


@pytest.mark.parametrize(("case", "months"), [("CASE-06", 3), ("CASE-07", 3), ("CASE-09", 3), ("CASE-11", 2)])
def test_a_history_that_is_too_short_names_the_case_and_its_days(case, months):
    with pytest.raises(Unplayable, match=f"too short for {case}: ") as refused:
        played(1, {case: Strength.REPORTED}, months=months)
    assert refused.value.values["case"] == case
    assert refused.value.values["days"] < 100


def test_other_ways_are_cast_by_name_only():
    assert not {case.id for case in OTHERS} & set(chosen("all", 3))
    assert chosen("MADE-WEB,MADE-MAIL:tenth", 3) == {"MADE-WEB": "reported", "MADE-MAIL": "tenth"}
    assert [case.channels for case in OTHERS] == [("web",), ("mail",)]


@pytest.mark.parametrize(
    ("case", "channels"),
    [("CASE-03", ("files",)), ("CASE-04", ("db", "removable")), ("CASE-07", ("removable", "mail")),
     ("CASE-08", ("removable",)), ("CASE-09", ("print",)), ("CASE-02", ("none",))],
)  # fmt: skip
def test_a_case_names_every_channel_it_shows_in(case, channels):
    assert next(one for one in CASES if one.id == case).channels == channels
