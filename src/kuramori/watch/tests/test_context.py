"""What the lake is told: who is who on which day, what is secret where, whose deeds count, and which days are free."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kuramori.directory.acts.people import assignment_add, identity_add, identity_end
from kuramori.directory.acts.units import site_add
from kuramori.directory.tests.company import FOUNDED, NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.register.api import Secret, secret_add
from kuramori.watch.acts.settings import (
    account_add,
    account_retire,
    charter_add,
    charter_retire,
    flow_add,
    source_retire,
)
from kuramori.watch.api import ingest
from kuramori.watch.context import context_of, context_sync
from kuramori.watch.lake import lake
from kuramori.watch.models import LogSource
from kuramori.watch.queries.charters import sites_watched, watched_sites
from kuramori.watch.rules.charters import Lack
from kuramori.watch.tests.conftest import charter_words, leave

TODAY = NOON.date()
pytestmark = pytest.mark.usefixtures("charter")


def test_an_account_is_a_persons_on_the_days_it_was_his(company: Company):
    former = identity_add(person=company.chihiro, namespace="ad", value="tooyama.c", starts_on=FOUNDED, by=SYSTEM)
    identity_end(identity=former, last=date(2026, 9, 30), by=SYSTEM)
    held = {each.raw: each for each in context_of(TODAY).identities if each.person_id == str(company.chihiro.pk)}
    assert held["tooyama.c"].until == date(2026, 9, 30)
    assert held["chihiro"].until is None


def test_people_stand_in_their_unit_and_site_with_their_projects(company: Company):
    (one,) = (each for each in context_of(TODAY).people if each.person_id == str(company.chihiro.pk))
    assert (one.unit, one.site, one.employment) == (str(company.sales.pk), "TYO", "regular")
    assert (one.notice_on, one.last_day, one.projects) == (None, None, ())


def test_a_notice_and_a_last_working_day_are_told_to_the_lake_only(company: Company):
    leave(company)
    (one,) = (each for each in context_of(TODAY).people if each.person_id == str(company.chihiro.pk))
    assert (one.notice_on, one.last_day) == (date(2026, 11, 10), date(2026, 12, 18))


def test_a_place_on_a_share_is_told_as_the_log_writes_it_until_the_source_goes(secret: Secret, source: LogSource):
    assert [each.pattern for each in context_of(TODAY).secrets] == ["//fs01/zairyo/配合", "/srv/samba/zairyo/配合"]
    source_retire(source=source, by=SYSTEM, why="移設")
    assert [each.pattern for each in context_of(TODAY).secrets] == ["//fs01/zairyo/配合"]


def test_what_lay_there_when_the_secret_was_identified_counts_since_then(secret: Secret):
    assert context_of(TODAY).secrets[0].since == secret.identified_on


def test_levels_weigh_by_rank_and_the_highest_that_has_a_place_weighs_one(company: Company, levels: dict[str, Any]):
    below_the_top = sorted(levels.values(), key=lambda one: one.rank)[:3]
    for number, level in enumerate(below_the_top, 1):
        secret_add(
            number=f"S-010{number}", title="試作", keeper=company.akari, unit=company.materials, level=level, tier="a",
            identified_on=FOUNDED, places=[{"kind": "path", "text": rf"\\fs01\zairyo\{number}"}], by=SYSTEM,
        )  # fmt: skip
    told = sorted(context_of(TODAY).secrets, key=lambda each: each.number)
    assert [each.number for each in told] == ["S-0101", "S-0102", "S-0103"]
    assert [each.level for each in told] == [level.name_ja for level in below_the_top]
    assert [each.weight for each in told] == [round(level.rank / below_the_top[-1].rank, 3) for level in below_the_top]
    assert told[-1].weight == 1.0


def test_secrets_are_asked_for_with_one_query_however_many(secret: Secret):
    """Each new file asks: tens of thousands of places must not cost a query, nor three records, each."""
    with CaptureQueriesContext(connection) as one:
        context_of(TODAY)
    another = {"title": "図面", "keeper": secret.keeper, "unit": secret.unit, "level": secret.level, "tier": "a"}
    for number in ("S-0002", "S-0003"):
        places = [{"kind": "path", "text": rf"\\fs01\zairyo\{number}"}]
        secret_add(number=number, identified_on=FOUNDED, places=places, by=SYSTEM, **another)
    with CaptureQueriesContext(connection) as three:
        assert len(context_of(TODAY).secrets) == 3
    assert len(three) == len(one)


def test_service_accounts_are_nobodys_until_they_are_retired(company: Company):
    account = account_add(raw="svc-backup", reason="夜間バックアップ", valid_from=FOUNDED, by=SYSTEM)
    (one,) = context_of(TODAY).excluded
    assert (one.raw, one.reason, one.since, one.until) == ("svc-backup", "夜間バックアップ", FOUNDED, None)
    account_retire(account=account, by=SYSTEM, why="廃止")
    assert context_of(TODAY).excluded == []


def test_flows_are_approved_for_everybody_or_for_one(company: Company):
    words = {"destination": "external_mail", "reason": "契約", "valid_from": FOUNDED, "by": SYSTEM}
    flow_add(value="partner.example", **words)
    flow_add(value="bank.example", person=company.akari, **words)
    told = {each.destination_value: each.person_id for each in context_of(TODAY).flows}
    assert told == {"partner.example": None, "bank.example": str(company.akari.pk)}


def test_a_sites_holidays_are_told(company: Company):
    (site,) = context_of(TODAY).sites
    assert (site.site, site.zone) == ("TYO", "Asia/Tokyo")
    assert date(2026, 11, 23) in site.holidays, "勤労感謝の日"


def test_the_same_again_writes_nothing_and_anything_new_a_version(company: Company):
    with lake() as found:
        assert context_sync(found, today=TODAY)
        version = found.context.version
        assert not context_sync(found, today=TODAY)
        assert found.context.version == version
        account_add(raw="svc-index", reason="索引", valid_from=FOUNDED, by=SYSTEM)
        assert context_sync(found, today=TODAY)
        assert found.context.version != version


def test_events_come_to_persons_and_the_backups_come_to_nobody(
    company: Company, source: LogSource, secret: Secret, log: Callable[..., Path]
):
    account_add(raw="svc-backup", reason="夜間バックアップ", valid_from=FOUNDED, by=SYSTEM)
    ingest(source="samba", instance="fs01", paths=[log(("chihiro", "配合/a.xlsx"), ("svc-backup", "配合/a.xlsx"))])
    with lake() as found:
        context_sync(found, today=TODAY)
        rows = found.query(
            "SELECT actor_raw, person_id, secret_id, excluded_reason FROM joined_events ORDER BY actor_raw", {}
        ).to_pylist()
    assert [(row["actor_raw"], row["person_id"], row["excluded_reason"]) for row in rows] == [
        ("chihiro", str(company.chihiro.pk), None),
        ("svc-backup", None, "夜間バックアップ"),
    ]
    assert {row["secret_id"] for row in rows} == {str(secret.pk)}


# charters


def germany(company: Company) -> Any:
    return site_add(code="LUD", name_ja="ドイツ", name_en="Germany", country="DE", zone_name="Europe/Berlin", by=SYSTEM)


def test_germany_is_watched_from_the_day_of_the_works_agreement(company: Company):
    site = germany(company)
    charter_add(**charter_words(company, site=site, agreed_on=date(2026, 6, 1)), by=SYSTEM)
    viewer = company.viewer(company.daichi)
    assert site.pk not in watched_sites(viewer, date(2026, 5, 31))
    assert site.pk in watched_sites(viewer, date(2026, 6, 1))


def test_a_site_that_is_not_watched_says_why(company: Company):
    site = germany(company)
    viewer = company.viewer(company.daichi)
    lacks = {
        Lack.NO_AGREEMENT: {},
        Lack.NO_NOTICE: {"noticed_on": None, "agreed_on": date(2026, 4, 1)},
        Lack.NOT_YET: {"valid_from": TODAY + timedelta(days=1)},
        Lack.OVER: {"valid_to": TODAY - timedelta(days=1)},
    }
    assert {each.site.code: each.lack for each in sites_watched(viewer, TODAY)}["LUD"] is None
    for lack, words in lacks.items():
        charter = charter_add(**charter_words(company, **({"site": site} | words)), by=SYSTEM)
        told = {each.site.code: (each.charter, each.lack) for each in sites_watched(viewer, TODAY)}
        assert told["LUD"] == (None, lack)
        charter_retire(charter=charter, by=SYSTEM, why="test")


def told_of(company: Company, person: Any, day: date = TODAY) -> bool:
    return str(person.pk) in {each.person_id for each in context_of(day).identities}


def test_where_somebody_will_be_decides_nothing_today(company: Company, charter: Any):
    """A move planned to Tokyo lets nobody in Germany be watched; a move planned to Germany hides nobody in Tokyo."""
    abroad = germany(company)
    works = company.person("D-1", "独逸 花子", "ドイツ ハナコ", "Hanako Doitsu", company.sales)
    tokyo = company.engagement(company.botan)
    april = date(2027, 4, 1)
    move = {"unit": company.sales, "today": TODAY, "by": SYSTEM}
    assignment_add(engagement=company.engagement(works), site=abroad, starts_on=date(2026, 4, 1), **move)
    assert not told_of(company, works)
    assignment_add(engagement=company.engagement(works), site=company.tokyo, starts_on=april, **move)
    assignment_add(engagement=tokyo, site=abroad, starts_on=april, **move)
    assert not told_of(company, works)
    assert told_of(company, company.botan)
    assert told_of(company, works, april)
    assert not told_of(company, company.botan, april)


def test_what_somebody_did_at_a_site_that_may_not_be_watched_stays_unread_when_he_moves(company: Company):
    abroad = germany(company)
    moved, day = company.botan, date(2026, 10, 1)
    place = {"engagement": company.engagement(moved), "unit": company.sales, "today": TODAY, "by": SYSTEM}
    assignment_add(site=abroad, starts_on=date(2026, 4, 1), **place)
    assignment_add(site=company.tokyo, starts_on=day, **place)
    told = context_of(TODAY)
    held = [each for each in told.identities if each.person_id == str(moved.pk)]
    assert {each.since for each in held} == {day}
    assert {each.site for each in told.people if each.person_id == str(moved.pk)} == {"TYO"}
    before = [each for each in told.identities if each.person_id == str(company.chihiro.pk)]
    assert {each.since for each in before} == {FOUNDED}, "who never moved is known from his first day"


def test_a_second_post_abroad_makes_nobody_unwatched_and_is_not_told(company: Company):
    abroad = germany(company)
    assignment_add(
        engagement=company.engagement(company.botan), unit=company.sales, site=abroad, starts_on=date(2026, 4, 1),
        is_main=False, today=TODAY, by=SYSTEM,
    )  # fmt: skip
    told = [each for each in context_of(TODAY).people if each.person_id == str(company.botan.pk)]
    assert [each.site for each in told] == ["TYO"]


def test_an_account_that_ended_abroad_is_not_told_at_all(company: Company):
    abroad, day = germany(company), date(2026, 10, 1)
    former = identity_add(
        person=company.botan, namespace="ad", value="bmakino-de", starts_on=date(2026, 4, 1), by=SYSTEM
    )
    identity_end(identity=former, last=day - timedelta(days=1), by=SYSTEM)
    place = {"engagement": company.engagement(company.botan), "unit": company.sales, "today": TODAY, "by": SYSTEM}
    assignment_add(site=abroad, starts_on=date(2026, 4, 1), **place)
    assert "bmakino-de" not in {each.raw for each in context_of(TODAY).identities}
    assignment_add(site=company.tokyo, starts_on=day, **place)
    assert "bmakino-de" not in {each.raw for each in context_of(TODAY).identities}
    assert "botan" in {each.raw for each in context_of(TODAY).identities}


def test_a_charter_that_ended_lets_nobody_be_told(company: Company, charter: Any):
    assert context_of(TODAY).people
    charter_retire(charter=charter, by=SYSTEM, why="見直し")
    assert context_of(TODAY).people == []
    assert context_of(TODAY).identities == []
