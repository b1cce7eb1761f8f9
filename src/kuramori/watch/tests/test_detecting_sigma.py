"""Sigma rules in the room: taken in with a report, tried on the past, switched by an act, alerts by night, once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from kuramori.directory.acts.people import identity_add
from kuramori.directory.tests.company import FOUNDED, NOON, Company
from kuramori.kernel import jobs
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.ledger import read
from kuramori.kernel.models import Entry, Job
from kuramori.kernel.permissions import Role
from kuramori.kernel.tests.moments import killed_at
from kuramori.watch.acts.settings import account_add, charter_retire, flow_add
from kuramori.watch.detecting import sigma_night
from kuramori.watch.detecting.hard_rules import Looked, Report
from kuramori.watch.detecting.sigma_acts import rule_lack, rule_switch, rule_try, rules_take_in
from kuramori.watch.detecting.sigma_lake import OWN, text_of, usable_of
from kuramori.watch.detecting.sigma_night import sigma_run
from kuramori.watch.detecting.sigma_registers import sigma_rules_visible_to
from kuramori.watch.job_names import SIGMA_IMPORT, SIGMA_NIGHT, SIGMA_TEST
from kuramori.watch.lake import folder, lake
from kuramori.watch.models import Alert, Case, SigmaRule
from kuramori.watch.queries.alerts import alerts_visible_to
from kuramori.watch.reasons import reasons_in_words
from kuramori.watch.rules.detecting_sigma import Lack, alerts_of
from kuramori.watch.rules.hard_rules import MOST_A_DAY
from kuramori.watch.tests.ruled import BAD, NOTICE, RULE, on, packed, taken
from kuramori_lake.detect.tests.deeds_made import printing, stick
from kuramori_lake.sigma.speaking import digest_of

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
QUERIES = 14
"""Of the page of a trial: permissions and frame of every page, the alerts in sight, the rule."""


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with override("en"):
        yield


def test_everything_in_a_set_is_taken_in_or_refused_with_file_rule_place_and_reason(tmp_path: Path):
    report = taken(tmp_path, RULE % "device_connect", BAD, "not: [yaml", NOTICE)
    assert (report.documents, report.accepted, report.refused) == (4, 2, 2)
    assert report.documents == report.accepted + report.refused
    assert {each["file"] for each in report.refusals} == {"r/1.yml", "r/2.yml"}
    assert any("nothing_like_it" in each["place"] for each in report.refusals)
    assert str(tmp_path) not in str(report.refusals)
    rule = SigmaRule.objects.get(rule__startswith="1111")
    assert (rule.title, rule.title_ja, rule.level, rule.is_on) == ("Medium connected", "媒体の接続", "high", False)
    assert (rule.description, rule.false_positives) == ("Any stick.", "A lent stick")
    assert "Any stick." in text_of(rule)
    (entry,) = read(Entry.objects.filter(verb="watch.sigma.add"))
    assert (entry.why, entry.notes["accepted"], entry.notes["refused"]) == ("追加", 2, 2)


def test_file_without_any_usable_rule_is_refused_and_the_older_set_stays(tmp_path: Path):
    taken(tmp_path, RULE % "device_connect")
    with pytest.raises(Refused, match="No rule in this file"):
        taken(tmp_path, BAD)
    assert SigmaRule.objects.standing().count() == 1
    assert text_of(SigmaRule.objects.get())


def test_own_rules_are_taken_in_whole_and_keep_their_ids_from_others(tmp_path: Path):
    own = rules_take_in(path=None, name=OWN, file=OWN)
    assert own.refused == 0
    assert own.accepted == own.documents == SigmaRule.objects.count() >= 14
    rule = SigmaRule.objects.filter(title="Log cleared").get()
    other = taken(tmp_path, RULE % "device_connect", (RULE % "print").replace("1111", "9999"), text_of(rule))
    assert (other.documents, other.accepted, other.refused) == (3, 2, 1)
    rule.refresh_from_db()
    assert rule.taken_in.name == OWN


def test_rule_that_means_something_else_goes_off_and_one_that_is_gone_too(tmp_path: Path, charter: Any, told: Any):
    told(stick())
    rule = on(tmp_path)
    again = taken(tmp_path, (RULE % "device_connect").replace("Any stick.", "Said in other words."))
    rule.refresh_from_db()
    assert (again.changed, rule.is_on, rule.description) == (0, True, "Said in other words.")
    changed = taken(tmp_path, RULE % "print")
    rule.refresh_from_db()
    assert (changed.changed, rule.is_on, rule_lack(rule, None)) == (1, False, Lack.CHANGED)
    taken(tmp_path, NOTICE)
    rule.refresh_from_db()
    assert rule.retired_at is not None
    assert SigmaRule.objects.standing().count() == 1


def test_rule_is_switched_on_only_after_a_trial_whose_numbers_the_entry_names(
    tmp_path: Path, charter: Any, told: Any, company: Company
):
    told(stick(), stick(at="13:00"), stick(actor_raw="botan"), stick(day=(TODAY - timedelta(days=40)).isoformat()))
    taken(tmp_path, RULE % "device_connect")
    rule = SigmaRule.objects.get()
    with pytest.raises(Refused, match="never tried"):
        rule_switch(rule=rule, on=True, why="今すぐ")
    with pytest.raises(Refused, match="for a reason only"):
        rule_switch(rule=rule, on=True, why=" ")
    for days in (0, 91):
        with pytest.raises(Refused, match="1 to 90 days"):
            rule_try(rule=rule, days=days)
    rule_try(rule=rule, days=30)
    assert rule.tested_by_day == {(TODAY - timedelta(days=1)).isoformat(): 2}
    rule_switch(rule=rule, on=True, by=SYSTEM, why="二件のみ")
    (entry,) = read(Entry.objects.filter(verb="watch.sigma.on"))
    assert (entry.why, entry.notes) == ("二件のみ", {"days": 30}), "others read the ledger: no number of a trial there"
    assert rule_try(rule=rule, days=90).tested_by_day.keys() >= {(TODAY - timedelta(days=40)).isoformat()}
    rule_switch(rule=rule, on=False, why="不要")
    with time_machine.travel(NOON + timedelta(days=32), tick=False), pytest.raises(Refused, match="30 days ago"):
        rule_switch(rule=rule, on=True, why="再開")


def test_trial_without_any_log_says_what_to_do(tmp_path: Path):
    rules_take_in(path=None, name=OWN, file=OWN)
    with pytest.raises(Refused, match="no logs"):
        rule_try(rule=SigmaRule.objects.first(), days=7)


def test_night_raises_one_alert_for_a_rule_a_person_and_a_day_exactly_once(
    tmp_path: Path, charter: Any, told: Any, company: Company
):
    told(stick(), stick(at="13:00"), stick(actor_raw="botan"), printing())
    assert sigma_run() == Report()
    rule = on(tmp_path)
    assert len(sigma_run().alerts) == 2
    alert = Alert.objects.get(person=company.akari)
    assert (alert.queue, alert.severity, str(alert.score)) == ("hard_rule", "high", "80.0")
    assert alert.since == alert.until == TODAY - timedelta(days=1)
    words = [" ".join(text for _r, text in reasons_in_words(alert, language)) for language in ("en", "ja")]
    assert words == ["The rule “Medium connected” matched (2 events).", "ルール「媒体の接続」に一致（2件）。"]
    (reason,) = alert.told
    with lake() as found:
        assert found.query(reason["query"], reason["parameters"]).to_pylist() == [{"count": 2}]
    sigma_run()
    assert Alert.objects.count() == 2
    assert Entry.objects.filter(verb=sigma_night.APPLIED).count() == 1
    rule_switch(rule=rule, on=False, why="不要")
    told(stick(actor_raw="chihiro"))
    assert sigma_run() == Report()


def test_night_killed_after_its_alerts_raises_nothing_twice(tmp_path: Path, charter: Any, told: Any):
    told(stick())
    on(tmp_path)
    with killed_at(Looked.write):
        sigma_run()
    assert len(sigma_run().alerts) == Alert.objects.count() == 1


def test_nobody_of_a_site_without_charter_no_service_account_and_no_approved_flow_is_told(
    tmp_path: Path, company: Company, told: Any
):
    told(stick())
    on(tmp_path)
    assert sigma_run() == Report()
    assert SigmaRule.objects.get().tested_by_day == {}


def test_exclusions_and_approved_flows_are_heeded(tmp_path: Path, charter: Any, told: Any):
    account_add(namespace="ad", raw="botan", reason="検疫端末", valid_from=FOUNDED, by=SYSTEM)
    flow_add(destination="removable", value="S-99", reason="貸与", valid_from=FOUNDED, by=SYSTEM)
    told(stick(), stick(actor_raw="botan", device_serial="S-1"))
    rule = on(tmp_path)
    assert rule.tested_by_day == {}
    assert sigma_run() == Report()


def test_flood_is_bound_and_counted_once(tmp_path: Path, charter: Any, told: Any, company: Company):
    crowd = [f"p{number}" for number in range(MOST_A_DAY + 2)]
    for number, name in enumerate(crowd):
        person = company.person(f"P-{number}", f"人{number}", "ヒト", f"{name} Crowd", company.sales)
        identity_add(person=person, namespace="ad", value=name, starts_on=FOUNDED, by=SYSTEM)
    told(*(stick(actor_raw=name) for name in crowd))
    rule = on(tmp_path)
    assert (sum(rule.tested_by_day.values()), alerts_of(rule.tested_by_day)) == (MOST_A_DAY + 2, MOST_A_DAY)
    assert sigma_run().beyond == 2
    sigma_run()
    assert Alert.objects.count() == MOST_A_DAY
    (flood,) = read(Entry.objects.filter(verb="watch.rule.flood"))
    assert flood.notes["people"] == 2


def test_alerts_of_several_rules_about_one_person_and_way_are_one_case(
    tmp_path: Path, charter: Any, told: Any, company: Company
):
    told(stick(), stick(actor_raw="botan"))
    other = (RULE % "device_connect").replace("1111", "4444").replace("Medium", "Any medium")
    taken(tmp_path, RULE % "device_connect", other)
    for rule in SigmaRule.objects.standing():
        rule_switch(rule=rule_try(rule=rule, days=7), on=True, why="試行済み")
    assert len(sigma_run().alerts) == 4
    cases = {case.person_id: case.members.count() for case in Case.objects.all()}
    assert cases == {company.akari.pk: 2, company.botan.pk: 2}
    told(stick(at="15:00"))
    sigma_run()
    assert Case.objects.count() == 2
    assert Alert.objects.count() == 4


def test_rule_changed_while_it_is_on_is_silent_that_night_and_says_so_on_its_page(
    tmp_path: Path, charter: Any, told: Any, company: Company, visit: Any
):
    """A new version came in by day: what was tried is not what would run, so nothing runs until it was tried anew."""
    told(stick(), printing())
    rule = on(tmp_path)
    taken(tmp_path, RULE % "print")
    assert sigma_run() == Report()
    rule.refresh_from_db()
    viewer = replace(company.viewer(company.daichi), language="en")
    page = unescape(visit(viewer, "sigma-test", rule.pk).content.decode())
    assert "Its meaning changed since it was tried." in page
    with pytest.raises(Refused, match="meaning changed"):
        rule_switch(rule=rule, on=True, why="同じはず")
    rule_switch(rule=rule_try(rule=rule, days=7), on=True, why="再試行")
    assert len(sigma_run().alerts) == 1
    history = unescape(visit(viewer, "sigma-history", rule.pk).content.decode())
    assert history.count("switched the rule Medium connected on") == 2
    assert history.count("tried the rule Medium connected on 7 days of the past") == 2
    assert "再試行" in history


def test_late_log_of_the_week_is_heard_and_one_of_last_month_is_history(tmp_path: Path, charter: Any, told: Any):
    told(stick())
    on(tmp_path)
    sigma_run()
    told(*(stick(actor_raw="botan", day=(TODAY - timedelta(days=days)).isoformat()) for days in (6, 30)))
    assert {alert.until for alert in sigma_run().alerts} == {TODAY - timedelta(days=n) for n in (1, 6)}


def test_charter_that_ends_ends_the_telling(tmp_path: Path, charter: Any, told: Any):
    told(stick())
    on(tmp_path)
    charter_retire(charter=charter, by=SYSTEM, why="協定の終了")
    assert sigma_run() == Report()
    rule = SigmaRule.objects.get()
    assert rule_try(rule=rule, days=7).tested_by_day == {}


def test_rule_that_asks_for_a_notice_tells_those_who_may_not_know_an_event_only(
    tmp_path: Path, charter: Any, told: Any
):
    told(stick())
    on(tmp_path, NOTICE)
    (alert,) = sigma_run().alerts
    assert "After notice" in reasons_in_words(alert, "en")[0][1]
    hidden = reasons_in_words(alert, "en", leaving=False)[0]
    assert "After notice" not in hidden[1]
    assert (hidden[0].numbers, hidden[0].parameters) == ({}, {})


def test_set_altered_on_the_disk_behind_our_back_does_not_speak(tmp_path: Path, charter: Any, told: Any):
    told(stick(), printing())
    rule = on(tmp_path)
    (file,) = (folder() / "sigma" / "ours").iterdir()
    file.write_text(RULE % "print", encoding="utf-8")
    found = usable_of([rule])
    assert (found.rules, found.correlations) == ((), ())
    assert digest_of(found, rule.rule) != rule.digest
    assert sigma_run() == Report()


def test_alerts_in_sight_are_counted_and_never_ones_own(tmp_path: Path, charter: Any, told: Any, company: Company):
    company.give(company.akari, Role.SECURITY_ANALYST)
    told(stick())
    on(tmp_path)
    sigma_run()
    assert sigma_rules_visible_to(company.viewer(company.daichi)).get().raised == 1
    assert sigma_rules_visible_to(company.viewer(company.akari)).get().raised == 0
    assert not alerts_visible_to(company.viewer(company.akari)).exists()
    assert not sigma_rules_visible_to(company.viewer(company.chihiro)).exists()
    with time_machine.travel(NOON + timedelta(days=40), tick=False):
        assert sigma_rules_visible_to(company.viewer(company.daichi)).get().raised == 0


def test_jobs_take_in_try_and_apply_and_leave_no_upload_behind(
    tmp_path: Path, charter: Any, told: Any, company: Company, visit: Any
):
    told(stick())
    viewer = company.viewer(company.daichi)
    file = SimpleUploadedFile("../../x.zip", packed({"a.yml": RULE % "device_connect"}))
    answer = visit(viewer, "sigma-add", data={"file": file, "name": "ours", "why": "追加"})
    job = jobs.run(Job.objects.get(kind=SIGMA_IMPORT))
    assert (answer.status_code, job.state, job.result) == (302, "done", {"rows": 1, "accepted": 1, "rejected": 0})
    assert not list((tmp_path / "incoming").iterdir())
    rule = SigmaRule.objects.get()
    assert visit(viewer, "sigma-test", rule.pk, data={"days": 91}).status_code == 422
    assert visit(viewer, "sigma-test", rule.pk, data={"days": 7}).status_code == 302
    assert jobs.run(Job.objects.get(kind=SIGMA_TEST)).result == {}
    assert read(Entry.objects.filter(verb="watch.sigma.test"))[0].actor_name == viewer.actor.name
    assert visit(viewer, "sigma-switch", rule.pk, data={"why": ""}).status_code == 422
    assert visit(viewer, "sigma-switch", rule.pk, data={"why": "一件"}).status_code == 302
    assert jobs.run(jobs.ask(SIGMA_NIGHT, viewer=None)).result == {}
    assert "switched off" not in visit(viewer, "sigma-switch", rule.pk).content.decode()
    visit(viewer, "sigma-add", data={"why": "付属"})
    assert jobs.run(Job.objects.filter(kind=SIGMA_IMPORT).exclude(pk=job.pk).get()).result["rejected"] == 0
    assert jobs.kinds()[SIGMA_NIGHT].every == timedelta(days=1)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (("x.exe", b"MZ", "ours"), "Hand in a .yml file or a .zip archive."),
        (("x.zip", b"no zip", "ours"), "This is no zip archive"),
        (("x.zip", packed({"../x.yml": "a: b"}), "ours"), "leads out of it"),
        (("x.yml", b"a: b", ""), "Name the set"),
        (("x.yml", b"a: b", "kuramori"), "Name the set"),
        (("x.yml", b"a: b", "../x"), "Small letters, digits and hyphens only."),
    ],
)
def test_upload_that_is_none_stands_at_its_field_with_the_next_step(
    visit: Any, company: Company, given: tuple[str, bytes, str], fault: str
):
    name, content, set_name = given
    viewer = replace(company.viewer(company.daichi), language="en")
    data = {"file": SimpleUploadedFile(name, content), "name": set_name, "why": "追加"}
    answer = visit(viewer, "sigma-add", data=data)
    assert answer.status_code == 422
    assert fault in unescape(answer.content.decode())
    assert not Job.objects.filter(kind=SIGMA_IMPORT).exists()


def test_pages_tell_rule_trial_and_report_in_both_languages(
    tmp_path: Path, charter: Any, told: Any, company: Company, visit: Any
):
    told(stick())
    report = taken(tmp_path, RULE % "device_connect", BAD)
    rule = SigmaRule.objects.get()
    for language, title, never, refused in (
        ("en", "Medium connected", "never tried", "have no field"),
        ("ja", "媒体の接続", "まだ過去のログで試していません", "項目"),
    ):
        viewer = replace(company.viewer(company.daichi), language=language)
        page = unescape(visit(viewer, "sigma-test", rule.pk).content.decode())
        assert all(words in page for words in (title, never, "activity: device_connect"))
        assert title in visit(viewer, "sigma-detail", rule.pk).content.decode()
        assert refused in unescape(visit(viewer, "sigma_set-detail", report.pk).content.decode())
        assert visit(viewer, "sigma-add").status_code == 200
        answer = visit(viewer, "sigma-switch", rule.pk, data={"why": "試行前"})
        assert (answer.status_code, never in unescape(answer.content.decode())) == (422, True)
    rule_try(rule=rule, days=7)
    page = visit(replace(viewer, language="en"), "sigma-test", rule.pk).content.decode()
    assert "2026-11-16 – 2026-11-19</th>" in page
    assert "1 alert." in page
    rule_switch(rule=rule, on=True, why="一件")
    assert (
        "From the next night on it raises no alerts"
        in visit(replace(viewer, language="en"), "sigma-switch", rule.pk).content.decode()
    )


def test_readers_read_and_only_setters_try_and_switch(tmp_path: Path, company: Company, visit: Any):
    taken(tmp_path, RULE % "device_connect")
    rule = SigmaRule.objects.get()
    company.give(company.chihiro, Role.PRIVACY_OFFICER)
    reader = company.viewer(company.chihiro)
    assert visit(reader, "sigma-test", rule.pk).status_code == 200
    for name, args in (("sigma-test", [rule.pk]), ("sigma-switch", [rule.pk]), ("sigma-add", [])):
        assert visit(reader, name, *args, data={"days": 7, "why": "x"}).status_code == 403
    assert visit(company.viewer(company.botan), "sigma-test", rule.pk).status_code == 403
    taken(tmp_path, NOTICE)
    assert visit(company.viewer(company.daichi), "sigma-switch", rule.pk).status_code == 404
    assert visit(company.viewer(company.daichi), "sigma-test", NOBODYS).status_code == 404


NOBODYS = "01900000-0000-7000-8000-000000000000"


@pytest.mark.parametrize("days", [1, 60])
@pytest.mark.usefixtures("charter")
def test_page_of_a_trial_costs_the_same_however_many_days_it_tells(
    tmp_path: Path, visit: Any, company: Company, told: Any, days: int
):
    told(*(stick(day=(date(2026, 11, 18) - timedelta(days=n)).isoformat()) for n in range(days)))
    taken(tmp_path, RULE % "device_connect")
    rule = rule_try(rule=SigmaRule.objects.get(), days=90)
    assert len(rule.tested_by_day) == days
    viewer = company.viewer(company.daichi)
    visit(viewer, "sigma-test", rule.pk)
    with CaptureQueriesContext(connection) as captured:
        visit(viewer, "sigma-test", rule.pk)
    assert len(captured) <= QUERIES
