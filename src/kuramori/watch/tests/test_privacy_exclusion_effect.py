"""What the lake is told of exclusions: which names, on which days, of which logs, and nothing else."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils.translation import gettext, override

from kuramori.directory.acts.people import identity_add, identity_end
from kuramori.directory.tests.company import FOUNDED, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role
from kuramori.watch.acts.settings import account_add
from kuramori.watch.context import context_of, context_sync
from kuramori.watch.lake import lake
from kuramori.watch.models import (
    ExclusionKindChoice,
    ExclusionStandingChoice,
    GroundChoice,
    LogSource,
)
from kuramori.watch.privacy.exclusion_acts import Excluded
from kuramori.watch.privacy.exclusion_effect import (
    accounts_excluded,
    exclusions_tell,
    left_out,
    not_taken_in,
    told_names,
)
from kuramori.watch.privacy.report_acts import report_add
from kuramori.watch.privacy.wording import GROUPS, lines_of
from kuramori.watch.room import ROOM
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.rules.privacy import Quarter
from kuramori.watch.tests.test_privacy_exclusions import TODAY, YEAR, Offices, approved, asked
from kuramori_lake.context import Identity
from kuramori_lake.event import Namespace

SOON = TODAY + timedelta(days=30)


@pytest.fixture
def offices(company: Company) -> Offices:
    return Offices(company)


def named(company: Company, namespace: str, value: str) -> Any:
    return identity_add(person=company.chihiro, namespace=namespace, value=value, starts_on=FOUNDED, by=SYSTEM)


def test_nobody_excluded_costs_one_question(company: Company, django_assert_num_queries: Any):
    with django_assert_num_queries(1):
        assert accounts_excluded(TODAY, SOON) == []
    assert left_out([]) == not_taken_in([]) == []


def test_a_person_is_excluded_under_all_his_names_on_the_days_they_were_his(company: Company, offices: Offices):
    named(company, "mail", "c.toyama@kura.example")
    former = named(company, "ad", "tooyama.c")
    identity_end(identity=former, last=SOON, by=SYSTEM)
    approved(company)
    found = {each.raw: (each.namespace, each.since, each.until) for each in accounts_excluded(TODAY, YEAR)}
    assert found["chihiro"] == (Namespace.AD, TODAY, YEAR)
    assert found["tooyama.c"] == (Namespace.AD, TODAY, SOON)
    assert found["c.toyama@kura.example"] == (Namespace.MAIL, TODAY, YEAR)
    assert "botan" not in found


def test_a_name_he_no_longer_has_is_left_to_whoever_has_it(company: Company, offices: Offices):
    former = named(company, "ad", "tooyama.c")
    identity_end(identity=former, last=date(2026, 9, 30), by=SYSTEM)
    approved(company)
    assert "tooyama.c" not in {each.raw for each in accounts_excluded(date(2026, 1, 1), YEAR)}


def test_only_what_meets_the_days_asked_for_is_told(company: Company, offices: Offices):
    approved(company, valid_from=SOON, valid_to=SOON + timedelta(days=9))
    assert accounts_excluded(TODAY, SOON - timedelta(days=1)) == []
    assert accounts_excluded(SOON + timedelta(days=10), YEAR) == []
    assert accounts_excluded(SOON + timedelta(days=9), YEAR)


def test_an_account_of_another_kind_of_name_is_another_account(company: Company, offices: Offices):
    approved(company, who=Excluded(namespace="mail", raw="chihiro"))
    spared = accounts_excluded(TODAY, YEAR)
    name = Identity(namespace=Namespace.AD, raw="chihiro", person_id=str(uuid4()), since=FOUNDED)
    assert list(told_names([name], spared)) == [name]


def test_a_request_that_waits_tells_nothing(company: Company, offices: Offices):
    asked(company, kind="not_taken_in")
    assert accounts_excluded(TODAY, YEAR) == []


def test_service_accounts_stand_beside_it_with_their_own_reason(company: Company, charter: Any, offices: Offices):
    account_add(raw="svc-backup", reason="夜間バックアップ", valid_from=FOUNDED, by=SYSTEM)
    approved(company)
    told = {each.raw: each.reason for each in context_of(TODAY).excluded}
    assert (told["svc-backup"], told["chihiro"]) == ("夜間バックアップ", "E-2026-0001")


def test_what_analysts_could_read_names_neither_ground_nor_reason(company: Company, charter: Any, offices: Offices):
    approved(company, kind="not_taken_in", reason="産業医との面談")
    told = context_of(TODAY)
    assert {each.reason for each in (*told.excluded, *told.untaken)} == {"E-2026-0001"}
    assert "産業医" not in repr(told)


def test_the_lake_is_told_before_a_log_comes_in_and_only_when_it_changed(
    company: Company, charter: Any, offices: Offices, source: LogSource
):
    with lake() as found:
        assert not exclusions_tell(found, today=TODAY)
        context_sync(found, today=TODAY)
        before = {name: found.context.table(name) for name in ("identities", "people", "excluded", "sites")}
        approved(company, kind="not_taken_in", sources=(str(source.pk), str(uuid4())))
        assert exclusions_tell(found, today=TODAY)
        assert not exclusions_tell(found, today=TODAY)
        assert {name: found.context.table(name) for name in before} == before
        rows = found.context.table("untaken").to_pylist()
        assert {(row["source"], row["instance"]) for row in rows} == {("samba", "fs01")}
        assert context_sync(found, today=TODAY), "the whole context follows with the next evaluation"


def test_only_the_two_offices_hold_any_right_to_it():
    for permission in Permission:
        if permission.startswith("watch:exclusion:"):
            assert set(ROOM.permissions[permission]) == {Role.INFORMATION_MANAGER, Role.PRIVACY_OFFICER}


@pytest.mark.parametrize("choice", [ExclusionKindChoice, ExclusionStandingChoice, GroundChoice])
def test_every_word_of_it_is_there_in_both_languages(choice: Any):
    for each in choice:
        with override("ja"):
            japanese = str(each.label)
        with override("en"):
            assert str(each.label) != japanese
    with override("ja"):
        assert gettext("Exclusions from monitoring") == "監視からの除外"


def test_a_report_made_before_there_were_exclusions_does_not_speak_of_them(company: Company):
    report = report_add(quarter=Quarter(date(2026, 7, 1)), site=None, by=SYSTEM)
    assert str(GROUPS["exclusions"]) in {group for group, _, _ in lines_of(report)}
    del report.told["exclusions"]
    assert str(GROUPS["exclusions"]) not in {group for group, _, _ in lines_of(report)}
