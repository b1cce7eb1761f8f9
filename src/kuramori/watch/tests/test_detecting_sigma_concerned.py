"""A rule's trial tells nobody of himself: not by its count, its weeks, the ledger, a job, or a rule made to fit (H3).

Daichi sets rules. Deeds of his own must leave every page that he can open as it was.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from kuramori.directory.acts.people import identity_add
from kuramori.directory.acts.roles import role_end, role_give
from kuramori.directory.api import actor_of
from kuramori.directory.models import RoleAssignment
from kuramori.directory.tests.company import FOUNDED, NOON, Company
from kuramori.kernel import jobs
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.history import lines as history_of
from kuramori.kernel.ledger import read
from kuramori.kernel.models import Entry, Job
from kuramori.kernel.permissions import Role, Viewer
from kuramori.watch.detecting.sigma_acts import rule_lack, rule_switch, rule_try
from kuramori.watch.detecting.sigma_registers import WITHHELD, trial_in_words
from kuramori.watch.job_names import SIGMA_NIGHT, SIGMA_TEST
from kuramori.watch.models import Alert, SigmaRule
from kuramori.watch.rules.detecting_sigma import Lack
from kuramori.watch.tests.ruled import RULE, on, taken
from kuramori_lake.detect.tests.deeds_made import stick

pytestmark = pytest.mark.django_db
YESTERDAY = (NOON.date() - timedelta(days=1)).isoformat()
PAGES = ("sigma-test", "sigma-switch", "sigma-detail", "sigma-history")


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with override("en"):
        yield


@pytest.fixture
def daichi(company: Company, charter: Any) -> Viewer:
    """Who sets rules works at the watched site under a name that logs know."""
    identity_add(person=company.daichi, namespace="ad", value="daichi", starts_on=FOUNDED, by=SYSTEM)
    return replace(company.viewer(company.daichi), language="en")


@pytest.fixture
def rule(tmp_path: Path, company: Company) -> SigmaRule:
    taken(tmp_path, RULE % "device_connect")
    return SigmaRule.objects.standing().get()


def seen(visit: Any, viewer: Viewer, rule: SigmaRule) -> list[str]:
    """Every page of a rule as its viewer reads it, without what changes with each request."""
    pages = [unescape(visit(viewer, name, rule.pk).content.decode()) for name in PAGES]
    return [re.sub(r'value="[A-Za-z0-9]{64}"', "", page.partition("<main")[2]) for page in pages]


def test_deeds_of_who_tries_a_rule_change_no_letter_of_its_pages(
    visit: Any, told: Callable[..., None], daichi: Viewer, rule: SigmaRule
):
    told(stick(), stick(actor_raw="botan"))
    rule_try(rule=rule, days=7, by=daichi.actor)
    before, numbers = seen(visit, daichi, rule), rule.tested_by_day
    assert numbers == {YESTERDAY: 2}
    told(stick(actor_raw="daichi"), stick(actor_raw="daichi", at="14:00"))
    rule_try(rule=rule, days=7, by=daichi.actor)
    assert rule.tested_by_day == numbers
    after = seen(visit, daichi, rule)
    assert [len(page) > 200 for page in after] == [True] * 4
    assert after[:3] == before[:3]


def test_he_alone_would_have_been_found_and_the_trial_says_nobody(
    told: Callable[..., None], daichi: Viewer, rule: SigmaRule
):
    told(stick(actor_raw="daichi"))
    assert rule_try(rule=rule, days=7, by=daichi.actor).tested_by_day == {}
    rule_switch(rule=rule, on=True, by=daichi.actor, why="該当なし")
    jobs.run(jobs.ask(SIGMA_NIGHT, viewer=None))
    assert Alert.objects.get().person_id == daichi.person_id, "the night finds him all the same"


def test_nobody_who_may_read_is_counted_so_no_two_readers_can_compare(
    told: Callable[..., None], daichi: Viewer, rule: SigmaRule, company: Company
):
    company.give(company.botan, Role.AUDITOR)
    company.give(company.akari, Role.SECURITY_ANALYST, unit=company.research)
    told(stick(), stick(actor_raw="botan"), stick(actor_raw="chihiro"), stick(actor_raw="daichi"))
    rule_try(rule=rule, days=7, by=daichi.actor)
    assert rule.tested_by_day == {YESTERDAY: 1}, "Chihiro only"
    assert set(rule.tested_without) == {str(each.pk) for each in (company.akari, company.botan, company.daichi)}
    words = {trial_in_words(rule, company.viewer(each)) for each in (company.botan, company.daichi, company.akari)}
    assert len(words) == 1


def test_who_may_read_from_later_on_sees_no_number_and_has_to_try_it_anew(
    visit: Any, told: Callable[..., None], daichi: Viewer, rule: SigmaRule, company: Company
):
    told(stick(), stick(actor_raw="botan"))
    rule_try(rule=rule, days=7, by=daichi.actor)
    company.give(company.akari, Role.SECURITY_ANALYST)
    akari = replace(company.viewer(company.akari), language="en")
    trial, switch, detail, _history = seen(visit, akari, rule)
    assert "These numbers are from before you could read them." in trial
    assert "before you could read the numbers of trials" in switch
    assert not any("2 alerts" in page or "alerts it would" in page for page in (trial, switch, detail))
    assert rule_lack(rule, company.akari.pk) is Lack.UNSEEN
    with pytest.raises(Refused, match="not for you"):
        rule_switch(rule=rule, on=True, by=actor_of(company.akari), why="そのまま")
    rule_try(rule=rule, days=7, by=actor_of(company.akari))
    assert rule.tested_by_day == {YESTERDAY: 1}
    assert rule_switch(rule=rule, on=True, by=actor_of(company.akari), why="一件").is_on


def test_who_reads_until_yesterday_or_later_is_left_out_and_who_did_long_ago_is_counted(
    told: Callable[..., None], daichi: Viewer, rule: SigmaRule, company: Company
):
    told(stick(), stick(actor_raw="botan"), stick(actor_raw="chihiro"))
    role_give(person=company.chihiro, role=Role.AUDITOR, starts_on=NOON.date() + timedelta(days=90), by=SYSTEM)
    for person, last in ((company.akari, NOON.date() - timedelta(days=1)), (company.botan, date(2026, 10, 1))):
        company.give(person, Role.SECURITY_ANALYST)
        role_end(role=RoleAssignment.objects.known().get(person=person), last=last, by=SYSTEM)
    assert rule_try(rule=rule, days=7).tested_by_day == {YESTERDAY: 1}


def test_neither_ledger_nor_history_nor_job_names_a_number_of_a_trial(
    told: Callable[..., None], daichi: Viewer, rule: SigmaRule
):
    told(stick(), stick(actor_raw="botan"))
    job = jobs.run(jobs.ask(SIGMA_TEST, viewer=daichi, rule=str(rule.pk), days=7))
    rule.refresh_from_db()
    rule_switch(rule=rule, on=True, by=daichi.actor, why="試行済み")
    night = jobs.run(jobs.ask(SIGMA_NIGHT, viewer=None))
    assert (job.state, job.result, night.state, night.result) == ("done", {}, "done", {})
    for entry in read(Entry.objects.filter(verb__in=("watch.sigma.test", "watch.sigma.on"))):
        assert entry.notes == {"days": 7}
    told_lines, _more = history_of(rule, daichi, withheld=WITHHELD)
    changed = {field for line in told_lines for field, _before, _after in line.changes}
    assert not any("alert" in line.sentence for line in told_lines)
    assert not changed & {"tested by day", "tested without"}
    assert len(told_lines) == 3


def test_trial_is_seen_to_run_by_nobody_but_who_asked(daichi: Viewer, rule: SigmaRule, company: Company):
    company.give(company.botan, Role.SYSTEM_ADMINISTRATOR)
    jobs.ask(SIGMA_TEST, viewer=daichi, rule=str(rule.pk), days=7)
    assert list(jobs.jobs_seen_by(daichi)) == [Job.objects.get()]
    assert not jobs.jobs_seen_by(company.viewer(company.botan))


@pytest.mark.parametrize(
    "detection",
    ["s: {actor_raw: botan}", "s: {actor_name|startswith: bot}", "s: {activity: device_connect, actor_raw|re: '^bo'}"],
)
def test_rule_made_to_fit_one_person_is_no_way_round_two_who_agree(
    tmp_path: Path, told: Callable[..., None], daichi: Viewer, detection: str
):
    """Else a trial would tell of Botan by day what a name behind an alert is shown for by two only (H3, DET-08)."""
    told(stick(), stick(actor_raw="botan"), stick(actor_raw="chihiro"))
    taken(tmp_path, (RULE % "print").replace("s: {activity: print}", detection))
    rule = SigmaRule.objects.standing().get()
    with pytest.raises(Refused, match="names people") as refusal:
        rule_try(rule=rule, days=7, by=daichi.actor)
    assert "watch list" in refusal.value.next_step
    rule.refresh_from_db()
    assert (rule.tested_until, rule_lack(rule, daichi.person_id)) == (None, Lack.UNTRIED)
    assert not Entry.objects.filter(verb="watch.sigma.test").exists()


def test_alert_of_a_rule_is_counted_for_others_and_never_in_the_list_of_whom_it_is_about(
    visit: Any, tmp_path: Path, told: Callable[..., None], daichi: Viewer, company: Company
):
    company.give(company.akari, Role.SECURITY_ANALYST)
    told(stick(actor_raw="daichi"))
    on(tmp_path)
    jobs.run(jobs.ask(SIGMA_NIGHT, viewer=None))
    akari = replace(company.viewer(company.akari), language="en")
    own, other = (visit(viewer, "sigma-list").context["rows"] for viewer in (daichi, akari))
    assert [row["cells"][-1][2] for (row,) in (own, other)] == ["0", "1"]
