"""Backups stand in the ledger with their day, and an erasure names those that still hold the words (L13)."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.acts.backups import backup_destroy, backup_note
from kuramori.evidence.erasure_register import erasure_facts
from kuramori.evidence.models import Erasure
from kuramori.evidence.queries.backups import backups_visible_to, overdue_backups
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role

pytestmark = pytest.mark.django_db
EARLY, LATE, NEVER = "a" * 64, "b" * 64, "c" * 64
LABEL = "その言葉がまだ残るバックアップ"


@pytest.fixture
def company():
    """A backup from before noon that is kept ten days, and one from the day after that is kept a year."""
    with time_machine.travel(NOON, tick=False) as clock:
        here = Company()
        here.give(here.chihiro, Role.PRIVACY_OFFICER)
        for digest, file, hours, days in ((EARLY, "friday.tar.gz", -2, 10), (LATE, "saturday.tar.gz", 24, 365)):
            backup_note(file=file, sha256=digest, began_at=NOON + timedelta(hours=hours), days=days, by=SYSTEM)
        here.clock = clock
        yield here


@pytest.fixture
def officer(company):
    return company.viewer(company.chihiro)


def still_held(company, officer, done_at):
    facts = erasure_facts(Erasure(person=company.botan, ground="court", done_at=done_at), officer)
    return next(each.value for each in facts if str(each.label) == LABEL)


def test_each_backup_has_its_day_in_the_company_s_zone_and_is_overdue_after_it(officer):
    first, second = backups_visible_to(officer)
    assert (first.sha256, first.file, first.keep_until) == (EARLY, "friday.tar.gz", date(2026, 11, 30))
    assert (first.began_at, first.destroyed_at) == (NOON - timedelta(hours=2), None)
    last = NOON + timedelta(days=10, hours=11)  # 23:00 in Tokyo
    assert [first.is_overdue(last), first.is_overdue(last + timedelta(hours=1))] == [False, True]
    assert [each.holds(NOON) for each in (first, second)] == [True, False]


def test_an_erasure_names_the_backups_that_were_begun_before_it(company, officer):
    words = still_held(company, officer, NOON)
    assert words == "friday.tar.gz（2026-11-20 10:00、2026-11-30 まで保管）"
    assert still_held(company, officer, NOON - timedelta(days=1)) == "確認できるものはありません"
    assert still_held(company, officer, None) == ""
    assert len(still_held(company, officer, NOON + timedelta(days=9)).split("; ")) == 2


def test_what_was_destroyed_holds_nothing_and_is_destroyed_once(company, officer):
    backup_destroy(sha256=EARLY, by=officer.actor, why="媒体を細断した")
    first, second = backups_visible_to(officer)
    assert (first.holds(NOON), first.is_overdue(NOON + timedelta(days=99)), first.destroyed_at) == (False, False, NOON)
    assert second.destroyed_at is None
    assert still_held(company, officer, NOON) == "確認できるものはありません"
    for digest in (EARLY, NEVER):
        with pytest.raises(Refused, match="バックアップ"):
            backup_destroy(sha256=digest, by=officer.actor, why="x")


def test_the_digest_stands_in_clear_and_the_file_s_name_does_not(company):
    body = bytes(Entry.objects.filter(verb="evidence.backup.write").earliest("seq").body).decode()
    assert (EARLY in body, "2026-11-30" in body, "friday" in body) == (True, True, False)


def test_who_may_not_know_of_erasures_sees_no_backups(company):
    assert backups_visible_to(company.viewer(company.akari)) == []


def test_those_that_should_be_gone_are_found_without_a_search_through_the_ledger(company, officer):
    """GDPR art. 5(1)(e). An index of what entries are about finds them, whatever else was done."""
    assert overdue_backups(officer) == []
    company.clock.move_to(NOON + timedelta(days=11))
    with CaptureQueriesContext(connection) as asked:
        assert [each.file for each in overdue_backups(officer)] == ["friday.tar.gz"]
    (entries,) = (each["sql"] for each in asked if 'FROM "kernel_entry"' in each["sql"])
    assert ("subject_id" in entries, "verb IN" in entries) == (True, False)
    assert overdue_backups(company.viewer(company.akari)) == []
    backup_destroy(sha256=EARLY, by=officer.actor, why="媒体を細断した")
    assert overdue_backups(officer) == []
