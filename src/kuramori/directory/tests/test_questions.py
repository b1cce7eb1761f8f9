"""What other rooms may ask, and what each asker gets: nothing for strangers, his own for the rest, few queries."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils.translation import override

from kuramori.directory import api
from kuramori.directory.acts import people, units
from kuramori.directory.models import Assignment, Person
from kuramori.directory.queries.history import assignments_of, main_site_zones, subjects_of
from kuramori.directory.queries.people import (
    engagements_of,
    people_at_site,
    people_with_places,
    running_engagement,
)
from kuramori.directory.tests.company import FOUNDED, NOON, TODAY, Company
from kuramori.directory.viewing import viewer_of_system
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role, Viewer

NOBODY = Viewer(actor=SYSTEM, person_id=None)
LONG_AGO, LATER = date(2019, 1, 1), TODAY + timedelta(days=60)


@pytest.mark.parametrize(
    "ask",
    [
        lambda v, c: api.who_was_where(v, TODAY),
        lambda v, c: api.assignments_between(v, LONG_AGO, LATER),
        lambda v, c: api.identities_between(v, LONG_AGO, LATER),
        lambda v, c: api.leavers(v, LONG_AGO, LATER),
        lambda v, c: list(api.people_visible_to(v)),
        lambda v, c: api.people_choices(v),
        lambda v, c: api.person_names(v, [c.akari.pk]),
        lambda v, c: api.unit_names(v, [c.top.pk]),
        lambda v, c: api.unit_heads(v, [c.top.pk]),
        lambda v, c: api.unit_subtree(v, c.top.pk),
        lambda v, c: api.sites(v),
        lambda v, c: list(api.units_visible_to(v)),
        lambda v, c: list(api.projects_visible_to(v)),
        lambda v, c: assignments_of(v, c.akari),
        lambda v, c: engagements_of(v, c.akari),
        lambda v, c: main_site_zones(v),
        lambda v, c: list(people_at_site(v, c.tokyo.pk)),
    ],
)
def test_a_stranger_gets_nothing_by_any_question(company: Company, ask: Callable) -> None:
    assert not ask(NOBODY, company)


def test_where_people_were_is_asked_by_day_and_by_what_was_known(company: Company, clock) -> None:
    akari = company.viewer(company.akari)
    [where] = api.who_was_where(akari, TODAY, people=[company.akari.pk])
    assert (where.unit_id, where.site_id, where.engagement_kind, where.is_main, where.boss_id) == (
        company.materials.pk, company.tokyo.pk, "regular", True, None,
    )  # fmt: skip
    assert api.who_was_where(akari, FOUNDED - timedelta(days=1)) == []
    assert len(api.who_was_where(akari, TODAY)) == 4
    assert api.who_was_where(akari, TODAY, NOON - timedelta(seconds=1)) == []


def test_main_and_side_places_are_told_main_first(company: Company) -> None:
    boss = company.daichi
    people.assignment_add(
        engagement=company.engagement(company.akari), unit=company.sales, starts_on=TODAY, today=TODAY, boss=boss,
        is_main=False, position="兼務担当", by=SYSTEM,
    )  # fmt: skip
    places = api.who_was_where(viewer_of_system(), TODAY, people=[company.akari.pk])
    assert [(p.is_main, p.unit_id, p.boss_id) for p in places] == [
        (True, company.materials.pk, None), (False, company.sales.pk, boss.pk),
    ]  # fmt: skip
    [shown] = people_with_places(company.viewer(company.chihiro)).filter(pk=company.akari.pk)
    assert [a.unit for a in shown.here] == [company.materials, company.sales]


def test_a_new_main_place_ends_the_former_the_day_before_and_a_side_place_does_not(company: Company) -> None:
    engagement = company.engagement(company.akari)
    people.assignment_add(
        engagement=engagement, unit=company.sales, starts_on=TODAY, today=TODAY, is_main=False, by=SYSTEM
    )
    people.assignment_add(engagement=engagement, unit=company.research, starts_on=TODAY, today=TODAY, by=SYSTEM)
    held = {a.unit.code: (a.starts_on, a.ends_on) for a in assignments_of(viewer_of_system(), company.akari)}
    assert held == {
        "1000": (TODAY, None), "2000": (TODAY, None), "1100": (FOUNDED, TODAY - timedelta(days=1)),
    }  # fmt: skip


def test_one_place_of_work_is_one_line_however_often_it_was_corrected(company: Company, clock) -> None:
    for position in ("主任", "係長", "課長"):
        clock.shift(timedelta(minutes=1))
        people.assignment_correct(
            assignment=Assignment.objects.known().get(person=company.akari), position=position, by=SYSTEM, why="?"
        )
    assert [a.position for a in assignments_of(viewer_of_system(), company.akari)] == ["課長"]
    assert Assignment.objects.filter(person=company.akari).values("line").distinct().count() == 1
    assert Assignment.objects.filter(person=company.akari).count() == 4


def test_names_of_a_period_hold_employee_numbers_and_the_days_of_accounts(company: Company) -> None:
    former = people.identity_add(person=company.akari, namespace="ad", value="sakura.a", starts_on=FOUNDED, by=SYSTEM)
    people.identity_end(identity=former, last=date(2026, 5, 23), by=SYSTEM)
    people.identity_add(person=company.akari, namespace="ad", value="toyama.a", starts_on=date(2026, 5, 24), by=SYSTEM)
    viewer = company.viewer(company.daichi)

    def names(first: date, last: date) -> set[str]:
        found = api.identities_between(viewer, first, last)
        return {each.value for each in found if each.person_id == company.akari.pk}

    assert names(date(2026, 5, 1), date(2026, 5, 23)) == {"A-1", "sakura.a"}
    assert names(date(2026, 5, 24), TODAY) == {"A-1", "toyama.a"}
    assert names(LONG_AGO, LONG_AGO) == set()


def test_zones_are_those_of_the_main_place(company: Company) -> None:
    berlin = units.site_add(code="BER", name_ja="ベルリン", zone_name="Europe/Berlin", by=SYSTEM)
    people.assignment_add(
        engagement=company.engagement(company.akari), unit=company.sales, site=berlin, starts_on=TODAY, today=TODAY,
        is_main=False, by=SYSTEM,
    )  # fmt: skip
    assert main_site_zones(viewer_of_system())[company.akari.pk] == "Asia/Tokyo"
    people.assignment_add(
        engagement=company.engagement(company.botan), unit=company.sales, site=berlin, starts_on=TODAY, today=TODAY,
        by=SYSTEM,
    )  # fmt: skip
    assert main_site_zones(viewer_of_system())[company.botan.pk] == "Europe/Berlin"
    assert list(people_at_site(company.viewer(company.akari), berlin.pk)) == [company.botan]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_names_are_written_in_the_letters_of_the_reader(company: Company, language: str) -> None:
    with override(language):
        names = api.person_names(company.viewer(company.chihiro), [company.akari.pk])
        assert names == {company.akari.pk: {"ja": "佐倉 灯里", "en": "Akari Sakura"}[language]}
        choices = dict(api.people_choices(company.viewer(company.chihiro), "A-1"))
        assert choices[company.akari.pk].endswith("(A-1)")
        assert api.unit_names(company.viewer(company.chihiro), [company.materials.pk]) == {
            company.materials.pk: {"ja": "材料課", "en": "Unit 1100"}[language]
        }


@pytest.mark.parametrize("words", ["佐倉", "サクラ", "さくら", "ｻｸﾗ", "Sakura", "SAKURA", "A-1", "akari@example.jp"])
def test_a_person_is_found_by_any_of_his_names(company: Company, words: str) -> None:
    assert [pk for pk, _name in api.people_choices(company.viewer(company.chihiro), words)] == [company.akari.pk]


def test_a_chooser_offers_only_people_who_are_here_and_not_too_many(company: Company) -> None:
    people.engagement_end(
        engagement=company.engagement(company.akari), last=TODAY - timedelta(days=1), today=TODAY, by=SYSTEM
    )
    viewer = company.viewer(company.chihiro)
    assert company.akari.pk not in dict(api.people_choices(viewer))
    assert len(api.people_choices(viewer, limit=2)) == 2
    assert api.people_choices(viewer, "居ない人") == []


def test_the_ledger_speaks_of_a_person_under_more_ids_to_those_who_may_know(company: Company) -> None:
    company.give(company.botan, Role.HR)
    engagement = company.engagement(company.akari)
    assert subjects_of(company.viewer(company.daichi), company.akari) == [company.akari.pk]
    assert api.subjects_of_person(company.viewer(company.botan), company.akari) == [company.akari.pk, engagement.pk]


def test_an_engagement_is_handed_out_for_changing_only_to_who_may_change(company: Company) -> None:
    assert running_engagement(company.viewer(company.chihiro), company.akari) is None
    assert running_engagement(viewer_of_system(), company.akari) == company.engagement(company.akari)


@pytest.mark.parametrize("number", [0, 1, 40])
def test_no_question_asks_more_of_the_database_for_more_people(
    company: Company, number: int, django_assert_max_num_queries
) -> None:
    for n in range(number):
        company.person(f"X-{n}", f"社員 {n}", f"シャイン {n}", f"Shain{n} X", company.sales)
    viewer = viewer_of_system()
    ids = list(Person.objects.values_list("pk", flat=True))
    for ask, most in (
        (lambda: api.who_was_where(viewer, TODAY), 2),
        (lambda: api.assignments_between(viewer, LONG_AGO, LATER), 1),
        (lambda: api.identities_between(viewer, LONG_AGO, LATER), 2),
        (lambda: api.leavers(viewer, LONG_AGO, LATER), 1),
        (lambda: api.person_names(viewer, ids), 1),
        (lambda: list(people_with_places(viewer)), 2),
    ):
        with django_assert_max_num_queries(most):
            ask()


def test_leavers_come_by_their_last_day_and_those_without_one_last(company: Company) -> None:
    soon, later = TODAY + timedelta(days=3), TODAY + timedelta(days=9)
    for person, values in (
        (company.akari, {"end_planned": later}), (company.botan, {"end_planned": soon}), (company.chihiro, {}),
    ):  # fmt: skip
        people.notice_receive(engagement=company.engagement(person), received_on=TODAY, by=SYSTEM, **values)
    found = api.leavers(viewer_of_system(), TODAY, LATER, look_back_days=90)
    assert [each.person_id for each in found] == [company.botan.pk, company.akari.pk, company.chihiro.pk]
    assert found[0].look_back_from == soon - timedelta(days=90)
    assert (found[2].last_day, found[2].look_back_from) == (None, TODAY)
    assert {each.engagement_kind for each in found} == {"regular"}
