"""A case's pages: what happened, how sure, what was seen, what to do next; preserved by who knows the name; experts."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.models import HeldSubject, Hold
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role, Viewer
from kuramori.watch.acts.alerts import Found, alerts_keep
from kuramori.watch.cases.acts import cases_gather
from kuramori.watch.cases.queries import cases_visible_to, leaving_told
from kuramori.watch.models import Alert, Case, CaseStep, ExpertAccess
from kuramori.watch.pseudonyms import case_pseudonym
from kuramori.watch.queries.alerts import alerts_visible_to, tells_leaving
from kuramori.watch.tests.conftest import leave
from kuramori.watch.unsealing.acts import alert_unseal

DAY = date(2026, 11, 19)
NAMES = ("千尋", "遠山", "chihiro", "Chihiro")


@pytest.fixture
def case(alert: Alert) -> Case:
    return cases_gather(today=DAY)[0]


@pytest.fixture
def analyst(company: Company) -> Viewer:
    return company.viewer(company.daichi)


@pytest.fixture
def manager(company: Company) -> Viewer:
    company.give(company.botan, Role.INFORMATION_MANAGER)
    return company.viewer(company.botan)


@pytest.fixture
def expert(company: Company) -> Viewer:
    person = company.person("X-1", "鑑 識", "カガミ シキ", "Shiki Kagami", company.top)
    company.give(person, Role.FORENSIC_EXPERT)
    return company.viewer(person)


def text(answer: Any) -> str:
    return answer.content.decode()


def test_the_page_says_what_happened_how_sure_what_was_seen_and_what_next(
    visit: Any, case: Case, read_log: None, analyst: Viewer
):
    page = text(visit(analyst, "case-detail", case.pk))
    assert not any(name in page for name in NAMES)
    for said in (
        case.number, case_pseudonym(case.pk, case.person_id), Alert.objects.get().number, "可搬媒体", "82.5", "途絶",
        "上長に確認し、回答を待つ", "通常の業務として説明する", "上申する", "全経路をさかのぼって見る", "極秘",
    ):  # fmt: skip
        assert said in page, said
    assert "電解液" not in page, "whoever works on a case does not learn a secret's title by it"


def test_a_list_and_a_history_name_nobody(visit: Any, case: Case, analyst: Viewer):
    for name, *args in (("case-list",), ("case-history", case.pk)):
        page = text(visit(analyst, name, *args))
        assert case.number in page
        assert not any(one in page for one in NAMES)
    assert case.number not in text(visit(analyst, "case-list", state="closed"))
    assert case.number in text(visit(analyst, "case-list", way="removable", late="no", mine="no"))
    assert case.number not in text(visit(analyst, "case-list", way="web"))
    assert case.number not in text(visit(analyst, "case-list", late="yes"))
    assert case.number not in text(visit(analyst, "case-list", mine="yes"))


def test_a_step_is_recorded_with_its_reason_and_offered_as_asked(visit: Any, case: Case, analyst: Viewer):
    asked = text(visit(analyst, "case-step", case.pk, state="waiting"))
    assert '<option value="waiting" selected>' in asked
    data = {"state": "waiting", "taken": "me", "due_on": "2026-11-25", "reason": "課長に確認中"}
    assert visit(analyst, "case-step", case.pk, data=data | {"reason": ""}).status_code == 422
    assert visit(analyst, "case-step", case.pk, data=data).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.assignee_id, case.due_on) == ("waiting", analyst.person_id, date(2026, 11, 25))
    page = text(visit(analyst, "case-detail", case.pk))
    assert "課長に確認中" in page
    assert visit(analyst, "case-step", case.pk, data=data | {"state": "closed"}).status_code == 302
    page = text(visit(analyst, "case-detail", case.pk))
    assert "案件を再開する" in page
    assert "上申する" not in page
    assert CaseStep.objects.count() == 2


def test_the_alert_leads_to_its_case_and_the_stranger_nowhere(visit: Any, case: Case, analyst: Viewer, company):
    page = text(visit(analyst, "alert-detail", Alert.objects.get().pk))
    assert f"/cases/{case.pk}/" in page
    assert "timelines/open/?alert=" in page
    assert visit(company.viewer(company.akari), "case-detail", case.pk).status_code == 403
    company.give(company.chihiro, Role.SECURITY_ANALYST)
    own = company.viewer(company.chihiro)
    for name in ("case-detail", "case-step", "case-history"):
        assert visit(own, name, case.pk).status_code == 404


def test_evidence_is_preserved_by_who_is_shown_the_name_and_under_a_matter_that_tells_no_case(
    visit: Any, case: Case, manager: Viewer, company: Company
):
    assert visit(manager, "case-preserve", case.pk).status_code == 409
    alert_unseal(alert=Alert.objects.get(), person=company.botan, reason="聞き取り", by=manager.actor)
    data = {"matter": f"件 {case.number}", "covers_from": "2026-08-01", "why": "疑いが残る"}
    assert visit(manager, "case-preserve", case.pk, data=data).status_code == 422
    assert visit(manager, "case-preserve", case.pk, data=data | {"matter": "営業部の件"}).status_code == 302
    assert Hold.objects.get().covers_from == date(2026, 8, 1)
    assert str(company.chihiro.pk) in {str(each) for each in HeldSubject.objects.values_list("subject_id", flat=True)}
    page = text(visit(manager, "case-detail", case.pk))
    assert "遠山 千尋" in page, "the name is shown to him"


def test_who_had_the_name_shown_on_one_alert_is_told_of_no_leaving_on_the_others(
    case: Case, found: Callable[..., Found], manager: Viewer, company: Company
):
    """Within a case one name stands for all its alerts: else the second alert would tell what the first may not."""
    leave(company)
    alerts_keep(findings=[found(key="k2", since=DAY - timedelta(days=40), until=DAY - timedelta(days=39))], as_of=DAY)
    cases_gather(today=DAY)
    first, second = alerts_visible_to(manager).order_by("created_at", "-score", "since")
    assert leaving_told(manager, [first, second])
    alert_unseal(alert=first, person=company.botan, reason="聞き取り", by=manager.actor)
    again = list(alerts_visible_to(manager))
    assert not any(tells_leaving(manager, each) for each in again)
    assert not leaving_told(manager, again)


def test_an_expert_reads_his_case_until_his_day_and_nothing_else(  # noqa: PLR0917
    visit: Any,
    case: Case,
    manager: Viewer,
    expert: Viewer,
    found: Callable[..., Found],
    company: Company,
):
    """DET-15: expert account sees only its case and expires."""
    assert not cases_visible_to(expert)
    data = {"expert": "X-1", "until": "2026-11-27", "reason": "端末の鑑定"}
    assert "証跡" in text(visit(manager, "expert-add", case.pk))
    assert visit(manager, "expert-add", case.pk, data=data | {"until": "2027-11-27"}).status_code == 422
    assert visit(manager, "expert-add", case.pk, data=data | {"expert": "A-3"}).status_code == 422
    assert visit(manager, "expert-add", case.pk, data=data).status_code == 302
    alerts_keep(findings=[found(key="k2", person_id=company.akari.pk)], as_of=DAY)
    (other,) = cases_gather(today=DAY)
    page = text(visit(expert, "case-detail", case.pk))
    assert case_pseudonym(case.pk, case.person_id) in page
    assert case.members.get().alert.number in page
    assert not any(name in page for name in (*NAMES, "電解液", "記録する", "証拠を保全する"))
    assert visit(expert, "case-detail", other.pk).status_code == 404
    assert visit(expert, "alert-list").status_code == 403
    assert visit(expert, "case-step", case.pk).status_code == 403
    assert [each.number for each in cases_visible_to(expert)] == [case.number]
    access = ExpertAccess.objects.get()
    assert str(access) == case.number
    assert visit(manager, "expert-end", access.pk, data={"reason": "鑑定が済んだ"}).status_code == 302
    assert visit(expert, "case-detail", case.pk).status_code == 404
    assert visit(manager, "expert-end", access.pk, data={"reason": "もう一度"}).status_code == 409
    assert Entry.objects.filter(verb="watch.expert.end").count() == 1


def test_an_experts_reading_ends_by_itself(case: Case, manager: Viewer, expert: Viewer, visit: Any):
    data = {"expert": "X-1", "until": "2026-11-21", "reason": "端末の鑑定"}
    visit(manager, "expert-add", case.pk, data=data)
    assert cases_visible_to(expert).count() == 1
    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        assert not cases_visible_to(expert)
