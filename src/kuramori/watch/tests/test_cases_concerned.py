"""Whom a case is about sees and infers nothing of it: by no list, count, search, history, inbox, page or export (H3).

Chihiro holds every office of the company. A case about her and none at all must look alike to her.
"""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils.translation import override

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.api import sequence_all
from kuramori.kernel.acts import act
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role, Viewer
from kuramori.register.api import Secret
from kuramori.watch.acts.alerts import Found, alerts_keep
from kuramori.watch.cases.acts import case_step, cases_gather
from kuramori.watch.cases.duties import case_duties
from kuramori.watch.cases.expert_acts import expert_add
from kuramori.watch.cases.queries import (
    case_of,
    cases_due,
    cases_of_person,
    cases_stirred,
    cases_untaken,
    cases_visible_to,
)
from kuramori.watch.cases.timeline_acts import timeline_open
from kuramori.watch.cases.verdict_acts import verdict_add
from kuramori.watch.cases.verdicts import verdicts_visible_to
from kuramori.watch.models import Alert, Case, Verdict
from kuramori.watch.room import ROOM
from kuramori.watch.rules.cases import CaseState
from kuramori.watch.rules.verdicts import Effect
from kuramori.watch.unsealing.acts import unsealing_ask
from kuramori.watch.unsealing.queries import requests_visible_to

DAY = date(2026, 11, 19)
EVERY_ROLE = (Role.INFORMATION_MANAGER, Role.PRIVACY_OFFICER, Role.SECURITY_ANALYST, Role.LEAVER_TEAM, Role.AUDITOR)


@pytest.fixture
def chihiro(company: Company) -> Viewer:
    for role in EVERY_ROLE:
        company.give(company.chihiro, role)
    return company.viewer(company.chihiro)


@pytest.fixture
def case(alert: Alert, company: Company, secret: Secret) -> Case:
    """A case on which everything was done that can be done."""
    case, daichi, by = cases_gather(today=DAY)[0], company.daichi, actor_of(company.daichi)
    case_step(case=case, state=CaseState.ESCALATED, reason="疑いが残る", assignee=company.botan,
              due_on=DAY, author=daichi, by=by)  # fmt: skip
    expert_add(case=case, expert=company.akari, until=DAY + timedelta(days=9), today=DAY, reason="鑑定", by=by)
    verdict_add(alert=alert, codes=["bulk_read"], effect=Effect.RAISES, for_unit=False, today=DAY, days=30,
                reason="確認した", by=by)  # fmt: skip
    timeline_open(opener=daichi, reason="調査", case=case, by=by)
    unsealing_ask(alert=alert, person=daichi, reason="面談の予定", by=by)
    sequence_all()
    return case


def secretive(case: Case) -> tuple[str, ...]:
    """What would betray it: numbers, and the words that were written."""
    alert, decision = Alert.objects.get(membership__case=case), Verdict.objects.get()
    return (case.number, alert.number, decision.number, "疑いが残る", "面談の予定", "鑑定", str(case.pk))


def test_no_query_lists_or_counts_it(case: Case, chihiro: Viewer, company: Company):
    for query in (cases_visible_to, cases_due, cases_untaken, cases_stirred, verdicts_visible_to, requests_visible_to):
        assert query(chihiro).count() == 0, query
    assert cases_of_person(chihiro, company.chihiro.pk).count() == 0
    assert case_of(chihiro, Alert.objects.get()) is None
    assert case_duties(chihiro, DAY) == []
    assert cases_visible_to(company.viewer(company.daichi)).count() == 1, "it is there"


def test_given_to_her_by_mistake_it_is_still_no_duty_of_hers(case: Case, chihiro: Viewer, company: Company):
    """An assignee that a merge of two people left behind."""
    with act("watch.case.step", by=actor_of(company.daichi)):
        case.assignee = company.chihiro
        case.save()
    assert not cases_due(chihiro)
    told = " ".join(str(each.title) for duties in ROOM.duties for each in duties(chihiro, NOON.date()))
    assert not any(word in told for word in secretive(case))


@pytest.mark.parametrize("door", ["case-list", "verdict-list", "unsealing-list", "alert-list"])
def test_her_lists_are_empty_under_every_filter_and_say_so_as_always(
    visit: Any, case: Case, chihiro: Viewer, door: str
):
    for query in ({}, {"state": "escalated"}, {"mine": "no"}, {"late": "yes"}, {"way": "removable"}, {"q": "C-2026"},
                  {"effect": "raises"}, {"retired": "yes"}):  # fmt: skip
        page = visit(chihiro, door, **query)
        assert page.context["rows"] == []
        assert not any(word in page.content.decode() for word in secretive(case))


@pytest.mark.parametrize("door", ["case-detail", "case-history", "case-step", "case-preserve", "expert-add"])
def test_her_case_and_one_that_never_was_answer_alike(visit: Any, case: Case, chihiro: Viewer, door: str):
    """Same status, same words, same length: nothing to tell them apart by."""
    real, never = visit(chihiro, door, case.pk), visit(chihiro, door, uuid4())
    assert real.status_code == never.status_code == 404
    assert len(real.content) == len(never.content)
    sent = [visit(chihiro, door, pk, data={"state": "closed", "reason": "x"}) for pk in (case.pk, uuid4())]
    assert {answer.status_code for answer in sent} == ({405} if door == "case-history" else {404})
    case.refresh_from_db()
    assert case.state == "escalated"


@pytest.mark.parametrize("register", ["case", "verdict", "unsealing", "alert"])
def test_her_exports_are_empty(visit: Any, case: Case, chihiro: Viewer, register: str):
    answer = visit(chihiro, f"{register}-export", data={"format": "json", "why": "定例"})
    assert json.loads(b"".join(answer.streaming_content)) == []


@pytest.mark.parametrize("address", ["/", "/inbox/", "/search/?q=C-2026", "/search/?q=千尋", "/watch/leavers/"])
def test_no_other_page_of_the_house_speaks_of_it(visit: Any, client: Any, case: Case, chihiro: Viewer, address: str):
    visit(chihiro, "charter-list")  # she is signed in from here on
    page = client.get(address)
    assert page.status_code == 200
    assert not any(word in page.content.decode() for word in secretive(case))


def test_no_entry_is_about_her_so_no_history_page_can_show_one(case: Case, company: Company, secret: Secret):
    for subject in (company.chihiro.pk, company.sales.pk, secret.pk):
        assert not entries_about(subject).filter(verb__startswith="watch.").exists()
    verbs = set(Entry.objects.filter(verb__startswith="watch.").values_list("verb", flat=True))
    assert {"watch.case.step", "watch.expert.add", "watch.verdict.add", "watch.timeline.open"} <= verbs, "it is there"


def test_a_decision_for_her_unit_shows_her_nothing_either(case: Case, chihiro: Viewer, company: Company):
    verdict_add(
        alert=Alert.objects.get(), codes=["bulk_read"], effect=Effect.LOWERS, for_unit=True, today=DAY, days=30,
        reason="部の作業", by=actor_of(company.daichi),
    )  # fmt: skip
    assert Verdict.objects.filter(unit=company.sales).exists()
    assert not verdicts_visible_to(chihiro)


def test_cases_of_others_she_works_on_as_anybody_does(
    case: Case, found: Callable[..., Found], chihiro: Viewer, company: Company
):
    """Whoever is under suspicion keeps her work: a list that is suddenly empty would say so."""
    alerts_keep(findings=[found(key="k2", person_id=company.botan.pk)], as_of=DAY)
    (other,) = cases_gather(today=DAY)
    assert list(cases_visible_to(chihiro)) == [other]
    with override("en"):
        assert [str(duty.title) for duty in case_duties(chihiro, DAY)] == ["1 cases that nobody has taken"]


def test_an_analyst_of_another_unit_sees_neither(case: Case, found: Any, chihiro: Viewer, company: Company):
    alerts_keep(findings=[found(key="k2", person_id=company.botan.pk)], as_of=DAY)
    cases_gather(today=DAY)
    assert cases_visible_to(chihiro).count() == 1
    company.give(company.akari, Role.SECURITY_ANALYST, unit=company.research)
    assert not cases_visible_to(company.viewer(company.akari))
