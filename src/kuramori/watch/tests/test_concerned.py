"""The person concerned finds nothing of it by any door of the house; and what the other rooms are offered."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override

from kuramori.directory.api import actor_of, viewer_of_system
from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.api import sequence_all
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.permissions import Role, Viewer
from kuramori.register.api import Secret
from kuramori.watch.acts.alerts import alert_review
from kuramori.watch.duties import alert_duties
from kuramori.watch.exhibits import access_exhibits
from kuramori.watch.measures import tiles
from kuramori.watch.models import Alert
from kuramori.watch.panels import access_panel
from kuramori.watch.pseudonyms import pseudonym
from kuramori.watch.queries.alerts import alerts_of_person, alerts_on_secret, unassigned, waiting_for
from kuramori.watch.rules.alerts import State

TODAY = NOON.date()
EVERY_ROLE = (Role.INFORMATION_MANAGER, Role.PRIVACY_OFFICER, Role.SECURITY_ANALYST, Role.LEAVER_TEAM, Role.AUDITOR)


@pytest.fixture
def chihiro(company: Company) -> Viewer:
    """The person concerned, with every role of the office."""
    for role in EVERY_ROLE:
        company.give(company.chihiro, role)
    return company.viewer(company.chihiro)


def test_no_query_counts_or_lists_his_own_alert(alert: Alert, secret: Secret, company: Company, chihiro: Viewer):
    assert alerts_of_person(chihiro, company.chihiro.pk).count() == 0
    assert alerts_on_secret(chihiro, secret.pk).count() == 0
    assert unassigned(chihiro).count() == 0
    daichi = company.viewer(company.daichi)
    assert alerts_of_person(daichi, company.chihiro.pk).count() == 1
    assert alerts_on_secret(daichi, secret.pk).count() == 1
    assert unassigned(daichi).count() == 1


def test_an_alert_given_to_him_by_mistake_is_no_duty_of_his(alert: Alert, company: Company, chihiro: Viewer):
    alert_review(
        alert=alert, state=State.IN_REVIEW, comment="誤り", assignee=company.chihiro, author=company.daichi,
        by=actor_of(company.daichi),
    )  # fmt: skip
    assert waiting_for(chihiro).count() == 0
    assert alert_duties(chihiro, TODAY) == []


@pytest.mark.parametrize("address", ["/search/?q=A-2026", "/", "/inbox/"])
def test_neither_search_nor_front_page_nor_inbox_betrays_it(
    visit: Any, client: Any, alert: Alert, chihiro: Viewer, address: str
):
    visit(chihiro, "charter-list")  # he is signed in from here on
    page = client.get(address)
    assert alert.number not in page.content.decode()


def test_his_own_export_is_empty_and_a_filter_finds_nothing(visit: Any, alert: Alert, chihiro: Viewer):
    answer = visit(chihiro, "alert-export", data={"format": "json"})
    assert json.loads(b"".join(answer.streaming_content)) == []
    for query in ({"state": "new"}, {"severity": "high"}, {"group": "everybody"}, {"mine": "no"}):
        assert visit(chihiro, "alert-list", **query).context["rows"] == []


def test_his_history_and_his_ledger_hold_no_word_of_it(alert: Alert, company: Company):
    sequence_all()
    assert {entry.verb.partition(".")[0] for entry in entries_about(company.chihiro.pk)} == {"directory"}


def test_a_secrets_own_history_tells_of_no_alert(alert: Alert, secret: Secret):
    assert not entries_about(secret.pk).filter(verb__startswith="watch.").exists()


# what others are offered


def test_the_tile_counts_open_alerts_in_sight_and_leads_to_them(alert: Alert, company: Company):
    daichi = company.viewer(company.daichi)
    tile = tiles(daichi, TODAY)[0]
    assert (tile["value"], tile["tone"], tile["url"]) == ("1", "bad", reverse("watch:alert-list"))
    alert_review(
        alert=alert, state=State.EXPLAINED, comment="引継ぎ", assignee=None, author=None, by=actor_of(company.daichi)
    )
    assert tiles(daichi, TODAY)[0]["value"] == "0"
    assert tiles(company.viewer(company.botan), TODAY) == []


def test_a_new_alert_is_a_duty_of_the_reviewers_until_somebody_takes_it(alert: Alert, company: Company):
    daichi = company.viewer(company.daichi)
    company.give(company.botan, Role.PRIVACY_OFFICER)
    botan = company.viewer(company.botan)
    (waiting,) = alert_duties(daichi, TODAY)
    assert "state=new" in waiting.url
    assert alert_duties(botan, TODAY) == [], "the privacy officer looks, and does not review"
    alert_review(
        alert=alert, state=State.IN_REVIEW, comment="見る", assignee=company.daichi, author=company.daichi,
        by=actor_of(company.daichi),
    )  # fmt: skip
    (mine,) = alert_duties(daichi, TODAY)
    assert (mine.due, mine.urgent) == (TODAY + timedelta(days=3), True)


def test_an_alert_is_an_exhibit_of_its_secret_for_who_may_see_both(
    alert: Alert, secret: Secret, company: Company, read_log: None
):
    company.give(company.akari, Role.SECURITY_ANALYST)
    with override("en"):
        told = [
            str(each.statement) for each in access_exhibits(secret.as_subject(), company.viewer(company.akari), TODAY)
        ]
        plain = [str(each.statement) for each in access_exhibits(secret.as_subject(), viewer_of_system(), TODAY)]
    assert any("Alerts that concern it: 1" in each for each in told)
    assert any("3 events of 2 people from 1 log sources, the last on 2026-11-19." in each for each in plain)


def test_an_exhibit_is_for_secrets_only(company: Company, secret: Secret):
    assert access_exhibits(company.akari.as_subject(), viewer_of_system(), TODAY) == []


def test_readers_of_a_secret_have_other_pseudonyms_next_month(company: Company, secret: Secret, read_log: None):
    akari = company.viewer(company.akari)
    name = pseudonym(f"secret:{secret.pk}:2026-11", company.chihiro.pk)
    assert name in (access_panel(secret, akari) or "")
    with time_machine.travel(NOON + timedelta(days=12), tick=False):
        assert name not in (access_panel(secret, akari) or "")


def test_the_panel_says_so_when_there_is_no_log_yet(company: Company, secret: Secret):
    with override("en"):
        assert "No log shows anybody reading it." in (access_panel(secret, company.viewer(company.akari)) or "")
