"""Alerts: one per person and window, under a pseudonym, moved by people with a word on why."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.acts import Refused
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role
from kuramori.register.api import Secret
from kuramori.watch.acts.alerts import Found, alert_review, alerts_keep
from kuramori.watch.models import Alert
from kuramori.watch.pseudonyms import alert_pseudonym, pseudonym
from kuramori.watch.queries.alerts import alerts_on_secret, alerts_visible_to, name_behind, secrets_of, unsealing_of
from kuramori.watch.rules.alerts import State
from kuramori.watch.unsealing.acts import alert_unseal

DAY = date(2026, 11, 19)
Find = Callable[..., Found]


def test_the_same_finding_again_writes_nothing(found: Find):
    first = alerts_keep(findings=[found()], as_of=DAY)
    count = Entry.objects.count()
    again = alerts_keep(findings=[found()], as_of=DAY + timedelta(days=1))
    assert [alert.pk for alert in again] == [alert.pk for alert in first]
    assert Entry.objects.count() == count


def test_findings_of_one_run_are_one_act_and_each_gets_a_number_of_the_year(found: Find, company: Company):
    other = found(key="k2", person_id=company.botan.pk)
    alerts = alerts_keep(findings=[found(), other], as_of=DAY)
    assert [alert.number[:7] for alert in alerts] == ["A-2026-", "A-2026-"]
    assert alerts[0].number != alerts[1].number
    assert read(Entry.objects.filter(verb="watch.detection.run"))[0].notes["new"] == 2


def test_the_ledger_tells_nobody_in_clear_how_many_alerts_a_run_raised(found: Find):
    """Whoever sees all alerts but those about himself would learn of his own by counting (H3)."""
    alerts_keep(findings=[found()], as_of=DAY)
    entry = Entry.objects.get(verb="watch.detection.run")
    notes = json.loads(bytes(entry.body))["notes"]
    assert [name for name, note in notes.items() if "open" in note] == ["as_of"]


def test_numbers_begin_anew_each_year(found: Find, company: Company):
    alerts_keep(findings=[found()], as_of=DAY)
    later = found(key="k2", person_id=company.botan.pk)
    assert alerts_keep(findings=[later], as_of=date(2027, 1, 1))[0].number.startswith("A-2027-")


def test_tomorrows_window_of_the_same_person_goes_on_with_the_same_alert(found: Find):
    alert = alerts_keep(findings=[found()], as_of=DAY)[0]
    later = found(key="k2", since=DAY, until=DAY + timedelta(days=1), score=Decimal("90.0"))
    assert alerts_keep(findings=[later], as_of=DAY)[0].pk == alert.pk
    assert Alert.objects.count() == 1


def test_a_story_that_falls_apart_in_two_is_two_alerts_and_none_is_lost(found: Find):
    """Late logs may show a quiet day amid a window: both parts meet the alert that was there."""
    whole = alerts_keep(findings=[found(since=DAY - timedelta(days=6), until=DAY)], as_of=DAY)[0]
    parts = [
        found(key="first", since=DAY - timedelta(days=6), until=DAY - timedelta(days=5), score=Decimal("40.0")),
        found(key="second", since=DAY - timedelta(days=1), until=DAY, score=Decimal("60.0")),
    ]
    kept = alerts_keep(findings=parts, as_of=DAY)
    assert (kept[0].pk, len({each.pk for each in kept})) == (whole.pk, 2)
    scores = dict(Alert.objects.values_list("pk", "score"))
    assert [scores[each.pk] for each in kept] == [Decimal("40.0"), Decimal("60.0")]
    count = Entry.objects.count()
    assert [each.pk for each in alerts_keep(findings=parts, as_of=DAY)] == [each.pk for each in kept]
    assert Entry.objects.count() == count, "the same evaluation again writes nothing"


def test_a_finding_finds_its_own_alert_before_another_goes_on_with_it(found: Find):
    own = alerts_keep(findings=[found(key="own")], as_of=DAY)[0]
    both = alerts_keep(findings=[found(key="other", since=DAY, until=DAY), found(key="own")], as_of=DAY)
    assert both[1].pk == own.pk
    assert both[0].pk != own.pk


def test_windows_that_only_touch_in_a_day_are_one_story_and_those_apart_are_two(found: Find):
    first = alerts_keep(findings=[found()], as_of=DAY)[0]
    touching = found(key="k2", since=DAY, until=DAY + timedelta(days=3))
    assert alerts_keep(findings=[touching], as_of=DAY)[0].pk == first.pk
    apart = found(key="k3", since=DAY + timedelta(days=4), until=DAY + timedelta(days=5))
    assert alerts_keep(findings=[apart], as_of=DAY)[0].pk != first.pk


@pytest.mark.parametrize("state", [State.EXPLAINED, State.CLOSED])
def test_a_settled_story_is_not_gone_on_with_but_begun_anew(found: Find, company: Company, state: State):
    settled = alerts_keep(findings=[found()], as_of=DAY)[0]
    review(settled, company, state)
    later = alerts_keep(findings=[found(key="k2", since=DAY, until=DAY + timedelta(days=1))], as_of=DAY)[0]
    assert later.pk != settled.pk
    assert later.state == State.NEW
    settled.refresh_from_db()
    assert settled.state == state, "what people decided stays decided"


def test_nobody_elses_alert_goes_on_with_a_finding(found: Find, company: Company):
    first = alerts_keep(findings=[found()], as_of=DAY)[0]
    other = alerts_keep(findings=[found(key="k2", person_id=company.botan.pk)], as_of=DAY)[0]
    assert other.pk != first.pk
    assert (first.person_id, other.person_id) == (company.chihiro.pk, company.botan.pk)


def test_an_escalated_or_reviewed_alert_keeps_its_state_and_its_reviewer_when_it_grows(found: Find, company: Company):
    alert = alerts_keep(findings=[found(severity="low")], as_of=DAY)[0]
    for state in (State.IN_REVIEW, State.ESCALATED):
        review(alert, company, state)
        grown = alerts_keep(findings=[found(severity="high", score=Decimal(90 + len(state)))], as_of=DAY)[0]
        assert (grown.state, grown.assignee) == (state, company.daichi)


def test_a_secret_no_longer_touched_is_kept_at_nought_and_shown_no_more(found: Find, secret: Secret, company: Company):
    alert = alerts_keep(findings=[found(secrets={secret.pk: 7})], as_of=DAY)[0]
    alerts_keep(findings=[found(secrets={})], as_of=DAY)
    assert alert.secrets.get().documents == 0
    (seen,) = alerts_visible_to(company.viewer(company.daichi))
    assert secrets_of(company.viewer(company.akari), seen) == ([], [])
    assert not alerts_on_secret(company.viewer(company.daichi), secret.pk).exists()
    count = Entry.objects.count()
    alerts_keep(findings=[found(secrets={secret.pk: 9})], as_of=DAY)
    assert alert.secrets.get().documents == 9
    assert Entry.objects.count() == count + 1


def test_nothing_found_is_nothing_written(company: Company):
    assert alerts_keep(findings=[], as_of=DAY) == []
    assert not Entry.objects.filter(verb="watch.detection.run").exists()


def test_an_explained_alert_comes_back_when_it_weighs_more(found: Find, company: Company):
    alert = alerts_keep(findings=[found(severity="low")], as_of=DAY)[0]
    review(alert, company, State.EXPLAINED)
    assert alerts_keep(findings=[found(severity="low", until=DAY)], as_of=DAY)[0].state == State.EXPLAINED
    assert alerts_keep(findings=[found(severity="high")], as_of=DAY)[0].state == State.NEW


def review(alert: Alert, company: Company, state: State, comment: str = "上長に確認した") -> Alert:
    by, author = actor_of(company.daichi), company.daichi
    return alert_review(alert=alert, state=state, comment=comment, assignee=author, author=author, by=by)


def test_every_step_needs_a_word_and_is_an_act(alert: Alert, company: Company):
    with pytest.raises(Refused):
        review(alert, company, State.CLOSED, comment="  ")
    review(alert, company, State.IN_REVIEW)
    entry = read(entries_about(alert.pk)[:1])[0]
    assert (entry.verb, entry.why, entry.notes["after"]) == ("watch.alert.review", "上長に確認した", "in_review")


def test_nobody_makes_an_alert_new_by_hand(alert: Alert, company: Company):
    review(alert, company, State.IN_REVIEW)
    with pytest.raises(Refused):
        review(alert, company, State.NEW)


def test_nobody_sees_an_alert_about_himself(alert: Alert, company: Company):
    company.give(company.chihiro, Role.SECURITY_ANALYST)
    assert alert in alerts_visible_to(company.viewer(company.daichi))
    assert alert not in alerts_visible_to(company.viewer(company.chihiro))


def test_without_the_role_there_are_no_alerts_and_in_a_unit_only_its_own(alert: Alert, company: Company):
    assert not alerts_visible_to(company.viewer(company.botan)).exists()
    analyst = company.viewer(company.daichi)
    in_sales = replace(analyst, company_wide=frozenset(), units={"watch:alert:view": frozenset({company.sales.pk})})
    elsewhere = replace(in_sales, units={"watch:alert:view": frozenset({company.materials.pk})})
    assert alert in alerts_visible_to(in_sales)
    assert alert not in alerts_visible_to(elsewhere)


def test_nothing_is_written_under_the_persons_own_id(alert: Alert, company: Company):
    assert not entries_about(company.chihiro.pk).filter(verb__startswith="watch.").exists()


def test_a_pseudonym_differs_from_alert_to_alert_and_lasts_within_one(company: Company):
    here, there = uuid4(), uuid4()
    person = company.chihiro.pk
    assert alert_pseudonym(here, person) == alert_pseudonym(here, person)
    assert alert_pseudonym(here, person) != alert_pseudonym(there, person)
    assert pseudonym("secret:1", person) != pseudonym("secret:2", person)


def test_the_key_of_pseudonyms_is_readable_by_the_server_only(data, company: Company):
    pseudonym("x", company.chihiro.pk)
    assert (data / "keys" / "pseudonyms.key").stat().st_mode & 0o777 == 0o600


def test_a_name_is_shown_to_one_person_for_a_reason_and_a_day(alert: Alert, company: Company):
    company.give(company.botan, Role.PRIVACY_OFFICER)
    botan = company.viewer(company.botan)
    assert unsealing_of(botan, alert) is None
    with pytest.raises(Refused):
        alert_unseal(alert=alert, person=company.botan, reason=" ", by=actor_of(company.botan))
    alert_unseal(alert=alert, person=company.botan, reason="本人への聞き取りのため", by=actor_of(company.botan))
    assert unsealing_of(botan, alert) is not None
    assert name_behind(botan, alert) == company.chihiro.shown
    company.give(company.akari, Role.PRIVACY_OFFICER)
    assert unsealing_of(company.viewer(company.akari), alert) is None
    with time_machine.travel(NOON + timedelta(hours=25), tick=False):
        assert unsealing_of(botan, alert) is None


def test_who_may_not_know_the_secret_learns_its_level_and_number_only(alert: Alert, secret: Secret, company: Company):
    shown, hidden = secrets_of(company.viewer(company.daichi), alert)
    assert shown == []
    assert [(level.pk, count) for level, count in hidden] == [(secret.level_id, 1)]
    company.give(company.akari, Role.SECURITY_ANALYST)
    shown, hidden = secrets_of(company.viewer(company.akari), alerts_visible_to(company.viewer(company.akari)).get())
    assert [(each.pk, documents) for each, documents in shown] == [(secret.pk, 212)]
    assert hidden == []
