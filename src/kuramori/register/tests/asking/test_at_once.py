"""Two decide at the same moment: one wins, the other is told by whom. On SQLite: tests/faults (A6)."""

import threading

import pytest
from django.db import connection

from kuramori.approvals.acts import request_approve, request_refuse, request_withdraw
from kuramori.approvals.deputies import deputy_add
from kuramori.approvals.models import Request, Vote
from kuramori.approvals.rules.standing import State
from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import TODAY
from kuramori.kernel.acts import Refused
from kuramori.kernel.models import Entry
from kuramori.register.tests.asking.conftest import seen

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor == "sqlite", reason="its test database is in memory; tests/faults has processes on a real one"
    ),
]


def at_once(*works):
    """Let each go on in a thread and a connection of its own at the same moment; what each came to."""
    meet, told = threading.Barrier(len(works)), [""] * len(works)

    def run(place, work):
        meet.wait(60)
        try:
            told[place] = work().state
        except Refused as refusal:
            told[place] = str(refusal.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return told


@pytest.fixture
def pair(company, ask):
    """A request that the keeper and his deputy both have open."""
    deputy_add(person=company.akari, deputy=company.emi, starts_on=TODAY, ends_on=TODAY, by=actor_of(company.akari))
    request = ask()
    return request, seen(request), company.viewer(company.akari), company.viewer(company.emi)


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(company, secret, pair):
    request, page, keeper, deputy = pair
    told = at_once(
        lambda: request_approve(asking=request, seen=page, by=keeper, reason="妥当"),
        lambda: request_refuse(asking=request, seen=page, by=deputy, reason="不要"),
    )
    (winner,) = [each for each in told if each in {State.APPROVED, State.REFUSED}]
    (loser,) = [each for each in told if each != winner]
    vote = Vote.objects.get()
    assert loser.startswith(f"{request.number} は{vote.person.name}が既に判断しました")
    assert Request.objects.get().state == winner
    assert secret.scopes.filter(audience="person").count() == (winner == State.APPROVED)
    decided = Entry.objects.filter(verb__in=["approvals.request.approve", "approvals.request.refuse"])
    assert decided.count() == 1


def test_one_who_decides_twice_at_once_in_two_windows_decides_once(secret, pair):
    request, page, keeper, _deputy = pair
    told = at_once(*[lambda: request_approve(asking=request, seen=page, by=keeper)] * 2)
    assert sorted(each == State.APPROVED for each in told) == [False, True]
    assert (Vote.objects.count(), secret.scopes.filter(audience="person").count()) == (1, 1)


def test_a_withdrawal_and_an_approval_at_once_end_in_one_of_both(company, secret, pair):
    request, page, keeper, _deputy = pair
    asker = company.viewer(company.chihiro)
    told = at_once(
        lambda: request_approve(asking=request, seen=page, by=keeper),
        lambda: request_withdraw(asking=request, by=asker),
    )
    ended = Request.objects.get().state
    assert [each for each in told if each in {State.APPROVED, State.WITHDRAWN}] == [ended]
    assert secret.scopes.filter(audience="person").count() == (ended == State.APPROVED)
