"""The register: every column of every row is what such a company would have written, and fits its other files."""

import re
from collections import Counter
from datetime import date, timedelta

import pytest

from kuramori_lake.simulator.company import STAFFED, UNITS
from kuramori_lake.simulator.dice import dice
from kuramori_lake.simulator.founding import SECRET_PROJECT
from kuramori_lake.simulator.library import SHARES_OF
from kuramori_lake.simulator.register import LEVELS, draw_up, unit_names
from kuramori_lake.simulator.subjects import KINDS, PARTNERS, Kind, titles
from kuramori_lake.simulator.tests.conftest import SEED, TODAY

BY_NAME = {kind.name: kind for kind in KINDS}
HALF_YEARS = {date(2026, 3, 31), date(2026, 12, 31), date(2027, 3, 31), date(2027, 9, 30)}


@pytest.fixture(scope="module")
def ordinary(register, company):
    """Those that are no project's own."""
    titles_of_projects = {f"{project.name} 成果物一式" for project in company.projects}
    return [one for one in register if not one.is_the_story and one.title not in titles_of_projects]


def test_register_has_as_many_rows_as_asked_for_numbered_from_one(register):
    assert [one.number for one in register] == [f"SR-{place:04d}" for place in range(1, 401)]


def test_numbers_follow_the_days_on_which_secrets_came_about(register):
    days = [one.acquired for one in register]
    assert days == sorted(days)


def test_no_title_is_used_twice(register):
    assert len({one.title for one in register}) == len(register)


def test_every_project_has_a_row_of_its_own_kept_by_its_leader(register, company):
    for project in company.projects:
        (row,) = [one for one in register if one.projects == (project.code,) and one.retention == 20 and
                  one.acquired == project.start and one.keeper == project.leader]  # fmt: skip
        assert row.tier == "A"
        assert (row.origin, row.unit) == ("自社", project.unit.code)


def test_story_has_one_row_and_it_is_the_gravest(register):
    (story,) = [one for one in register if one.is_the_story]
    assert (story.level, story.tier, story.kind) == ("極秘", "A", "図面")
    assert (story.technical, story.economic, story.legal) == (5, 5, 4)
    assert story.projects == (SECRET_PROJECT,)
    assert story.review == date(2026, 3, 31)  # overdue: nobody looked who may still read it


def test_storys_first_place_is_the_folder_that_is_read(register, books):
    (story,) = [one for one in register if one.is_the_story]
    assert story.places[0] == books.secret.unc_of(books.secret.main_folder)
    assert story.places[1].endswith("キャビネット C-12")


def test_storys_usefulness_and_secrecy_are_told(register):
    (story,) = [one for one in register if one.is_the_story]
    assert "原価低減" in story.usefulness
    assert "社外発表・出願なし" in story.non_public


def test_nothing_public_is_in_the_register(register):
    counts = Counter(one.level for one in register)
    assert set(counts) == set(LEVELS[:3])
    assert counts["極秘"] < counts["秘"] < counts["社外秘"]


def test_kind_fits_the_trade_of_the_unit(ordinary):
    for one in ordinary:
        assert UNITS[one.unit].trade in BY_NAME[one.kind].trades, one


def test_every_kind_of_secret_is_there(register):
    assert {one.kind for one in register} == set(BY_NAME)


def test_tier_a_is_for_all_of_the_gravest_and_some_of_the_next(register):
    tiers = {level: {one.tier for one in register if one.level == level} for level in LEVELS[:3]}
    assert tiers == {"極秘": {"A"}, "秘": {"A", "B"}, "社外秘": {"B"}}


def test_keeper_is_of_the_unit_regular_and_there(ordinary, company):
    for one in ordinary:
        keeper = company.person(one.keeper)
        assert keeper.unit.code == one.unit
        assert keeper.employed_on(TODAY)
        assert keeper.kind in {"正社員", "役員"} or keeper is company.head(one.unit)


def test_keeper_is_no_leaver(ordinary, company):
    heads = {company.head(unit.code).number for unit in STAFFED}
    assert not [one for one in ordinary if company.person(one.keeper).career.notice and one.keeper not in heads]


def test_share_of_a_place_is_on_the_server_it_names(register):
    for one in register:
        for place in one.places:
            if place.startswith("\\\\"):
                host, share = place.split("\\")[2:4]
                assert share in SHARES_OF[host], place


def test_folder_of_a_place_holds_documents(register, books):
    folders = set()
    for area in books.areas.values():
        for _, path in area.documents:
            parts = area.unc_of(path).split("\\")
            folders |= {"\\".join(parts[:depth]) for depth in range(4, len(parts))}
    assert not [place for one in register for place in one.places if place.startswith("\\\\") and place not in folders]


def test_other_places_are_cabinets_zones_and_systems(register):
    systems = {kind.system for kind in KINDS if kind.system}
    others = {place for one in register for place in one.places if not place.startswith("\\\\")}
    assert others & systems
    for place in others - systems:
        assert re.search(r" (\dF キャビネット C-\d\d|管理区域 Z[1-5])$", place), place


def test_samples_and_paper_are_for_what_can_be_touched(register):
    assert {one.medium for one in register} == {"電子", "電子・紙", "紙", "試作品"}
    for one in register:
        if one.medium == "試作品":
            assert BY_NAME[one.kind].tangible, one


def test_partner_is_named_if_and_only_if_it_was_received(register):
    assert {one.origin for one in register} == {"自社", "受領"}
    for one in register:
        assert bool(one.partner) is (one.origin == "受領")
        assert one.partner in ("", *PARTNERS)


def test_received_secrets_are_mostly_of_kinds_that_partners_hand_over(ordinary):
    def share(is_from_partners):
        rows = [one for one in ordinary if BY_NAME[one.kind].from_partners is is_from_partners]
        return sum(one.origin == "受領" for one in rows) / len(rows)

    assert share(is_from_partners=True) > 2 * share(is_from_partners=False)


def test_scope_begins_with_the_own_unit(ordinary):
    for one in ordinary:
        assert one.units[0] == one.unit
        assert len(one.units) == len(set(one.units)) <= 2
        assert len(one.units) == 1 or one.level == "社外秘"


def test_scope_of_units_stays_in_the_division(ordinary):
    assert all({code[0] for code in one.units} == {one.unit[0]} for one in ordinary)


def test_persons_are_named_only_for_the_gravest_and_are_there(ordinary, company):
    named = [one for one in ordinary if one.persons]
    assert named
    for one in named:
        assert one.level == "極秘"
        assert all(company.person(number).employed_on(TODAY) for number in one.persons)


def test_projects_and_outsiders_in_the_scope_exist(register, company):
    codes = {project.code for project in company.projects}
    assert {code for one in register for code in one.projects} <= codes
    assert {name for one in register for name in one.outsiders} <= set(PARTNERS)


def test_secrets_came_about_since_april_2019_and_not_in_the_last_weeks(ordinary):
    assert min(one.acquired for one in ordinary) >= date(2019, 4, 1)
    assert max(one.acquired for one in ordinary) < TODAY - timedelta(days=19)


def test_fiscal_year_in_a_title_is_that_in_which_it_came_about(ordinary):
    dated = [(one, int(found[1])) for one in ordinary if (found := re.search(r"(\d{4})年度$", one.title))]
    assert len(dated) > 50
    for one, year in dated:
        assert date(year, 4, 1) <= one.acquired <= date(year + 1, 3, 31), one


def test_next_stocktaking_is_at_the_end_of_a_half_year_and_one_in_sixteen_is_overdue(register):
    assert {one.review for one in register} <= HALF_YEARS
    overdue = sum(one.review < TODAY for one in register)
    assert 8 <= overdue <= 45


def test_years_of_retention_are_common_ones(register):
    assert {one.retention for one in register} == {5, 7, 10, 15, 20}


def test_values_go_from_one_to_five_and_rise_with_the_level(register):
    def mean(level):
        rows = [one for one in register if one.level == level]
        return sum(one.technical + one.economic + one.legal for one in rows) / len(rows)

    assert all(1 <= value <= 5 for one in register for value in (one.technical, one.economic, one.legal))
    assert mean("社外秘") < mean("秘") < mean("極秘")


def test_usefulness_and_secrecy_are_reasons_of_the_kind(ordinary):
    for one in ordinary:
        assert one.usefulness in BY_NAME[one.kind].uses
        assert one.non_public in BY_NAME[one.kind].closed


def test_remarks_are_seldom_and_hold_signs_that_importers_stumble_over(register):
    notes = [one.note for one in register if one.note]
    assert 0.3 * len(register) < len(notes) < 0.7 * len(register)
    assert {"【", "㈱", "～"} <= set("".join(notes))


@pytest.mark.parametrize("count", [40, 80])
def test_small_register_has_the_projects_first_of_all(company, books, count):
    rows = draw_up(seed=SEED, company=company, library=books, today=TODAY, count=count)
    assert len(rows) == count
    assert sum(one.is_the_story for one in rows) == 1


def test_same_seed_same_register(company, books, register):
    assert draw_up(seed=SEED, company=company, library=books, today=TODAY, count=400) == register
    assert draw_up(seed=SEED + 1, company=company, library=books, today=TODAY, count=400) != register


@pytest.mark.parametrize(
    ("codes", "words"), [(("3210",), "金型設計課"), (("3210", "3220"), "金型設計課、金型試作課"), ((), "")]
)
def test_units_are_written_with_the_japanese_comma(codes, words):
    assert unit_names(codes) == words


# wordings


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_wordings_name_subject_and_theme(kind: Kind):
    for wording in kind.wordings:
        assert "{p}" in wording
        assert "{t}" in wording
    assert kind.folders
    assert kind.uses
    assert kind.closed


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_titles_are_new_until_all_are_used_and_counted_then(kind):
    used, rng = set(), dice(1, kind.name)
    for _ in range(len(kind.subjects) * len(kind.themes) * 12):
        found = titles(kind, rng, used)
        assert found
        assert not set(found) & used
        used |= set(found)
    assert any(" 補遺" in title for title in used)
    plain = {title for title in used if " 補遺" not in title}
    assert len(plain) <= len(kind.subjects) * len(kind.themes) * len(kind.wordings)


def test_every_trade_has_something_to_keep_secret():
    assert {trade for kind in KINDS for trade in kind.trades} == {unit.trade for unit in STAFFED}
