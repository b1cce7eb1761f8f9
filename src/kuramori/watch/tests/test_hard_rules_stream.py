"""From a file in a watched folder to an alert: within a minute, once, bounded, under a charter, in both languages."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils.translation import override

from kuramori.directory.tests.company import FOUNDED, NOON, Company
from kuramori.kernel import jobs
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.ledger import read
from kuramori.kernel.models import Entry, Job
from kuramori.kernel.tests.moments import killed_at
from kuramori.register.api import Audience, Secret, scope_open, secret_add
from kuramori.watch.acts.alerts import alert_review, alerts_keep
from kuramori.watch.acts.settings import account_add, flow_add, flow_retire, source_edit
from kuramori.watch.context import context_of
from kuramori.watch.detecting import hard_rules
from kuramori.watch.detecting.hard_rules import NOTE, Looked, hard_rules_run, key_of
from kuramori.watch.job_names import COLLECT, HARD_RULES
from kuramori.watch.jobs import AT_REST
from kuramori.watch.lake import folder, lake
from kuramori.watch.models import Alert, CaseAlert, LogSource
from kuramori.watch.queries.alerts import alerts_visible_to
from kuramori.watch.reasons import reasons_in_words
from kuramori.watch.rules.alerts import State
from kuramori.watch.rules.hard_rules import MOST_A_DAY, Spoken, within_bounds
from kuramori.watch.tests.conftest import SHARE, leave
from kuramori_lake import sources
from kuramori_lake.detect.tests.deeds_made import DEEDS, door, lines, phone, printing, stick
from kuramori_lake.store import Lake

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def deeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind of log that says in columns what was done."""
    monkeypatch.setitem(sources.LOGS, "deeds", DEEDS)


@pytest.fixture
def told(source: LogSource, charter: Any, tmp_path: Path) -> Callable[..., hard_rules.Report]:
    """Write deeds of the day into the watched folder, as if they lay still for a while; collect, apply the rules."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    source_edit(source=source, kind="deeds", folder=str(inbox), by=SYSTEM)
    flow_add(destination="removable", value="REG-1", reason="貸与", valid_from=FOUNDED, by=SYSTEM)

    def tell(*written: dict[str, Any], **bounds: int) -> hard_rules.Report:
        path = inbox / f"{len(list(inbox.iterdir()))}.log"
        path.write_bytes(lines(*({"day": TODAY.isoformat()} | deed for deed in written)))
        at = time.time() - AT_REST
        os.utime(path, (at, at))
        job = jobs.ask(COLLECT, viewer=None)
        assert jobs.run(job).state == "done", job.error
        return hard_rules_run(**bounds)

    return tell


def of(alert: Alert, language: str = "en", **words: Any) -> str:
    return " ".join(text for _reason, text in reasons_in_words(alert, language, **words))


def test_deed_written_to_a_watched_folder_is_an_alert_within_a_minute(
    source: LogSource, charter: Any, company: Company, tmp_path: Path
):
    """The clocks add up: a file lies still, the folder is looked at, the rules are applied."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    source_edit(source=source, kind="deeds", folder=str(inbox), by=SYSTEM)
    flow_add(destination="removable", value="REG-1", reason="貸与", valid_from=FOUNDED, by=SYSTEM)
    jobs.ask_recurring()
    jobs.run_waiting(prompt=True)
    with time_machine.travel(NOON, tick=False) as clock:
        (inbox / "a.log").write_bytes(lines({"day": TODAY.isoformat()} | stick()))
        os.utime(inbox / "a.log", (time.time(), time.time()))
        waited = timedelta()
        while not Alert.objects.exists() and waited < timedelta(minutes=2):
            clock.shift(timedelta(seconds=5))
            waited += timedelta(seconds=5)
            jobs.ask_recurring()
            jobs.run_waiting(prompt=True)
    assert waited <= timedelta(seconds=60)
    alert = Alert.objects.get()
    assert (alert.severity, alert.queue, str(alert.score)) == ("high", "hard_rule", "90.0")
    assert (alert.since, alert.until, alert.channels) == (TODAY, TODAY, ["removable"])
    assert of(alert) == "A medium that is not registered was connected or used: S-99 (1 events)."
    assert of(alert, "ja") == "登録されていない媒体（S-99）の接続・書込み（1件）。"


def test_a_leaver_reads_for_an_agreed_handover_without_an_alert_and_elsewhere_with_one(
    told: Any, company: Company, secret: Secret
):
    """LEV-09, from the approved flow on its page to the alert: agreed by a boss, for one person, folder and time."""
    leave(company)
    words = {"reason": "後任への引継ぎ", "valid_from": TODAY - timedelta(days=3), "valid_to": TODAY + timedelta(days=9)}
    agreed = flow_add(destination="folder", value=rf"{SHARE}\配合\引継ぎ", person=company.chihiro, by=SYSTEM, **words)
    read = {"activity": "read", "object_kind": "file", "actor_raw": "chihiro"}
    handover = [read | {"path": rf"{SHARE}\配合\引継ぎ\{n}.xlsx"} for n in range(100)]
    assert told(*handover).alerts == ()
    others = [read | {"path": rf"{SHARE}\配合\{n}.xlsx"} for n in range(100)]
    (alert,) = told(*others).alerts
    assert (alert.person, alert.told[0]["numbers"]["rule"]) == (company.chihiro, "read_after_notice")
    assert alert.told[0]["numbers"]["count"] == 100
    flow_retire(flow=agreed, by=SYSTEM, why="取消し")
    (again,) = told(read | {"path": rf"{SHARE}\配合\101.xlsx"}).alerts
    assert (again.pk, again.told[0]["numbers"]["count"]) == (alert.pk, 201), "what is no longer agreed counts again"


def test_alert_is_one_for_a_rule_a_person_and_a_day_and_grows_with_its_events(told: Any, company: Company):
    (first,) = told(stick()).alerts
    (again,) = told(stick(at="12:30", device_serial="S-98"), stick(at="12:40")).alerts
    assert (again.pk, again.told[0]["numbers"]["count"]) == (first.pk, 3)
    assert hard_rules_run() == hard_rules.Report()
    assert Alert.objects.count() == 1
    assert CaseAlert.objects.filter(alert=first).count() == 1
    others = told(printing(), stick(actor_raw="botan")).alerts
    assert len(others) == 2
    assert Alert.objects.count() == 3
    assert Entry.objects.filter(verb=hard_rules.STREAMED).count() == 3


def test_run_killed_between_alert_and_mark_raises_nothing_twice(told: Any):
    with killed_at(Looked.write):
        told(stick())
    assert Alert.objects.count() == 1
    assert hard_rules_run().alerts == tuple(Alert.objects.all())
    assert Alert.objects.count() == 1
    assert Entry.objects.filter(verb=hard_rules.STREAMED).count() == 1


def test_settled_alert_comes_back_when_the_deed_is_done_once_more(told: Any, company: Company):
    (alert,) = told(stick()).alerts
    alert_review(alert=alert, state=State.EXPLAINED, comment="貸与品", assignee=None, author=None, by=SYSTEM)
    told(printing(actor_raw="botan"))
    alert.refresh_from_db()
    assert alert.state == State.EXPLAINED
    told(stick(at="13:00"))
    alert.refresh_from_db()
    assert alert.state == State.NEW


def test_evaluation_of_the_week_takes_no_alert_of_a_hard_rule_over(told: Any, found: Any, company: Company):
    (alert,) = told(stick(actor_raw="chihiro")).alerts
    (other,) = alerts_keep(findings=[found(since=TODAY - timedelta(days=3), until=TODAY)], as_of=TODAY)
    assert other.pk != alert.pk
    alert.refresh_from_db()
    assert alert.queue == "hard_rule"
    (same,) = told(stick(actor_raw="chihiro", at="14:00")).alerts
    assert same.pk == alert.pk


def test_approved_medium_and_service_account_raise_nothing(told: Any):
    account_add(namespace="ad", raw="botan", reason="検疫端末", valid_from=FOUNDED, by=SYSTEM)
    assert told(stick(device_serial="REG-1"), stick(actor_raw="botan")) == hard_rules.Report()
    assert not Alert.objects.exists()


def test_nobody_of_a_site_without_a_charter_is_judged(source: LogSource, company: Company, tmp_path: Path):
    path = tmp_path / "a.log"
    path.write_bytes(lines({"day": TODAY.isoformat()} | printing()))
    with lake() as opened:
        opened.ingest(path, source="deeds", zone=source.zone)
    assert hard_rules_run() == hard_rules.Report()
    assert Looked.read(folder()).batch == 1
    assert not Entry.objects.filter(verb=hard_rules.STREAMED).exists()


def test_without_a_lake_or_anything_new_nothing_is_asked(company: Company, django_assert_num_queries: Any):
    with django_assert_num_queries(0):
        assert hard_rules_run() == hard_rules.Report()
    assert not folder().exists()


def test_lake_that_no_rule_has_looked_at_yet_begins_with_its_last_day(told: Any, charter: Any, tmp_path: Path):
    with time_machine.travel(NOON - timedelta(days=2), tick=False):
        told(printing())
    (folder() / NOTE).unlink()
    assert hard_rules_run() == hard_rules.Report()
    (alert,) = told(stick()).alerts
    assert alert.told[0]["numbers"]["rule"] == "usb_unregistered"


@pytest.mark.parametrize("note", ["", "{", "[1]", '{"other": 1}'])
def test_note_that_cannot_be_read_is_none(note: str, tmp_path: Path):
    (tmp_path / NOTE).write_text(note)
    assert Looked.read(tmp_path) == Looked()


def test_rule_that_a_whole_department_breaks_raises_so_many_and_counts_the_others(told: Any):
    report = told(stick(), stick(actor_raw="botan"), stick(actor_raw="chihiro"), printing(), most=1)
    assert (len(report.alerts), report.beyond) == (2, 2)
    assert [note["people"] for note in _floods()] == [2]
    told(stick(actor_raw="botan", at="15:00"), most=1)
    assert len(_floods()) == 1, "the same people again are no news"
    assert Alert.objects.count() == 2


def _floods() -> list[dict[str, Any]]:
    return [dict(each.notes) for each in read(Entry.objects.filter(verb=hard_rules.FLOODED))]


def spoken(rule: str, person: str, day: int = 1) -> Spoken:
    return Spoken(rule=rule, person_id=person, day=date(2026, 11, day))


def test_bound_holds_for_each_rule_and_day_and_never_stops_what_was_raised():
    asked = [spoken("usb", "a"), spoken("usb", "b"), spoken("usb", "c"), spoken("print", "c"), spoken("usb", "c", 2)]
    kept, beyond = within_bounds(asked, [spoken("usb", "b")], most=2)
    assert kept == [asked[0], asked[1], asked[3], asked[4]]
    assert beyond == [asked[2]]
    assert within_bounds([asked[0], asked[0]], [], most=1) == ([asked[0]], [])
    assert within_bounds([], [asked[0]]) == ([], [])
    assert MOST_A_DAY >= 10


def test_people_beyond_the_bound_are_remembered_for_eight_days():
    looked = Looked(beyond={"usb 2026-11-01": ["x"]})
    assert looked.add([spoken("usb", "a", 20), spoken("usb", "a", 20)], date(2026, 11, 20)) == {"usb 2026-11-20": 1}
    assert looked.add([spoken("usb", "a", 20)], date(2026, 11, 20)) == {}
    assert looked.beyond == {"usb 2026-11-20": ["a"]}


def test_thing_called_after_its_owner_is_masked_and_leaving_is_told_to_those_who_may(told: Any, company: Company):
    (alert,) = told(stick(device="USB", device_serial="akari-no-usb")).alerts
    assert "akari" not in of(alert, names=frozenset({"akari"}))
    assert "akari" in of(alert)
    alert.reasons = alert.reasons.replace("usb_unregistered", "account_after_leaving")
    del alert.__dict__["told"]
    assert "last working day" in of(alert)
    with override("en"):
        assert of(alert, leaving=False) == "An event that only HR knows."


def test_person_concerned_never_sees_his_own_alert_and_a_stranger_none(told: Any, company: Company):
    told(stick())
    assert alerts_visible_to(company.viewer(company.daichi)).count() == 1
    assert alerts_visible_to(company.viewer(company.akari)).count() == 0
    assert alerts_visible_to(company.viewer(company.chihiro)).count() == 0


@pytest.mark.parametrize(
    ("language", "words"), [("en", "A medium that is not registered"), ("ja", "登録されていない媒体")]
)
def test_page_and_list_tell_it_in_both_languages_without_a_name(
    told: Any, company: Company, visit: Any, language: str, words: str
):
    (alert,) = told(stick()).alerts
    viewer = replace(company.viewer(company.daichi), language=language)
    page = visit(viewer, "alert-detail", alert.pk).content.decode()
    assert words in page
    assert "佐倉" not in page
    listed = visit(viewer, "alert-list", group="hard_rule").content.decode()
    assert alert.number in listed
    assert visit(viewer, "alert-list", group="exit_watch").content.decode().count(alert.number) == 0


def test_job_says_what_it_found_and_runs_beside_long_work(told: Any):
    told(stick())
    (folder() / NOTE).unlink()
    job = jobs.run(jobs.ask(HARD_RULES, viewer=None))
    assert (job.state, job.result) == ("done", {"alerts": 1, "beyond": 0})
    kind = jobs.kinds()[HARD_RULES]
    assert (kind.is_prompt, kind.every) == (True, timedelta(seconds=30))
    assert jobs.kinds()[COLLECT].is_prompt


def test_collecting_asks_for_one_evaluation_in_ten_minutes_and_forgets_none(told: Any):
    told(stick())
    told(stick(at="12:10"))
    assert Job.objects.filter(kind="watch.detect").count() == 1
    with time_machine.travel(NOON + timedelta(minutes=11), tick=False):
        jobs.run(jobs.ask(COLLECT, viewer=None))
        assert Job.objects.filter(kind="watch.detect").count() == 2
        jobs.run(jobs.ask(COLLECT, viewer=None))
    assert Job.objects.filter(kind="watch.detect").count() == 2


# rooms of the register


def room(company: Company, level: Any, number: str = "S-0100", **words: Any) -> Secret:
    plain = {"title": "試作", "keeper": company.akari, "unit": company.materials, "level": level, "tier": "a"}
    places = [{"kind": "zone", "text": "保管庫", "valid_from": FOUNDED}]
    return secret_add(number=number, identified_on=FOUNDED, places=places, by=SYSTEM, **(plain | words))


def needing(company: Company) -> set[str]:
    return {row.person_id for row in context_of(TODAY).doors if row.until is None or row.until >= TODAY}


def test_room_of_a_secret_is_guarded_and_who_may_know_it_needs_it(told: Any, company: Company, levels: Any):
    assert context_of(TODAY).doors == []
    kept = room(company, levels["top"])
    assert needing(company) >= {"", str(company.akari.pk)}
    assert str(company.chihiro.pk) not in needing(company)
    (alert,) = told(door(actor_raw="chihiro"), door(actor_raw="akari")).alerts
    assert (alert.person_id, alert.told[0]["numbers"]["rule"]) == (company.chihiro.pk, "door_without_need")
    scope_open(secret=kept, audience=Audience.PERSON, audience_id=company.chihiro.pk, by=SYSTEM)
    assert str(company.chihiro.pk) in needing(company)


def test_unit_of_the_scope_needs_the_room_with_all_units_below(company: Company, levels: Any):
    kept = room(company, levels["top"])
    scope_open(secret=kept, audience=Audience.UNIT, audience_id=company.sales.pk, by=SYSTEM)
    assert str(company.chihiro.pk) in needing(company)


def test_room_with_something_for_everybody_is_not_guarded(company: Company, levels: Any):
    room(company, levels["top"])
    other = room(company, levels["top"], number="S-0101")
    scope_open(secret=other, audience=Audience.COMPANY, by=SYSTEM)
    assert context_of(TODAY).doors == []


def test_lake_goes_on_while_the_rules_look(told: Any):
    """Reading takes no right to write: a file may come in meanwhile."""
    told(stick())
    with lake() as opened, Lake.open(folder()) as other, opened.writing():
        assert other.stats().events == 1


def test_key_is_another_for_another_rule_person_or_day():
    keys = {key_of(rule, who, day) for rule in "ab" for who in "cd" for day in (TODAY, FOUNDED)}
    assert len(keys) == 8
    assert all(len(key) == 64 for key in keys)
    assert phone()["device"] == "Pixel 8"
