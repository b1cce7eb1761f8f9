"""From asking to the decision: bound to what was shown, by whoever is entitled, once (CLS-13, A5, A6)."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError

from kuramori.approvals.acts import (
    MOST_WAITING,
    request_approve,
    request_ask,
    request_expire,
    request_refuse,
    request_withdraw,
)
from kuramori.approvals.kinds import Asked, kinds
from kuramori.approvals.models import Notice, Occasion, Request, Vote
from kuramori.approvals.routing import standing_of
from kuramori.approvals.rules.standing import State, Verdict
from kuramori.approvals.showing import ChangedSinceShown, sealed, unsealed
from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, TODAY
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Forbidden
from kuramori.register.acts import secret_reclassify, secret_retire
from kuramori.register.api import secret_by_number
from kuramori.register.tests.asking.conftest import KIND, UNTIL, WHY, seen

pytestmark = pytest.mark.django_db


def verbs(record):
    return [entry.verb for entry in entries_about(record.pk).order_by("seq")]


def test_a_request_lies_before_the_keeper_who_approves_and_the_secret_opens_in_the_same_act(company, secret, ask):
    request = ask()
    assert (request.state, request.office) == (State.WAITING, "keeper")
    assert [seat.person for seat in request.seats.all()] == [company.akari]
    assert [(n.person, n.occasion) for n in Notice.objects.all()] == [(company.akari, Occasion.TO_DECIDE)]
    entries = Entry.objects.count()
    decided = request_approve(asking=request, seen=seen(request), by=company.viewer(company.akari), reason="妥当")
    assert (decided.state, decided.decided_at) == (State.APPROVED, NOON)
    assert Entry.objects.count() == entries + 1, "the decision and what it does are one act"
    row = secret.scopes.get(audience="person")
    assert (row.audience_id, row.valid_from, row.valid_to) == (company.chihiro.pk, TODAY, UNTIL)
    assert row.origin == f"request:{request.number}"
    assert secret_by_number(company.viewer(company.chihiro), "S-0001") == secret
    (entry,) = read(entries_about(request.pk).filter(verb="approvals.request.approve"))
    assert entry.notes["digest"] == request.digest
    assert (entry.notes["count"], entry.notes["needs"]) == (1, 1)
    assert {"approvals.request.ask", "approvals.request.approve"} <= set(verbs(secret))
    told = Notice.objects.get(occasion=Occasion.DECIDED)
    assert told.person == company.chihiro


def test_a_refusal_needs_a_reason_opens_nothing_and_the_reason_is_kept(company, secret, ask):
    request, akari = ask(), company.viewer(company.akari)
    with pytest.raises(Refused, match="理由"):
        request_refuse(asking=request, seen=seen(request), by=akari, reason="  ")
    refused = request_refuse(asking=request, seen=seen(request), by=akari, reason="業務に不要")
    assert refused.state == State.REFUSED
    assert (refused.votes.get().reason, refused.votes.get().digest) == ("業務に不要", request.digest)
    assert not secret.scopes.filter(audience="person").exists()


def test_what_changed_between_showing_and_deciding_is_told_and_nothing_is_decided(company, secret, ask, levels):
    request, akari = ask(), company.viewer(company.akari)
    before = seen(request)
    secret_reclassify(secret=secret, level=levels["top"], by=actor_of(company.daichi), why="評価替え")
    for decide in (request_approve, request_refuse):
        with pytest.raises(ChangedSinceShown) as caught:
            decide(asking=request, seen=before, by=akari, reason="x")
        changed = {one.name: (one.before, one.after) for one in caught.value.changed}
        assert changed["level"] == (str(levels["secret"].pk), str(levels["top"].pk))
        assert changed.keys() <= {"level", "viewing"}
    assert not Vote.objects.exists()
    assert Request.objects.get().state == State.WAITING
    request_approve(asking=request, seen=seen(request), by=akari)
    assert Vote.objects.get().digest != request.digest, "what was approved is what stood then, not what was asked"


def test_a_page_speaks_for_one_person_and_one_request_and_cannot_be_changed(company, secret, ask):
    request, other = ask(), ask(reader=company.emi)
    page = sealed(seen(request), request, company.akari.pk)
    assert unsealed(page, request, company.akari.pk) == seen(request)
    for text, of, person in (
        (page, other, company.akari.pk),
        (page, request, company.botan.pk),
        (page[:-1] + ("A" if page[-1] != "A" else "B"), request, company.akari.pk),
        ("", request, company.akari.pk),
        ("{}", request, company.akari.pk),
    ):
        with pytest.raises(Refused, match="作られたものではありません"):
            unsealed(text, of, person)


def test_what_was_agreed_to_in_one_request_is_no_agreement_to_its_twin(company, secret, ask):
    first = ask()
    page = seen(first)
    request_withdraw(asking=first, by=company.viewer(company.chihiro))
    twin = ask()
    assert (twin.detail, twin.content, twin.why) == (first.detail, first.content, first.why)
    with pytest.raises(ChangedSinceShown):
        request_approve(asking=twin, seen=page, by=company.viewer(company.akari))


def test_what_the_rooms_own_act_refuses_leaves_everything_as_it_was(company, secret, ask):
    request = ask()
    secret_retire(secret=secret, by=actor_of(company.daichi), why="公開済み")
    entries, notices = Entry.objects.count(), Notice.objects.count()
    with pytest.raises(Refused, match="登録されていません"):
        request_approve(asking=request, seen=seen(request), by=company.viewer(company.akari))
    assert (Entry.objects.count(), Notice.objects.count()) == (entries, notices)
    assert (Vote.objects.count(), Request.objects.get().state) == (0, State.WAITING)
    request_refuse(asking=request, seen=seen(request), by=company.viewer(company.akari), reason="公開済み")


def test_an_approval_after_a_decision_a_withdrawal_or_the_end_comes_too_late(company, secret, ask, clock):
    akari, chihiro = company.viewer(company.akari), company.viewer(company.chihiro)
    decided, withdrawn, late = ask(), ask(reader=company.emi), ask(reader=company.daichi)
    pages = {one.pk: seen(one) for one in (decided, withdrawn, late)}
    request_refuse(asking=decided, seen=pages[decided.pk], by=akari, reason="不要")
    request_withdraw(asking=withdrawn, by=chihiro, why="不要になった")
    with pytest.raises(Refused, match="佐倉 灯里"):
        request_approve(asking=decided, seen=pages[decided.pk], by=akari)
    with pytest.raises(Refused, match="取下げ"):
        request_approve(asking=withdrawn, seen=pages[withdrawn.pk], by=akari)
    clock.move_to(late.expires_at)
    assert standing_of(late) is State.EXPIRED, "before anybody has written it down"
    with pytest.raises(Refused, match="期限切れ"):
        request_approve(asking=late, seen=pages[late.pk], by=akari)
    with pytest.raises(Refused, match="期限切れ"):
        request_withdraw(asking=late, by=chihiro)
    assert not secret.scopes.filter(audience="person").exists()


def test_only_who_asked_takes_back_and_only_what_is_over_expires(company, secret, ask, clock):
    request = ask()
    for person in (company.akari, company.daichi):
        with pytest.raises(Refused, match="申請した本人"):
            request_withdraw(asking=request, by=company.viewer(person))
    with pytest.raises(Refused):
        request_expire(asking=request, by=SYSTEM)
    clock.move_to(request.expires_at)
    expired = request_expire(asking=request, by=SYSTEM)
    assert (expired.state, expired.decided_at) == (State.EXPIRED, request.expires_at)
    assert Notice.objects.filter(person=company.chihiro, occasion=Occasion.EXPIRED).count() == 1
    with pytest.raises(Refused):
        request_expire(asking=request, by=SYSTEM)


def test_asking_wants_a_reason_and_not_the_same_twice_and_not_without_end(company, secret, ask):
    with pytest.raises(Refused, match="理由"):
        ask(why=" ")
    first = ask()
    with pytest.raises(Refused, match=first.number):
        ask(why="別の理由")
    for day in range(1, MOST_WAITING):
        ask(until=(UNTIL + timedelta(days=day)).isoformat())
    with pytest.raises(Refused, match="多く"):
        ask(until="2027-11-01")
    request_withdraw(asking=first, by=company.viewer(company.chihiro))
    assert ask().state == State.WAITING, "for one taken back another may be asked"


def test_a_number_names_the_companys_year_and_tells_nothing_of_how_many_there_are(company, secret, ask, clock):
    first, second = ask(), ask(reader=company.emi)
    assert all(re.fullmatch(r"Q-2026-\d{4}-\d{4}", one.number) for one in (first, second))
    clock.move_to("2026-12-31T15:30:00+00:00")  # New Year in Tokyo
    assert ask(reader=company.daichi).number.startswith("Q-2027-")


def test_who_may_not_ask_this_kind_or_is_nobody_is_refused(company, secret):
    system = company.viewer(company.chihiro)
    asked = Asked(detail={"number": "S-0001", "reader": str(company.chihiro.pk), "until": UNTIL.isoformat()})
    for stripped in ({"permissions": frozenset()}, {"person_id": None}):
        with pytest.raises(Forbidden):
            request_ask(kind=kinds()[KIND], asked=asked, why=WHY, by=type(system)(**(vars(system) | stripped)))
    assert not Request.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"person": "chihiro"},
        {"on_behalf_of": "chihiro"},
        {"on_behalf_of": "akari"},
        {"verdict": Verdict.REFUSE},
    ],
    ids=["by the asker", "for the asker", "for himself", "without a reason"],
)
def test_the_database_itself_refuses_a_vote_that_must_not_be(company, secret, ask, wrong):
    people = {"person": company.akari, "on_behalf_of": None}
    people |= {name: getattr(company, value) for name, value in wrong.items() if name in people}
    vote = Vote(
        request=ask(), asked_by=company.chihiro, verdict=wrong.get("verdict", Verdict.APPROVE), digest="0", **people
    )
    with pytest.raises(IntegrityError), act("approvals.request.approve", by=SYSTEM):
        vote.save()


def test_one_person_votes_once_and_stands_in_once_by_the_databases_word_too(company, secret, ask):
    request = ask()
    said = {"request": request, "asked_by": company.chihiro, "verdict": Verdict.APPROVE, "digest": "0"}
    for twice in ({"person": company.akari}, {"person": company.botan, "on_behalf_of": company.emi}):
        with pytest.raises(IntegrityError), act("approvals.request.approve", by=SYSTEM):
            Vote(**said, **twice).save()
            Vote(**said, **(twice | {"id": company.emi.pk})).save()
    assert not Vote.objects.exists()
