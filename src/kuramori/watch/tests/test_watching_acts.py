"""Asked for, agreed to by two others of two offices, refused, taken back; each step in the ledger (DET-08)."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError
from django.utils.timezone import now
from django.utils.translation import override

from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role
from kuramori.kernel.room import verbs
from kuramori.watch.models.watching import WatchApproval, WatchEntry
from kuramori.watch.rules.watching import Standing
from kuramori.watch.tests.watched import Offices, agrees, asked, in_force
from kuramori.watch.watching.acts import entry_look, entry_refuse, entry_withdraw
from kuramori.watch.watching.standing import company_day

TODAY = date(2026, 11, 20)


@pytest.fixture
def offices(company: Company) -> Offices:
    return Offices(company)


def standing(entry: WatchEntry) -> Standing:
    return WatchEntry.objects.get(pk=entry.pk).standing(now(), company_day())


def told(entry: WatchEntry) -> list[str]:
    return [each.verb.rpartition(".")[2] for each in read(entries_about(entry.pk))][::-1]


def test_it_takes_effect_only_after_two_approvals_and_ends_by_itself(company: Company, offices: Offices) -> None:
    entry = asked(company)
    assert (standing(entry), entry.starts_on, entry.ends_on) == (Standing.WAITING, None, None)
    agrees(company, entry, offices.legal)
    assert standing(entry) is Standing.WAITING
    entry = agrees(company, entry, offices.hr)
    assert (entry.starts_on, entry.ends_on) == (TODAY, date(2026, 12, 19))
    assert standing(entry) is Standing.ACTIVE
    for days, there in ((29, Standing.ACTIVE), (30, Standing.ENDED)):
        with time_machine.travel(NOON + timedelta(days=days), tick=False):
            assert standing(entry) is there
    assert told(entry) == ["ask", "approve", "approve"]
    assert [each.notes["offices"] for each in read(entries_about(entry.pk))[:2]] == [2, 1]


def test_neither_asker_nor_person_concerned_nor_the_same_person_decides(company: Company, offices: Offices) -> None:
    """In the same words, so that the person concerned learns nothing by trying."""
    for person in (company.akari, company.botan):
        company.give(person, Role.HR)
        company.give(person, Role.LEGAL)
    entry = asked(company)
    words = set()
    for person in (company.akari, company.botan, company.daichi):
        with pytest.raises(Refused) as refused:
            agrees(company, entry, person)
        words.add(str(refused.value))
    company.give(offices.hr, Role.LEGAL)
    agrees(company, entry, offices.hr)
    with pytest.raises(Refused) as refused:
        agrees(company, entry, offices.hr)
    words.add(str(refused.value))
    assert len(words) == 1
    assert WatchApproval.objects.count() == 1


def test_two_of_one_office_are_one(company: Company, offices: Offices) -> None:
    entry = asked(company)
    agrees(company, entry, offices.legal)
    with pytest.raises(Refused, match="判断すること"):
        agrees(company, entry, offices.privacy)
    agrees(company, entry, offices.hr)
    assert standing(entry) is Standing.ACTIVE


def test_one_refusal_is_enough_and_nothing_follows_it(company: Company, offices: Offices) -> None:
    entry = asked(company)
    agrees(company, entry, offices.hr)
    viewer = company.viewer(offices.privacy)
    entry_refuse(entry=entry, person=offices.privacy, roles=viewer.roles, reason="過剰", by=viewer.actor)
    assert standing(entry) is Standing.REFUSED
    with pytest.raises(Refused, match="対象ではありません"):
        agrees(company, entry, offices.legal)
    with pytest.raises(Refused, match="終わって"):
        entry_withdraw(entry=entry, reason="不要", by=SYSTEM)
    assert WatchApproval.objects.get(agrees=False).reason == "過剰"


@pytest.mark.parametrize(
    "words",
    [{"reason": " "}, {"milder": ""}, {"kinds": ()}, {"kinds": ("bulk_read", "nose")}, {"days": 0}, {"days": 91}],
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_lacks_a_reason_or_a_bound_is_not_even_asked(company: Company, words: Any, language: str) -> None:
    entries = Entry.objects.count()
    with override(language):
        with pytest.raises(Refused) as refused:
            asked(company, **words)
        assert str(refused.value).isascii() is (language == "en")
    assert not WatchEntry.objects.exists()
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("days", [1, 90])
def test_the_bounds_themselves_are_allowed(company: Company, offices: Offices, days: int) -> None:
    entry = in_force(company, offices, days=days)
    assert (entry.ends_on - TODAY).days + 1 == days


def test_nobody_asks_about_himself_and_the_database_holds_it_too(company: Company) -> None:
    with pytest.raises(Refused, match="自分自身"):
        asked(company, person=company.akari)
    entry = asked(company)
    entry.asked_by = entry.person
    with pytest.raises(IntegrityError), act("watch.entry.ask", by=SYSTEM, subjects=[entry]):
        entry.save()


def test_the_same_request_waits_once_and_others_requests_are_not_told(company: Company, offices: Offices) -> None:
    first = asked(company)
    with pytest.raises(Refused, match="すでに"):
        asked(company)
    other = asked(company, asker=offices.hr)
    assert other.pk != first.pk
    with time_machine.travel(NOON + timedelta(days=8), tick=False):
        assert standing(first) is Standing.LAPSED
        assert asked(company).pk != first.pk, "what lapsed does not stand in the way"


def test_after_seven_days_nobody_decides_any_more(company: Company, offices: Offices) -> None:
    entry = asked(company)
    agrees(company, entry, offices.hr)
    with time_machine.travel(NOON + timedelta(days=7), tick=False):
        with pytest.raises(Refused, match="対象ではありません"):
            agrees(company, entry, offices.legal)
        with pytest.raises(Refused, match="終わって"):
            entry_withdraw(entry=entry, reason="不要", by=SYSTEM)


def test_a_decision_and_a_withdrawal_need_a_reason(company: Company, offices: Offices) -> None:
    entry = asked(company)
    with pytest.raises(Refused, match="理由"):
        agrees(company, entry, offices.hr, reason=" \n")
    with pytest.raises(Refused, match="理由"):
        entry_withdraw(entry=entry, reason="", by=SYSTEM)
    assert standing(entry) is Standing.WAITING


def test_taken_back_it_ends_at_once_waiting_or_in_force(company: Company, offices: Offices) -> None:
    waiting, active = asked(company), in_force(company, offices, asker=offices.privacy)
    for entry in (waiting, active):
        entry_withdraw(entry=entry, reason=" 退職の話は誤り ", by=SYSTEM)
        assert standing(entry) is Standing.WITHDRAWN
        assert WatchEntry.objects.get(pk=entry.pk).ended_reason == "退職の話は誤り"
        with pytest.raises(Refused, match="終わって"):
            entry_withdraw(entry=entry, reason="もう一度", by=SYSTEM)


def test_a_renewal_is_decided_anew(company: Company, offices: Offices) -> None:
    first = in_force(company, offices)
    again = asked(company, renews=first)
    assert (again.renews, standing(again)) == (first, Standing.WAITING)
    agrees(company, again, offices.hr)
    assert standing(again) is Standing.WAITING, "the earlier approvals count for the earlier entry alone"
    with time_machine.travel(NOON + timedelta(days=5), tick=False):
        again = agrees(company, again, offices.legal)
    assert (again.starts_on, again.ends_on) == (date(2026, 11, 25), date(2026, 12, 24))


def test_numbers_are_drawn_so_that_no_gap_tells_of_an_entry(company: Company, offices: Offices) -> None:
    numbers = [asked(company, asker=asker).number for asker in (company.akari, offices.hr, offices.legal)]
    assert len(set(numbers)) == 3
    assert all(re.fullmatch(r"W-2026-\d{4}-\d{4}", number) for number in numbers)


def test_the_person_concerned_is_no_subject_of_any_step(company: Company, offices: Offices) -> None:
    before = entries_about(company.botan.pk).count()
    entry = in_force(company, offices)
    entry_look(entry=entry, by=SYSTEM)
    entry_withdraw(entry=entry, reason="不要", by=SYSTEM)
    assert entries_about(company.botan.pk).count() == before
    assert told(entry) == ["ask", "approve", "approve", "look", "withdraw"]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("verb", ["approve", "ask", "look", "refuse", "withdraw"])
def test_every_verb_reads_as_a_sentence(verb: str, language: str) -> None:
    with override(language):
        sentence = str(verbs()[f"watch.entry.{verb}"]) % {"by": "佐倉", "subject": "W-1", "offices": 1}
    assert "佐倉" in sentence
    assert "W-1" in sentence
