"""Somebody else decides between two reads of one's own decision: wherever that falls, one is told it is over (A6).

Before an act opens nothing is locked. The other's decision is put before each of these reads in turn, in the very
process and connection, so that no chance is needed to meet it.
"""

from contextlib import contextmanager
from functools import partial

import pytest
from django.db import connection
from django.urls import reverse

from kuramori.approvals.acts import request_approve, request_refuse, request_withdraw
from kuramori.approvals.deputies import deputy_add
from kuramori.approvals.models import Request, Vote
from kuramori.approvals.queries import waiting_for
from kuramori.approvals.rules.standing import State
from kuramori.approvals.tests.ringi.room import BY_TWO
from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import TODAY
from kuramori.kernel.acts import Refused
from kuramori.kernel.permissions import Role
from kuramori.register.tests.asking.conftest import seen
from kuramori.register.tests.asking.test_guises import paper
from kuramori.register.tests.asking.test_pages import body, decide, token

pytestmark = pytest.mark.django_db


@contextmanager
def just_before(nth, work, *, of=""):
    """Do the work just before the n-th read (of a table) that comes before an act; yield a list, empty if none came."""
    reads, done = [], []

    def look(execute, sql, params, many, context):
        reads.append(sql) if sql.startswith("SELECT") and f'FROM "{of}' in sql else None
        if sql.startswith("SAVEPOINT"):
            reads.append(None)  # an act begins: from here on others wait for its end
        if not done and None not in reads and len(reads) == nth + 1:
            done.append(sql)
            work()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield done


@pytest.fixture
def emi(company):
    """Who stands in for the keeper, Akari, today."""
    deputy_add(person=company.akari, deputy=company.emi, starts_on=TODAY, ends_on=TODAY, by=actor_of(company.akari))
    return company.viewer(company.emi)


@pytest.fixture
def keeper(company, sign_in):
    """The keeper's browser, in English."""
    return sign_in(company.akari, "en")


@pytest.mark.parametrize("first", ["himself", "deputy"])
def test_wherever_the_others_decision_falls_the_second_is_told_who_was_first(company, secret, ask, emi, first):
    akari = company.viewer(company.akari)
    winner = akari if first == "himself" else emi
    for nth in range(31):
        request = ask(until=f"2027-01-{nth + 1:02}")
        page = seen(request)
        with just_before(nth, lambda: request_refuse(asking=request, seen=page, by=winner, reason="不要")) as done:  # noqa: B023
            try:
                request_approve(asking=request, seen=page, by=akari)
            except Refused as refusal:
                told = str(refusal.message)
            else:
                break
        assert told == f"{request.number} は{winner.actor.name}が既に判断しました：却下。", done
        assert Request.objects.get(pk=request.pk).state == State.REFUSED
    assert nth > 4, "these were the reads before the act"
    assert not done
    assert secret.scopes.filter(audience="person").count() == 1, "the last, which met nobody"
    assert Vote.objects.count() == nth + 1


def test_the_page_tells_it_too_before_and_after_it_has_taken_the_form(ask, emi, keeper):
    """409 where the page finds it out, 422 where the act does; which read is which, the database decides."""
    met = []
    for nth in range(9):
        request = ask(until=f"2027-01-{nth + 1:02}")
        opened, page = seen(request), body(keeper.get(decide(request)))
        said = {"verdict": "approve", "seen": token(page)}
        refuse = partial(request_refuse, asking=request, seen=opened, by=emi, reason="不要")
        with just_before(nth, refuse, of="approvals_vote") as done:
            answer = keeper.post(decide(request), said)
        if not done:
            break
        met.append(answer.status_code)
        assert f"{request.number} has been decided already by Emi Emi: refused." in body(answer)
        assert Vote.objects.get(request=request).person_id == emi.person_id
    assert met == sorted(met), "first the page, then the act"
    assert set(met) == {409, 422}


def test_a_withdrawal_between_two_reads_is_told_as_one(company, ask, emi):
    request, chihiro = ask(), company.viewer(company.chihiro)
    page = seen(request)
    with (
        just_before(1, lambda: request_withdraw(asking=request, by=chihiro)) as done,
        pytest.raises(Refused, match="取下げ"),
    ):
        request_approve(asking=request, seen=page, by=emi)
    assert done
    assert not Vote.objects.exists()


def test_whose_voice_was_spent_by_a_deputy_is_not_asked_again(company, secret, ask, emi, sign_in):
    """The inbox, the page of the request and the act agree about it, of a request that still waits."""
    for person in (company.akari, company.botan):
        company.give(person, Role.COMMITTEE_MEMBER)
    request = paper(company, company.chihiro, BY_TWO)
    request_approve(asking=request, seen=seen(request), by=emi)
    akari, botan = company.viewer(company.akari), company.viewer(company.botan)
    assert list(waiting_for(akari)) == []
    assert list(waiting_for(emi)) == []
    assert list(waiting_for(botan)) == [request]
    link = reverse("approvals:decide", args=[request.pk])
    detail = reverse("approvals:request-detail", args=[request.pk])
    pages = {person: body(sign_in(person).get(detail)) for person in (company.akari, company.botan, company.emi)}
    assert [link in page for page in pages.values()] == [False, True, False]
    with pytest.raises(Refused, match="この申請を判断する"):
        request_approve(asking=request, seen=seen(request), by=akari)
