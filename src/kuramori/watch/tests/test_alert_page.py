"""What an alert's page says of itself: how sure the finding is, and how its numbers stand beside others'."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.translation import override

from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.actors import SYSTEM, Actor, ActorKind
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.permissions import Role
from kuramori.register.api import Secret
from kuramori.watch.acts.alerts import Found, alert_review, alerts_keep
from kuramori.watch.alert_page import FEW_DAYS, Traces, how_sure, traces_of
from kuramori.watch.alert_register import NEVER_TOLD, alerts, levels_in_words, severity_mark, state_mark
from kuramori.watch.api import detect
from kuramori.watch.events_table import _outcome
from kuramori.watch.models import Alert, AlertComment, AlertSecret, Severity, StateChoice, Unsealing
from kuramori.watch.rules.alerts import State
from kuramori.watch.traces import PEERS_LEAST, USUAL_DAYS
from kuramori.watch.unsealing.acts import alert_unseal
from kuramori_lake.event import Outcome

DAY = date(2026, 11, 19)


def told(**words: Any) -> str:
    with override("en"):
        return " ".join(how_sure(Traces(**({"own_days": FEW_DAYS, "peers": PEERS_LEAST} | words))))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"own_days": FEW_DAYS - 1}, "That is little"),
        ({"peers": PEERS_LEAST - 1}, "Those are few colleagues"),
        ({"damaged": 2}, "2 damaged log segments were left out."),
        ({"unsealed": 3}, "3 log segments still wait for their seal"),
    ],
)
def test_what_weakens_a_finding_is_said_and_only_then(words: dict[str, int], said: str):
    assert said in told(**words)
    assert said not in told()


def test_a_finding_never_calls_itself_a_proof():
    for words in ({}, {"own_days": 0, "peers": 0, "damaged": 1, "unsealed": 1}):
        assert told(**words).endswith("A high score is a reason to look, and no proof of a deed.")


def test_it_does_not_say_that_all_is_sealed_while_something_waits():
    assert "Every event behind it is sealed" in told()
    assert "Every event behind it is sealed" not in told(unsealed=1)


def test_both_numbers_it_was_compared_with_are_told():
    sentences = told(own_days=41, peers=12)
    assert "41 active days" in sentences
    assert "12 colleagues" in sentences


def test_the_japanese_says_the_same_in_as_many_sentences():
    for words in ({}, {"own_days": 0, "peers": 0, "damaged": 1, "unsealed": 1}):
        traces = Traces(**({"own_days": FEW_DAYS, "peers": PEERS_LEAST} | words))
        with override("en"):
            english = how_sure(traces)
        with override("ja"):
            japanese = how_sure(traces)
        assert len(english) == len(japanese)
        assert not set(english) & set(japanese)


# its days


def test_the_days_before_the_window_are_the_usual_and_those_in_it_are_not(
    alert: Alert, read_log: None, company: Company
):
    traces = traces_of(alert)
    assert traces.own_days == 0, "what was read in the window is no usual"
    assert len(traces.days) == (alert.until - alert.since + USUAL_DAYS).days + 1
    assert traces.days[-1].value == 2
    assert (traces.high, traces.damaged, traces.unsealed) == (0.0, 0, 0)
    assert {each.own for each in traces.compared} == {2}
    assert all(isinstance(each.label, str) for each in traces.compared)


def test_without_a_lake_there_is_nothing_to_compare(alert: Alert):
    traces = traces_of(alert)
    assert (traces.days, traces.compared, traces.peers) == ((), (), 0)


# its marks


def test_every_state_and_weight_has_a_mark_and_a_word(alert: Alert, company: Company):
    viewer = company.viewer(company.daichi)
    tones = set()
    for state, severity in zip(StateChoice, [*Severity, Severity.NOTE], strict=True):
        alert.state, alert.severity = state, severity
        assert str(state_mark(alert, viewer).word) == str(state.label)
        assert str(severity_mark(alert, viewer).word) == str(severity.label)
        tones.add(severity_mark(alert, viewer).tone)
    assert tones == {"bad", "warn", "info", ""}


def test_secrets_are_counted_by_level_the_gravest_first_and_none_is_named(
    found: Callable[..., Found], secret: Secret, company: Company
):
    findings = [found(secrets={secret.pk: 3}), found(key="k2", person_id=company.botan.pk)]
    with_secret, without = alerts_keep(findings=findings, as_of=DAY)
    viewer = company.viewer(company.daichi)
    rows = {each.pk: levels_in_words(each, viewer) for each in alerts.visible_to(viewer)}
    assert rows == {with_secret.pk: "極秘 1", without.pk: None}


def test_the_person_is_no_column_no_filter_and_no_order():
    assert "person" in NEVER_TOLD
    names = {column.name for column in alerts.columns} | {column.sort for column in alerts.columns}
    assert not names & (NEVER_TOLD - {"queue"})
    assert not {each.name for each in alerts.filters} & NEVER_TOLD


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_of_a_deed_has_a_word(outcome: Outcome):
    with override("ja"):
        japanese = _outcome(str(outcome))
    assert (japanese == str(outcome)) is (outcome in {Outcome.OK, Outcome.UNKNOWN})


# who acts


def test_a_name_is_shown_to_a_person_and_to_no_account_without_one(visit: Any, alert: Alert, company: Company):
    """A token or a script of the office may hold the right; nobody stands behind it to whom a name could be shown."""
    company.give(company.botan, Role.PRIVACY_OFFICER)
    script = Actor(kind=ActorKind.SYSTEM, id=None, name="script")
    nobody = replace(company.viewer(company.botan), person_id=None, actor=script)
    answer = visit(nobody, "alert-unseal", alert.pk, data={"reason": "聞き取り"})
    assert answer.status_code == 409
    assert not Unsealing.objects.exists()


def test_what_belongs_to_an_alert_is_called_after_it(alert: Alert, company: Company):
    with act("watch.alert.review", by=SYSTEM):
        parts = [
            AlertComment(alert=alert, author=company.daichi, text="x", state=StateChoice.NEW),
            Unsealing(alert=alert, by=company.botan, reason="x", expires_at=NOON + timedelta(days=1)),
            AlertSecret.objects.get(alert=alert),
        ]
    assert {str(part) for part in parts} == {alert.number}
    assert alert.days == (alert.since, alert.until)


@pytest.mark.parametrize("reason", ["", " ", "\n\t", "　"])
def test_neither_a_name_nor_a_step_without_a_word(alert: Alert, company: Company, reason: str):
    with override("en"), pytest.raises(Refused, match="reason only"):
        alert_unseal(alert=alert, person=company.botan, reason=reason, by=SYSTEM)
    with override("en"), pytest.raises(Refused, match="word on why"):
        alert_review(alert=alert, state=State.CLOSED, comment=reason, assignee=None, author=None, by=SYSTEM)
    assert not Unsealing.objects.exists()
    assert not AlertComment.objects.exists()


def test_an_evaluation_of_an_empty_lake_finds_nothing_and_names_who_is_not_watched(company: Company):
    report = detect(as_of=DAY)
    assert report.alerts == ()
    with override("en"):
        assert str(report).endswith(": no valid monitoring charter, so nobody there is evaluated.")
    assert '"sites_without_charter": ["TYO"]' in report.to_json()


def test_an_evaluation_with_a_charter_and_no_events_says_that_nothing_stands_out(company: Company, charter: Any):
    with override("en"):
        assert str(detect(as_of=DAY)) == "Nothing stands out."
