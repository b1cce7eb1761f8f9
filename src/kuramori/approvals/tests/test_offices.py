"""Who holds an office today, and who is one human under two numbers."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from kuramori.approvals.offices import boss_of, engaged_among, head_above, holders_of, numbers_of, same_human
from kuramori.directory.acts.people import engagement_end, person_edit
from kuramori.directory.acts.units import unit_edit
from kuramori.directory.models import Assignment
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.permissions import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    with time_machine.travel(NOON, tick=False):
        yield Company()


def test_heads_are_looked_for_upwards_and_skip_who_must_not_decide(here):
    assert head_above(here.materials.pk) == frozenset()
    assert head_above(here.akari.pk) == frozenset(), "no such unit"
    unit_edit(unit=here.materials, head=here.akari, by=SYSTEM)
    unit_edit(unit=here.top, head=here.daichi, by=SYSTEM)
    assert head_above(here.materials.pk) == {here.akari.pk}
    assert head_above(here.materials.pk, but=frozenset({here.akari.pk})) == {here.daichi.pk}
    assert head_above(here.sales.pk) == {here.daichi.pk}


def test_the_boss_is_whom_the_assignment_names_else_the_head_and_never_oneself(here):
    unit_edit(unit=here.materials, head=here.akari, by=SYSTEM)
    assert boss_of(here.botan.pk) == {here.akari.pk}
    assert boss_of(here.akari.pk) == frozenset()
    place = Assignment.objects.known().get(person=here.akari)
    for boss, expected in ((here.chihiro, {here.chihiro.pk}), (here.akari, set())):
        with act("directory.assignment.correct", by=SYSTEM):
            place = place.corrected(boss=boss)
        assert boss_of(here.akari.pk) == expected
    assert boss_of(here.materials.pk) == frozenset(), "who is assigned nowhere has no boss"


def test_roles_hold_for_the_company_for_units_above_and_for_the_site_while_somebody_works_here(here):
    here.give(here.akari, Role.LEGAL)
    here.give(here.botan, Role.LEGAL, unit=here.research)
    here.give(here.chihiro, Role.LEGAL, site=here.tokyo)
    here.give(here.daichi, Role.LEGAL, unit=here.sales)
    assert holders_of(Role.LEGAL) == {here.akari.pk}
    assert holders_of(Role.LEGAL, here.materials.pk) == {here.akari.pk, here.botan.pk, here.chihiro.pk}
    apart = here.unit("9000", "別会社")
    unit_edit(unit=apart, site=None, by=SYSTEM)
    assert holders_of(Role.LEGAL, apart.pk) == {here.akari.pk}
    engagement_end(engagement=here.engagement(here.botan), last=TODAY, today=TODAY, by=SYSTEM)
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        assert here.botan.pk not in holders_of(Role.LEGAL, here.materials.pk)
        assert engaged_among([here.botan.pk, here.akari.pk]) == {here.akari.pk}


def test_one_mail_address_or_account_is_one_human_and_an_empty_one_is_nobody(here):
    twin = here.person("B-1", "佐倉 灯里", "サクラ アカリ", "AKARI Sakura", here.sales)
    assert same_human([here.akari.pk]) == {here.akari.pk, twin.pk}
    for person in (twin, here.akari, here.botan):
        person_edit(person=person, mail="", account_name="", by=SYSTEM)
    assert same_human([here.akari.pk]) == {here.akari.pk}
    for one, other in (("Sakura", "sakura"), ("ÄKARI", "ÄKARI"), ("灯里", "灯里")):
        person_edit(person=twin, account_name=one, by=SYSTEM)
        person_edit(person=here.akari, account_name=other, by=SYSTEM)
        assert same_human([twin.pk]) == {here.akari.pk, twin.pk}, one
    assert same_human([twin.pk, here.botan.pk]) == {here.akari.pk, twin.pk, here.botan.pk}
    assert same_human([]) == frozenset()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by what the table holds: here, a handful")
def test_one_human_is_found_by_index_and_not_by_reading_all_people(here):
    plan = numbers_of([here.akari.pk]).explain()
    assert "SCAN directory_person" not in plan
    assert "directory_mail_key" in plan
    assert "directory_account_name_key" in plan
