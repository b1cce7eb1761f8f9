"""A request for an exclusion is in the inbox of who may decide on it, and in nobody else's (GOV-15, SYS-17)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils.translation import override

from kuramori.directory.api import actor_of, viewer_of_system
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.permissions import Role
from kuramori.watch.privacy.duties import SHOWN, exclusion_duties
from kuramori.watch.privacy.exclusion_acts import Excluded, exclusion_approve, exclusion_refuse, exclusion_retire
from kuramori.watch.tests.test_privacy_exclusions import YEAR, Offices, asked, offices

__all__ = ["offices"]
TODAY = NOON.date()


def of(company: Company, person: Any, today: Any = TODAY) -> list[str]:
    return [duty.url.split("/")[-3] for duty in exclusion_duties(company.viewer(person), today)]


def test_it_waits_for_the_other_office_until_somebody_decides(company: Company, offices: Offices):
    assert of(company, company.daichi) == []
    exclusion = asked(company)
    assert of(company, company.daichi) == [str(exclusion.pk)]
    exclusion_approve(exclusion=exclusion, person=company.daichi, reason="法による", by=actor_of(company.daichi))
    refused = asked(company, who=Excluded(namespace="ad", raw="a1"))
    exclusion_refuse(exclusion=refused, person=company.daichi, reason="委員でない", by=actor_of(company.daichi))
    taken_back = asked(company, who=Excluded(namespace="ad", raw="a2"))
    exclusion_retire(exclusion=taken_back, by=actor_of(company.akari), why="取下げ")
    assert of(company, company.daichi) == []


def test_neither_who_asked_nor_whom_it_is_about_nor_anybody_else_is_told(company: Company, offices: Offices):
    """The person concerned may hold the office: he then reads the list, and no duty points him to his own entry."""
    company.give(company.chihiro, Role.PRIVACY_OFFICER)
    company.give(company.botan, Role.SECURITY_ANALYST)
    asked(company)
    people = (company.akari, company.botan, company.chihiro)
    assert [of(company, person) for person in people] == [[], [], []]
    assert exclusion_duties(viewer_of_system(), TODAY) == []
    account = asked(company, who=Excluded(namespace="ad", raw="kensaku"))
    assert of(company, company.chihiro) == [str(account.pk)], "an account is nobody's own"


@pytest.mark.parametrize(("language", "title", "kind"), [
    ("en", "Exclusion E-2026-0001 from monitoring: agree or refuse", "exclusion from monitoring"),
    ("ja", "監視からの除外 E-2026-0001：同意または却下", "監視からの除外"),
])  # fmt: skip
def test_it_is_due_on_its_first_day_and_names_nobody(
    company: Company, offices: Offices, language: str, title: str, kind: str
):
    asked(company, valid_from=TODAY + timedelta(days=3))
    with override(language):
        (duty,) = exclusion_duties(company.viewer(company.daichi), TODAY)
        (late,) = exclusion_duties(company.viewer(company.daichi), TODAY + timedelta(days=3))
    assert (duty.title, str(duty.kind), duty.due, duty.urgent) == (title, kind, TODAY + timedelta(days=3), False)
    assert late.urgent


def test_what_nobody_decided_in_time_is_no_duty_any_more(company: Company, offices: Offices):
    asked(company, valid_to=TODAY + timedelta(days=2))
    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        assert len(of(company, company.daichi, TODAY + timedelta(days=2))) == 1
    with time_machine.travel(NOON + timedelta(days=3), tick=False):
        assert of(company, company.daichi, TODAY + timedelta(days=3)) == []


def test_many_are_told_by_their_first_day_with_one_question_and_no_end(
    company: Company, offices: Offices, django_assert_num_queries: Any
):
    late = asked(company, who=Excluded(namespace="ad", raw="late"), valid_from=TODAY + timedelta(days=5))
    soon = asked(company, who=Excluded(namespace="ad", raw="soon"))
    daichi = company.viewer(company.daichi)
    with django_assert_num_queries(1):
        assert [duty.url.split("/")[-3] for duty in exclusion_duties(daichi, TODAY)] == [str(soon.pk), str(late.pk)]
    for number in range(SHOWN):
        asked(company, who=Excluded(namespace="ad", raw=f"a{number}"), valid_to=YEAR)
    with django_assert_num_queries(1):
        assert len(exclusion_duties(daichi, TODAY)) == SHOWN


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_inbox_leads_to_the_decision(visit: Any, client: Any, company: Company, offices: Offices, language: str):
    exclusion = asked(company)
    daichi = company.viewer(company.daichi)
    visit(daichi, "exclusion-list")
    page = client.get("/inbox/").content.decode()
    assert f"/watch/exclusions/{exclusion.pk}/decide/" in page
    assert company.chihiro.name not in page
    visit(company.viewer(company.akari), "exclusion-list")
    assert exclusion.number not in client.get("/inbox/").content.decode()
