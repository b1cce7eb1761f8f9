"""What is found, what is not, and that a finding can be counted again from the sealed events."""

import shutil
from datetime import date, timedelta

import pytest

from kuramori_lake.context import Context, ExcludedAccount, Flow
from kuramori_lake.detect import Code, Queue, Settings, Severity, detect
from kuramori_lake.detect.tests.office import (
    COLLEAGUES,
    EVERYBODY,
    LONG_AGO,
    OWN,
    PROJECT,
    TODAY,
    Diary,
    context,
    papers,
    person,
    working_days,
)
from kuramori_lake.event import DestinationClass, Namespace

FRIDAY, SATURDAY, MONDAY = date(2026, 11, 13), date(2026, 11, 14), date(2026, 11, 16)
DRAWINGS = papers(PROJECT, 400)
NAMES = [path.rpartition("/")[2] for path in DRAWINGS[:50]]


def reasons(finding):
    return {reason.code: reason for reason in finding.reasons}


def theft():
    """Akari reads a project's drawings on a Friday evening and a Saturday and takes fifty home."""
    diary = Diary().reads("akari", FRIDAY, DRAWINGS[:150], hour=22)
    return diary.reads("akari", SATURDAY, DRAWINGS[150:], hour=15).copies("akari", SATURDAY, NAMES, hour=16)


@pytest.fixture
def robbed(office, tmp_path):
    theft().into(office, tmp_path, "theft")
    return office


def test_quiet_office_gives_no_finding(office):
    assert detect(office, as_of=TODAY) == []


def test_theft_is_one_finding_with_its_window_and_its_true_numbers(robbed):
    (found,) = detect(robbed, as_of=TODAY)
    said = {code: reason.numbers for code, reason in reasons(found).items()}
    assert (found.person_id, found.since, found.until) == ("akari", FRIDAY, SATURDAY)
    assert (found.queue, found.severity) == (Queue.EVERYBODY, Severity.HIGH)
    bulk = said[Code.BULK_READ]
    assert (bulk["own_now"], bulk["days"], bulk["busiest_day"]) == (405, 2, SATURDAY)
    assert bulk["own_usual"] in {5, 5.5, 6}
    assert bulk["peer_usual"] in {5, 5.5, 6}
    assert bulk["peer_n"] == len(COLLEAGUES) - 1
    assert said[Code.SECRETS]["secret_count_by_level"] == {"極秘": 400}
    assert said[Code.SECRETS]["top_secret_documents"] == 400
    assert (said[Code.FIRST_AREA]["area"], said[Code.FIRST_AREA]["first_time_area"]) == (PROJECT, FRIDAY)
    assert (said[Code.COPY_OUT]["files"], said[Code.COPY_OUT]["read_before"]) == (50, 50)
    assert said[Code.COPY_OUT]["first_time_devices"] == 1
    assert said[Code.OFF_HOURS]["on_rest_days"] == 250
    assert said[Code.OFF_HOURS]["night"] == 150


def test_found_on_the_first_evening(robbed):
    (found,) = detect(robbed, as_of=FRIDAY)
    assert (found.person_id, found.until) == ("akari", FRIDAY)
    assert Code.COPY_OUT not in reasons(found)


def test_key_stays_while_the_window_grows(robbed):
    (first,) = detect(robbed, as_of=FRIDAY)
    (later,) = detect(robbed, as_of=TODAY)
    assert first.key == later.key


def test_nothing_after_the_day_asked_for_is_read(robbed):
    assert detect(robbed, as_of=FRIDAY - timedelta(days=1)) == []


def test_reasons_count_again_from_the_events_without_the_roll_up(robbed):
    (found,) = detect(robbed, as_of=TODAY)
    shutil.rmtree(robbed.root / "rollup")
    checked = 0
    for reason in found.reasons:
        again = reason.recompute(robbed)
        assert {name: reason.numbers[name] for name in again} == again, reason.code
        checked += len(again)
    assert checked > 30


def test_reasons_count_again_after_compaction(robbed):
    (found,) = detect(robbed, as_of=TODAY)
    robbed.compact()
    assert all(reason.recompute(robbed).items() <= dict(reason.numbers).items() for reason in found.reasons)
    assert [one.score for one in detect(robbed, as_of=TODAY)] == [found.score]


def test_samples_are_events_of_the_person_in_the_window_and_name_the_received_file(robbed):
    (found,) = detect(robbed, as_of=TODAY)
    known = {row["sha256"] for row in robbed.query("SELECT sha256 FROM batches").to_pylist()}
    for reason in found.reasons:
        rows = robbed.query(
            "SELECT person_id, local_date FROM joined_events WHERE event_id IN (SELECT unnest($ids))",
            {"ids": list(reason.event_ids)},
        ).to_pylist()
        assert len(rows) == len(reason.event_ids)
        assert all(row["person_id"] == "akari" and FRIDAY <= row["local_date"] <= SATURDAY for row in rows)
        assert set(reason.batches) <= known
        assert bool(reason.batches) == bool(reason.event_ids)


def test_events_behind_a_finding_begin_with_what_left(robbed):
    (found,) = detect(robbed, as_of=TODAY)
    rows = found.events(robbed, limit=60).to_pylist()
    assert [row["activity"] for row in rows[:50]] == ["copy"] * 50
    assert rows[50]["path"].startswith(PROJECT)


def test_quarter_end_is_nobodys_alarm(office, tmp_path):
    diary = Diary()
    for place, who in enumerate(COLLEAGUES):
        diary.reads(who, MONDAY, papers(OWN, 200, since=place))
    diary.into(office, tmp_path, "quarter")
    assert detect(office, as_of=TODAY) == []


def test_who_always_reads_much_is_not_found(lake, tmp_path):
    diary = Diary().ordinary()
    for day in working_days():
        diary.reads("akari", day, papers(OWN, 200, since=day.day))
    diary.into(lake, tmp_path)
    lake.context.write(context())
    assert detect(lake, as_of=TODAY) == []


def test_bulk_in_the_own_area_is_never_high(office, tmp_path):
    Diary().reads("akari", MONDAY, papers(OWN, 400)).into(office, tmp_path, "export")
    found = detect(office, as_of=TODAY)
    assert all(one.severity is Severity.LOW for one in found)
    assert not any(Code.FIRST_AREA in reasons(one) for one in found)


def test_backup_account_is_no_person(office, tmp_path):
    Diary().reads("svc-backup", MONDAY, DRAWINGS).into(office, tmp_path, "backup")
    account = ExcludedAccount(namespace=Namespace.AD, raw="svc-backup", reason="backup", since=LONG_AGO)
    office.context.write(context(excluded=[account]))
    assert detect(office, as_of=TODAY, settings=Settings(include_unknown=True)) == []


def test_unknown_account_is_judged_only_if_asked(office, tmp_path):
    Diary().reads("ghost", MONDAY, DRAWINGS, hour=23).into(office, tmp_path, "ghost")
    assert detect(office, as_of=TODAY) == []
    (found,) = detect(office, as_of=TODAY, settings=Settings(include_unknown=True))
    assert found.person_id == "actor:ghost"
    assert found.events(office, limit=1).num_rows == 1


def test_registered_medium_lowers_and_says_so(robbed):
    (before,) = detect(robbed, as_of=TODAY)
    flow = Flow(destination_class=DestinationClass.REMOVABLE, destination_value="7B1E", reason="R-12", since=LONG_AGO)
    robbed.context.write(context(flows=[flow]))
    (after,) = detect(robbed, as_of=TODAY)
    assert after.score < before.score
    assert Code.COPY_OUT not in reasons(after)
    trace = reasons(after)[Code.APPROVED_FLOW]
    assert (trace.numbers["flow"], trace.numbers["files"]) == ("R-12", 50)
    assert trace.strength < 0


def test_agreed_handover_lowers_and_says_so(office, tmp_path):
    files = papers(OWN, 400)
    target = f"{OWN}/引継ぎ_2026"
    copies = [f"{target}/{path.rpartition('/')[2]}" for path in files]
    Diary().reads("akari", MONDAY, files).makes("akari", MONDAY, copies).into(office, tmp_path, "handover")
    settings = Settings(floor=0)
    (before,) = detect(office, as_of=TODAY, settings=settings)
    agreed = Flow(
        destination_class=DestinationClass.FOLDER,
        destination_value=target,
        reason="agreed with the boss",
        since=LONG_AGO,
        person_id="akari",
    )
    office.context.write(context(flows=[agreed]))
    (after,) = detect(office, as_of=TODAY, settings=settings)
    assert after.score < before.score / 2
    assert reasons(after)[Code.APPROVED_FLOW].numbers["handed_over"] == 400


def test_leaver_who_does_nothing_has_a_note(office):
    office.context.write(context(people=[person("botan", notice_on=FRIDAY, last_day=date(2026, 12, 20))]))
    (found,) = detect(office, as_of=TODAY)
    assert (found.person_id, found.queue, found.severity) == ("botan", Queue.EXIT_WATCH, Severity.NOTE)
    assert reasons(found)[Code.LEAVER].numbers["days_until_last_day"] == 30


def test_leaver_is_looked_at_from_before_the_notice(robbed):
    robbed.context.write(context(people=[person("akari", notice_on=TODAY, last_day=date(2026, 12, 20))]))
    found = detect(robbed, as_of=TODAY + timedelta(days=30))[0]
    said = reasons(found)[Code.LEAVER].numbers
    assert (found.since, said["days_since_notice"]) == (FRIDAY, -7)
    assert (said["secret_before"], said["secret_after"]) == (400, 0)


def test_notice_of_next_week_is_not_known_today(robbed):
    robbed.context.write(context(people=[person("akari", notice_on=TODAY + timedelta(days=5))]))
    (found,) = detect(robbed, as_of=TODAY)
    assert found.queue is Queue.EVERYBODY
    assert Code.LEAVER not in reasons(found)


def test_end_of_a_contract_makes_a_leaver_without_notice(office):
    office.context.write(context(people=[person("kei", last_day=TODAY + timedelta(days=20))]))
    (found,) = detect(office, as_of=TODAY)
    assert (found.person_id, reasons(found)[Code.LEAVER].numbers["days_since_notice"]) == ("kei", None)


def test_few_grave_documents_a_day_over_weeks_are_found(office, tmp_path):
    diary, days = Diary(), working_days()[-25:]
    for place, day in enumerate(days):
        diary.reads("akari", day, DRAWINGS[place * 3 : place * 3 + 3], hour=14)
    diary.into(office, tmp_path, "slow")
    (found,) = detect(office, as_of=TODAY)
    assert (found.person_id, found.since, found.until) == ("akari", days[0], TODAY)
    assert reasons(found)[Code.FIRST_AREA].numbers["documents"] == 75
    (earlier,) = detect(office, as_of=days[-5])
    assert earlier.key == found.key


def test_newcomer_who_explores_is_compared_with_the_role(lake, tmp_path):
    diary = Diary().ordinary([who for who in EVERYBODY if who != "gen"])
    diary.ordinary(["gen"], days=working_days()[-4:]).reads("gen", MONDAY, papers(OWN, 40)).into(lake, tmp_path)
    lake.context.write(context())
    found = detect(lake, as_of=TODAY, settings=Settings(floor=0))
    assert all(one.score < 40 for one in found)
    assert all(Code.NEWCOMER in reasons(one) for one in found if one.person_id == "gen")


def test_what_nobody_has_time_to_review_is_low(robbed, tmp_path):
    Diary().reads("eri", MONDAY, papers(PROJECT, 300), hour=20).into(robbed, tmp_path, "second")
    first, second = detect(robbed, as_of=TODAY, settings=Settings(budget=1))
    assert (first.severity, second.severity) == (Severity.HIGH, Severity.LOW)
    more = detect(robbed, as_of=TODAY, settings=Settings(budget=500))
    assert Severity.LOW not in {one.severity for one in more}


@pytest.mark.parametrize("written", [None, Context()])
def test_empty_lake_gives_no_finding(lake, written):
    if written:
        lake.context.write(written)
    assert detect(lake, as_of=TODAY) == []


def test_lake_without_context_still_judges_accounts(lake, tmp_path):
    diary = Diary().ordinary().reads("akari", SATURDAY, DRAWINGS, hour=22)
    diary.into(lake, tmp_path)
    found = detect(lake, as_of=TODAY, settings=Settings(include_unknown=True))
    assert [one.person_id for one in found] == ["actor:akari"]


def test_one_person_alone_is_judged_and_it_is_said(lake, tmp_path):
    Diary().ordinary(["akari"]).reads("akari", SATURDAY, DRAWINGS, hour=22).into(lake, tmp_path)
    lake.context.write(context())
    lake.context.write(
        Context(identities=context().identities[:1], people=[person("akari")], secrets=context().secrets)
    )
    (found,) = detect(lake, as_of=TODAY)
    assert reasons(found)[Code.ALONE].numbers["peer_n"] == 0
    assert reasons(found)[Code.BULK_READ].numbers["peer_usual"] is None
