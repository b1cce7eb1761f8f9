"""One case for each person and way out: joined with trace, stepped with reasons, taken up again by people only."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.history import lines
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role
from kuramori.watch.acts.alerts import Found, alert_review, alerts_keep
from kuramori.watch.cases.acts import case_step, cases_gather
from kuramori.watch.cases.duties import case_duties
from kuramori.watch.cases.queries import (
    case_of,
    cases_due,
    cases_of_person,
    cases_stirred,
    cases_untaken,
    cases_visible_to,
)
from kuramori.watch.cases.register import cases
from kuramori.watch.models import Alert, AlertComment, Case, CaseStep
from kuramori.watch.pseudonyms import alert_pseudonym, case_pseudonym
from kuramori.watch.rules.alerts import State
from kuramori.watch.rules.cases import CaseState

DAY = date(2026, 11, 19)
DUE = date(2026, 11, 24)


def keep(*findings: Found) -> list[Alert]:
    return alerts_keep(findings=findings, as_of=DAY)


@pytest.fixture
def case(found: Callable[..., Found]) -> Case:
    keep(found())
    return cases_gather(today=DAY)[0]


@pytest.fixture
def step(case: Case, company: Company) -> Callable[..., Case]:
    """Daichi takes a step; words change it."""

    def go(state: CaseState, reason: str = "上長に確認した", **words: Any) -> Case:
        here = Case.objects.get(pk=case.pk)
        plain = {"assignee": company.daichi, "due_on": DUE, "author": company.daichi, "by": actor_of(company.daichi)}
        return case_step(case=here, state=state, reason=reason, **(plain | words))

    return go


def test_an_alert_begins_a_case_of_its_values_and_a_second_on_the_same_way_joins_it(found, case: Case):
    assert (case.number[:7], case.state, case.channels) == ("C-2026-", "open", ["removable"])
    assert case.due_on == date(2026, 11, 20), "a heavy one has to be decided within a day"
    later = {"key": "k2", "since": date(2026, 11, 1), "until": date(2026, 11, 2), "score": Decimal(60)}
    (second,) = keep(found(channels=("removable", "web"), severity="medium", **later))
    cases_gather(today=DAY)
    case = Case.objects.get()
    assert case.members.count() == 2
    assert (case.since, case.until, case.channels) == (date(2026, 11, 1), DAY, ["removable", "web"])
    assert (case.severity, case.score) == ("high", Decimal("82.5"))
    assert [each.verb for each in Entry.objects.filter(verb__startswith="watch.case").order_by("seq")] == [
        "watch.case.open", "watch.case.join",
    ]  # fmt: skip
    assert second.membership.case == case


def test_another_way_out_or_another_person_is_another_case(found, case: Case, company: Company):
    far = {"since": date(2026, 10, 1), "until": date(2026, 10, 2)}
    keep(found(key="k2", channels=("web",), **far), found(key="k3", person_id=company.botan.pk))
    cases_gather(today=DAY)
    assert Case.objects.count() == 3


def test_nothing_new_writes_nothing_and_what_is_for_the_record_begins_no_case(found, case: Case, company: Company):
    keep(found(key="k2", person_id=company.botan.pk, severity="note"))
    before = Entry.objects.count()
    assert cases_gather(today=DAY) == []
    assert Entry.objects.count() == before
    assert Case.objects.count() == 1


def test_a_case_reaches_over_an_alert_that_went_on(found, case: Case):
    keep(found(until=date(2026, 11, 20), score=Decimal(90), channels=("removable", "printer")))
    cases_gather(today=DAY)
    case.refresh_from_db()
    assert (case.until, case.score, case.channels) == (date(2026, 11, 20), Decimal(90), ["printer", "removable"])
    before = Entry.objects.count()
    keep(found(until=date(2026, 11, 20), score=Decimal(88), channels=("removable",)))
    cases_gather(today=DAY)
    assert Entry.objects.filter(verb="watch.case.widen").count() == 1, "what was found was found"
    assert Entry.objects.count() == before + 1


def test_alerts_settled_before_there_were_cases_begin_none(found, company: Company):
    (alert,) = keep(found())
    alert_review(alert=alert, state=State.CLOSED, comment="済", assignee=None, author=None, by=SYSTEM)
    assert cases_gather(today=DAY) == []


def test_a_step_keeps_its_reason_and_takes_the_unsettled_alerts_along(case: Case, step, company: Company):
    step(CaseState.WAITING)
    alert = Alert.objects.get()
    assert (alert.state, alert.assignee) == ("in_review", company.daichi)
    step(CaseState.WAITING, reason="課長は来週まで不在")
    assert Entry.objects.filter(verb="watch.case.note").count() == 1
    step(CaseState.EXPLAINED, reason="監査の作業と確認")
    alert.refresh_from_db()
    assert alert.state == "explained"
    assert AlertComment.objects.filter(alert=alert).count() == 2, "a note moves no alert"
    assert set(CaseStep.objects.values_list("before", "state")) == {
        ("open", "waiting"), ("waiting", "waiting"), ("waiting", "explained"),
    }  # fmt: skip
    assert str(CaseStep.objects.first()) == case.number


@pytest.mark.parametrize("reason", ["", " ", "\n"])
def test_no_step_without_a_reason(step, reason: str):
    with override("en"), pytest.raises(Refused, match="word on why"):
        step(CaseState.CLOSED, reason=reason)


def test_no_state_that_does_not_follow_and_nobody_on_his_own_case(step, company: Company):
    step(CaseState.CLOSED)
    for state in (CaseState.OPEN, CaseState.EXPLAINED, CaseState.WAITING):
        with override("en"), pytest.raises(Refused, match="does not follow"):
            step(state)
    for words in ({"assignee": company.chihiro}, {"author": company.chihiro}, {"by": actor_of(company.chihiro)}):
        with override("en"), pytest.raises(Refused, match="own case"):
            step(CaseState.IN_REVIEW, **words)


def test_after_a_settled_case_a_new_alert_begins_the_next_which_names_it(found, case: Case, step):
    step(CaseState.EXPLAINED)
    keep(found(key="k2", since=date(2026, 10, 1), until=date(2026, 10, 2)))
    (second,) = cases_gather(today=DAY)
    assert second.follows == case
    with override("en"), pytest.raises(Refused, match=f"{second.number} is open"):
        step(CaseState.IN_REVIEW)


def test_only_a_person_takes_a_settled_case_up_again_and_is_told_when_it_stirs(
    found, case: Case, step, company: Company
):
    step(CaseState.EXPLAINED)
    viewer = company.viewer(company.daichi)
    assert not cases_stirred(viewer)
    with_more = found(severity="high", score=Decimal(95))
    # It weighed less when it was explained.
    alert = Alert.objects.get()
    lighter(alert)
    keep(with_more)
    cases_gather(today=DAY)
    case.refresh_from_db()
    assert case.state == "explained"
    assert list(cases_stirred(viewer)) == [case]
    with override("en"):
        assert f"Settled case {case.number}: an alert weighs more now" in {
            str(d.title) for d in case_duties(viewer, DAY)
        }
    with override("ja"):
        assert {str(d.title)[:3] for d in case_duties(viewer, DAY)} == {"終了し"}
    step(CaseState.IN_REVIEW, reason="再び増えた")
    assert Entry.objects.filter(verb="watch.case.reopen").count() == 1
    assert Case.objects.get().state == "in_review"


def lighter(alert: Alert) -> None:
    with act("watch.detection.run", by=SYSTEM):
        alert.severity = "low"
        alert.save()


# who sees it


def test_the_person_concerned_finds_no_trace(case: Case, company: Company):
    company.give(company.chihiro, Role.SECURITY_ANALYST)
    viewer = company.viewer(company.chihiro)
    assert not cases_visible_to(viewer)
    assert not cases_untaken(viewer)
    assert not case_duties(viewer, DAY)
    assert case_of(viewer, Alert.objects.get()) is None


def test_a_role_in_a_unit_sees_the_cases_of_that_unit(case: Case, company: Company):
    company.give(company.botan, Role.SECURITY_ANALYST, unit=company.sales)
    company.give(company.akari, Role.SECURITY_ANALYST, unit=company.research)
    assert cases_visible_to(company.viewer(company.botan)).get() == case
    assert not cases_visible_to(company.viewer(company.akari))


def test_who_holds_no_role_sees_none(case: Case, company: Company):
    stranger = company.viewer(company.botan)
    for query in (cases_visible_to, cases_untaken, cases_due, cases_stirred):
        assert not query(stranger)
    assert not cases_of_person(stranger, company.chihiro.pk)


def test_duties_name_what_nobody_took_and_what_is_mine(case: Case, step, company: Company):
    viewer = company.viewer(company.daichi)
    with override("en"):
        assert [str(each.title) for each in case_duties(viewer, DAY)] == ["1 cases that nobody has taken"]
    step(CaseState.IN_REVIEW)
    with override("en"):
        (duty,) = case_duties(viewer, DUE)
    assert (str(duty.title), duty.due, duty.urgent) == (f"Case {case.number}: decide", DUE, True)


def test_the_case_calls_the_person_by_a_name_of_its_own_and_its_history_names_nobody(
    case: Case, step, company: Company
):
    alert = Alert.objects.get()
    assert case_pseudonym(case.pk, case.person_id) != alert_pseudonym(alert.pk, alert.person_id)
    step(CaseState.ESCALATED)
    viewer = company.viewer(company.daichi)
    with override("ja"):
        told, _older = lines(case, viewer, withheld=cases.withheld(viewer))
    text = " ".join(f"{line.sentence} {line.changes}" for line in told)
    assert "千尋" not in text
    assert "遠山" not in text
    assert case.number in text
