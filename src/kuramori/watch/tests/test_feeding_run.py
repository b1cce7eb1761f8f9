"""Own acts reach the lake once, of people whom a charter covers, whatever is killed in between (SYS-12, EVD-08)."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from kuramori.directory.acts import units
from kuramori.directory.acts.roles import role_give
from kuramori.directory.api import Role, actor_of
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.acts import act
from kuramori.kernel.models import Entry
from kuramori.kernel.tests.moments import just_before, killed_at
from kuramori.register.acts import secret_edit, secret_retire
from kuramori.register.api import Secret
from kuramori.watch.acts.settings import charter_add, charter_retire, source_retire
from kuramori.watch.api import detect
from kuramori.watch.feeding.acts import feed_off
from kuramori.watch.feeding.jobs import run_feed
from kuramori.watch.feeding.openings import spool
from kuramori.watch.feeding.run import FeedReport, NotTaken, Place, feed_run
from kuramori.watch.lake import folder, lake
from kuramori.watch.models import MonitoringCharter
from kuramori.watch.tests.conftest import charter_words
from kuramori.watch.tests.fed import SYSTEM, WHY, deeds, own_source, runs, signs_in, switched_on, told
from kuramori.watch.tests.test_privacy_exclusions import Offices, since_before
from kuramori_lake.ingest import Intake

pytestmark = pytest.mark.django_db
RECEIVE = "watch.source.receive"


def received() -> list[Entry]:
    return list(Entry.objects.filter(verb=RECEIVE))


def logons(*people: Any) -> list[tuple[str, str, None]]:
    return [(person.number, "logon", None) for person in people]


def test_a_sign_in_and_a_changed_secret_become_events_of_the_person_and_of_the_secret(
    company: Company, secret: Secret, charter: Any
):
    switched_on()
    signs_in(company.chihiro)
    secret_edit(secret=secret, by=actor_of(company.akari), title="電解液の配合比 二")
    assert runs() == FeedReport(accepted=2)
    rows = told()
    assert [(row["person_id"], row["activity"], row["secret_id"]) for row in rows] == [
        (str(company.chihiro.pk), "logon", None), (str(company.akari.pk), "write", str(secret.pk)),
    ]  # fmt: skip
    assert {row["actor_namespace"] for row in rows} == {"employee"}
    assert [row["flags"] for row in rows] == ["directory.account.sign_in", "register.secret.edit"]


def test_nothing_that_an_entry_commits_to_leaves_the_ledger(company: Company, secret: Secret, charter: Any):
    switched_on()
    with act("register.secret.edit", by=actor_of(company.akari), why="内緒の理由", subjects=[secret]) as this:
        this.note("clause", "秘密の条文")
    with killed_at(Place.write):  # so that the file is still there to be read
        runs()
    line = next(spool().glob("*.told"), None)
    assert line is None, "what was taken in is gone at once"
    with lake() as found:
        kept = repr(found.query("SELECT * FROM events").to_pylist())
    for word in ("内緒", "条文", secret.title, company.akari.name, str(company.akari.pk)):
        assert word not in kept


def test_a_second_run_tells_nothing_and_writes_no_entry(company: Company, charter: Any):
    switched_on()
    signs_in(company.akari)
    runs()
    count = len(received())
    assert [runs().accepted for _ in range(3)] == [0, 0, 0]
    assert len(received()) == count == 1
    signs_in(company.botan)
    assert runs().accepted == 1
    assert deeds() == logons(company.akari, company.botan)


@pytest.mark.parametrize("moment", [Place.write, lake])
def test_killed_in_the_middle_every_deed_is_told_once(company: Company, charter: Any, moment: Any):
    switched_on()
    signs_in(company.akari)
    with killed_at(moment):
        runs()
    signs_in(company.botan)
    runs()
    assert deeds() == logons(company.akari, company.botan)
    assert not list(spool().glob("*.told"))


def test_a_backlog_is_told_over_several_runs_and_nothing_of_it_twice(company: Company, charter: Any):
    switched_on()
    people = [company.akari, company.botan, company.chihiro] * 3
    for person in people:
        signs_in(person)
    count = 1
    while runs(entries=16, files=1).is_behind:
        count += 1
    assert count > 2
    assert deeds() == logons(*people)


def test_acts_before_the_day_asked_for_are_left_alone(company: Company, charter: Any):
    with time_machine.travel(NOON - timedelta(days=3), tick=False):
        signs_in(company.akari)
    with time_machine.travel(NOON - timedelta(days=2), tick=False):
        signs_in(company.botan)
    switched_on(since=NOON.date() - timedelta(days=2))
    runs()
    assert deeds() == logons(company.botan)


def test_of_the_past_only_days_are_told_on_which_a_charter_held(company: Company):
    charter_add(**charter_words(company, valid_from=date(2026, 11, 18)), by=SYSTEM)
    for back in (1, 2, 3, 4):
        with time_machine.travel(NOON - timedelta(days=back), tick=False):
            signs_in(company.akari)
    switched_on(since=date(2026, 11, 1))
    runs()
    assert deeds() == logons(company.akari, company.akari), "the 18th and the 19th"


def test_without_a_valid_charter_nothing_is_told_and_it_is_not_told_later_either(company: Company, charter: Any):
    switched_on()
    charter_retire(charter=charter, by=SYSTEM, why="協議中")
    signs_in(company.akari)
    assert runs() == FeedReport()
    assert received() == []
    charter_add(**charter_words(company, valid_from=NOON.date() + timedelta(days=1)), by=SYSTEM)
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        signs_in(company.botan)
        runs()
    assert [row[0] for row in deeds()] == [company.botan.number]


def test_a_german_charter_covers_nobody_before_the_works_council_has_agreed(company: Company, charter: Any):
    berlin = units.site_add(code="BER", name_ja="ベルリン", name_en="Berlin", country="DE", by=SYSTEM)
    company.tokyo, tokyo = berlin, company.tokyo
    greta = company.person("A-9", "Greta", "グレタ", "Greta Weber", company.top)
    company.tokyo = tokyo
    words = charter_words(company, site=berlin)
    charter_add(**words, by=SYSTEM)
    switched_on()
    signs_in(greta)
    signs_in(company.akari)
    runs()
    assert deeds() == logons(company.akari)
    MonitoringCharter.objects.get(site=berlin)


def test_a_source_of_one_site_tells_of_that_sites_people_only(company: Company, charter: Any):
    osaka = units.site_add(code="OSA", name_ja="大阪", name_en="Osaka", by=SYSTEM)
    charter_add(**charter_words(company, site=osaka), by=SYSTEM)
    switched_on(own_source(site=osaka))
    signs_in(company.akari)
    assert runs().accepted == 0


def test_the_systems_own_acts_and_looks_of_the_office_are_no_deeds(
    company: Company, charter: Any, alert: Any, secret: Secret
):
    switched_on()
    for verb in ("watch.alert.review", "watch.timeline.open", "watch.look_back.open", "watch.alert.unseal"):
        with act(verb, by=actor_of(company.daichi), subjects=[alert]):
            pass
    secret_retire(secret=secret, by=SYSTEM, why="統合")
    role_give(person=company.botan, role=Role.IT, starts_on=NOON.date(), by=SYSTEM)
    assert runs().accepted == 0


def test_an_unknown_verb_and_one_that_says_nothing_are_not_told(company: Company, charter: Any, secret: Secret):
    switched_on()
    for verb in ("directory.person.edit", "register.secret.confirm", "someday.thing.read"):
        with act(verb, by=actor_of(company.akari), subjects=[secret]):
            pass
    assert runs().accepted == 0


def test_a_failed_sign_in_is_told_of_the_person_whose_name_was_used(company: Company, charter: Any):
    switched_on()
    with act("directory.account.sign_in_failed", by=SYSTEM, subjects=[company.chihiro]):
        pass
    with act("directory.account.sign_in_failed", by=SYSTEM):
        pass  # a name that nobody bears
    runs()
    (row,) = told()
    assert (row["actor_raw"], row["activity"], row["outcome"]) == (company.chihiro.number, "logon_fail", "denied")


def test_a_bundle_about_a_person_is_not_told_and_one_about_a_secret_is(company: Company, charter: Any, secret: Secret):
    switched_on()
    for about in (company.chihiro, secret):
        with act("evidence.bundle.download", by=actor_of(company.daichi), subjects=[about]):
            pass
    runs()
    assert deeds() == [(company.daichi.number, "download", str(secret.pk))]
    assert str(company.chihiro.pk) not in repr(told()), "that there is a bundle about him would tell him of it (H3)"


def test_rights_given_away_are_told_of_who_gave_them(company: Company, charter: Any):
    switched_on()
    role_give(person=company.botan, role=Role.IT, starts_on=NOON.date(), by=actor_of(company.daichi))
    runs()
    assert deeds() == [(company.daichi.number, "permission_change", None)]


def test_whoever_is_not_to_be_taken_in_is_dropped_at_the_door_as_from_any_log(company: Company, charter: Any):
    Offices(company)
    since_before(company, kind="not_taken_in")
    switched_on()
    signs_in(company.chihiro)
    signs_in(company.botan)
    runs()
    assert deeds() == logons(company.botan)


def test_whoever_is_not_to_be_evaluated_is_excluded_by_his_number_too(company: Company, charter: Any):
    Offices(company)
    since_before(company)
    switched_on()
    signs_in(company.chihiro)
    runs()
    (row,) = told()
    assert row["person_id"] is None
    assert row["excluded_reason"] == "E-2026-0001"


def test_switched_off_nothing_is_told_and_switched_on_again_it_begins_where_it_is_told_to(
    company: Company, charter: Any
):
    source = own_source()
    feed = switched_on(source)
    signs_in(company.akari)
    runs()
    assert spool().is_dir()
    feed_off(feed=feed, by=SYSTEM, why=WHY)
    signs_in(company.botan)
    assert runs() == FeedReport()
    assert not spool().exists()
    switched_on(source)
    signs_in(company.chihiro)
    runs()
    assert [who for who, *_ in deeds()] == ["A-1", "A-2", "A-3"], "the whole day was asked for, Akari's act is known"


def test_a_source_taken_out_of_use_is_fed_no_more(company: Company, charter: Any):
    source = own_source()
    switched_on(source)
    source_retire(source=source, by=SYSTEM, why="廃止")
    signs_in(company.akari)
    assert runs() == FeedReport()


def test_after_a_backup_of_another_time_it_begins_anew_and_doubles_nothing(company: Company, charter: Any):
    feed = switched_on()
    signs_in(company.akari)
    runs()
    note = folder() / f"feed-{feed.pk}.json"
    told_upto = json.loads(note.read_bytes())
    note.write_text(json.dumps(told_upto | {"next": told_upto["next"] + 500}))
    assert Place.read(feed) is None, "the ledger has no such place"
    signs_in(company.botan)
    runs()
    assert deeds() == logons(company.akari, company.botan)


def test_a_note_that_cannot_be_read_is_none(company: Company, charter: Any):
    feed = switched_on()
    folder().mkdir()
    for text in ("", "{", "[]", '{"next": "x", "last": "y"}', '{"other": 1}', "null"):
        (folder() / f"feed-{feed.pk}.json").write_text(text)
        assert Place.read(feed) is None, text
    signs_in(company.akari)
    runs()
    assert deeds() == logons(company.akari)


def test_what_the_lake_cannot_take_is_tried_again_and_not_lost(company: Company, charter: Any):
    feed = switched_on()
    runs()
    before = json.loads((folder() / f"feed-{feed.pk}.json").read_bytes())
    signs_in(company.akari)

    def grows() -> None:
        with next(spool().glob("*.told")).open("ab") as file:
            file.write(b"{}")

    with just_before(Intake.run, grows), pytest.raises(NotTaken, match="changed while"):
        runs()
    assert json.loads((folder() / f"feed-{feed.pk}.json").read_bytes()) == before, "the place stays where it was"
    runs()
    assert deeds() == logons(company.akari)


def test_an_empty_ledger_and_an_empty_lake_are_nothing_to_do(charter: Any, company: Company):
    switched_on()
    assert feed_run() == FeedReport(), "nothing has its place yet"
    assert run_feed(None, {}) == {"accepted": 0, "behind": False}  # type: ignore[arg-type]
    assert told() == []


def test_an_evaluation_takes_own_acts_along(company: Company, charter: Any, secret: Secret):
    switched_on()
    secret_edit(secret=secret, by=actor_of(company.akari), title="電解液の配合比 二")
    runs()
    report = detect(as_of=NOON.date())
    assert report.alerts == ()
    assert report.unwatched == ()
